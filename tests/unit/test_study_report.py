"""The study's report, section by section, on rows made by hand."""

import re

import pytest

from pipeline.errors import CartwatchError
from pipeline.report.studyappendix import appendix
from pipeline.report.studybenefit import benefit, other, unplaced
from pipeline.report.studycancers import adjudication, standardised
from pipeline.report.studycells import bounds, estimated, number
from pipeline.report.studyfollowing import completeness, following, population
from pipeline.report.studyoccurrence import occurrence
from pipeline.report.studypage import study_page
from pipeline.report.studysamples import samples
from pipeline.report.studysevere import severe
from pipeline.report.studytime import competing, survival
from pipeline.report.studywords import event_name, population_name, refuse_measures_of_reports, window_name
from tests.studyreportrows import DLP, density, estimate, facts, step

SUBJECT = "0123456789abcdef01234567"
TUMOUR = {
    "subject_id": SUBJECT,
    "malignancy_number": 1,
    "indication": "lbcl",
    "centre_id": "C07",
    "pt": "T-cell lymphoma",
    "diagnosis_date": "2024-03-01",
    "days_since_infusion": 800,
    "origin": "t_cell",
    "transgene_result": "positive",
    "decision": "second_primary",
    "n_adjudicators": 2,
}


def tables_of(section):
    return [table for part in section.parts for table in (*part.tables, *part.folded)]


def text_of(table):
    """Rows of a table as the words and numbers that are printed."""
    return [" | ".join(" ".join(filter(None, cell[:3])) for cell in line) for line in table.rows]


def said_by(section):
    return [sentence for part in section.parts for sentence in (*part.calls, *part.said)]


@pytest.mark.parametrize(
    ("value", "unit", "printed"),
    [
        (0.5, "share", "50.0 %"),
        (0.001234, "share", "0.12 %"),
        (0.0, "share", "0 %"),
        (1.0, "share", "100 %"),
        (3.14159, "ratio", "3.14"),
        (-8.1397, "per 10,000 person-years", "−8.14"),
        (1234.5, "per 100 person-years", "1\u202f234"),
        (None, "share", "–"),
    ],
)
def test_a_number_is_written_with_its_unit(value, unit, printed):
    assert number(value, unit) == printed


def test_an_interval_with_one_end_says_which():
    row = estimate("incidence", "rate_ratio", unit="ratio")
    assert bounds(row | {"low": 2.0}) == "from 2.00"
    assert bounds(row | {"high": 2.0}) == "up to 2.00"
    assert bounds(row) == ""


def test_what_has_no_number_says_why_it_has_none():
    assert estimated(None).text == "–"
    assert estimated(estimate("x", "y", reason="Nobody was followed.", person_years=0.0)).text == "–"
    assert estimated(estimate("x", "y", reason="Two scales.")).text == "not told"
    hidden = "Suppressed: a small count, or one that would give a small count away."
    assert estimated(estimate("x", "y", reason=hidden)).text == "hidden"


def test_accrual_stands_against_the_plan_and_interim_reports_that_are_due_are_flagged():
    rows = [
        estimate("accrual", "infused", 288.0, unit="patient", measure="count", n_patients=288),
        estimate(
            "accrual", "accrual", 0.1028, unit="infused per planned", n_patients=288, expected=2800.0, measure="ratio"
        ),
        estimate("accrual", "interim_report", -3.8, at_years=5.0, window="2022-08-30", unit="year", is_flagged=True),
        estimate("accrual", "interim_report", 1.2, at_years=10.0, window="2027-08-30", unit="year"),
    ]
    accrual, clock = tables_of(following(facts(rows)))
    assert text_of(accrual)[0] == "Infused | 288"
    assert "0.10 288 of 2\u202f800 by now" in text_of(accrual)[1]
    assert [text_of(clock)[at] for at in clock.flagged] == ["Interim report, year 5 | 2022-08-30 | due for 3.80 years"]
    assert text_of(clock)[-1] == "Interim report, year 10 | 2027-08-30 | in 1.20 years"
    assert DLP in accrual.unit
    assert "not verified" in text_of(clock)[1]


def clark(population, value, *, is_flagged=False, estimand="clark_c_due"):
    return estimate("completeness", estimand, value, population=population, n_patients=20, is_flagged=is_flagged)


