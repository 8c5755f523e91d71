"""An E2B(R3) message to a case: HL7 v3, found by the code systems of the ICH implementation guide of 2013."""

from collections.abc import Iterator

from pipeline.errors import InputRefused
from pipeline.intake.e2bcase import Dosing, Drug, Message, Onset, Reaction, Standing
from pipeline.intake.e2bvalues import ABSENT, NO_INTERVAL, Interval, Told, attribute, content, moment
from pipeline.intake.e2bxml import Element, Envelope

FORM = "E2B(R3)"
ENVELOPE = Envelope(
    FORM,
    "MCCI_IN200100UV01",
    "urn:hl7-org:v3",
    "PORR_IN049016UV",
    frozenset(
        {
            *("id", "creationTime", "securityText", "versionCode", "interactionId", "profileId", "responseModeCode"),
            *("name", "comment", "referenceControlId", "receiver", "sender", "respondTo", "attentionLine"),
            *("transmissionQuantity", "controlActProcess", "realmCode", "typeId", "templateId"),
        }
    ),
)
ICH = "2.16.840.1.113883.3.989.2.1"
SENDER_ID, CASE_ID = f"{ICH}.3.1", f"{ICH}.3.2"
NULLIFICATION = f"{ICH}.1.5"
OBSERVATION, ORGANIZER, CHARACTERISTIC = f"{ICH}.1.19", f"{ICH}.1.20", f"{ICH}.1.23"
MEDDRA = "2.16.840.1.113883.6.163"
REACTION, DRUGS, ROLE, REPORTED, OUTCOME, STANDING = "29", "4", "20", "30", "27", "3"
SERIOUSNESS = {
    "34": "death",
    "21": "life-threatening",
    "33": "hospitalisation",
    "35": "disability",
    "12": "congenital anomaly",
    "26": "other",
}
STANDINGS: dict[str | None, Standing] = {None: "report", "1": "nullification", "2": "amendment"}
FROM_FIRST, FROM_LAST = "SAS", "SAE"
PRODUCTION = "P"


def identity(root: Element) -> tuple[str | None, Told]:
    """Worldwide unique case identification and date of most recent information of a message, as far as they are told."""
    event = root.first("controlActProcess", "subject", "investigationEvent")
    if event is None:
        return None, ABSENT
    return _id(event, CASE_ID), attribute(event.first("availabilityTime"))


def is_test(root: Element) -> bool:
    """Whether the sender marks the message as training or debugging, not production."""
    code = root.first("processingCode")
    return code is not None and code.attributes.get("code", PRODUCTION) != PRODUCTION


def message(root: Element, file: str, number: int) -> Message:
    """The case of one message; InputRefused where it has no identity, two patients, or contradicts itself."""
    if len(root.all("controlActProcess", "subject", "investigationEvent")) != 1:
        raise InputRefused("it does not hold one case (investigationEvent)")
    process = root.first("controlActProcess")
    event = root.first("controlActProcess", "subject", "investigationEvent")
    case_id, most_recent = identity(root)
    if process is None or event is None or case_id is None:
        raise InputRefused("it has no worldwide unique case identification (C.1.8.1)")
    assessment = event.first("component", "adverseEventAssessment") or Element("adverseEventAssessment", {})
    patients = event.all("component", "adverseEventAssessment", "subject1", "primaryRole")
    if len(patients) > 1:
        raise InputRefused("it has several patients")
    role = patients[0] if patients else Element("primaryRole", {})
    return Message(
        file,
        number,
        FORM,
        case_id,
        _id(event, SENDER_ID),
        _standing(event),
        0,
        attribute(process.first("effectiveTime")),
        moment(attribute(event.first("effectiveTime", "low"))),
        moment(most_recent),
        tuple(_reactions(role)),
        tuple(_drugs(role, _roles(assessment))),
    )


def _id(event: Element, root: str) -> str | None:
    """The one id of that root; InputRefused where there are two different ones."""
    found = {
        one.attributes.get("extension", "").strip() for one in event.all("id") if one.attributes.get("root") == root
    }
    if len(found) > 1:
        raise InputRefused(f"it has {len(found)} identifications of one kind")
    return next(iter(found), None) or None


def _standing(event: Element) -> Standing:
    """Report, nullification or amendment, found by the system of the characteristic's code or by that of its value."""
    codes = {
        value.attributes.get("code")
        for one in event.all("subjectOf2", "investigationCharacteristic")
        for value in one.all("value")
        if value.attributes.get("codeSystem") == NULLIFICATION or _is(one, STANDING, CHARACTERISTIC)
    }
    if len(codes) > 1 or not codes <= set(STANDINGS):
        raise InputRefused("it does not say clearly whether it is a nullification or an amendment (C.1.11.1)")
    return STANDINGS[next(iter(codes), None)]


def _is(element: Element, code: str, system: str = OBSERVATION) -> bool:
    told = element.first("code")
    return told is not None and (told.attributes.get("code"), told.attributes.get("codeSystem")) == (code, system)


