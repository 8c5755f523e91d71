"""What can be taken away from the pair table: a drug's reports, an event's reports, or an event's terms alone."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipeline.cases.members import integers
from pipeline.errors import NothingThere, UsageError
from pipeline.lake.warehouse import Warehouse
from pipeline.signals.crosscount import Ints
from pipeline.vocabulary.endpoints import endpoint
from pipeline.vocabulary.formernames import current_term
from pipeline.vocabulary.products import members, products, products_named

THINGS = ("drug", "endpoint", "pt")
DRUGS = "SELECT drug_id AS number, drug AS name FROM drug WHERE upper(drug) = upper($name)"
TERMS = "SELECT event_id AS number, event AS name FROM event WHERE event_kind = 'pt' AND pt = $name"
ENDPOINTS = (
    "SELECT event_id AS number, event AS name FROM event "
    "WHERE event_kind = 'endpoint' AND scope = 'narrow' AND event = $name"
)


@dataclass(frozen=True, slots=True)
class Removal:
    """One question. kind: as in signals.masking. thing, name: what is removed; number: its drug's or event's.

    terms: preferred terms, by number, that make the event; empty for a drug. own_drugs, own_events: those whose pairs
    the removal takes by definition, so that nothing is asked of them. chosen_by: asked, or dominating where the screen
    chose it.
    """

    kind: str
    thing: str
    name: str
    number: int
    terms: Ints
    own_drugs: Ints
    own_events: Ints
    chosen_by: str


def named(asked: str) -> tuple[str, str]:
    """What drug:NAME, endpoint:ID or pt:TERM names; UsageError for a text of another form or an unknown endpoint."""
    thing, separator, text = asked.partition(":")
    if not separator or thing not in THINGS or not text.strip():
        raise UsageError(
            f"{asked!r} names nothing to remove: write drug:NAME (a CAR-T product by its generic name), "
            "endpoint:ID or pt:TERM."
        )
    return thing, endpoint(text.strip()).id if thing == "endpoint" else text.strip()


def removals(warehouse: Warehouse, asked: str, chosen_by: str = "asked") -> Iterator[Removal]:
    """The questions of one thing: its reports, and for an event also its terms with every report kept.

    asked: as `named` reads it, a CAR-T product being a drug by its generic name. Needs the tables drug, event and
    endpoint_term. NothingThere for what nobody reports.
    """
    thing, text = named(asked)
    number, name = _found(warehouse, thing, text)
    nothing = np.zeros(0, np.int64)
    if thing == "drug":
        yield Removal("product", thing, name, number, nothing, _related(warehouse, number, name), nothing, chosen_by)
        return
    terms = _terms(warehouse, number) if thing == "endpoint" else np.array([number], np.int64)
    own = np.union1d(terms, _scopes(warehouse, number))
    yield Removal("event", thing, name, number, terms, nothing, np.union1d(own, _sharing(warehouse, terms)), chosen_by)
    yield Removal("term", thing, name, number, terms, nothing, own, chosen_by)


def _found(warehouse: Warehouse, thing: str, text: str) -> tuple[int, str]:
    """Number and name of what is meant, as it is counted."""
    query, wanted = {"drug": (DRUGS, text), "endpoint": (ENDPOINTS, text), "pt": (TERMS, current_term(text))}[thing]
    rows = warehouse.arrow(query, {"name": wanted}).to_pylist()
    if not rows:
        raise NothingThere(f"No case is counted under {thing}:{text}: {_advice(thing, text)}.")
    return int(rows[0]["number"]), str(rows[0]["name"])


def _advice(thing: str, text: str) -> str:
    """Where names are found; of a CAR-T's brand, the name that its cases are counted under."""
    products_meant = sorted(products_named(text)) if thing == "drug" else []
    if products_meant:
        return f"reports that name it are counted as {' or '.join(f'drug:{name}' for name in products_meant)}"
    return f"names are those of the column {'drug' if thing == 'drug' else 'event'} of pair_count"


def _related(warehouse: Warehouse, number: int, name: str) -> Ints:
    """The drug itself, and of a CAR-T the groups that count its cases and the members of a group."""
    own = {item.id for item in products() if item.id == name}
    related = [item.id for item in products() if own and set(members(item.id)) & set(members(name))]
    rows = warehouse.arrow("SELECT drug_id FROM drug WHERE drug IN (SELECT unnest($related))", {"related": related})
    return np.union1d(integers(rows, "drug_id"), [number])


def _terms(warehouse: Warehouse, number: int) -> Ints:
    """The preferred terms that make an endpoint, narrow ones."""
    rows = warehouse.arrow("SELECT term_id FROM endpoint_term WHERE event_id = $number", {"number": number})
    return np.unique(integers(rows, "term_id"))


def _scopes(warehouse: Warehouse, number: int) -> Ints:
    """The event itself, of an endpoint in both scopes."""
    query = (
        "SELECT o.event_id FROM event AS e JOIN event AS o ON o.event_kind = e.event_kind AND o.event = e.event "
        "WHERE e.event_id = $number"
    )
    return integers(warehouse.arrow(query, {"number": number}), "event_id")


def _sharing(warehouse: Warehouse, terms: Ints) -> Ints:
    """The endpoints, in either scope, that hold any of the terms."""
    rows = warehouse.arrow(
        "SELECT event_id FROM endpoint_term WHERE term_id IN (SELECT unnest($terms))", {"terms": terms.tolist()}
    )
    return np.unique(integers(rows, "event_id"))
