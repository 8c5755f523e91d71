"""Who is followed and how completely: accrual, study clock, completeness, visits, and what the patients were like."""

from collections.abc import Iterable, Sequence

from pipeline.cohort.parameters import parameters
from pipeline.contract.study import INDICATIONS
from pipeline.report.numbers import count, ratio
from pipeline.report.studycells import (
    NONE_FOLLOWED,
    Cell,
    Column,
    Part,
    Row,
    StudySection,
    StudyTable,
    counted,
    counted_of,
    estimated,
    number,
    ordered,
    percent,
    reasons,
    text,
)
from pipeline.report.studyfacts import StudyFacts
from pipeline.report.studyfigures import accrual_chart
from pipeline.report.studywords import (
    estimand_name,
    event_name,
    level_name,
    population_name,
    window_name,
    words,
)
from pipeline.vocabulary.strata import age_intervals

COUNTS = ("registered", "infused", "followed", "never_infused", "enrolled_late", "enrolment_unknown", "no_consent")
BY = {"centre": "By centre", "indication": "By indication", "year": "By year of infusion"}
UNDATED = ("undated_deaths", "undated_infusions", "undated_withdrawals", "undated_losses")
NOT_PLACED = ("undated_events", "undated_malignancies", "undated_treatments", "events_outside")
NOT_FOLLOWED = (*UNDATED, "lost_to_follow_up", *NOT_PLACED)


def following(facts: StudyFacts) -> StudySection:
    """Counts against the plan, the milestones of the requirement, and infusions by year."""
    by_year = [
        {"year": row["population"].removeprefix("year="), "n": row["n_patients"]}
        for row in facts.estimates("completeness", "clark_c")
        if row["population"].startswith("year=") and row["n_patients"] is not None
    ]
    figures = [accrual_chart(by_year)] if by_year else []
    return StudySection("following", [Part(tables=[_accrual(facts), _clock(facts)], figures=figures)])


def completeness(facts: StudyFacts) -> StudySection:
    """Flagged centres before anything else; then C, visits, who is lost, and how late forms come."""
    rows = facts.estimates("completeness", "clark_c", "clark_c_due")
    flagged = [row for row in rows if row["is_flagged"] and row["population"] != "all"]
    calls = [_call(flagged)] if flagged else []
    overall = [row for row in rows if row["is_flagged"] and row["population"] == "all"]
    calls = [*([_call(overall)] if overall else []), *calls]
    parts = {name: [row for row in rows if row["population"].startswith(f"{name}=")] for name in BY}
    whole = [row for row in rows if row["population"] == "all"]
    tables = [_clark(facts, "Of all patients", whole)] if whole else []
    tables += [_clark(facts, BY[name], found) for name, found in parts.items() if found and name != "centre"]
    tables += [table for table in (_by_time(facts),) if table.rows]
    folded = [_clark(facts, BY["centre"], parts["centre"])] if parts["centre"] else []
    said = ["Centres are told one by one in the regulator's copy only."] if facts.is_public else []
    missed = [_visits(facts), _missed(facts)]
    return StudySection(
        "completeness",
        [
            Part(said=said, calls=calls, tables=tables, folded=folded),
            Part(title="Visits, loss and forms", tables=missed),
        ],
    )


def population(facts: StudyFacts) -> StudySection:
    """Infused patients by what the registry says of them, for all and for each indication."""
    rows = facts.rows("characteristic")
    shown = [f"indication={name}" for name in INDICATIONS]
    groups = ["all", *(name for name in shown if any(row["population"] == name for row in rows))]
    columns = [Column("Characteristic"), *(Column(_short(name), "patients", is_count=True) for name in groups)]
    found = {(row["characteristic"], row["level"], row["population"]): row["n_patients"] for row in rows}
    body = []
    for characteristic, title in words()["characteristics"].items():
        levels = _levels(characteristic, {row["level"] for row in rows if row["characteristic"] == characteristic})
        body += [[Cell(title, kind="group"), *(Cell("") for _ in groups)]] if levels else []
        for level in levels:
            cells = [counted(found.get((characteristic, level, group), 0)) for group in groups]
            body.append([Cell(_level(characteristic, level), kind="level"), *cells])
    unit = f"Patients with an index infusion, as of {facts.as_of}."
    table = StudyTable("Patients infused", unit, columns, body, is_wide=True)
    said = ["Patients by indication are told in the regulator's copy only."] if facts.is_public else []
    return StudySection("population", [Part(said=said, tables=[table])])


