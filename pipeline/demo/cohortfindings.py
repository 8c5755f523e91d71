"""From the arrays of a simulated cohort to the records of its SDTM extract: events, treatments and findings."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.demo.chance import Flags, Floats, Ints
from pipeline.demo.cohortcancers import origins
from pipeline.demo.cohortcare import RESPONSE_NAMES, responses, treatments
from pipeline.demo.cohortcentres import TRACKS
from pipeline.demo.cohortdates import FULL, NOTHING, iso_text
from pipeline.demo.cohortevents import FATAL, SEVERE
from pipeline.demo.cohortrecords import deaths, demographics, disposition, exposure, history, visits
from pipeline.demo.cohortreports import (
    GENES,
    METHODS,
    NOT_TESTED,
    PENDING,
    RELAPSE_SITE,
    TRANSGENE_NAMES,
    Malignancies,
    Samples,
    malignancies,
    samples,
)
from pipeline.demo.cohortstory import Part, Story, assembled, named, precision, same, texts_of, yes_no
from pipeline.demo.cohortvisits import NEVER

PENDING_DECISION, SECOND_PRIMARY, RELAPSE = "PENDING", "SECOND_PRIMARY", "RELAPSE"
SENT_SHARE = 0.8  # serious events of which a safety report went to an authority
REASONS = {
    SECOND_PRIMARY: "HISTOLOGY DIFFERS",
    RELAPSE: "HISTOLOGY SAME",
}


def records(story: Story) -> dict[str, pa.Table]:
    """Every domain of the extract by its name."""
    reported = malignancies(story.cohort, story.seen, story.times)
    return {
        "DM": demographics(story),
        "EX": exposure(story),
        "AE": events(story),
        "FA": findings(story, reported),
        "SV": visits(story),
        "DS": disposition(story),
        "DD": deaths(story),
        "MH": history(story),
        "CM": medication(story),
    }


def events(story: Story) -> pa.Table:
    """AE: one row for each adverse event; a date may be incomplete or missing."""
    whole, seen, settings = story.episodes, story.seen, story.cohort.settings
    person, kind = whole.person, whole.toxicity
    firsts = np.cumsum([0, *(len(each.terms) for each in settings.toxicities)])
    terms = [term for each in settings.toxicities for term in each.terms]
    scales = [scale for each in settings.toxicities for scale in (each.scale, each.former_scale)]
    began = precision(story, "date of onset", person, whole.day, kind)
    ended = np.where(whole.end == NEVER, NOTHING, precision(story, "date of end", person, whole.day, kind))
    ended = np.where(whole.is_fatal, FULL, ended)
    is_serious = (whole.grade >= SEVERE) | whole.is_fatal
    goes_on = _told_to_go_on(story)
    columns = {
        "AEREFID": _sent_under(story, is_serious),
        "AEDECOD": named(terms, firsts[kind] + whole.term),
        "AESER": yes_no(is_serious),
        "AESDTH": yes_no(whole.is_fatal),
        "AETOXGR": named([None, *map(str, range(1, FATAL + 1))], whole.grade),
        "AESCAL": named(scales, 2 * kind + whole.is_former),
        "AEDTC": iso_text(story.day(person, seen.received(person, whole.day))),
        "AESTDTC": iso_text(story.day(person, whole.day), began),
        "AEENDTC": iso_text(story.day(person, np.maximum(whole.end, whole.day)), ended),
        "AEENRTPT": _where(goes_on, same("ONGOING", person)),
        "AEENTPT": iso_text(story.day(person, seen.last_contact[person]), np.where(goes_on, FULL, NOTHING)),
    }
    return assembled("AE", story, [Part(person, columns)])


def _told_to_go_on(story: Story) -> Flags:
    """Which events are told to have gone on at the last contact; of a few that did the registry says neither that nor an end."""
    whole, untold = story.episodes, story.cohort.settings.plain["dates"]["ongoing_untold"]
    uniform = story.uniform("told to go on", whole.person, whole.toxicity, whole.day + 1_000)
    return np.asarray((whole.end == NEVER) & (uniform >= untold), dtype=bool)


def _sent_under(story: Story, is_serious: Flags) -> pa.Array:
    """Number of the safety report of most serious events, null for others; no two patients share one."""
    whole = story.episodes
    keys = (whole.person, whole.toxicity, whole.day + 1_000)
    own = np.floor(10_000 * story.uniform("safety report", *keys)).astype(np.int64)
    serial = 1_000_000 + 10_000 * story.cohort.patients.number[whole.person].astype(np.int64) + own
    is_sent = is_serious & (story.uniform("report sent", *keys) < SENT_SHARE)
    texts = pc.binary_join_element_wise("LTFU-SR", texts_of(serial), "-")
    return pc.if_else(pa.array(is_sent), texts, pa.scalar(None, pa.string()))


def medication(story: Story) -> pa.Table:
    """CM: treatments that the study counts."""
    parts = []
    for one in treatments(story.cohort, story.seen, story.episodes):
        ends = np.where(one.end == NEVER, NOTHING, FULL)
        columns = {
            "CMCAT": same(one.kind.upper(), one.person),
            "CMDECOD": pa.array(one.name, pa.string()),
            "CMSTDTC": iso_text(story.day(one.person, one.day)),
            "CMENDTC": iso_text(story.day(one.person, one.end), ends),
        }
        parts.append(Part(one.person, columns))
    return assembled("CM", story, parts)


def findings(story: Story, reported: Malignancies) -> pa.Table:
    """FA: procurement, product, track, responses, malignancies and samples."""
    patients = story.cohort.patients
    every = np.arange(len(patients))
    leukapheresis = story.consented.copy()
    on_time = patients.late_days == 0
    before = patients.infusion_day - 26 - np.floor(5 * story.uniform("leukapheresis", every)).astype(np.int64)
    leukapheresis = np.where(on_time, np.maximum(before, leukapheresis), before)
    taken = np.flatnonzero(leukapheresis <= story.cutoff)
    infused = np.flatnonzero(patients.is_infused)
    in_spec = story.uniform("in spec", infused) >= story.cohort.settings.plain["course"]["out_of_specification"]
    tracks = [track.upper() for track in TRACKS]
    answers = responses(story.cohort, story.seen)
    parts = [
        _finding("PROCUREMENT", "LEUKDTC", taken, iso_text(leukapheresis[taken])),
        _finding("PRODUCT", "INSPEC", infused, yes_no(in_spec)),
        _finding("TRACK", "TRACK", every, named(tracks, story.cohort.centres.track[patients.centre])),
        _finding(
            "RESPONSE",
            "OVRLRESP",
            answers.person,
            named(RESPONSE_NAMES, answers.response),
            FADTC=iso_text(story.day(answers.person, answers.day)),
        ),
        *_of_malignancies(story, reported),
        *(_of_samples(story, kind) for kind in samples(story.cohort, story.seen)),
    ]
    return assembled("FA", story, parts)


def _finding(category: str, test: str, person: Ints, result: pa.Array, **more: pa.Array) -> Part:
    columns = {"FACAT": same(category, person), "FATESTCD": same(test, person), "FAORRES": result}
    return Part(person, columns | more)


def _of_malignancies(story: Story, reported: Malignancies) -> list[Part]:
    """One row for each thing known of each reported malignancy."""
    parts = []
    for test, values in _told_of(story, reported).items():
        known = values.is_valid()
        person = reported.person[known.to_numpy(zero_copy_only=False)]
        number = texts_of(reported.nth).filter(known)
        parts.append(_finding("SECOND MALIGNANCY", test, person, values.filter(known), FASPID=number))
    return parts


def _told_of(story: Story, reported: Malignancies) -> dict[str, pa.Array]:
    """Values by test code, null where there is none yet, each of the malignancies' length."""
    settings, person = story.cohort.settings, reported.person
    is_relapse = reported.site == RELAPSE_SITE
    decision = np.where(reported.decided == NEVER, 0, np.where(is_relapse, 2, 1))
    decisions = (PENDING_DECISION, SECOND_PRIMARY, RELAPSE)
    is_decided, is_sent = reported.decided != NEVER, reported.result != NOT_TESTED
    is_told = is_sent & (reported.result != PENDING)
    relapsed = settings.of_indications("relapsed")
    terms = [*(site.pt for site in settings.sites), *relapsed]
    term = np.where(is_relapse, len(settings.sites) + story.cohort.patients.indication[person], reported.site)
    return {
        "DIAGDTC": iso_text(story.day(person, reported.day)),
        "PT": named(terms, term),
        "ICDO": named([*(site.histology for site in settings.sites), None], reported.site % (len(settings.sites) + 1)),
        "SITE": named([*(site.id for site in settings.sites), None], reported.site % (len(settings.sites) + 1)),
        "ORIGIN": named([*(o.upper() for o in origins(settings)), "B_CELL"], reported.site % (len(settings.sites) + 1)),
        "SAMPLE": yes_no(is_sent),
        "SAMPDTC": _dated(story, person, reported.sample_day),
        "TRANSGEN": named(TRANSGENE_NAMES, reported.result),
        "TGMETHOD": _where(is_sent, named(METHODS, reported.method)),
        "VCN": _where(is_told & ~np.isnan(reported.copies), _decimals(reported.copies, 2)),
        "INTSITE": _where(is_told & (reported.gene != NEVER), named(GENES, np.maximum(reported.gene, 0))),
        "PRECLONE": _where(is_told, yes_no(reported.had_clone)),
        "DECISION": named(decisions, decision),
        "REASON": _where(is_decided, named([None, *REASONS.values()], decision)),
        "DECDTC": _dated(story, person, reported.decided),
        "NADJ": _where(is_decided, same("2", person)),
        "REPDTC": iso_text(story.day(person, reported.received)),
    }


def _of_samples(story: Story, taken: Samples) -> Part:
    """Samples of one kind: a share of cells, or positive or negative; no lentivirus is ever found."""
    result = _where(~np.isnan(taken.percent), _decimals(taken.percent, 3))
    result = result.fill_null("NEGATIVE")
    return _finding("SAMPLE", taken.kind, taken.person, result, FADTC=iso_text(story.day(taken.person, taken.day)))


def _where(kept: np.ndarray, values: pa.Array) -> pa.Array:
    """The values where kept, else null."""
    return pc.if_else(pa.array(kept), values, pa.scalar(None, pa.string()))


def _dated(story: Story, person: Ints, day: Ints) -> pa.Array:
    return iso_text(story.day(person, day), np.where(day == NEVER, NOTHING, FULL))


def _decimals(values: Floats, places: int) -> pa.Array:
    return pa.array(np.char.mod(f"%.{places}f", np.nan_to_num(values)).tolist(), pa.string())
