"""Every rule can fail: a defect planted in a clean quarter breaks the rule meant for it, with the outcome declared."""

import json
import shutil

import pyarrow as pa
import pytest
from faersfiles import faers_files, show_quarter
from tables import rows_of

from pipeline.config import carried
from pipeline.contract.ledger import GATE_RESULT, QUARANTINE
from pipeline.contract.renderings import arrow_schema
from pipeline.errors import UsageError
from pipeline.lake.warehouse import Warehouse
from pipeline.quality import gate
from pipeline.quality.gate import check_quarter
from pipeline.quality.rules import gate_rules

EARLIER = {"raw_demo": [3, 3, 3, 3, 3]}

# In each file the first text that reads `before` becomes `after` (an empty `before` adds a line, `…` empties a
# whole column's values). `marks`: lines in the quarantine; `car-t`: how many of them name a CAR-T product.
PLANTED = """
rule                    | table           | file   | before                        | after                        | severity | marks | car-t
role_cod_codes          | raw_drug        | DRUG   | 200000011$20000001$1$PS       | 200000011$20000001$1$ZZ      | warning  | 2     | 1
outc_cod_codes          | raw_outc        | OUTC   | 200000021$20000002$HO         | 200000021$20000002$XX        | warning  | 3     | 0
sex_codes               | raw_demo        | DEMO   | $F$                           | $YR$                         | info     | -     | 0
rept_cod_codes          | raw_demo        | DEMO   | $EXP$                         | $EXPED$                      | info     | -     | 0
occp_cod_codes          | raw_demo        | DEMO   | $MD$                          | $DOC$                        | info     | -     | 0
age_cod_codes           | raw_demo        | DEMO   | $YR$                          | $YEAR$                       | info     | -     | 0
wt_cod_codes            | raw_demo        | DEMO   | $KG$                          | $STONE$                      | info     | -     | 0
i_f_code_codes          | raw_demo        | DEMO   | $I$                           | $X$                          | info     | -     | 0
val_vbm_codes           | raw_drug        | DRUG   | KYMRIAH$$1                    | KYMRIAH$$3                   | info     | -     | 0
rpsr_cod_codes          | raw_rpsr        | RPSR   | $HP                           | $XX                          | info     | -     | 0
orphan                  | case_drug       | DRUG   | 200000021$20000002$1          | 200000091$20000009$1         | warning  | 4     | 0
orphan                  | case_reaction   | REAC   | 200000011$20000001$           | 200000011$20000003$          | warning  | 2     | 1
orphan                  | case_outcome    | OUTC   | 200000021$20000002            | 200000091$20000009           | warning  | 3     | 0
orphan                  | case_therapy    | THER   | 200000021$20000002            | 200000091$20000009           | warning  | 3     | 0
orphan                  | case_indication | INDI   | 200000021$20000002            | 200000091$20000009           | warning  | 3     | 0
orphan                  | case_reporter   | RPSR   | 200000021$20000002            | x$20000009                   | warning  | 3     | 0
repeated_report         | report_version  | DEMO   | 200000021$20000002$1          | 200000011$20000001$1         | warning  | 2,3   | 2
missing_case_number     | report_version  | DEMO   | 200000021$20000002$1          | 200000021$$1                 | warning  | 3     | 0
missing_report_number   | report_version  | DEMO   | 200000021$20000002$1          | $20000002$1                  | warning  | 3     | 0
primaryid_mismatch      | raw_demo        | DEMO   | 200000011$20000001$1          | 200000011$20000001$2         | warning  | 2     | 1
unreadable_version      | report_version  | REAC   | $Nausea$                      | $Nausea$$$$                  | warning  | 2     | 1
receipt_after_quarter   | report_version  | DEMO   | 20230120                      | 20230401                     | warning  | 2     | 1
empty_pt                | case_reaction   | REAC   | $Nausea                       | $                            | warning  | 2     | 1
missing_code            | case_drug       | DRUG   | $1$PS$                        | $1$$                         | warning  | 2     | 1
missing_code            | case_outcome    | OUTC   | 200000021$20000002$HO         | 200000021$20000002$          | warning  | 3     | 0
repeated_drug_seq_early | case_drug       | DRUG   | 20000001$2$                   | 20000001$1$                  | warning  | 2,3   | 2
missing_drug_entry      | case_therapy    | THER   | 20000001$1$                   | 20000001$7$                  | info     | -     | 0
missing_drug_entry      | case_indication | INDI   | 20000001$1$                   | 20000001$7$                  | info     | -     | 0
childless_report        | report_version  | REAC   | …                             | 200000011$20000001$Nausea$   | info     | -     | 0
deleted_case            | report_version  | DELETE | 10000001                      | 20000002                     | info     | -     | 0
implausible_date        | report_version  | DEMO   | 20230110                      | 20230231                     | info     | -     | 0
implausible_date        | case_therapy    | THER   | 20230101                      | 18990101                     | info     | -     | 0
date_order              | report_version  | DEMO   | 20230110                      | 20230125                     | info     | -     | 0
date_order              | case_therapy    | THER   | 20230102                      | 20221231                     | info     | -     | 0
unreadable_age          | report_version  | DEMO   | $12$YR                        | $163/6$YR                    | info     | -     | 0
identical_reaction      | raw_reac        | REAC   | 20000001$Pyrexia              | 20000001$Nausea              | info     | -     | 0
kymriah_over_25         | report_version  | DEMO   | $12$YR                        | $41$YR                       | info     | -     | 0
empty_pt_share          | case_reaction   | REAC   | …                             | 200000011$20000001$$         | critical | -     | 0
rejected_share          | raw_drug        | DRUG   |                               | a line without its fields    | warning  | -     | 0
rejected_share_high     | raw_reac        | REAC   | …                             | a line without its fields    | critical | -     | 0
row_count               | raw_demo        | DEMO   | …                             | 200000011$20000001$1         | warning  | -     | 0
"""


