"""Why a number changed, on generated quarters: new and revised cases, withdrawals, re-issues, other vocabularies and code."""

import csv
import json
import shutil
import zipfile

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from pipeline.config import Settings
from pipeline.contract.tables import table as declared
from pipeline.demo.history import write_history
from pipeline.errors import CartwatchError, LakeConflict, NothingThere
from pipeline.lake.delta import Lake, Run
from pipeline.lake.parquet import write_rows
from pipeline.lake.snapshot import CORE
from pipeline.steps.cases import resolve_cases
from pipeline.steps.explain import explain
from pipeline.steps.ingest import ingest
from pipeline.steps.signals import compute_signals

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("without_priors")]
ASKED = ("tisagenlecleucel", "crs")
NEUROTOXIC = ("any_car_t", "icans")
QUARTERS = ("2023Q1", "2023Q2", "2023Q3")


@pytest.fixture(scope="module")
def archives(tmp_path_factory):
    return write_history(tmp_path_factory.mktemp("explained"), "2023Q1", "2023Q3", 1_500, 5)


@pytest.fixture(scope="module")
def without_the_second(archives, tmp_path_factory):
    """The first and the third quarter and nothing computed; never written to."""
    root = tmp_path_factory.mktemp("without-the-second")
    ingest(Settings(lake=str(root)), [archives[0], archives[2]])
    return root


@pytest.fixture(scope="module")
def ingested(archives, without_the_second, tmp_path_factory):
    """Three quarters and their cases as of the second and of the third, nothing counted; never written to."""
    root = shutil.copytree(without_the_second, tmp_path_factory.mktemp("ingested") / "lake")
    ingest(Settings(lake=str(root)), [archives[1]])
    for quarter in QUARTERS[1:]:
        resolve_cases(Settings(lake=str(root)), quarter)
    return root


@pytest.fixture(scope="module")
def counted(ingested, tmp_path_factory):
    """The same, with signals as of the second quarter; never written to."""
    root = shutil.copytree(ingested, tmp_path_factory.mktemp("counted") / "lake")
    compute_signals(Settings(lake=str(root)), QUARTERS[1])
    return root


@pytest.fixture(scope="module")
def lake(counted, tmp_path_factory):
    """The same, with signals as of the third quarter too."""
    root = shutil.copytree(counted, tmp_path_factory.mktemp("explained") / "lake")
    compute_signals(Settings(lake=str(root)), QUARTERS[2])
    return root


def stored(root, as_of, product=ASKED[0], event=ASKED[1], comparator="all", scope="narrow"):
    """The cells of the signal row that readers see."""
    rows = pq.read_table([file.path for file in Lake(root).files("signal", {"as_of": as_of})]).to_pylist()
    found = [
        row
        for row in rows
        if (row["product"], row["event"], row["comparator"], row["scope"]) == (product, event, comparator, scope)
    ]
    return {cell: found[0][cell] for cell in "abcd"}


def change(report, reason):
    return {part["cell"]: part["change"] for part in report["counts"]["parts"] if part["reason"] == reason}


def adds_up(report):
    counts = report["counts"]
    return all(
        counts["from"][cell] + sum(part["change"] for part in counts["parts"] if part["cell"] == cell)
        == counts["to"][cell]
        for cell in "abcd"
    )


@pytest.mark.parametrize("comparator", ["all", "non_car_t", "haem_onc", "car_t_adults"])
def test_the_parts_lead_from_the_stored_number_to_the_stored_number(lake, command, tmp_path, comparator):
    told = command(
        *(lake, "explain", "--product", ASKED[0], "--event", ASKED[1], "--from", "2023Q2", "--to", "2023Q3"),
        *("--comparator", comparator, "--out", tmp_path),
    )
    for side, quarter in (("from", "2023Q2"), ("to", "2023Q3")):
        assert told["counts"][side] == stored(lake, quarter, comparator=comparator)
    assert adds_up(told)
    rows = pq.read_table(tmp_path / "explained_case.parquet").to_pylist()
    for part in told["counts"]["parts"]:
        entered = [row for row in rows if row["reason"] == part["reason"] and row["to_cell"] == part["cell"]]
        left = [row for row in rows if row["reason"] == part["reason"] and row["from_cell"] == part["cell"]]
        assert (len(entered), len(left)) == (part["entered"], part["left"])
    assert len({row["case_id"] for row in rows}) == len(rows), "every case has one reason"