def test_a_centre_with_incomplete_follow_up_is_called_out_before_any_number():
    rows = [clark("all", 0.9), clark("centre=C01", 0.95), clark("centre=C02", 0.41, is_flagged=True)]
    section = completeness(facts(rows))
    assert "under 80.0 % in Centre: C02 (41.0 %)" in said_by(section)[0]
    (centres,) = [table for table in tables_of(section) if table.title == "By centre"]
    assert [text_of(centres)[at].split(" | ")[0] for at in centres.flagged] == ["C02"]
    page = study_page(facts([*rows, density("crs", None, 3, 50.0, 6.0, 1.2, 17.5)]))
    assert page.index("Follow-up is incomplete") < page.index('id="occurrence"')


def test_patients_are_described_for_all_and_for_each_indication():
    rows = [
        {"characteristic": "sex", "level": "F", "population": "all", "n_patients": 30},
        {"characteristic": "sex", "level": "F", "population": "indication=lbcl", "n_patients": 12},
        {"characteristic": "age_band", "level": "2-11", "population": "all", "n_patients": 30},
    ]
    (table,) = tables_of(population(facts(characteristic=rows)))
    assert [column.title for column in table.columns] == ["Characteristic", "All patients", "Large B-cell lymphoma"]
    assert "female | 30 | 12" in text_of(table)
    assert "2–11 | 30 | 0" in text_of(table)


def test_events_stand_by_window_and_an_event_nobody_had_by_its_upper_bound():
    rows = [
        density("crs", "day_0_28", 5, 8.0, 62.5, 20.3, 145.9),
        density("crs", None, 5, 80.0, 6.25, 2.03, 14.6),
        density("tls", None, 0, 90.0, 0.0, 0.0, 4.10),
        density("crs", "day_0_28", 5, 8.0, 62.5, 22.9, 138.0, method="mid-p"),
    ]
    section = occurrence(facts(rows))
    seen, unseen = tables_of(section)[:2]
    assert [column.title for column in seen.columns] == ["Event", "Day 0–28", "All of the follow-up"]
    assert text_of(seen) == [
        "Cytokine release syndrome | 62.5 20.3 to 146 5 ev. / 8.00 py | 6.25 2.03 to 14.6 5 ev. / 80.0 py"
    ]
    assert text_of(unseen)[0].startswith("Tumour lysis syndrome | 100 | 0 0 to 4.10")
    assert len(section.parts[0].figures) == 1


def test_pooled_grades_are_refused_with_the_reason_in_sight():
    why = "Grades can be counted together on one scale only; these are on crs_astct_2019, crs_penn: count each alone."
    row = density("crs", None, None, None, None, None, None, reason=why, scale="crs_astct_2019, crs_penn")
    section = severe(facts([row | {"estimand": "first_event_grade_3", "n_patients": None}]))
    (table,) = tables_of(section)
    assert "not told" in text_of(table)[0]
    assert table.opened
    assert why in table.reasons[0]
    assert why in study_page(facts([row | {"estimand": "first_event_grade_3", "n_patients": None}]))


def test_grades_on_several_scales_stand_scale_by_scale_with_at_least_how_many():
    said = {
        "event": "crs",
        "n_events": 12,
        "n_patients": 90,
        "low": 0.09,
        "measure": "share, at least",
        "n_left_out": 3,
    }
    rows = [
        estimate(
            "incidence",
            "severe_on_scale",
            12 / 90,
            unit=f"share on {scale}, at least",
            scale=scale,
            population=of,
            **said,
        )
        for scale in ("crs_astct_2019", "crs_penn")
        for of in ("all", "sex=F")
    ]
    section = severe(facts(rows))
    assert [len(table.rows) for table in tables_of(section)] == [2, 2]
    assert text_of(tables_of(section)[0])[0].endswith("| All patients | 12 | 90 | 13.3 % from 9.0 % | 3")
    assert "crs_" not in " ".join(text_of(tables_of(section)[0]))
    assert not unplaced(facts(rows)).parts