def plant(text, before, after):
    """The file's text with one defect in it."""
    header, _, body = text.partition("\r\n")
    width = header.count("$")
    if before == "…":
        return f"{header}\r\n{after.rstrip('$') + '$' * (width - after.rstrip('$').count('$')) if '$' in after else after}\r\n"
    if not before:
        return f"{text}{after}\r\n"
    assert before in text
    return f"{header}\r\n{body.replace(before, after, 1)}" if before in body else text.replace(before, after, 1)


@pytest.fixture
def checked(tmp_path):
    """Stage the files and ask the gate."""
    opened = []

    def check(files, quarter="2023Q1", earlier=EARLIER, only_table=None):
        opened.append(show_quarter(files, tmp_path / f"{len(opened)}", quarter))
        return check_quarter(opened[-1], quarter, "run", earlier, only_table)

    yield check
    for warehouse in opened:
        warehouse.connection.close()


def _result(outcome, table, rule):
    (row,) = [row for row in outcome.results.to_pylist() if (row["table"], row["rule"]) == (table, rule)]
    return row


PLANTED_ROWS = rows_of(PLANTED)


@pytest.mark.parametrize("spec", PLANTED_ROWS, ids=[f"{row['rule']}-{row['table']}" for row in PLANTED_ROWS])
def test_a_planted_defect_breaks_its_rule(checked, spec):
    files = faers_files()
    files[spec["file"]] = plant(files[spec["file"]], spec["before"], spec["after"])
    outcome = checked(files, only_table=spec["table"])
    row = _result(outcome, spec["table"], spec["rule"])
    assert (row["passed"], row["raised"], row["severity"]) == (False, False, spec["severity"])
    assert row["n_violating"] > 0
    assert (spec["rule"] in {broken["rule"] for broken in outcome.broken_critical}) == (spec["severity"] == "critical")
    marked = [each for each in outcome.quarantine.to_pylist() if each["rule"] == spec["rule"]]
    assert ",".join(str(each["line"]) for each in marked) == (spec["marks"] or "")
    assert sum(each["is_car_t"] for each in marked) == int(spec["car-t"])
    assert {(each["quarter"], each["table"], each["run_id"]) for each in marked} <= {("2023Q1", spec["table"], "run")}


