"""How free text of a drug row is compared with the spellings in products.yaml.

A spelling is written with hyphens where a report may print a hyphen, a blank, a dot or nothing (`ctl-019`), and ends in
`*` where any further letters may follow (`axicabtagen*`). Spellings match whole words anywhere in the text, so
wrappers (`X (Y)`, `X/Y`), dose text and trailing dots need no rule of their own.
"""

import re
from dataclasses import dataclass
from typing import Any

from pipeline.errors import CartwatchError

UNSPECIFIED = "unspecified_car_t"
_SEPARATORS = re.compile(r"[^a-z0-9]+")
_NEVER = r"(?!)"


def normalised(text: str) -> str:
    """Lower case, with one blank for every run of characters that are neither a letter a-z nor a digit."""
    return _SEPARATORS.sub(" ", text.casefold()).strip()


def spelling_pattern(spelling: str) -> str:
    """The regular expression, over normalised text, of one spelling; CartwatchError where it cannot be read."""
    stem = spelling.casefold().removesuffix("*")
    if not re.fullmatch(r"[a-z0-9]+([- ][a-z0-9]+)*", stem):
        raise CartwatchError(
            f"products.yaml: cannot read the spelling {spelling!r}; use letters, digits, - and a last *"
        )
    body = stem.replace("-", " ?")
    return rf"\b{body}" if spelling.endswith("*") else rf"\b{body}\b"


@dataclass(frozen=True, slots=True)
class ClassRule:
    """Text that names the class, and the text beside which it does not."""

    pattern: re.Pattern[str]
    unless: re.Pattern[str]

    def holds(self, words: str) -> bool:
        """Whether normalised text names the class by this rule."""
        return bool(self.pattern.search(words)) and not self.unless.search(words)


@dataclass(frozen=True, slots=True)
class NameRules:
    """Compiled spellings: fragments without which nothing matches, one pattern per product, and the class."""

    fragments: tuple[str, ...]
    products: tuple[tuple[str, re.Pattern[str]], ...]
    with_maker: tuple[tuple[str, re.Pattern[str], re.Pattern[str]], ...]
    class_rules: tuple[ClassRule, ...]

    def named(self, text: str) -> frozenset[str]:
        """Ids of the products that the text names; the class alone gives `unspecified_car_t`."""
        words = normalised(text)
        compact = words.replace(" ", "")
        if not any(fragment in compact for fragment in self.fragments):
            return frozenset()
        found = {product for product, pattern in self.products if pattern.search(words)}
        found |= {who for who, name, maker in self.with_maker if name.search(words) and maker.search(words)}
        if not found and any(rule.holds(words) for rule in self.class_rules):
            found = {UNSPECIFIED}
        return frozenset(found)


def compiled_rules(content: dict[str, Any]) -> NameRules:
    """The rules of products.yaml, ready to use; CartwatchError where one spelling belongs to two products."""
    owners = {entry["id"]: entry["names"] for entry in content["products"] if not entry.get("is_group")}
    _refuse_shared(owners)
    makers, classes = content["maker_names"], content["class_names"]
    spellings = [name for names in owners.values() for name in names] + [rule["name"] for rule in makers]
    return NameRules(
        fragments=_shortest({re.sub(r"[^a-z0-9]", "", s.casefold()) for s in spellings} | set(classes["screen"])),
        products=tuple((owner, _spellings(names)) for owner, names in owners.items()),
        with_maker=tuple((r["product"], _spellings([r["name"]]), _spellings([r["maker"]])) for r in makers),
        class_rules=tuple(
            ClassRule(re.compile(rule["pattern"]), re.compile(rule.get("unless", _NEVER)))
            for rule in classes["patterns"]
        ),
    )


def _spellings(names: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(spelling_pattern, names)))


def _shortest(fragments: set[str]) -> tuple[str, ...]:
    return tuple(sorted(f for f in fragments if not any(other != f and other in f for other in fragments)))


def _refuse_shared(owners: dict[str, list[str]]) -> None:
    seen: dict[str, str] = {}
    for owner, names in owners.items():
        for name in names:
            other = seen.setdefault(normalised(name), owner)
            if other != owner:
                raise CartwatchError(f"products.yaml: {name!r} belongs to {other} and to {owner}; keep it in one")