def test_what_cannot_be_placed_in_time_is_counted_and_flagged():
    names = ("undated_events", "undated_malignancies", "undated_treatments")
    rows = [estimate("completeness", name, 2.0, unit="event", measure="count", is_flagged=True) for name in names]
    (table,) = [one for one in tables_of(completeness(facts(rows))) if one.title == "Loss and forms"]
    assert [line.split(" not known")[0] for line in text_of(table)] == ["Events", "Malignancies", "Treatments"]
    assert len(table.flagged) == 3
    assert not unplaced(facts(rows)).parts


def test_what_can_bias_survival_stands_before_all_else_that_is_missing():
    names = ("events_outside", "lost_to_follow_up", "undated_deaths", "undated_events", "undated_withdrawals")
    rows = [estimate("completeness", name, 2.0, unit="patient", measure="count", is_flagged=True) for name in names]
    (table,) = [one for one in tables_of(completeness(facts(rows))) if one.title == "Loss and forms"]
    told = [line.split(" | ")[0] for line in text_of(table)]
    assert told[:3] == ["Deaths without a day", "Withdrawals without a day", "Lost to follow-up"]


def test_a_refusal_in_the_regulators_copy_never_says_that_something_is_hidden():
    row = estimate(
        "benefit", "crs_share_grade_3", event="crs", window="day_0_30", reason="Two scales.", measure="share"
    )
    assert "hidden" not in " ".join(text_of(tables_of(benefit(facts([row])))[0]))
    graded = density("crs", None, None, None, None, None, None, reason="Two scales.") | {"n_patients": None}
    assert "hidden" not in " ".join(
        text_of(tables_of(severe(facts([graded | {"estimand": "first_event_grade_3"}])))[0])
    )


def test_a_curve_has_its_numbers_at_risk_beneath_and_ends_where_few_remain():
    steps = [
        step("survival", "overall_survival", at, 1 - at / 10, 60 - 10 * at, event="death") for at in (1, 2, 3, 4, 5.5)
    ]
    rows = [
        estimate("survival", "overall_survival", 0.9, at_years=1.0, n_at_risk=50, event="death", measure="share"),
        estimate(
            "survival", "overall_survival", at_years=10.0, n_at_risk=2, event="death", measure="share", reason="Few."
        ),
    ]
    section = survival(facts(rows, steps))
    (figure,) = section.parts[0].curves
    assert [cell.text for cell in figure.risk.rows[0]] == ["Overall survival", "50", "2"]
    few = survival(facts(rows, [*steps, step("survival", "overall_survival", 7, 0.2, 9, event="death")]))
    assert few.parts[0].curves[0].svg == figure.svg


def test_estimands_of_one_event_stand_side_by_side_and_name_what_competes():
    names = {"transplant_competes": "death, transplant, gene_therapy", "transplant_ignored": "death"}
    steps = [
        step("time_to_event", name, at, at / 10, event="relapse", competing=rivals)
        for name, rivals in names.items()
        for at in (1, 2)
    ]
    rows = [
        estimate(
            "time_to_event", name, 0.1, at_years=1.0, n_at_risk=50, event="relapse", competing=rivals, measure="share"
        )
        for name, rivals in [*names.items(), ("one_minus_kaplan_meier", None)]
    ]
    section = competing(facts(rows, steps))
    (figure,) = section.parts[0].curves
    assert [label for label, _ in figure.series] == ["Transplant competes", "Transplant ignored"]
    lines = text_of(section.parts[0].tables[0])
    assert lines[1].startswith("Transplant competes | death, transplant, further gene therapy | 10.0 %")
    assert lines[-1].startswith("1 − Kaplan–Meier (overstates) | none")


def naive(*estimands, told=True):
    """A curve and the share after five years of each estimand; 1 less Kaplan and Meier's twice the other."""
    values = {"transplant_ignored": 0.1, "one_minus_kaplan_meier": 0.2}
    said = {"event": "second_malignancy"}
    steps = [step("time_to_event", name, at, values[name] * at / 5, **said) for name in estimands for at in (1, 5)]
    asked = {"at_years": 5.0, "n_at_risk": 50, "measure": "share"} | said
    rows = [
        estimate("time_to_event", name, values[name] if told else None, reason=None if told else "x", **asked)
        for name in estimands
    ]
    return facts(rows, steps)