def test_generated_revisions_and_withdrawals_are_told_apart(lake, command):
    told = command(lake, "explain", "--product", "any_car_t", "--event", "crs", "--from", "2023Q2")
    assert {"new", "withdrawn"} <= set(told["reasons"])
    lost = [row for row in told["cases"] if row["reason"] == "revised_drug" and row["from_cell"] in {"a", "b"}]
    assert lost, "the generator lets at least one CAR-T case lose its product"


def test_a_preferred_term_is_explained_whatever_its_capitals(lake, command):
    told = command(lake, "explain", "--product", "any_car_t", "--event", "pyrexia", "--from", "2023Q2")
    assert told["counts"]["to"] == stored(lake, "2023Q3", "any_car_t", "Pyrexia", scope=None)
    assert adds_up(told)


def test_the_same_question_gives_the_same_bytes(lake, command, tmp_path):
    asked = ("explain", "--product", "any_car_t", "--event", "crs", "--from", "2023Q2")
    ids = {command(lake, *asked, "--out", tmp_path / name)["run_id"] for name in ("one", "two")}
    assert len(ids) == 1
    for name in ("explained_case.parquet", "explained_case.csv", "explanation.csv"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()
    with (tmp_path / "one" / "explanation.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["reason"] for row in rows[:4]] == ["from"] * 4


def test_without_a_stored_number_the_count_starts_with_todays_versions(lake, command):
    told = command(lake, "explain", "--product", "any_car_t", "--event", "crs", "--from", "2023Q1")
    assert adds_up(told)
    assert told["from_run"] is None
    assert any("no number was stored" in warning for warning in told["warnings"])


def test_duplicates_can_be_counted_on_both_sides(lake, command):
    words = ("--product", "any_car_t", "--event", "crs", "--from", "2023Q2", "--with-duplicates")
    for quarter in QUARTERS[1:]:
        command(lake, "signals", "--as-of", quarter, "--with-duplicates")
    told = command(lake, "explain", *words)
    assert adds_up(told)
    assert told["from_run"] is not None
    assert not {"merged", "split"} & set(told["reasons"])


def test_the_terminal_shows_a_sum_a_person_can_check(lake):
    from click.testing import CliRunner

    from pipeline.cli import main

    words = ["--lake", str(lake), "explain", "--product", "any_car_t", "--event", "crs", "--from", "2023Q2"]
    shown = CliRunner().invoke(main, words, catch_exceptions=False).output
    assert "Why the number changed, in cases" in shown
    assert "The later number: all above added up." in shown
    assert "new, not counted to a:" in shown


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("--product", "aspirin", "--event", "crs", "--from", "2023Q2"), 2, "no product 'aspirin'"),
        (("--product", ASKED[0], "--event", "nobody has this", "--from", "2023Q2"), 15, "NOBODY HAS THIS"),
        (("--product", ASKED[0], "--event", "crs", "--from", "2023Q3", "--to", "2023Q2"), 2, "runs backwards"),
        (("--product", ASKED[0], "--event", "crs", "--from", "2023Q2", "--comparator", "none"), 2, "no comparator"),
        (("--product", "any_car_t", "--event", "crs", "--from", "2023Q2", "--comparator", "car_t"), 15, "No case"),
        (("--product", ASKED[0], "--event", "crs", "--from", "2023Q2", "--from-run", "abc"), 15, "No run abc"),
        (("--product", ASKED[0], "--event", "crs", "--from", "2023Q2", "--from-run", "*"), 15, "No run *"),
        (("--product", ASKED[0], "--event", "crs", "--from", "2022Q2"), 15, "nothing published by 2022Q2"),
        (
            ("--product", ASKED[0], "--event", "crs", "--from", "2023Q2", "--from-data-version", "2023Q1=ffffff"),
            *(15, "ffffff"),
        ),
    ],
)
def test_what_cannot_be_asked_is_said(lake, command, words, code, told):
    assert told in command(lake, "explain", *words, fails=code)