# Rules about what we write ourselves, or about columns rarely filled: no edit of FDA's files reaches them.
BEYOND_FILES = {
    "columns",
    "unaccounted_record",
    "age_grp_codes",
    "e_sub_codes",
    "dechal_codes",
    "rechal_codes",
    "dur_cod_codes",
}


def test_every_rule_has_a_planted_defect():
    rules = {rule.name for rules in gate_rules().values() for rule in rules if rule.kind != "values"}
    missing = rules - {row["rule"] for row in PLANTED_ROWS} - BEYOND_FILES
    assert missing == {
        "implausible_date_share",
        "repeated_drug_seq",
    }  # below: they need a hundred rows, another quarter


def test_a_clean_quarter_breaks_nothing(checked):
    outcome = checked(faers_files())
    assert outcome.table_of_broken_rules() == "Every rule holds."
    assert not outcome.failed
    assert outcome.quarantine.num_rows == 0
    assert outcome.results.schema == arrow_schema(GATE_RESULT)
    assert set(arrow_schema(QUARANTINE)) - set(outcome.quarantine.schema) == {pa.field("edition", pa.string())}, (
        "the folder carries it"
    )


def test_a_hundred_reports_pass_after_full_quarters_with_one_warning(checked):
    outcome = checked(faers_files(100), earlier={"raw_demo": [400_000] * 8})
    assert not outcome.failed
    assert [row["rule"] for row in outcome.results.to_pylist() if not row["passed"]] == ["row_count"]
    assert outcome.quarantine.num_rows == 0


def test_tables_with_only_a_header_pass(checked):
    files = faers_files()
    for kind in ("OUTC", "RPSR", "THER", "INDI"):
        files[kind] = files[kind].partition("\r\n")[0] + "\r\n"
    outcome = checked(files)
    assert outcome.table_of_broken_rules() == "Every rule holds."


def test_a_quarter_of_headers_alone_passes(checked):
    headers = {kind: text.partition("\r\n")[0] + "\r\n" for kind, text in faers_files().items() if kind != "DELETE"}
    assert not checked(headers, earlier={}).failed


def test_fewer_than_four_earlier_quarters_are_not_compared(checked):
    for earlier in ({}, {"raw_demo": [400_000] * 3}):
        row = _result(checked(faers_files(), earlier=earlier, only_table="raw_demo"), "raw_demo", "row_count")
        assert (row["passed"], row["n_checked"]) == (True, 0)
        assert row["found"].startswith("not judged")


def test_one_empty_term_in_a_hundred_is_marked_but_two_stop_the_run(checked):
    files = faers_files(50)
    files["REAC"] = plant(files["REAC"], "$Nausea", "$")
    once = checked(files, only_table="case_reaction")
    files["REAC"] = plant(files["REAC"], "$Nausea", "$")
    twice = checked(files, only_table="case_reaction")
    assert [once.failed, twice.failed] == [False, True]
    assert [once.quarantine.num_rows, twice.quarantine.num_rows] == [1, 2]
    assert "empty_pt_share" in twice.table_of_broken_rules().splitlines()[1]


def test_many_implausible_dates_are_a_warning_that_marks_nothing(checked):
    files = faers_files(100)
    files["THER"] = files["THER"].replace("20230102", "02-JAN-2023", 6)
    outcome = checked(files, only_table="case_therapy")
    assert not _result(outcome, "case_therapy", "implausible_date_share")["passed"]
    assert (outcome.failed, outcome.quarantine.num_rows) == (False, 0)


def test_a_repeated_drug_number_is_counted_since_2024q4_and_marked_before(checked):
    files = faers_files()
    files["DRUG"] = plant(files["DRUG"], "20000001$2$", "20000001$1$")
    outcome = checked(files, "2024Q4", only_table="case_drug")
    assert not _result(outcome, "case_drug", "repeated_drug_seq")["passed"]
    assert _result(outcome, "case_drug", "repeated_drug_seq_early")["passed"]
    assert outcome.quarantine.num_rows == 0