def test_one_less_kaplan_meier_is_drawn_beside_the_incidence_and_the_gap_is_named():
    both = ("transplant_ignored", "one_minus_kaplan_meier")
    side_by_side, overstated = competing(naive(*both)).parts
    assert [label for label, _ in side_by_side.curves[0].series] == ["Transplant ignored"]
    (figure,) = overstated.curves
    assert [label for label, _ in figure.series][1].startswith("1 − Kaplan–Meier")
    assert "By year 5 it says 20.0 % where 10.0 % had the event: 10.0 points too many." in figure.note
    assert "fewer than 10 patients are left" in figure.note
    page = study_page(naive(*both))
    assert page.count("points too many") == 2  # in the picture's caption, and in its words for screen readers
    (hidden,) = competing(naive(*both, told=False)).parts[1].curves
    assert "points too many" not in hidden.note
    assert len(competing(naive("transplant_ignored")).parts) == 1


def test_observed_over_expected_stands_against_both_references():
    said = {
        "event": "all_sites",
        "n_events": 3,
        "person_years": 500.0,
        "unit": "observed per expected",
        "low": 0.3,
        "high": 4.0,
    }
    rows = [
        estimate(
            "standardised", name, value, expected=expected, method="garwood, first_primary", measure="ratio", **said
        )
        for name, value, expected in (("standardised_ratio", 1.5, 2.0), ("survivor_ratio", 0.75, 4.0))
    ]
    section = standardised(facts(rows))
    assert [line.split(" | ")[1] for line in text_of(tables_of(section)[0])] == ["population", "survivors"]
    assert "1.50 0.30 to 4.00" in text_of(tables_of(section)[0])[0]
    assert len(section.parts[0].figures) == 1


def test_without_a_reference_the_section_says_why_there_is_no_ratio():
    rows = [
        estimate(
            "standardised", "standardised_ratio", event="all_sites", method="garwood", reason="No reference was given."
        )
    ]
    assert "No reference was given." in study_page(facts(rows))


def test_one_lymphoma_is_never_hidden_from_the_regulator_and_never_listed_in_public():
    whole = adjudication(facts(malignancy=[TUMOUR]))
    (listing,) = [table for table in tables_of(whole) if "malignanc" in table.title]
    assert f"{SUBJECT}-1" in text_of(listing)[0]
    assert listing.flagged == {0}
    public = study_page(facts(malignancy=[TUMOUR], chase=[TUMOUR | {"malignancy_number": 1}], is_public=True))
    assert SUBJECT not in public
    assert "regulator" in " ".join(said_by(adjudication(facts(is_public=True))))


def test_the_chase_list_marks_t_cell_origin():
    rows = [{name: TUMOUR.get(name) for name in ("centre_id", "subject_id", "malignancy_number", "pt", "origin")}]
    (table,) = tables_of(adjudication(facts(chase=rows)))[-1:]
    assert table.flagged == {0}
    assert "not tested" in text_of(table)[0]


def test_no_positive_sample_is_said_in_words():
    assert "No test was positive" in " ".join(said_by(samples(facts())))


def test_effects_stand_per_thousand_by_year_with_what_is_early():
    rows = [
        estimate(
            "effects",
            "per_thousand_free",
            713.0,
            at_years=1.0,
            event="overall_survival",
            unit="of 1,000 treated",
            low=654.0,
            high=764.0,
        ),
        estimate(
            "effects",
            "per_thousand",
            3.7,
            at_years=1.0,
            event="second_malignancy",
            unit="of 1,000 treated",
            low=0.4,
            high=19.0,
        ),
        estimate(
            "effects",
            "per_thousand",
            120.0,
            window="day_0_30",
            event="crs",
            unit="of 1,000 treated",
            low=90.0,
            high=150.0,
        ),
    ]
    table = tables_of(benefit(facts(rows)))[0]
    assert [column.title for column in table.columns] == ["Of 1,000 treated", "Day 0–30", "By year 1"]
    assert text_of(table)[0] == "Alive | – | 713 654 to 764"
    assert text_of(table)[1].endswith("| 3.7 0.4 to 19")


def test_causes_of_death_and_lots_are_told():
    rows = [estimate("deaths", "cause_of_death", 7.0, event="infection", n_events=7, unit="death", measure="count")]
    lot = {
        "lot": "L1",
        "product": "tisagenlecleucel",
        "n_patients": 2,
        "n_in_specification": 1,
        "n_out_of_specification": 1,
    }
    tables = {table.title: text_of(table) for table in tables_of(other(facts(rows, lot=[lot])))}
    assert tables["Deaths by cause"] == ["Infections | 7"]
    assert tables["1 lots"] == ["L1 | tisagenlecleucel | 2 | 1 | 1"]


