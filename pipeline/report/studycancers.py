"""Second malignancies: against the reference, one by one, and the samples still to be tested for the transgene."""

from collections.abc import Sequence

from pipeline.cohort.parameters import parameters
from pipeline.report.numbers import count, ratio
from pipeline.report.studycells import (
    Cell,
    Column,
    Part,
    Row,
    StudySection,
    StudyTable,
    counted_of,
    estimated,
    is_exact,
    is_hidden,
    number,
    reasons,
    since_infusion,
    text,
)
from pipeline.report.studyfacts import StudyFacts
from pipeline.report.studyfigures import ratio_forest
from pipeline.report.studywords import (
    estimand_name,
    event_name,
    level_name,
    origin_name,
    site_name,
    window_name,
)

ALL_SITES = "all_sites"
REFERENCES = {"standardised_ratio": "population", "survivor_ratio": "survivors"}
LATER = "after_excluded_months"
GLYPHS = (
    "In the picture circles compare with the population and diamonds with survivors of B-cell malignancy; in brackets observed "
    "and expected; arrows go on beyond the axis."
)


def standardised(facts: StudyFacts) -> StudySection:
    """The forest by site and by time since infusion, the ratios and excesses as tables, what the reference lacks."""
    rows = [row for row in facts.estimates("standardised", *REFERENCES) if is_exact(row)]
    lines = [_line(row) for row in _drawn(rows)]
    title = "Second malignancies observed over expected"
    figures = [ratio_forest("forest-sir", title, lines)] if lines else []
    others = [
        row
        for row in facts.estimates("standardised")
        if row["estimand"] not in REFERENCES and not row["method"].startswith("mid-p")
    ]
    told = reasons([*rows, *others], lambda row: f"{estimand_name(row['estimand'])}, {_where(row)}")
    held = [
        row for row in _placed(rows) if row["expected"] is not None or row["n_events"] is not None or is_hidden(row)
    ]
    leading = [row for row in held if row["event"] == ALL_SITES or row["window"] is None]
    table = _ratio_table(
        facts, "Observed and expected: all sites by time since infusion, each site over all of it", leading, told
    )
    by_site = _ratio_table(facts, "Each site by time since infusion", [row for row in held if row not in leading], [])
    rest = StudyTable(
        "Excess, the references against each other, and what they do not cover",
        f"Per 10,000 person-years, expected per expected, or person-years, as each line says, as of {facts.as_of}.",
        [Column("Estimate"), Column("Where"), Column("Unit"), Column("Value")],
        [
            [text(estimand_name(row["estimand"])), text(_where(row)), text(row["unit"]), estimated(row)]
            for row in _placed(others)
        ],
        frozenset(at for at, row in enumerate(_placed(others)) if row["is_flagged"]),
    )
    tables = [one for one in (table,) if one.rows or one.reasons]
    folded = [one for one in (by_site, rest) if one.rows]
    said = [GLYPHS] if figures else []
    return StudySection("standardised", [Part(said=said, figures=figures, tables=tables, folded=folded)])


def _ratio_table(facts: StudyFacts, title: str, rows: Sequence[Row], told: Sequence[str]) -> StudyTable:
    unit = f"Second malignancies observed per expected, exact 95 % bounds, as of {facts.as_of}."
    return StudyTable(title, unit, _columns(), [_ratio_row(row) for row in rows], reasons=told)


def adjudication(facts: StudyFacts) -> StudySection:
    """Counts by what adjudication found; the regulator's copy has the reports one by one, and those to be chased."""
    rows = [row for row in facts.estimates("adjudication") if row["estimand"] != "chase_list"]
    parts = [Part(tables=[_found(facts, rows)] if rows else [])]
    if facts.is_public:
        said = ["Single patients are listed in the regulator's copy only."]
        return StudySection("adjudication", [*parts, Part("Reports one by one", said=said)])
    listed = facts.rows("malignancy")
    chased = facts.rows("chase")
    said = [] if listed else ["No malignancy has been reported."]
    parts.append(Part("Reports one by one", said=said, tables=[_listing(facts, listed)] if listed else []))
    due = "Tissue of these has no result of the transgene test yet; those of T-cell origin stand first."
    said = [due if chased else "Every malignancy that needs one has a result of the transgene test."]
    return StudySection(
        "adjudication", [*parts, Part("To be chased", said=said, tables=[_chase(facts, chased)] if chased else [])]
    )


def _where(row: Row) -> str:
    site = site_name(row["event"])
    later = f"after the first {parameters()['excluded_months']:g} months"
    when = later if row["window"] == LATER else window_name(row["window"]).lower()
    return f"{site}, {estimand_name(row['window']).lower() if row['window'] in REFERENCES else when}"


def _drawn(rows: Sequence[Row]) -> list[Row]:
    """All sites in every window, and every site over the whole follow-up where something was seen."""
    told = [row for row in _placed(rows) if row["is_told"]]
    return [row for row in told if row["event"] == ALL_SITES or (row["window"] is None and row["n_events"])]


def _placed(rows: Sequence[Row]) -> list[Row]:
    """All sites first, then by site; within one the whole follow-up first, then the windows."""
    windows = [None, LATER, *(latency.id for latency in parameters().latency)]
    places = {name: at for at, name in enumerate(windows)}
    return sorted(
        rows,
        key=lambda row: (
            row["event"] not in (ALL_SITES, None),
            row["event"] or "",
            places.get(row["window"], 99),
            row["estimand"] != "standardised_ratio",
        ),
    )


