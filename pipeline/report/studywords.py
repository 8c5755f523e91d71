"""Words of the study's report: titles, and what an id of a study table is called where people read."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from pipeline.errors import CartwatchError
from pipeline.study.gradingscales import scales
from pipeline.vocabulary.endpoints import endpoints

FILE = Path(__file__).with_name("study.yaml")
# Measures of spontaneous reports: a page of followed patients that names one has mixed the two worlds.
OF_REPORTS = re.compile(
    r"(?<![A-Za-z0-9])(PRR|ROR|EBGM|EB05|EB95|IC025|IC975|"
    r"(?i:information components?|disproportionality|(?:reporting odds|proportional reporting) ratios?))(?![A-Za-z0-9])"
)
AROUND = 40


@cache
def words() -> Mapping[str, Any]:
    """Everything of study.yaml."""
    read: Mapping[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return read


def estimand_name(estimand: str) -> str:
    """What an estimand is called in a narrow place; its definition stands in the appendix."""
    return _named("estimands", estimand)


def event_name(event: str | None) -> str:
    """An endpoint's title, or the study's own event; a site or a cause as it is, a finding as "Decision: relapse"."""
    kind, equals, level = (event or "").partition("=")
    if equals:
        return f"{_plain(kind)}: {origin_name(level) if kind == 'origin' else level.replace('_', ' ')}"
    titles = {known.id: known.title for known in endpoints()}
    return "Any" if event is None else words()["events"].get(event) or titles.get(event) or _plain(event)


def origin_name(origin: str | None) -> str:
    """The lineage of a malignancy."""
    return _named("events", origin or "unknown")


def site_name(site: str | None) -> str:
    """The site of a malignancy; all of them for none."""
    return _named("sites", site or "all_sites")


def window_name(window: str | None) -> str:
    """Part of the follow-up; all of it for none."""
    return words()["whole_window"] if window is None else _named("windows", window)


def level_name(level: str) -> str:
    """One level of a characteristic, as an indication or a sex."""
    return _named("levels", level)


def population_name(population: str) -> str:
    """Whom an estimate is about, as "Sex: female"; two groups that are compared, as "Sex: male over female"."""
    dimension, equals, levels = population.partition("=")
    known = words()["populations"].get(dimension, _plain(dimension))
    return f"{known}: {' over '.join(map(level_name, levels.split(' to ')))}" if equals else known


def scale_name(scale: str | None) -> str | None:
    """Titles of the grading scales named, joined as their ids are; an id that is no scale's as it is."""
    return None if scale is None else ", ".join(_scale(name) for name in scale.split(", "))


def competing_name(competing: str | None) -> str:
    """Competing events in words."""
    return ", ".join(event_name(name.strip()).lower() for name in competing.split(",")) if competing else "none"


def refuse_measures_of_reports(page: str) -> None:
    """Raise CartwatchError where a page of the study names a measure of spontaneous reports."""
    text = re.sub(r"<style.*?</style>|<[^>]*>", " ", page, flags=re.DOTALL)
    found = OF_REPORTS.search(text)
    if found:
        near = text[max(0, found.start() - AROUND) : found.end() + AROUND].strip()
        raise CartwatchError(
            f"The study's report says {found[0]!r} near {near!r}: reports and followed patients never share a page."
        )


def _scale(name: str) -> str:
    return scales()[name].title if name in scales() else _plain(name)


def _named(kind: str, name: str) -> str:
    told: str | None = words()[kind].get(name)
    return told or _plain(name)


def _plain(name: str) -> str:
    text = name.replace("_", " ")
    return text[:1].upper() + text[1:]