def test_an_estimate_of_an_unknown_section_is_printed_all_the_same():
    (table,) = tables_of(unplaced(facts([estimate("something_new", "mystery", 0.5)])))
    assert text_of(table)[0].startswith("Mystery")
    assert not unplaced(facts()).parts


def test_an_estimand_that_its_section_does_not_know_is_printed_all_the_same():
    (table,) = tables_of(
        unplaced(facts([estimate("incidence", "something_new", 0.5), estimate("visits", "visit_made", 0.9)]))
    )
    assert [line.split(" | ")[0] for line in text_of(table)] == ["Something new"]


def test_the_appendix_says_where_parameters_come_from_and_what_became_of_records():
    extract = {"mapping": "sdtm", "mapping_version": "1", "key_fingerprint": "ab12", "gate": []}
    record = {"domain": "AE", "file": "ae.csv", "n_read": 10, "n_kept": 8, "n_rejected": 2, "n_kept_in_part": 1}
    refused = {"domain": "AE", "column": None, "reason": "No such patient.", "n_records": 2, "n_reasons": 2}
    section = appendix(
        facts([estimate("x", "first_event", 1.0)], extract=extract, extract_record=[record], rejected_reason=[refused])
    )
    tables = {table.title: table for table in tables_of(section)}
    assert text_of(tables["Records by domain"]) == ["AE ae.csv | 10 | 8 | 2 | 1", "All | 10 | 8 | 2 | 1"]
    assert text_of(tables["Records and columns that could not be used"]) == ["AE | whole record | 2 | No such patient."]
    assert "First events first_event | In words." in text_of(tables["Estimands"])
    doubtful = [text_of(tables["Parameters in force"])[at] for at in tables["Parameters in force"].flagged]
    assert doubtful
    assert all(line.endswith("| no") for line in doubtful)
    assert "ab12" in " ".join(said_by(section))


def test_a_study_without_a_single_estimate_still_makes_a_page_that_says_so():
    page = study_page(facts())
    assert page.count("Nothing has been estimated here.") >= 5
    assert "Regulator" in page


def test_every_table_says_its_unit_and_data_lock_point_or_its_source():
    page = study_page(facts([density("crs", None, 5, 80.0, 6.25, 2.03, 14.6)]))
    captions = re.findall(r'<span class="cap">.*?<small>(.*?)</small>', page)
    assert captions
    assert all(text.strip() for text in captions)


def test_the_page_needs_no_network_and_runs_no_script():
    page = study_page(facts([density("crs", None, 5, 80.0, 6.25, 2.03, 14.6)]))
    assert "<script" not in page
    assert not re.search(r'(src|href)="(?!#|data:)', page)


def test_what_the_registry_typed_stays_text():
    page = study_page(facts(malignancy=[TUMOUR | {"pt": "<script>alert(1)</script>"}], caveats=["<b>"]))
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_the_same_facts_give_the_same_page():
    rows = [density("crs", None, 5, 80.0, 6.25, 2.03, 14.6)]
    assert study_page(facts(rows)) == study_page(facts(rows))


def test_a_measure_of_reports_on_the_page_is_refused():
    with pytest.raises(CartwatchError, match="never share a page"):
        study_page(facts(caveats=["The EBGM was 3."]))
    assert refuse_measures_of_reports("<style>.ROR{}</style><p title='x'>fine</p>") is None


@pytest.mark.parametrize(
    ("told", "printed"),
    [
        (population_name("indication=fl"), "Indication: Follicular lymphoma"),
        (population_name("sex=M to F"), "Sex: male over female"),
        (population_name("age_per_10_years"), "Age per 10 years"),
        (event_name("decision=second_primary"), "Decision: second primary"),
        (event_name(None), "Any"),
        (event_name("crs"), "Cytokine release syndrome"),
        (window_name("year_3_5"), "Years 3–5"),
        (window_name("week_7"), "Week 7"),
    ],
)
def test_ids_are_written_in_words(told, printed):
    assert told == printed
