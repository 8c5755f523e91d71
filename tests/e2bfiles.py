"""Case messages made by hand: E2B(R3) and E2B(R2) files of a few cases; no patient, product batch or code is real."""

from dataclasses import dataclass, field
from xml.sax.saxutils import escape, quoteattr

ICH = "2.16.840.1.113883.3.989.2.1"
MEDDRA = "2.16.840.1.113883.6.163"
INITIALS, NARRATIVE, BORN = "QQZ", "Narrative of patient QQZ", "19610307"
UNITS = {"a": "801", "mo": "802", "wk": "803", "d": "804", "h": "805", "min": "806"}


@dataclass
class Reaction:
    """term: coded name; code: MedDRA code; start, end: text or null flavor; interval: number and unit, or null flavor."""

    term: str | None = "Cytokine release syndrome"
    start: str | None = None
    code: str = "90000001"
    reported: str | None = None
    interval: str | None = None
    end: str | None = None
    serious: tuple[str, ...] = ()
    outcome: str = "1"


@dataclass
class Drug:
    """infusions: starts of its dosages, text or null flavor."""

    name: str = "KYMRIAH"
    infusions: tuple[str, ...] = ("20210105",)
    role: str = "1"
    substance: str | None = None
    intervals: dict[int, str] = field(default_factory=dict)


@dataclass
class Case:
    case_id: str | None = "US-MADEUP-1"
    reactions: tuple[Reaction, ...] = (Reaction(),)
    drugs: tuple[Drug, ...] = (Drug(),)
    first: str | None = "20210301"
    recent: str | None = "20210310"
    created: str = "20210311101010+0000"
    standing: str | None = None
    version: int = 1
    processing: str = "P"


def _told(name, text, extra=""):
    """An element with a value or a null flavor; nothing where nothing is told."""
    if text is None:
        return ""
    return f"<{name} {'nullFlavor' if text.isalpha() else 'value'}={quoteattr(text)}{extra}/>"


def _quantity(text):
    if text.isalpha():
        return f'<pauseQuantity nullFlavor="{text}"/>'
    number, unit = text.split()
    return f'<pauseQuantity value="{number}" unit="{unit}"/>'


def _observation(code, value, kind="outboundRelationship2"):
    return f'<{kind} typeCode="PERT"><observation><code code="{code}" codeSystem="{ICH}.1.19"/>{value}</observation></{kind}>'


def _r3_reaction(one, number):
    outcome = _observation("27", f'<value code="{one.outcome}"/>')
    name = f" displayName={quoteattr(one.term)}" if one.term else ""
    said = _observation("30", f"<value>{escape(one.reported)}</value>") if one.reported else ""
    flags = "".join(
        _observation(code, '<value value="true"/>' if code in one.serious else '<value nullFlavor="NI"/>')
        for code in ("34", "21", "33", "35", "12", "26")
    )
    return (
        f'<subjectOf2><observation><id root="reaction-{number}"/><code code="29" codeSystem="{ICH}.1.19"/>'
        f"<effectiveTime>{_told('low', one.start)}{_told('high', one.end)}</effectiveTime>"
        f'<value code="{one.code}" codeSystem="{MEDDRA}" codeSystemVersion="29.0"{name}/>{said}{flags}'
        f"{outcome}</observation></subjectOf2>"
    )


def _r3_drug(one, number, reactions):
    intervals = {place: item.interval for place, item in enumerate(reactions, 1) if item.interval and number == 1}
    cells = "".join(
        f'<outboundRelationship1 typeCode="SAS">{_quantity(text)}<actReference><id root="reaction-{place}"/></actReference>'
        "</outboundRelationship1>"
        for place, text in (intervals | one.intervals).items()
    )
    doses = "".join(
        '<outboundRelationship2 typeCode="COMP"><substanceAdministration><effectiveTime><comp><period value="1" unit="d"/>'
        f'</comp><comp operator="A">{_told("low", start)}</comp></effectiveTime></substanceAdministration>'
        "</outboundRelationship2>"
        for start in one.infusions
    )
    substance = (
        f"<ingredient><ingredientSubstance><name>{escape(one.substance)}</name></ingredientSubstance></ingredient>"
        if one.substance
        else ""
    )
    return (
        f'<component><substanceAdministration><id root="drug-{number}"/><consumable><instanceOfKind><kindOfProduct>'
        f"<name>{escape(one.name)}</name>{substance}</kindOfProduct></instanceOfKind></consumable>{cells}{doses}"
        "</substanceAdministration></component>"
    )


