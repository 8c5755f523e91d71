"""The simulated extract: what it holds, that it is the same again, and that it ends where the cut-off is."""

import datetime as dt
import json
import re

import pytest

from pipeline.demo.cohortfiles import FORMATS
from pipeline.demo.cohortlayout import DOMAINS
from pipeline.demo.cohortsettings import cohort_settings
from pipeline.errors import UsageError
from pipeline.steps.simulate import simulate_registry
from pipeline.study.gradingscales import scales
from pipeline.vocabulary.endpoints import endpoints
from pipeline.vocabulary.files import term_key
from tests.cohortextracts import extract_of

CUTOFF = dt.date(2026, 6, 30)
DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
ENDPOINT_OF = {"hypogammaglobulinaemia": "b_cell_aplasia"}
NO_ENDPOINT = {"autoimmune", "pregnancy"}


def written(folder, **more):
    asked = {"n": 400, "seed": 3, "cutoff": CUTOFF, "form": "parquet"} | more
    simulate_registry(folder, **asked)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return written(tmp_path_factory.mktemp("registry") / "extract")


@pytest.fixture(scope="module")
def extract(folder):
    return extract_of(folder)


def dates(rows):
    for row in rows:
        for name, value in row.items():
            is_date = name.endswith("DTC") or (row.get("FATESTCD", "").endswith(("DATE", "DTC")) and name == "FAORRES")
            if is_date and value:
                yield name, value


def test_every_domain_is_written_with_its_variables(extract):
    assert set(extract) == set(DOMAINS)
    for domain, rows in extract.items():
        assert rows, domain
        assert tuple(rows[0]) == tuple(variable.name for variable in DOMAINS[domain])
        assert {row["DOMAIN"] for row in rows} == {domain}


def test_every_key_is_unique(extract):
    for domain, rows in extract.items():
        name = {"DM": "USUBJID", "SV": "VISITNUM"}.get(domain, f"{domain}SEQ")
        keys = [(row["USUBJID"], row[name]) for row in rows]
        assert len(keys) == len(set(keys)), domain


def test_every_record_is_of_a_patient_in_dm(extract):
    known = {row["USUBJID"] for row in extract["DM"]}
    assert all(row["USUBJID"] in known for rows in extract.values() for row in rows)


def test_nothing_is_dated_after_the_cutoff(extract):
    for domain, rows in extract.items():
        for name, value in dates(rows):
            assert DATE.fullmatch(value), (domain, name, value)
            assert value <= str(CUTOFF), (domain, name, value)


def test_nothing_happens_to_the_dead(extract):
    died = {row["USUBJID"]: row["DTHDTC"] for row in extract["DM"] if row["DTHDTC"]}
    assert died
    for domain, name in (("AE", "AESTDTC"), ("SV", "SVSTDTC"), ("CM", "CMSTDTC"), ("EX", "EXSTDTC"), ("AE", "AEENDTC")):
        for row in extract[domain]:
            assert row[name][:10] <= died.get(row["USUBJID"], "9999"), (domain, row)


def test_the_disposition_tells_the_same_deaths_as_the_demographics_and_each_has_a_cause(extract):
    died = {row["USUBJID"]: row["DTHDTC"] for row in extract["DM"] if row["DTHFL"] == "Y"}
    told = {row["USUBJID"]: row["DSSTDTC"] for row in extract["DS"] if row["DSDECOD"] == "DEATH"}
    assert died == told
    assert {row["USUBJID"] for row in extract["DD"]} == set(died)


def test_some_are_never_infused_some_come_late_and_some_dates_are_incomplete(extract):
    patients = extract["DM"]
    assert any(not row["RFSTDTC"] for row in patients)
    assert any(row["RFICDTC"] > row["RFSTDTC"] > "" for row in patients)
    lengths = {len(row["AESTDTC"]) for row in extract["AE"]}
    assert {7, 10} <= lengths


def test_crs_is_graded_on_two_scales_so_that_pooling_must_be_refused(extract):
    scales_of_crs = {row["AESCAL"] for row in extract["AE"] if row["AEDECOD"] == "Cytokine release syndrome"}
    assert len(scales_of_crs) == 2


def test_a_malignancy_has_its_decision_and_pending_ones_have_no_date_of_decision(extract):
    told = {}
    for row in extract["FA"]:
        if row["FACAT"] == "SECOND MALIGNANCY":
            told.setdefault((row["USUBJID"], row["FASPID"]), {})[row["FATESTCD"]] = row["FAORRES"]
    assert told
    for one in told.values():
        assert {"PT", "DIAGDTC", "REPDTC", "ORIGIN", "SAMPLE", "TRANSGEN", "DECISION"} <= set(one)
        assert ("DECDTC" in one) == (one["DECISION"] != "PENDING")
        assert ("SAMPDTC" in one) == (one["SAMPLE"] == "Y")
        assert one["DIAGDTC"] <= one["REPDTC"] <= str(CUTOFF)