def _accrual(facts: StudyFacts) -> StudyTable:
    """Counts, person-years and shares; what is not in the section is not made up."""
    rows = {row["estimand"]: row for row in facts.estimates("accrual") if row["at_years"] is None}
    reached = facts.estimates("accrual", "reached")
    body = [[text(estimand_name(name)), _value(rows[name])] for name in COUNTS if name in rows]
    if "accrual" in rows:
        row = rows["accrual"]
        planned = (
            "" if row["expected"] is None else f"{count(row['n_patients'])} of {count(round(row['expected']))} by now"
        )
        target = f"{count(round(parameters()['planned_patients']))} in {parameters()['planned_accrual_years']:g} years"
        body.append([Cell(estimand_name("accrual"), below=f"plan: {target}"), estimated(row)._replace(below=planned)])
    body += [
        [text(estimand_name(name)), _value(rows[name])]
        for name in ("person_years", "missing_by_design")
        if name in rows
    ]
    body += [
        [text(f"{estimand_name('reached')} {row['at_years']:g} years"), _shared(row)]
        for row in sorted(reached, key=lambda row: row["at_years"])
    ]
    unit = f"Patients, person-years, or share of patients with exact 95 % bounds, as of {facts.as_of}."
    told = reasons([*rows.values(), *reached], lambda row: estimand_name(row["estimand"]))
    return StudyTable("Accrual", unit, [Column(""), Column("Value")], body, reasons=told)


def _clock(facts: StudyFacts) -> StudyTable:
    """Milestones from the parameters, interim reports from the run; those due are flagged."""
    milestones = parameters().content["milestones"]
    verified = "" if milestones["verified"] else "not verified"
    body = [
        [text(words_of), text(milestones[name].isoformat()), Cell("", below=verified)]
        for name, words_of in (
            ("enrolment_opened", "Enrolment opened"),
            ("study_completed", "Study to be completed"),
            ("final_report", "Final report due"),
        )
    ]
    due = sorted(facts.estimates("accrual", "interim_report"), key=lambda row: row["at_years"])
    flagged = [len(body) + at for at, row in enumerate(due) if row["is_flagged"]]
    for row in due:
        left = row["estimate"]
        when = f"due for {number(-left)} years" if left <= 0 else f"in {number(left)} years"
        body.append(
            [text(f"{estimand_name('interim_report')}, year {row['at_years']:g}"), text(row["window"]), text(when)]
        )
    unit = f"Calendar days; years from the data-lock point {facts.as_of}. {milestones['citation']}."
    columns = [Column("Milestone"), Column("Day"), Column("Standing")]
    return StudyTable("Study clock", unit, columns, body, frozenset(flagged))


def _value(row: Row) -> Cell:
    if row["measure"] == "share":
        return _shared(row)
    value = row["estimate"]
    if not row["is_told"]:
        return estimated(row)
    return Cell(
        f"{value:,.1f}".replace(",", "\u202f") if row["unit"] == "person-year" else count(round(value)), kind="m"
    )


def _shared(row: Row) -> Cell:
    """A share with the counts it is made of."""
    n, of = row["n_events"], row["n_patients"]
    made = "" if n is None or of is None else f"{count(n)} of {count(of)}"
    return estimated(row)._replace(below=made)


def _call(rows: Sequence[Row]) -> str:
    named = ", ".join(f"{population_name(row['population'])} ({number(row['estimate'], 'share')})" for row in rows)
    threshold = percent(parameters()["completeness_threshold"])
    return f"Follow-up is incomplete: C up to the last due visit is under {threshold} in {named}. Numbers below rest on what was seen."


def _clark(facts: StudyFacts, title: str, rows: Sequence[Row]) -> StudyTable:
    """One line for each population, both ways to reckon what was due."""
    found = {(row["population"], row["estimand"]): row for row in rows}
    names = list(dict.fromkeys(row["population"] for row in rows))
    body, flagged = [], []
    for at, name in enumerate(names):
        whole, due = found.get((name, "clark_c")), found.get((name, "clark_c_due"))
        cells = [counted_of(whole, "n_patients") if whole else text(None), _years(whole, "person_years")]
        body.append([text(_short(name)), *cells, _years(whole, "person_years_due"), estimated(whole), estimated(due)])
        if due and due["is_flagged"]:
            flagged.append(at)
    columns = [
        Column("Patients followed"),
        Column("Patients", is_count=True),
        Column("Observed", "person-years", is_count=True),
        Column("Due", "person-years", is_count=True),
        Column("C", "all of the follow-up"),
        Column("C up to the last due visit", f"flagged under {percent(parameters()['completeness_threshold'])}"),
    ]
    unit = f"Clark's C: share of the person-time due that was observed, as of {facts.as_of}."
    told = reasons(rows, lambda row: _short(row["population"]))
    return StudyTable(title, unit, columns, body, frozenset(flagged), told)