def test_a_report_shows_what_changed_since_the_quarter_before(lake, command, tmp_path):
    words = ("--as-of", "2023Q3", "--product", "any_car_t", "--format", "html", "--out", tmp_path)
    command(lake, "report", *words)
    page = (tmp_path / "signal-report-2023Q3-any_car_t.html").read_text()
    section = page.split('id="changes"')[1].split("</section>")[0]
    assert "What changed since 2023Q2" in section
    told = command(lake, "explain", "--product", "any_car_t", "--event", "crs", "--from", "2023Q2")
    entered = next(row for row in told["cases"] if row["reason"] == "new" and row["to_cell"] == "a")
    assert f"+{entered['n_cases']} new" in section
    assert str(entered["case_ids"][0]) in section


def test_the_first_quarter_of_a_lake_has_no_section_of_changes(lake, command, tmp_path):
    command(lake, "report", "--as-of", "2023Q1", "--product", ASKED[0], "--format", "html", "--out", tmp_path)
    (page,) = tmp_path.glob("signal-report-2023Q1-*.html")
    assert 'id="changes"' not in page.read_text()


# --- versions -------------------------------------------------------------------------------------------------------


@pytest.fixture
def own_lake(ingested, tmp_path):
    """A lake of its own, nothing computed, for tests that change what a run kept."""
    return Settings(lake=str(shutil.copytree(ingested, tmp_path / "lake")))


@pytest.fixture
def counted_lake(lake, tmp_path):
    """A lake of its own with signals as of the second and of the third quarter."""
    return Settings(lake=str(shutil.copytree(lake, tmp_path / "lake")))


def with_rows(monkeypatch, name, changed):
    """Let the vocabulary have another version of one table."""
    from pipeline.cases import counts

    kept = counts.vocabulary_tables
    monkeypatch.setattr(counts, "vocabulary_tables", lambda: {**kept(), name: changed(kept()[name])})


def without_term(table):
    return table.filter((pc.field("endpoint") != "icans") | (pc.field("pt") != "NEUROTOXICITY"))


def test_another_definition_of_the_endpoint_is_its_own_part(own_lake, monkeypatch):
    with monkeypatch.context() as then:
        with_rows(then, "vocabulary_endpoint_term", without_term)
        compute_signals(own_lake, "2023Q2")
    old = stored(own_lake.lake, "2023Q2", *NEUROTOXIC)
    told = json.loads(explain(own_lake, *NEUROTOXIC, "2023Q2", "2023Q3").as_json())
    assert told["counts"]["from"] == old
    assert adds_up(told)
    assert change(told, "endpoint")["a"] > 0
    assert change(told, "endpoint")["a"] == -change(told, "endpoint")["b"]
    assert change(told, "vocabulary") == change(told, "code") == {}
    moved = [row for row in told["cases"] if row["reason"] == "endpoint"]
    assert next((row["from_cell"], row["to_cell"]) for row in moved) == ("b", "a")


def test_another_vocabulary_and_another_endpoint_are_two_parts(own_lake, monkeypatch):
    def with_fever_renamed(table):
        renamed = pa.table({"former_pt": ["PYREXIA"], "current_pt": ["ENCEPHALOPATHY"]}, table.schema)
        return pa.concat_tables([table, renamed])

    with monkeypatch.context() as then:
        with_rows(then, "vocabulary_endpoint_term", without_term)
        with_rows(then, "vocabulary_former_name", with_fever_renamed)
        compute_signals(own_lake, "2023Q2")
    told = json.loads(explain(own_lake, *NEUROTOXIC, "2023Q2", "2023Q3").as_json())
    assert adds_up(told)
    assert change(told, "vocabulary")["a"] < 0, "fever was another term then"
    assert change(told, "endpoint")["a"] > 0


def test_another_spelling_of_a_product_is_the_vocabulary(own_lake, monkeypatch):
    from pipeline.cases import counts
    from pipeline.vocabulary import versions
    from pipeline.vocabulary.files import yaml_file
    from pipeline.vocabulary.naming import compiled_rules

    content = json.loads(json.dumps(yaml_file("products.yaml"), default=str))
    content["products"][0]["names"].remove("kymriah")
    rules = compiled_rules(content)
    with monkeypatch.context() as then:
        then.setattr(versions, "yaml_file", lambda _: content)
        then.setattr(counts, "products_named", lambda name, ai=None: rules.named(f"{name} or {ai}" if ai else name))
        compute_signals(own_lake, "2023Q2")
    told = json.loads(explain(own_lake, *ASKED, "2023Q2", "2023Q3").as_json())
    assert told["counts"]["from"] == stored(own_lake.lake, "2023Q2")
    assert adds_up(told)
    assert change(told, "vocabulary")["b"] > 0, "the brand name was not known then"
    assert change(told, "code") == {}