def _key(element: Element | None) -> str:
    """How a message refers to one of its own elements: the extension of its id, else the root."""
    found = None if element is None else element.first("id")
    return "" if found is None else found.attributes.get("extension") or found.attributes.get("root") or ""


def _reactions(role: Element) -> Iterator[Reaction]:
    found = [one for one in role.all("subjectOf2", "observation") if _is(one, REACTION)]
    keys = [_key(one) for one in found]
    if len(set(keys) - {""}) < len([key for key in keys if key]):
        raise InputRefused("two reactions have one id")
    for number, (one, key) in enumerate(zip(found, keys, strict=True), 1):
        yield _reaction(one, key, number)


def _reaction(one: Element, key: str, number: int) -> Reaction:
    value = one.first("value") or Element("value", {})
    is_meddra = value.attributes.get("codeSystem") == MEDDRA
    about = one.all("outboundRelationship2", "observation")
    translated = next((content(item.first("value")) for item in about if _is(item, REPORTED)), ABSENT)
    flags = [
        (name, attribute(item.first("value")))
        for item in about
        for code, name in SERIOUSNESS.items()
        if _is(item, code)
    ]
    outcome = next((attribute(item.first("value"), "code") for item in about if _is(item, OUTCOME)), ABSENT)
    width = one.first("effectiveTime", "width")
    return Reaction(
        key=key,
        number=number,
        reported=translated if translated.text else content(value.first("originalText")),
        code=(value.attributes.get("code") or None) if is_meddra else None,
        meddra_version=(value.attributes.get("codeSystemVersion") or None) if is_meddra else None,
        term=(value.attributes.get("displayName") or None) if is_meddra else None,
        start=moment(_bound(one, "low")),
        end=moment(_bound(one, "high")),
        duration=_interval(width),
        serious=tuple(name for name, told in flags if told.text == "true"),
        seriousness_withheld=tuple(f"{name} {told.null_flavor}" for name, told in flags if told.is_withheld),
        outcome=outcome,
    )


def _bound(element: Element, name: str) -> Told:
    """One end of the element's effective time, which may be an interval or an expression of several.

    The null flavor of the whole time stands for both its ends; InputRefused where an end is told twice and differently.
    """
    found: set[Told] = set()
    for time in element.all("effectiveTime"):
        ends = [attribute(one) for one in (*time.all(name), *time.all("comp", name))]
        whole = attribute(time)
        found |= {one for one in ends if one != ABSENT} or (
            {Told(None, whole.null_flavor)} if whole.is_withheld else set()
        )
    if len(found) > 1:
        raise InputRefused(f"one effectiveTime has two different values of {name}")
    return next(iter(found), ABSENT)


def _interval(quantity: Element | None) -> Interval:
    return NO_INTERVAL if quantity is None else Interval(attribute(quantity), quantity.attributes.get("unit"))


def _roles(assessment: Element) -> dict[str, Told]:
    """Role of each drug, G.k.1, by the drug's id; InputRefused where a drug has two."""
    found: dict[str, Told] = {}
    for one in assessment.all("component", "causalityAssessment"):
        if _is(one, ROLE):
            key, role = _key(one.first("subject2", "productUseReference")), attribute(one.first("value"), "code")
            if key and found.setdefault(key, role) != role:
                raise InputRefused("a drug has two roles (G.k.1)")
    return found


def _drugs(role: Element, roles: dict[str, Told]) -> Iterator[Drug]:
    organizers = [one for one in role.all("subjectOf2", "organizer") if _is(one, DRUGS, ORGANIZER)]
    for one in (drug for organizer in organizers for drug in organizer.all("component", "substanceAdministration")):
        kind = one.first("consumable", "instanceOfKind", "kindOfProduct") or Element("kindOfProduct", {})
        names = (content(name).text for name in kind.all("ingredient", "ingredientSubstance", "name"))
        given = [
            dose.first("substanceAdministration")
            for dose in one.all("outboundRelationship2")
            if dose.attributes.get("typeCode") == "COMP"
        ]
        yield Drug(
            name=content(kind.first("name")),
            substances=tuple(name for name in names if name),
            role=roles.get(_key(one), ABSENT),
            dosings=tuple(Dosing(moment(_bound(dose, "low")), moment(_bound(dose, "high"))) for dose in given if dose),
            onsets=tuple(_onsets(one)),
        )


def _onsets(drug: Element) -> Iterator[Onset]:
    """Cells of the matrix that tell an interval, G.k.9.i.3."""
    told: dict[str, dict[str, Interval]] = {}
    for one in drug.all("outboundRelationship1"):
        kind, key = one.attributes.get("typeCode", ""), _key(one.first("actReference"))
        if kind not in {FROM_FIRST, FROM_LAST}:
            continue
        interval = _interval(one.first("pauseQuantity"))
        if told.setdefault(key, {}).setdefault(kind, interval) != interval:
            raise InputRefused("a drug tells two intervals to one reaction (G.k.9.i.3)")
    for key, kinds in told.items():
        yield Onset(key, kinds.get(FROM_FIRST, NO_INTERVAL), kinds.get(FROM_LAST, NO_INTERVAL))
