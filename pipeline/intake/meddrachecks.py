"""What the files of a MedDRA distribution must say alike: terms that exist, one primary path, queries without a circle."""

from collections import Counter
from collections.abc import Callable, Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from pipeline.intake.meddra import Distribution, MeddraLine, MeddraRejection
from pipeline.vocabulary.files import term_key

SUB_QUERY, PT_LEVEL, LLT_LEVEL = "0", "4", "5"
BROAD, NARROW = "1", "2"
LEVELS = ("pt", "hlt", "hlgt", "soc")
LINKS = (("hlt", "pt"), ("hlgt", "hlt"), ("soc", "hlgt"))
Problem = tuple[str, MeddraLine, str]


def contradictions(distribution: Distribution) -> list[MeddraRejection]:
    """Every line that another line contradicts, by file and line."""
    checks: tuple[Callable[[Distribution], Iterator[Problem]], ...] = (
        _same_term_twice,
        _unknown_references,
        _wrong_paths,
        _primary_paths,
        _wrong_query_terms,
        _circles,
    )
    found = {(file, line.number, reason) for check in checks for file, line, reason in check(distribution)}
    return [MeddraRejection(*item) for item in sorted(found)]


def sub_queries(distribution: Distribution) -> dict[str, list[str]]:
    """Active sub-queries of each query that has some, by code, in the order of the file."""
    found: dict[str, list[str]] = {}
    for line in active_content(distribution):
        if line.values["term_level"] == SUB_QUERY:
            found.setdefault(line.values["smq_code"], []).append(line.values["term_code"])
    return found


def active_content(distribution: Distribution) -> list[MeddraLine]:
    """Lines of queries that MedDRA has not set inactive."""
    return [line for line in distribution.lines["smq_content.asc"] if line.values["term_status"] == "A"]


def codes(distribution: Distribution, level: str) -> dict[str, MeddraLine]:
    """Lines of one level by their code."""
    file = "smq_list.asc" if level == "smq" else f"{level}.asc"
    return {line.values[f"{level}_code"]: line for line in distribution.lines[file]}


def _same_term_twice(distribution: Distribution) -> Iterator[Problem]:
    first: dict[str, int] = {}
    for line in distribution.lines["pt.asc"]:
        number = first.setdefault(term_key(line.values["pt_name"]), line.number)
        if number != line.number:
            yield "pt.asc", line, f"names the term of line {number} again"


def _unknown_references(distribution: Distribution) -> Iterator[Problem]:
    """Codes that the file of their level does not have."""
    known = {level: codes(distribution, level) for level in (*LEVELS, "smq")}
    asked = [("llt.asc", "pt_code", "pt"), ("pt.asc", "pt_soc_code", "soc"), ("intl_ord.asc", "soc_code", "soc")]
    asked += [(f"{above}_{below}.asc", f"{level}_code", level) for above, below in LINKS for level in (above, below)]
    asked += [("mdhier.asc", f"{level}_code", level) for level in LEVELS] + [("smq_content.asc", "smq_code", "smq")]
    for file, field, level in asked:
        for line in distribution.lines[file]:
            if line.values[field] not in known[level]:
                yield file, line, f"{field} {line.values[field]} is not in {_home(level)}"


def _home(level: str) -> str:
    return "smq_list.asc" if level == "smq" else f"{level}.asc"


def _wrong_paths(distribution: Distribution) -> Iterator[Problem]:
    """Paths that name a level otherwise than its own file, or take a step that no link file has."""
    names = {level: {c: i.values[f"{level}_name"] for c, i in codes(distribution, level).items()} for level in LEVELS}
    links = {
        (above, below): {
            (line.values[f"{above}_code"], line.values[f"{below}_code"])
            for line in distribution.lines[f"{above}_{below}.asc"]
        }
        for above, below in LINKS
    }
    for line in distribution.lines["mdhier.asc"]:
        for level in LEVELS:
            name, code = line.values[f"{level}_name"], line.values[f"{level}_code"]
            if names[level].get(code, name) != name:
                yield "mdhier.asc", line, f"{level}_name is not that of {level}_code {code} in {level}.asc"
        for (above, below), known in links.items():
            if (line.values[f"{above}_code"], line.values[f"{below}_code"]) not in known:
                yield "mdhier.asc", line, f"its step from {below} to {above} is not in {above}_{below}.asc"


def _primary_paths(distribution: Distribution) -> Iterator[Problem]:
    """Preferred terms that have no path, or not exactly one to the class that pt.asc calls primary."""
    primary = Counter(_primary(line) for line in distribution.lines["mdhier.asc"])
    flagged = Counter(code for (code, _), n in primary.items() for _ in range(n) if code)
    present = {line.values["pt_code"] for line in distribution.lines["mdhier.asc"]}
    for code, line in codes(distribution, "pt").items():
        if code not in present:
            yield "pt.asc", line, f"pt_code {code} has no path in mdhier.asc"
        elif flagged[code] != 1:
            yield "pt.asc", line, f"pt_code {code} has {flagged[code]} primary paths in mdhier.asc"
        elif not primary[code, line.values["pt_soc_code"]]:
            yield "pt.asc", line, f"pt_code {code} has its primary path to another class in mdhier.asc"


def _primary(line: MeddraLine) -> tuple[str, str]:
    """Preferred term and class of a primary path; empty text for any other."""
    is_primary = line.values["primary_soc_fg"] == "Y"
    return (line.values["pt_code"], line.values["soc_code"]) if is_primary else ("", "")


def _wrong_query_terms(distribution: Distribution) -> Iterator[Problem]:
    """Active members that their level does not have, and members without a scope."""
    known = {
        SUB_QUERY: (codes(distribution, "smq"), "smq_list.asc"),
        PT_LEVEL: (codes(distribution, "pt"), "pt.asc"),
        LLT_LEVEL: (codes(distribution, "llt"), "llt.asc"),
    }
    for line in active_content(distribution):
        level, code = line.values["term_level"], line.values["term_code"]
        if code not in known[level][0]:
            yield "smq_content.asc", line, f"term_code {code} is not in {known[level][1]}"
        if level != SUB_QUERY and line.values["term_scope"] not in {BROAD, NARROW}:
            yield "smq_content.asc", line, "term_scope is neither 1 (broad) nor 2 (narrow)"


def _circles(distribution: Distribution) -> Iterator[Problem]:
    """A query that is its own sub-query, over however many steps; one circle is told at a time."""
    try:
        TopologicalSorter(sub_queries(distribution)).prepare()
    except CycleError as error:
        circle = [str(code) for code in error.args[1]]
        edges = {(above, below) for below, above in pairwise(circle)}
        for line in active_content(distribution):
            if line.values["term_level"] == SUB_QUERY and (line.values["smq_code"], line.values["term_code"]) in edges:
                yield "smq_content.asc", line, f"sub-queries run in a circle: {', '.join(sorted(set(circle)))}"
