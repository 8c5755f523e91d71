"""What stands behind the study's numbers: estimands in words, methods, parameters with their source, records of the extract."""

from pipeline.cohort.parameters import parameters
from pipeline.cohort.rows import wordings
from pipeline.report.numbers import count
from pipeline.report.studycells import Cell, Column, Part, StudySection, StudyTable, counted, text
from pipeline.report.studyfacts import StudyFacts
from pipeline.report.studywords import estimand_name, level_name
from pipeline.study.gradingscales import scales

LISTS = ("other_events", "schedule", "tracks", "milestones", "samples")


def appendix(facts: StudyFacts) -> StudySection:
    """Estimands and methods that occur, parameters in force, and what became of the extract's records."""
    common = wordings()["common"]
    said = [common["at_risk"], common["events"]]
    quality = [] if facts.is_public else [_gate(facts), _records(facts), _rejected(facts)]
    return StudySection(
        "appendix",
        [
            Part("Estimands in words", said=said, tables=[_estimands(facts)]),
            Part("Methods", tables=[_methods(facts)]),
            Part("Parameters and where they come from", tables=[_parameters()], folded=[_listed(), _scales()]),
            Part("The extract", said=_origin(facts), tables=[table for table in quality if table.rows]),
        ],
    )


def _estimands(facts: StudyFacts) -> StudyTable:
    found = {row["estimand"]: row["estimand_text"] for row in facts.rows("estimate")}
    body = [[Cell(estimand_name(name), below=name), text(found[name])] for name in sorted(found, key=estimand_name)]
    unit = "Who is counted, what is counted, and when a person stops being at risk."
    return StudyTable("Estimands", unit, [Column("Estimand", "id in the tables"), Column("In words")], body)


def _methods(facts: StudyFacts) -> StudyTable:
    """Every method with what it is used for; intervals are 95 %."""
    used: dict[str, dict[str, None]] = {}
    for row in facts.rows("estimate"):
        used.setdefault(row["method"] or "none", {})[estimand_name(row["estimand"])] = None
    body = [[text(method.replace("_", " ")), text(", ".join(used[method]))] for method in sorted(used)]
    return StudyTable(
        "Methods",
        "Estimator and interval, as the column method of the tables names it.",
        [Column("Method"), Column("Used for")],
        body,
    )


def _parameters() -> StudyTable:
    entries = parameters().content["numbers"]
    body = [
        [
            text(name.replace("_", " ")),
            text(f"{entry['value']:g}"),
            text(entry["unit"]),
            text(entry["citation"]),
            text(_read(entry["verified"])),
        ]
        for name, entry in entries.items()
    ]
    flagged = frozenset(at for at, entry in enumerate(entries.values()) if not entry["verified"])
    columns = [Column(name) for name in ("Parameter", "Value", "Unit", "Source", "Read there")]
    unit = "Marked: nobody has read the number in the source named; verify it before it is relied on."
    return StudyTable("Parameters in force", unit, columns, body, flagged)


def _read(verified: bool) -> str:
    return "yes" if verified else "no"


def _listed() -> StudyTable:
    content = parameters().content
    body = [
        [text(name.replace("_", " ")), text(content[name]["citation"]), text(_read(content[name]["verified"]))]
        for name in LISTS
    ]
    body += [
        [Cell(level_name(name).replace("_", " "), below="terms"), text(", ".join(terms)), text("no")]
        for name, terms in content["other_events"].items()
        if isinstance(terms, list)
    ]
    flagged = frozenset(at for at, line in enumerate(body) if line[-1].text == "no")
    unit = "Schedules, tracks and term lists; preferred terms are not verified against MedDRA."
    return StudyTable(
        "Lists in force", unit, [Column("List"), Column("Source or terms"), Column("Read there")], body, flagged
    )


def _scales() -> StudyTable:
    body = [
        [Cell(scale.title, below=name), text(scale.citation), text(", ".join(sorted(scale.unverified)) or "none")]
        for name, scale in sorted(scales().items())
    ]
    columns = [Column("Scale", "id in the tables"), Column("Source"), Column("Thresholds not verified")]
    return StudyTable(
        "Grading scales", "A grade keeps its scale; grades of two scales are never pooled.", columns, body
    )


def _origin(facts: StudyFacts) -> list[str]:
    """How the extract was read, and under which key its patients' names were hashed."""
    mapping, version, key = (facts.extract.get(name) for name in ("mapping", "mapping_version", "key_fingerprint"))
    said = [f"Read by the mapping {mapping}, version {version}."] if mapping else []
    said += [f"Patients are pseudonymised with a keyed hash; fingerprint of the key: {key}."] if key else []
    whole = "Records by domain, rules that do not hold and refused records are told in the regulator's copy only."
    return [*said, whole] if facts.is_public else said


def _gate(facts: StudyFacts) -> StudyTable:
    """Rules of the gate that do not hold; one that is critical would have kept the extract out."""
    rows = facts.extract.get("gate", [])
    body = [
        [
            text(str(row["rule"]).replace("_", " ")),
            text(row["table"]),
            text(row["severity"]),
            Cell(row["found"] or "–", kind="verbatim"),
        ]
        for row in rows
    ]
    unit = f"Rows or patients, as each rule says, as of {facts.as_of}; they stay in every count unless an estimand leaves them out."
    columns = [Column(name) for name in ("Rule", "Table", "Severity", "Found")]
    return StudyTable("Rules that do not hold", unit, columns, body)


def _records(facts: StudyFacts) -> StudyTable:
    rows = facts.rows("extract_record")
    names = ("n_read", "n_kept", "n_rejected", "n_kept_in_part")
    body = [[Cell(row["domain"], below=row["file"]), *(counted(row[name]) for name in names)] for row in rows]
    if rows:
        body.append([text("All"), *(counted(sum(row[name] for row in rows)) for name in names)])
    columns = [
        Column("Domain", "file"),
        *(Column(name, "records", is_count=True) for name in ("Read", "Kept", "Rejected", "Kept without a column")),
    ]
    unit = f"Records of the extract as of {facts.as_of}; read = kept + rejected."
    return StudyTable("Records by domain", unit, columns, body)


def _rejected(facts: StudyFacts) -> StudyTable:
    rows = facts.rows("rejected_reason")
    body = [
        [
            text(row["domain"]),
            text(row["column"] or "whole record"),
            counted(row["n_records"]),
            Cell(row["reason"], kind="verbatim"),
        ]
        for row in rows
    ]
    columns = [Column("Domain"), Column("Column"), Column("Records", is_count=True), Column("Reason")]
    total = count(sum(row["n_records"] for row in rows))
    unit = f"{total} refusals by reason, in records, as of {facts.as_of}; each is kept with its place in the lake's table registry_rejected."
    return StudyTable("Records and columns that could not be used", unit, columns, body)