def _role(one, number):
    return (
        f'<component><causalityAssessment><code code="20" codeSystem="{ICH}.1.19"/><value code="{one.role}"/>'
        f'<subject2><productUseReference><id root="drug-{number}"/></productUseReference></subject2>'
        "</causalityAssessment></component>"
    )


def r3_message(case):
    standing = (
        f'<subjectOf2><investigationCharacteristic><code code="3" codeSystem="{ICH}.1.23"/>'
        f'<value code="{case.standing}" codeSystem="{ICH}.1.5"/></investigationCharacteristic></subjectOf2>'
        if case.standing
        else ""
    )
    own = f'<id extension="{case.case_id}" root="{ICH}.3.2"/>' if case.case_id else ""
    reactions = "".join(_r3_reaction(one, place) for place, one in enumerate(case.reactions, 1))
    drugs = "".join(_r3_drug(one, place, case.reactions) for place, one in enumerate(case.drugs, 1))
    roles = "".join(_role(one, place) for place, one in enumerate(case.drugs, 1))
    return (
        f'<PORR_IN049016UV><id extension="m" root="{ICH}.3.1"/><processingCode code="{case.processing}"/>'
        f'<controlActProcess><effectiveTime value="{case.created}"/><subject><investigationEvent>'
        f'<id extension="sender-{case.case_id}" root="{ICH}.3.1"/>{own}<text>{NARRATIVE}</text>'
        f"<effectiveTime>{_told('low', case.first)}</effectiveTime>{_told('availabilityTime', case.recent)}"
        f"<component><adverseEventAssessment><subject1><primaryRole><player1><name>{INITIALS}</name>"
        f'<birthTime value="{BORN}"/></player1>{reactions}<subjectOf2><organizer><code code="4" codeSystem="{ICH}.1.20"/>'
        f"{drugs}</organizer></subjectOf2></primaryRole></subject1>{roles}</adverseEventAssessment></component>{standing}"
        "</investigationEvent></subject></controlActProcess></PORR_IN049016UV>"
    )


def r3(*cases, head="", extra=""):
    """A batch of E2B(R3) messages. head: what stands before the root; extra: further children of it."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{head}<MCCI_IN200100UV01 xmlns="urn:hl7-org:v3"><id extension="batch"/>'
        f'<creationTime value="20210311"/>{"".join(map(r3_message, cases))}{extra}<receiver/><sender/></MCCI_IN200100UV01>'
    )


def _tag(name, text):
    return "" if text is None else f"<{name}>{escape(text)}</{name}>"


def _r2_date(name, text):
    forms = {4: "602", 6: "610", 8: "102", 12: "203", 14: "204"}
    return "" if text is None else _tag(f"{name}format", forms.get(len(text), "102")) + _tag(name, text)


def _r2_interval(name, text):
    if text is None:
        return ""
    number, unit = text.split()
    return _tag(name, number) + _tag(f"{name}unit", UNITS[unit])


def r2_message(case):
    reactions = "".join(
        f"<reaction>{_tag('primarysourcereaction', one.reported)}<reactionmeddraversionpt>29.0</reactionmeddraversionpt>"
        f"{_tag('reactionmeddrapt', one.term)}{_r2_date('reactionstartdate', one.start)}"
        f"{_r2_interval('reactionfirsttime', one.interval)}<reactionoutcome>{one.outcome}</reactionoutcome></reaction>"
        for one in case.reactions
    )
    drugs = "".join(
        f"<drug><drugcharacterization>{one.role}</drugcharacterization>{_tag('medicinalproduct', one.name)}"
        f"{_r2_date('drugstartdate', one.infusions[0] if one.infusions else None)}"
        f"<activesubstance>{_tag('activesubstancename', one.substance)}</activesubstance></drug>"
        for one in case.drugs
    )
    return (
        f"<safetyreport><safetyreportversion>{case.version}</safetyreportversion><safetyreportid>1{case.case_id}</safetyreportid>"
        f"{_r2_date('transmissiondate', case.created[:8])}{_r2_date('receivedate', case.first)}{_r2_date('receiptdate', case.recent)}"
        f"{_tag('companynumb', case.case_id)}{_tag('casenullification', case.standing)}<patient>"
        f"<patientinitial>{INITIALS}</patientinitial>{reactions}{drugs}<summary><narrativeincludeclinical>{NARRATIVE}"
        "</narrativeincludeclinical></summary></patient></safetyreport>"
    )


def r2(*cases):
    """A file of E2B(R2) messages, with the reference to a document type that such files have."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE ichicsr SYSTEM "ich-icsr-v2.1.dtd"><ichicsr lang="en">'
        f"<ichicsrmessageheader><messagetype>ichicsr</messagetype></ichicsrmessageheader>{''.join(map(r2_message, cases))}</ichicsr>"
    )