def without_columns(root, as_of, names):
    """As an older code version wrote the signals, which knew fewer columns."""
    [file] = Lake(root).files("signal", {"as_of": as_of})
    pq.write_table(pq.read_table(file.path, partitioning=None).drop_columns(names), file.path)


def old_code(monkeypatch):
    """Another code version, which lost the events of every third case."""
    from pipeline.steps import runs, signals

    monkeypatch.setattr(runs, "code_version", lambda: "0.0.9+older")
    monkeypatch.setattr(signals, "run_id", lambda *_: "00000000000older")
    kept = signals.count_exposures_and_events

    def count(warehouse, roles, **how):
        kept(warehouse, roles, **how)
        for name in ("case_term", "case_endpoint"):
            warehouse.register(name, warehouse.arrow(f"SELECT * FROM {name} WHERE case_id % 3 <> 0"))

    monkeypatch.setattr(signals, "count_exposures_and_events", count)


def test_another_code_version_is_its_own_part_with_the_cases_that_were_kept(own_lake, monkeypatch, tmp_path):
    with monkeypatch.context() as then:
        old_code(then)
        compute_signals(own_lake, "2023Q2")
    without_columns(own_lake.lake, "2023Q2", ["note", "is_assessable"])
    old = stored(own_lake.lake, "2023Q2", "any_car_t", "fever")
    asked = ("any_car_t", "fever", "2023Q2", "2023Q3")
    told = json.loads(explain(own_lake, *asked, out=tmp_path / "out").as_json())
    assert told["counts"]["from"] == old
    assert adds_up(told)
    assert change(told, "code")["a"] == -change(told, "code")["b"] > 0
    assert change(told, "code")["c"] == -change(told, "code")["d"] > 0
    assert any("no case ids were kept for c, d" in warning for warning in told["warnings"])
    listed = [row for row in told["cases"] if row["reason"] == "code"]
    assert {(row["from_cell"], row["to_cell"]) for row in listed} == {("b", "a")}
    assert all(case % 3 == 0 for row in listed for case in row["case_ids"])

    compute_signals(own_lake, "2023Q2")
    now = json.loads(explain(own_lake, *asked).as_json())
    assert change(now, "code") == {}, "the number stored last is of today's code"
    again = json.loads(explain(own_lake, *asked, from_run="00000000000older", out=tmp_path / "again").as_json())
    assert again["counts"] == told["counts"], "what a reader saw then can still be explained"
    assert (tmp_path / "again" / "explained_case.csv").read_bytes() == (
        tmp_path / "out" / "explained_case.csv"
    ).read_bytes()


@pytest.mark.parametrize("quarter", ["2023Q2", "2023Q3"])
def test_a_stored_number_of_this_code_that_cannot_be_counted_again_is_damage(counted_lake, quarter):
    [file] = Lake(counted_lake.lake).files("signal", {"as_of": quarter})
    rows = pq.read_table(file.path, partitioning=None)
    place = rows.column_names.index("a")
    pq.write_table(rows.set_column(place, "a", pc.add(rows["a"], 1)), file.path)
    with pytest.raises(CartwatchError, match="the lake is damaged, or this is a bug of ours"):
        explain(counted_lake, *ASKED, "2023Q2", "2023Q3")


def test_a_lake_that_lost_a_kept_vocabulary_says_so(own_lake, monkeypatch):
    with monkeypatch.context() as then:
        with_rows(then, "vocabulary_endpoint_term", without_term)
        compute_signals(own_lake, "2023Q2")
    shutil.rmtree(Lake(own_lake.lake).root / "vocabulary_entry")
    with pytest.raises(NothingThere, match="restore its table vocabulary_entry"):
        explain(own_lake, *ASKED, "2023Q2", "2023Q3")