def test_the_same_options_give_the_same_bytes(folder, tmp_path):
    again = written(tmp_path / "extract")
    for path in folder.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes(), path.name
    for name in ("truth.json", "reference_rates.csv", "survivor_rates.csv"):
        first, second = (each.with_name(f"{each.name}-{name}").read_bytes() for each in (folder, again))
        assert first == second


def test_another_seed_gives_other_patients(folder, tmp_path):
    other = written(tmp_path / "other", seed=4)
    ids = [{row["USUBJID"] for row in extract_of(each)["DM"]} for each in (folder, other)]
    assert len(ids[0] & ids[1]) < 5


@pytest.fixture(scope="module")
def formats(tmp_path_factory):
    top = tmp_path_factory.mktemp("formats")
    return {form: extract_of(written(top / form, n=60, form=form)) for form in FORMATS}


@pytest.mark.parametrize("form", [form for form in FORMATS if form != "csv"])
def test_every_format_reads_back_the_same_values(formats, form):
    assert formats[form] == formats["csv"]


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_has_the_same_bytes_again(tmp_path, form):
    first, second = (written(tmp_path / name, n=5, form=form) for name in ("first", "second"))
    assert all(path.read_bytes() == (second / path.name).read_bytes() for path in first.iterdir())


def test_a_later_cutoff_tells_the_same_story_further_on(extract, tmp_path):
    later = extract_of(written(tmp_path / "later", cutoff=dt.date(2029, 6, 30)))
    by_id = {row["USUBJID"]: row for row in later["DM"]}
    for row in extract["DM"]:
        now = by_id[row["USUBJID"]]
        assert row["RFICDTC"] == now["RFICDTC"]
        assert row["DTHDTC"] in ("", now["DTHDTC"])
        assert row["RFPENDTC"] <= now["RFPENDTC"]
    visits = {(row["USUBJID"], row["VISIT"], row["SVSTDTC"]) for row in extract["SV"]}
    assert visits < {(row["USUBJID"], row["VISIT"], row["SVSTDTC"]) for row in later["SV"]}


@pytest.mark.parametrize("toxicity", cohort_settings().toxicities, ids=lambda toxicity: toxicity.id)
def test_a_planted_term_is_in_the_narrow_list_of_its_endpoint(toxicity):
    if toxicity.id in NO_ENDPOINT:
        return
    wanted = ENDPOINT_OF.get(toxicity.id, toxicity.id)
    narrow = next(set(map(term_key, known.narrow)) for known in endpoints() if known.id == wanted)
    assert {term_key(term) for term in toxicity.terms} <= narrow


def test_every_scale_is_one_that_the_study_knows():
    used = {scale for each in cohort_settings().toxicities for scale in (each.scale, each.former_scale) if scale}
    assert used <= set(scales())


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"n": 0}, "0 patients was asked for: give at least 1"),
        ({"n": -3}, "-3 patients"),
        ({"cutoff": dt.date(2017, 8, 1)}, "outside the simulated study"),
        ({"cutoff": dt.date(2070, 1, 1)}, "outside the simulated study"),
        ({"n": 1, "cutoff": dt.date(2017, 9, 1)}, "none of the 1 patients is enrolled"),
        ({"years": 0}, "0 years"),
        ({"years": 16}, "16 years"),
        ({"product": "aspirin"}, "no product 'aspirin'"),
        ({"product": "any_car_t"}, "group of products"),
    ],
)
def test_what_cannot_be_simulated_is_refused_and_nothing_is_written(tmp_path, more, said):
    with pytest.raises(UsageError, match=said):
        written(tmp_path / "extract", **more)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_holds_something_is_refused(tmp_path):
    (tmp_path / "extract").mkdir()
    (tmp_path / "extract" / "mine.txt").write_text("mine")
    with pytest.raises(UsageError, match="no empty folder"):
        written(tmp_path / "extract")
    assert (tmp_path / "extract" / "mine.txt").read_text() == "mine"


def test_an_earlier_truth_is_never_overwritten(tmp_path):
    (tmp_path / "extract-truth.json").write_text("earlier")
    with pytest.raises(UsageError, match="from an earlier extract"):
        written(tmp_path / "extract")
    assert not (tmp_path / "extract").exists()


def test_an_empty_folder_is_filled(tmp_path):
    (tmp_path / "extract").mkdir()
    assert len(list(written(tmp_path / "extract", n=3).iterdir())) == len(DOMAINS)


def test_the_truth_says_that_it_is_simulated_and_how_it_was_made(folder):
    truth = json.loads(folder.with_name("extract-truth.json").read_text())
    assert truth["simulated"] is True
    assert truth["parameters"] == {
        "n": 400, "seed": 3, "cutoff": "2026-06-30", "years": 15, "product": "tisagenlecleucel", "format": "parquet",
    }  # fmt: skip
    assert truth["planted"]["malignancies"]["sites"]["lung"]["planted"] == 1.6


def test_all_blocks_of_planted_numbers_say_where_they_are_from():
    plain = cohort_settings().plain
    blocks = [plain[name] for name in plain if isinstance(plain[name], dict) and "citation" in plain[name]]
    assert len(blocks) == 8
    assert all(block["citation"] for block in blocks)
