"""Why a number changed, on FDA's own 2004Q1 and 2017Q2, followed by quarters that this test writes from their lines."""

import json
import shutil
import zipfile

import pytest

from pipeline.config import Settings
from pipeline.lake.delta import Lake
from pipeline.steps.explain import explain
from pipeline.steps.ingest import ingest
from pipeline.steps.signals import compute_signals

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("without_priors")]
FIRST_ISSUE = (2017, 7, 20, 9, 0, 0)
LATER_ISSUE = (2019, 5, 20, 9, 0, 0)
EVENT = "Emotional distress"


def lines_of(archive):
    """Text of each table of a real archive, by the first four letters of its name."""
    with zipfile.ZipFile(archive) as opened:
        names = [name for name in opened.namelist() if not name.endswith("/")]
        return {name.rpartition("/")[2][:4].upper(): opened.read(name).decode("latin-1").splitlines() for name in names}


def published(tables, target, quarter, date, listed=()):
    """These tables as FDA would publish them in that quarter; listed: cases of its deletion list."""
    target.parent.mkdir(parents=True, exist_ok=True)
    short = quarter[2:]
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        members = {f"ascii/{name}{short}.txt": lines for name, lines in tables.items()}
        if listed:
            members[f"deleted/ADR{short}DeletedCases.txt"] = [str(case) for case in listed]
        for name, lines in members.items():
            archive.writestr(zipfile.ZipInfo(name, date), "".join(f"{line}\r\n" for line in lines))
    return target


def follow_up(tables, case, version, change):
    """The lines of one case as its next version, each changed by a function of table and fields."""
    found = {}
    for name, (head, *lines) in tables.items():
        columns = head.split("$")
        found[name] = [head]
        for line in lines:
            fields = line.split("$")
            if fields[1] != str(case):
                continue
            fields[0] = f"{case}{version}"
            if name == "DEMO":
                fields[columns.index("caseversion")] = str(version)
            found[name].append("$".join(change(name, columns, fields)))
    return found


def joined(*parts):
    return {name: [parts[0][name][0], *(line for part in parts for line in part[name][1:])] for name in parts[0]}


def cases_with(tables, table, column, value):
    head, *lines = tables[table]
    place = head.split("$").index(column)
    return [int(line.split("$")[1]) for line in lines if line.split("$")[place] == value]


def version_of(tables, case):
    head, *lines = tables["DEMO"]
    place = head.split("$").index("caseversion")
    return next(int(line.split("$")[place]) for line in lines if line.split("$")[1] == str(case))


def with_kymriah(table, columns, fields):
    if table == "DRUG" and fields[columns.index("role_cod")] == "PS":
        fields[columns.index("drugname")], fields[columns.index("prod_ai")] = "KYMRIAH", "TISAGENLECLEUCEL"
    return fields


def without_the_event(table, columns, fields):
    if table == "REAC" and fields[columns.index("pt")] == EVENT:
        fields[columns.index("pt")] = "Nausea"
    return fields


@pytest.fixture(scope="module")
def made(shared, tmp_path_factory):
    """A lake with the real 2004Q1, the real 2017Q2 and 2019Q1 made of it: two follow-ups, one deletion, one new case."""
    folder, own = shared / "data" / "faers", tmp_path_factory.mktemp("real")
    tables = lines_of(folder / "faers_ascii_2017q2.zip")
    [revised, *_] = cases_with(tables, "REAC", "pt", EVENT)
    others = [int(line.split("$")[1]) for line in tables["DEMO"][1:] if int(line.split("$")[1]) != revised]
    treated, gone, copied = others[0], others[1], others[2]
    later = joined(
        follow_up(tables, revised, version_of(tables, revised) + 1, without_the_event),
        follow_up(tables, treated, version_of(tables, treated) + 1, with_kymriah),
        {
            name: [line.replace(str(copied), "99999999") for line in lines]
            for name, lines in only(tables, copied).items()
        },
    )
    settings = Settings(lake=str(own / "lake"))
    first = published(tables, own / "first" / "faers_ascii_2017q2.zip", "2017Q2", FIRST_ISSUE)
    second = published(later, own / "faers_ascii_2019q1.zip", "2019Q1", (2019, 4, 20, 9, 0, 0), [gone])
    ingest(settings, [folder / "aers_ascii_2004q1.zip", first, second])
    for quarter in ("2017Q2", "2019Q1"):
        compute_signals(settings, quarter)
    return settings, tables, {"revised": revised, "treated": treated, "gone": gone, "new": 99999999}


@pytest.fixture
def real(made, tmp_path):
    """A copy of that lake which the test may write to, what it was made of, and a folder."""
    settings, tables, cases = made
    return Settings(lake=str(shutil.copytree(settings.lake, tmp_path / "lake"))), tables, cases, tmp_path


def only(tables, case):
    return {
        name: [lines[0], *(line for line in lines[1:] if line.split("$")[1] == str(case))]
        for name, lines in tables.items()
    }


def reasons(report):
    """case → reason and the move between cells."""
    return {
        case: (row["reason"], row["from_cell"], row["to_cell"]) for row in report["cases"] for case in row["case_ids"]
    }


def adds_up(report):
    counts = report["counts"]
    return all(
        counts["from"][cell] + sum(part["change"] for part in counts["parts"] if part["cell"] == cell)
        == counts["to"][cell]
        for cell in "abcd"
    )


def test_follow_ups_a_deletion_and_a_new_case_are_told_apart(real):
    settings, tables, cases, _ = real
    told = json.loads(explain(settings, "tisagenlecleucel", EVENT, "2017Q2", "2019Q1").as_json())
    found = reasons(told)
    assert adds_up(told)
    assert sum(told["counts"]["from"].values()) == len(tables["DEMO"]) - 1 + len(real_2004(settings))
    assert found[cases["revised"]] == ("revised_reaction", "c", "d")
    assert found[cases["treated"]][0] == "revised_drug"
    assert found[cases["treated"]][2] in {"a", "b"}
    assert found[cases["gone"]][::2] == ("withdrawn", None)
    assert set(found) <= set(cases.values()), "nothing else of FDA's own data has changed"
    assert found.get(cases["new"], ("new",))[0] == "new"


def real_2004(settings):
    return {
        row["case_id"]
        for file in Lake(settings.lake).files("report_version", {"quarter": "2004Q1"})
        for row in _rows(file.path)
    }


def _rows(path):
    import pyarrow.parquet as pq

    return pq.read_table(path, partitioning=None).to_pylist()


def test_a_real_archive_issued_again_is_restated(real):
    settings, tables, cases, folder = real
    lost = {name: [line for line in lines if line.split("$")[1] != str(cases["new"])] for name, lines in tables.items()}
    dropped = int(tables["DEMO"][5].split("$")[1])
    fewer = {name: [line for line in lines if line.split("$")[1] != str(dropped)] for name, lines in lost.items()}
    ingest(settings, [published(fewer, folder / "again" / "faers_ascii_2017q2.zip", "2017Q2", LATER_ISSUE)])
    told = json.loads(explain(settings, "tisagenlecleucel", EVENT, "2017Q2", "2019Q1").as_json())
    assert adds_up(told)
    assert reasons(told)[dropped][0] == "restated"
    assert "FDA issued 2017Q2 again between the two numbers." in told["warnings"]


def test_the_oldest_and_the_newest_quarter_differ_by_new_cases_alone(real):
    settings, *_ = real
    told = json.loads(explain(settings, "any_car_t", "Nausea", "2004Q1", "2017Q2").as_json())
    assert adds_up(told)
    assert set(told["reasons"]) == {"new"}