def test_codes_are_compared_in_any_case_and_every_unknown_one_is_told(checked):
    files = faers_files(30)
    for number in range(25):
        files["OUTC"] = plant(files["OUTC"], "$HO", f"$X{number:02}")
    files["OUTC"] = plant(files["OUTC"], "$HO", "$ho")
    row = _result(checked(files, only_table="raw_outc"), "raw_outc", "outc_cod_codes")
    assert row["n_violating"] == 25
    assert "'X00' (1)" in row["found"]
    assert row["found"].endswith("and 5 more values")


def test_a_marked_row_has_its_case_even_where_the_file_has_none(checked):
    files = faers_files()
    files["OUTC"] = plant(files["OUTC"], "200000011$20000001$HO", "200000011$$XX")
    (row,) = checked(files, only_table="raw_outc").quarantine.to_pylist()
    assert (row["report_id"], row["case_id"], row["is_car_t"]) == (200000011, 20000001, True)
    assert row["reason"] == "outc_cod XX is not documented"


def test_marking_removes_no_row(tmp_path):
    files = faers_files()
    files["DRUG"] = plant(files["DRUG"], "200000021$20000002$1", "200000091$20000009$1")
    with show_quarter(files, tmp_path / "kept") as warehouse:
        check_quarter(warehouse, "2023Q1", "run", {})
        assert warehouse.rows("SELECT count(*) FROM case_drug") == [(6,)]


def test_lost_records_stop_the_run(tmp_path):
    with show_quarter(faers_files(), tmp_path / "lost") as warehouse:
        warehouse.register("short", warehouse.arrow("SELECT * FROM raw_reac LIMIT 5"))
        warehouse.connection.execute("CREATE OR REPLACE VIEW raw_reac AS SELECT * FROM short")
        outcome = check_quarter(warehouse, "2023Q1", "run", {}, "raw_reac")
    assert [row["rule"] for row in outcome.broken_critical] == ["unaccounted_record"]
    assert outcome.broken_critical[0]["found"] == "6 records read, 5 kept, 0 rejected (1)"


def test_a_missing_column_stops_the_run_and_rules_that_need_it_could_not_be_evaluated(tmp_path):
    with show_quarter(faers_files(), tmp_path / "narrow") as warehouse:
        warehouse.register("narrow", warehouse.arrow("SELECT * EXCLUDE (pt) FROM case_reaction"))
        warehouse.connection.execute("CREATE OR REPLACE VIEW case_reaction AS SELECT *, 1 AS extra FROM narrow")
        outcome = check_quarter(warehouse, "2023Q1", "run", {}, "case_reaction")
    broken = {row["rule"]: row for row in outcome.broken_critical}
    assert broken["columns"]["found"] == "missing: pt; unknown: extra"
    assert broken["empty_pt"]["raised"]
    assert broken["empty_pt"]["severity"] == "warning"
    assert "could not be evaluated" in broken["empty_pt"]["found"]
    assert not _result(outcome, "case_reaction", "orphan")["raised"]


def test_a_missing_table_stops_the_run(tmp_path):
    with show_quarter(faers_files(), tmp_path / "gone") as warehouse:
        warehouse.connection.execute("DROP VIEW case_outcome")
        outcome = check_quarter(warehouse, "2023Q1", "run", {}, "case_outcome")
    assert {row["rule"] for row in outcome.broken_critical} == {rule.name for rule in gate_rules()["case_outcome"]}


def test_a_value_of_ours_that_the_contract_does_not_know_stops_the_run(tmp_path):
    with show_quarter(faers_files(), tmp_path / "ours") as warehouse:
        warehouse.register("odd", warehouse.arrow("SELECT * REPLACE ('x' AS sex_code) FROM report_version"))
        warehouse.connection.execute("CREATE OR REPLACE VIEW report_version AS SELECT * FROM odd")
        outcome = check_quarter(warehouse, "2023Q1", "run", {}, "report_version")
    assert [row["rule"] for row in outcome.broken_critical] == ["sex_code_values"]