def typed_again(settings, tables):
    """The typed tables of 2023Q1 written by another run, every reaction another term."""
    lake = Lake(settings.lake)
    for name in tables:
        [file] = lake.files(name, {"quarter": "2023Q1"})
        rows = pq.read_table(file.path, partitioning=None)
        if name == "case_reaction":
            terms = pa.array(["NAUSEA"] * rows.num_rows)
            rows = rows.set_column(rows.column_names.index("pt"), "pt", terms)
        path = lake.root / f"{name}.parquet"
        n_rows = write_rows(declared(name), rows, path)
        lake.commit(name, file.partition, path, Run("ingest", "again", "0.0.9"), n_rows)


def test_quarters_typed_again_since_are_told_as_code(counted_lake):
    typed_again(counted_lake, CORE)
    told = json.loads(explain(counted_lake, *ASKED, "2023Q2", "2023Q2").as_json())
    assert told["counts"]["from"] == stored(counted_lake.lake, "2023Q2")
    assert adds_up(told)
    assert change(told, "code")["a"] < 0
    assert any("typed again since run" in warning for warning in told["warnings"])


def test_a_quarter_whose_ingest_was_interrupted_is_refused(own_lake):
    typed_again(own_lake, CORE[:2])
    with pytest.raises(LakeConflict, match="2023Q1 was interrupted"):
        explain(own_lake, *ASKED, "2023Q2", "2023Q2")


# --- issues of an archive -------------------------------------------------------------------------------------------


def dated(archive, target, date, without):
    """The archive with a publisher's date, without the reports of these cases."""
    target.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            lines = old.read(info).splitlines(keepends=True)
            kept = [line for line in lines if not without & set(line.decode("latin-1").split("$")[:2])]
            new.writestr(zipfile.ZipInfo(info.filename, date), b"".join(kept), zipfile.ZIP_DEFLATED)
    return target


@pytest.fixture(scope="module")
def issued_again(archives, counted, tmp_path_factory):
    """2023Q1 published again in autumn, without the cases of the product; signals as of 2023Q2 rest on the first issue."""
    folder = tmp_path_factory.mktemp("issued-again")
    settings = Settings(lake=str(shutil.copytree(counted, folder / "lake")))
    rows = pq.read_table(Lake(settings.lake).files("exposed_case", {"as_of": "2023Q2"})[0].path, partitioning=None)
    gone = [row["case_id"] for row in rows.to_pylist() if row["product"] == ASKED[0]]
    again = dated(archives[0], folder / "again" / archives[0].name, (2023, 10, 20, 9, 0, 0), set(map(str, gone)))
    ingest(settings, [again])
    return folder / "lake"


@pytest.fixture
def reissued(issued_again, tmp_path):
    return Settings(lake=str(shutil.copytree(issued_again, tmp_path / "lake")))


def test_an_archive_issued_again_restates_the_number(reissued):
    told = json.loads(explain(reissued, *ASKED, "2023Q2", "2023Q3").as_json())
    assert told["counts"]["from"] == stored(reissued.lake, "2023Q2")
    assert adds_up(told)
    assert change(told, "restated")["a"] + change(told, "restated")["b"] < 0
    assert "FDA issued 2023Q1 again between the two numbers." in told["warnings"]


def test_two_issues_of_one_archive_are_compared_as_of_one_quarter(reissued, command):
    receipts = (Lake(reissued.lake).root / "landing" / "faers" / "2023Q1").glob("*/receipt.json")
    issues = sorted((json.loads(path.read_text()) for path in receipts), key=lambda item: item["published"])
    told = command(
        *(reissued.lake, "explain", "--product", ASKED[0], "--event", ASKED[1], "--from", "2023Q3", "--to", "2023Q3"),
        *("--from-data-version", f"2023Q1={issues[0]['sha256']}", "--to-data-version", f"2023Q1={issues[1]['sha256']}"),
    )
    assert set(told["reasons"]) == {"restated"}
    assert adds_up(told)


def test_a_quarter_loaded_after_the_number_was_stored_is_said(archives, without_the_second, tmp_path):
    settings = Settings(lake=str(shutil.copytree(without_the_second, tmp_path / "lake")))
    compute_signals(settings, "2023Q3")
    old = stored(settings.lake, "2023Q3")
    ingest(settings, [archives[1]])
    told = json.loads(explain(settings, *ASKED, "2023Q3", "2023Q3").as_json())
    assert told["counts"]["from"] == old
    assert adds_up(told)
    assert change(told, "new")
    assert "The lake did not hold 2023Q2 when the earlier number was counted." in told["warnings"]