def _line(row: Row) -> Row:
    observed = (
        f" ({count(row['n_events'])}\u00a0/\u00a0{ratio(row['expected'])})" if row["n_events"] is not None else ""
    )
    reference = REFERENCES[row["estimand"]]
    where = site_name(row["event"]) if row["window"] is None else _where(row)
    label = where + (", survivors" if reference == "survivors" else "") + observed
    return {"label": label, "reference": reference} | {name: row[name] for name in ("estimate", "low", "high")}


def _columns() -> list[Column]:
    return [
        Column("Site and time since infusion"),
        Column("Reference"),
        Column("Observed", is_count=True),
        Column("Expected", is_count=True),
        Column("Person-years", is_count=True),
        Column("Observed over expected"),
        Column("Multiple primaries"),
    ]


def _ratio_row(row: Row) -> list[Cell]:
    expected, years = row["expected"], row["person_years"]
    return [
        text(_where(row)),
        text(REFERENCES[row["estimand"]]),
        counted_of(row, "n_events"),
        Cell("–" if expected is None else number(expected), kind="n"),
        Cell("–" if years is None else ratio(years), kind="n"),
        estimated(row),
        text(row["method"].partition(", ")[2].replace("_", " ")),
    ]


def _found(facts: StudyFacts, rows: Sequence[Row]) -> StudyTable:
    """Malignancies by what adjudication found: all, those counted, then by decision, origin and transgene."""
    kinds = ("reported", "counted", "decision", "origin", "transgene")
    placed = sorted(
        rows, key=lambda row: kinds.index(kind) if (kind := row["event"].partition("=")[0]) in kinds else 99
    )
    body = [[text(event_name(row["event"])), counted_of(row, "n_events")] for row in placed]
    unit = f"Reports of malignancies; origin and transgene of those held to be second primaries. As of {facts.as_of}."
    return StudyTable(
        "Malignancies reported after infusion", unit, [Column("Finding"), Column("Reports", is_count=True)], body
    )


def _listing(facts: StudyFacts, rows: Sequence[Row]) -> StudyTable:
    columns = [
        *(Column(name) for name in ("Patient", "Malignancy")),
        Column("Diagnosed", "days since infusion"),
        *(
            Column(name)
            for name in ("Indication", "Origin, site", "Transgene", "Copies", "Integration", "Clone before")
        ),
        *(Column(name) for name in ("Decision", "Reason")),
    ]
    body = [
        [
            Cell(f"{row['subject_id']}-{row['malignancy_number']}", below=f"centre {row['centre_id']}", kind="hash"),
            Cell(row["pt"] or "–", below=row["histology_code"] or "", kind="verbatim"),
            Cell(str(row["diagnosis_date"] or "–"), below=since_infusion(row["days_since_infusion"])),
            text(row["indication"] and level_name(row["indication"])),
            Cell(origin_name(row["origin"]), below=site_name(row["site"]) if row["site"] else ""),
            Cell(
                (row["transgene_result"] or "not tested").replace("_", " "),
                below=row["transgene_method"] or "",
                kind="verbatim",
            ),
            text(None if row["vector_copy_number"] is None else number(row["vector_copy_number"])),
            Cell(row["integration_site"] or "–", kind="verbatim"),
            text({True: "yes", False: "no", None: "not known"}[row["is_clone_before_infusion"]]),
            Cell((row["decision"] or "pending").replace("_", " "), below=_signed(row)),
            Cell(row["decision_reason"] or "–", kind="verbatim"),
        ]
        for row in rows
    ]
    flagged = frozenset(at for at, row in enumerate(rows) if row["transgene_result"] in {"positive", "low"})
    unit = f"One line is one report; days since the index infusion (day 0), as of {facts.as_of}. Marked: the transgene was found."
    return StudyTable(f"{len(rows)} malignancies", unit, columns, body, flagged, is_wide=True)


def _signed(row: Row) -> str:
    day, n = row["decision_date"], row["n_adjudicators"]
    return "" if day is None else f"{day}, {n or 'no'} adjudicator{'' if n == 1 else 's'}"


def _chase(facts: StudyFacts, rows: Sequence[Row]) -> StudyTable:
    columns = [
        Column(name)
        for name in ("Centre", "Patient", "Malignancy", "Origin", "Diagnosed", "Tissue", "Result", "Decision")
    ]
    body = [
        [
            text(row["centre_id"]),
            Cell(f"{row['subject_id']}-{row['malignancy_number']}", kind="hash"),
            Cell(row["pt"] or "–", kind="verbatim"),
            text(origin_name(row["origin"])),
            text(row["diagnosis_date"]),
            text(_sent(row)),
            text((row["transgene_result"] or "not tested").replace("_", " ")),
            text((row["decision"] or "pending").replace("_", " ")),
        ]
        for row in rows
    ]
    flagged = frozenset(at for at, row in enumerate(rows) if row["origin"] == "t_cell")
    unit = f"One line is one report, as of {facts.as_of}. Marked: of T-cell origin."
    return StudyTable("Not yet tested for the transgene", unit, columns, body, flagged)


def _sent(row: Row) -> str:
    if row["is_sample_sent"]:
        return f"sent, taken {row['sample_date']}" if row["sample_date"] else "sent"
    return "not known" if row["is_sample_sent"] is None else "not sent"