def _by_time(facts: StudyFacts) -> StudyTable:
    """One line for each part of the follow-up in which time was due."""
    order = [window.id for window in parameters().windows]
    rows = ordered(facts.estimates("completeness", "clark_c_by_time"), order, "window")
    reached = [row for row in rows if row["n_patients"] != 0]
    body = [
        [
            text(window_name(row["window"])),
            counted_of(row, "n_patients"),
            _years(row, "person_years"),
            _years(row, "person_years_due"),
            estimated(row),
        ]
        for row in reached
    ]
    columns = [Column("Time since infusion"), Column("Patients", is_count=True)]
    columns += [Column(name, "person-years", is_count=True) for name in ("Observed", "Due")]
    unit = f"Clark's C of the time due in each part of the follow-up, as of {facts.as_of}."
    return StudyTable("By time since infusion", unit, [*columns, Column("C")], body)


def _years(row: Row | None, name: str) -> Cell:
    value = None if row is None else row.get(name)
    return Cell(NONE_FOLLOWED if value is None else ratio(value), kind="n")


def _visits(facts: StudyFacts) -> StudyTable:
    rows = facts.estimates("visits", "visit_made")
    order = [visit.id for visit in parameters().visits]
    placed = sorted(
        rows, key=lambda row: (row["event"] is None, order.index(row["event"]) if row["event"] in order else 99)
    )
    reached = [row for row in placed if row["n_patients"] != 0]
    body = [[text("All visits" if row["event"] is None else _visit(row["event"])), *_parts(row)] for row in reached]
    columns = [
        Column("Visit"),
        Column("Due", "visits", is_count=True),
        Column("Made", "visits", is_count=True),
        Column("Share made"),
    ]
    unit = f"Visits made inside their window, of those due; exact 95 % bounds, as of {facts.as_of}. Visits nobody owed yet are left out."
    return StudyTable("Visits", unit, columns, body)


def _visit(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _parts(row: Row) -> list[Cell]:
    return [counted_of(row, "n_patients"), counted_of(row, "n_events"), estimated(row)]


def _missed(facts: StudyFacts) -> StudyTable:
    order = (*NOT_FOLLOWED, "form_lag")  # what can bias survival comes first
    rows = sorted(facts.estimates("completeness", *order), key=lambda row: order.index(row["estimand"]))
    body = []
    for row in rows:
        name = estimand_name(row["estimand"])
        if row["estimand"] == "form_lag":
            of = "" if row["n_events"] is None else f"{count(row['n_events'])} forms"
            days = f"{row['estimate']:.0f} days" if row["is_told"] else estimated(row).text
            body.append([text(f"{name}: {event_name(row['event']).lower()}"), Cell(days, below=of, kind="m")])
        elif row["measure"] == "share":
            body.append([text(name), _shared(row)])
        else:
            body.append([text(name), _value(row)])
    flagged = frozenset(at for at, row in enumerate(rows) if row["is_flagged"])
    unit = f"Patients or their share, events, or median days to the registry's receipt, as of {facts.as_of}."
    told = reasons(rows, lambda row: estimand_name(row["estimand"]))
    return StudyTable("Loss and forms", unit, [Column(""), Column("Value")], body, flagged, told)


def _short(name: str) -> str:
    """A population in a narrow head: its level alone."""
    _, equals, level = name.partition("=")
    return level_name(level) if equals else population_name(name)


def _levels(characteristic: str, found: Iterable[str]) -> list[str]:
    """Levels that occur: ages and sexes in their order, others by the alphabet, unknown last."""
    order = ["F", "M", *dict.fromkeys(interval.age_band for interval in age_intervals())]
    if characteristic == "age_band":
        order = order[2:]
    return sorted(found, key=lambda level: (level == "unknown", order.index(level) if level in order else 99, level))


def _level(characteristic: str, level: str) -> str:
    return (
        level.replace("-", "–")
        if characteristic == "age_band"
        else level
        if characteristic == "product"
        else level_name(level)
    )
