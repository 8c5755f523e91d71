"""The page that leads to both worlds of data: spontaneous reports, and patients who are followed."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from pipeline.config import code_version
from pipeline.report.wording import refuse_words_of_incidence

TEMPLATES = Path(__file__).parent / "templates"
STYLES = ("report.css", "study.css")


class World(NamedTuple):
    """One world: what it holds, its data-lock point and counts with their unit, and links to its files by label."""

    anchor: str
    title: str
    about: str
    facts: Sequence[tuple[str, str]]
    links: Sequence[tuple[str, str]]


def worlds_page(worlds: Sequence[World], said: Sequence[str]) -> str:
    """The page as text: each world labelled and alone, no number that joins them; said: what holds of all."""
    import jinja2  # noqa: PLC0415 -- only a page needs it
    import markupsafe  # noqa: PLC0415 -- comes with jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = "\n".join((TEMPLATES / name).read_text(encoding="utf-8") for name in STYLES)
    page = environment.get_template("worlds.html.j2").render(
        worlds=worlds,
        said=said,
        css=markupsafe.Markup(style),  # noqa: S704 -- our own style sheets
        code_version=code_version(),
    )
    refuse_words_of_incidence(page)
    return page