@pytest.fixture
def suites(tmp_path, monkeypatch):
    """A copy of the committed suites that a test may spoil."""
    folder = tmp_path / "expectations"
    shutil.copytree(carried("expectations"), folder)
    monkeypatch.setattr(gate, "carried", lambda _: folder)
    return folder


def _spoil(suites, table, rule, change):
    path = suites / f"{table}.json"
    document = json.loads(path.read_text())
    (item,) = [item for item in document["expectations"] if item["meta"]["rule"] == rule]
    change(document, item)
    path.write_text(json.dumps(document))


def test_a_misspelt_column_in_an_info_rule_stops_the_run(checked, suites):
    _spoil(suites, "raw_demo", "sex_codes", lambda _, item: item["kwargs"].update(column="sexx_codes"))
    outcome = checked(faers_files(), only_table="raw_demo")
    (row,) = outcome.broken_critical
    assert (row["rule"], row["severity"], row["raised"], row["passed"]) == ("sex_codes", "info", True, False)
    assert "sexx_codes" in row["found"]
    assert outcome.table_of_broken_rules().splitlines()[1].startswith("critical (raised)  raw_demo  sex_codes")


def test_a_rule_that_its_suite_lacks_stops_the_run(checked, suites):
    _spoil(suites, "raw_demo", "sex_codes", lambda document, item: document["expectations"].remove(item))
    (row,) = checked(faers_files(), only_table="raw_demo").broken_critical
    assert (row["rule"], row["raised"]) == ("sex_codes", True)


def test_the_committed_suite_decides_not_the_code(checked, suites):
    _spoil(suites, "raw_rpsr", "rpsr_cod_codes", lambda _, item: item.update(severity="critical"))
    files = faers_files()
    files["RPSR"] = plant(files["RPSR"], "$HP", "$XX")
    assert checked(files, only_table="raw_rpsr").failed


def test_the_same_quarter_gives_the_same_rows_in_the_same_order(checked):
    files = faers_files()
    for kind in ("OUTC", "THER", "DRUG"):
        files[kind] = files[kind].replace("20000002", "20000009")
    first, second = checked(files), checked(files)
    assert first.results.equals(second.results)
    assert first.quarantine.equals(second.quarantine)
    keys = [tuple(row[name] for name in QUARANTINE.key if name != "edition") for row in first.quarantine.to_pylist()]
    assert len(set(keys)) == len(keys) > 3


def test_an_unknown_table_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match="raw_demo"):
        check_quarter(None, "2023Q1", "run", {}, "raw_demography")


def test_the_real_samples_load(shared, tmp_path):
    from pipeline.config import ArchiveLimits, Settings
    from pipeline.intake.archive import quarters_in
    from pipeline.intake.faers import stage_core, stage_raw

    names = ("aers_ascii_2004q1.zip", "2012q4_heads", "faers_ascii_2017q2.zip", "2026q2_heads")
    for given in quarters_in([shared / "data" / "faers" / name for name in names], ArchiveLimits()):
        folder = tmp_path / given.quarter
        folder.mkdir()
        with Warehouse(Settings(threads=1)) as warehouse:
            for item in stage_raw(given, "sha", "run", folder, str)[0]:
                warehouse.show_parquet(item.table, item.path, {"quarter": given.quarter, "edition": "0_undated_sha"})
            warehouse.register("vocabulary_country", pa.table({"name": ["US"], "code": ["US"]}))
            list(stage_core(given.quarter, "0_undated_sha", folder, warehouse, str))
            empty = pa.table(
                {name: pa.array([], pa.string()) for name in ("drug_name", "active_ingredient", "product")}
            )
            warehouse.register("drug_product", empty)
            outcome = check_quarter(warehouse, given.quarter, "run", {})
        assert not outcome.failed, outcome.table_of_broken_rules()
        assert {row["rule"] for row in outcome.quarantine.to_pylist()} <= {"orphan"}
