"""What endpoint definitions take from a MedDRA distribution, where its subscriber has loaded one: names only, no terms."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pipeline.errors import CartwatchError
from pipeline.vocabulary.endpoints import endpoints
from pipeline.vocabulary.files import term_key, vocabulary_version
from pipeline.vocabulary.infections import infection_terms
from pipeline.vocabulary.malignancies import malignancy_terms

if TYPE_CHECKING:
    import pyarrow as pa

# A class or group gives its terms to the narrow scope. smq: each term to the scope it has in the query; smq_narrow: only
# its narrow terms; smq_broad: all its terms, to the broad scope only.
KINDS = ("soc", "hlgt", "hlt", "smq", "smq_narrow", "smq_broad")
WITHOUT_KINDS = (*KINDS, "pt")


@dataclass(frozen=True, slots=True)
class EndpointMember:
    """One thing an endpoint takes from MedDRA.

    role: `member`; `without`, what is not taken though a member has it (the reviewed list is never cut); `replaces`
    (kind `list`): the members stand in the place of the reviewed list.
    """

    endpoint: str
    role: str
    kind: str
    name: str


def endpoint_members() -> tuple[EndpointMember, ...]:
    """Everything that endpoints take from MedDRA, in the order of endpoints.yaml.

    Raises CartwatchError for a key that is none.
    """
    found: list[EndpointMember] = []
    for item in endpoints():
        if item.meddra is None:
            continue
        found += _members(item.id, item.meddra)
        found += _reviewed(item.id) if item.has_index_rule else ()
    return tuple(found)


def meddra_vocabulary() -> "pa.Table":
    """The rows of meddra_selection."""
    import pyarrow as pa  # noqa: PLC0415 -- the command line's help must not wait for it

    names = ("endpoint", "role", "kind", "name")
    rows = [{name: getattr(member, name) for name in names} for member in endpoint_members()]
    return pa.Table.from_pylist(rows, pa.schema([(name, pa.string()) for name in names]))


def terms_source(version: str | None) -> str:
    """Where terms come from, as a report says it."""
    return f"MedDRA {version}" if version else f"no MedDRA loaded: term lists of vocabulary {vocabulary_version()}"


def _members(endpoint_id: str, entry: Mapping[str, Any]) -> list[EndpointMember]:
    without = dict(entry.get("without", {}))
    taken = {key: names for key, names in entry.items() if key not in {"without", "replaces_list"}}
    covid = [term.pt for term in infection_terms() if term.is_covid] if without.pop("covid", False) else []
    unknown = sorted((set(taken) - set(KINDS)) | (set(without) - set(WITHOUT_KINDS)))
    if unknown:
        raise CartwatchError(f"endpoints.yaml, {endpoint_id}, meddra: no {', '.join(unknown)}; use {', '.join(KINDS)}")
    found = [_member(endpoint_id, "member", kind, name) for kind, names in taken.items() for name in names]
    found += [_member(endpoint_id, "without", kind, name) for kind, names in without.items() for name in names]
    found += [_member(endpoint_id, "without", "pt", name) for name in covid]
    if entry.get("replaces_list", False):
        found.append(EndpointMember(endpoint_id, "replaces", "list", ""))
    return found


def _reviewed(endpoint_id: str) -> list[EndpointMember]:
    """Reviewed neoplasm terms stay where the review put them: a query adds only what nobody has read yet."""
    return [_member(endpoint_id, "without", "pt", term.pt) for term in malignancy_terms()]


def _member(endpoint_id: str, role: str, kind: str, name: str) -> EndpointMember:
    return EndpointMember(endpoint_id, role, kind, term_key(name))
