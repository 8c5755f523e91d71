"""An E2B(R2) message to a case: the format of the publisher's own quarterly XML files too."""

from collections.abc import Iterator

from pipeline.errors import InputRefused
from pipeline.intake.e2bcase import Dosing, Drug, Message, Reaction
from pipeline.intake.e2bvalues import R2_UNITS, Interval, Moment, Told, content, formatted_moment
from pipeline.intake.e2bxml import Element, Envelope

FORM = "E2B(R2)"
ENVELOPE = Envelope(FORM, "ichicsr", "", "safetyreport", frozenset({"ichicsrmessageheader"}), has_doctype=True)
NULLIFIED = "1"
OUTCOME_OF_R3 = {"1": "1", "2": "2", "3": "3", "4": "4", "5": "5", "6": "0"}
"""Outcome codes of E2B(R3) by those of E2B(R2): only unknown has another number."""


def identity(root: Element) -> tuple[str | None, Told]:
    """The worldwide number that authority or company gave, else the report's own, and the date of the newest information."""
    told = (content(root.first(name)).text for name in ("authoritynumb", "companynumb", "safetyreportid"))
    return next((text for text in told if text), None), content(root.first("receiptdate"))


def message(root: Element, file: str, number: int) -> Message:
    """The case of one report; InputRefused where it has no identity or two patients."""
    case_id, _ = identity(root)
    if case_id is None:
        raise InputRefused("it has neither authoritynumb, companynumb nor safetyreportid (A.1.0.1, A.1.10)")
    patients = root.all("patient")
    if len(patients) > 1:
        raise InputRefused("it has several patients")
    patient = patients[0] if patients else Element("patient", {})
    reactions = tuple(_reaction(one, place) for place, one in enumerate(patient.all("reaction"), 1))
    version = content(root.first("safetyreportversion")).text or ""
    return Message(
        file,
        number,
        FORM,
        case_id,
        content(root.first("safetyreportid")).text,
        "nullification" if content(root.first("casenullification")).text == NULLIFIED else "report",
        int(version) if version.isascii() and version.isdigit() else 0,
        content(root.first("transmissiondate")),
        _moment(root, "receivedate"),
        _moment(root, "receiptdate"),
        reactions,
        tuple(_drugs(patient)),
    )


def _moment(element: Element, name: str) -> Moment:
    return formatted_moment(content(element.first(name)), content(element.first(f"{name}format")))


def _interval(element: Element, name: str) -> Interval:
    unit = content(element.first(f"{name}unit")).text
    told_unit = None if unit is None else R2_UNITS.get(unit, f"unit {unit}")
    return Interval(content(element.first(name)), told_unit)


def _reaction(one: Element, number: int) -> Reaction:
    """A reaction; its preferred term is taken where it is told, else its lowest level term."""
    level = "pt" if content(one.first("reactionmeddrapt")).text else "llt"
    told = content(one.first(f"reactionmeddra{level}")).text
    is_code = told is not None and told.isascii() and told.isdigit()
    outcome = content(one.first("reactionoutcome"))
    return Reaction(
        key=str(number),
        number=number,
        reported=content(one.first("primarysourcereaction")),
        code=told if is_code else None,
        meddra_version=content(one.first(f"reactionmeddraversion{level}")).text,
        term=None if is_code else told,
        is_preferred=level == "pt",
        start=_moment(one, "reactionstartdate"),
        end=_moment(one, "reactionenddate"),
        duration=_interval(one, "reactionduration"),
        outcome=Told(OUTCOME_OF_R3.get(outcome.text or "", outcome.text)),
    )


def _drugs(patient: Element) -> Iterator[Drug]:
    """The drugs, without their intervals: which drug and reaction one means, and whether its first day is 1, is not told."""
    for one in patient.all("drug"):
        names = (
            content(name).text
            for name in (*one.all("activesubstance", "activesubstancename"), *one.all("activesubstancename"))
        )
        yield Drug(
            name=content(one.first("medicinalproduct")),
            substances=tuple(name for name in names if name),
            role=content(one.first("drugcharacterization")),
            dosings=(Dosing(_moment(one, "drugstartdate"), _moment(one, "drugenddate")),),
        )
