"""Surveillance plans: registered before anybody looks, never changed, amended only by another plan."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from math import fsum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select

from pipeline.errors import DecisionConflict, NothingThere, UsageError
from pipeline.governance.actors import actor as known_actor
from pipeline.governance.actors import refuse_unless
from pipeline.governance.audit import Change, written
from pipeline.governance.canonical import canonical, content_hash, restored
from pipeline.governance.datafiles import data_file
from pipeline.governance.schema import LOOK, PLAN
from pipeline.governance.store import Row, Writing, fetched
from pipeline.vocabulary.comparators import comparator
from pipeline.vocabulary.endpoints import endpoint
from pipeline.vocabulary.files import vocabulary_version
from pipeline.vocabulary.products import product
from pipeline.vocabulary.versions import endpoint_version

if TYPE_CHECKING:
    from pipeline.sequential.judgement import Design

# Two sums of shares that differ by less are the same: 0.05 is not a sum of tenths of itself to the last digit.
ROUNDING = 1e-12
Designed = Callable[[str, Mapping[str, object], str], "Design"]


@dataclass(frozen=True, slots=True)
class Plan:
    """A registered plan.

    parameters: the design's own, as `pipeline.sequential.designs.design` takes them, alpha, length and least number of
    events among them. expected: where expected events come from. looks: data-lock points, the first is look 1.
    alpha: this plan's share of family_alpha. endpoint_version, vocabulary_version: as they were at registration.
    given_hash: of what was handed in. amended_by: the plan that took its place, None while it is open.
    """

    id: str
    title: str
    world: str
    product: str
    endpoint: str
    scope: str
    endpoint_version: str
    vocabulary_version: str
    comparator: str | None
    design: str
    parameters: Mapping[str, Any]
    expected: Mapping[str, Any]
    alpha: float
    family_id: str
    family_alpha: float
    maximum_length: float
    minimum_events: int
    looks: tuple[str, ...]
    owner: str
    due_days: Mapping[str, int]
    amends: str | None
    given_hash: str
    registered_at: str
    registered_by: str
    amended_by: str | None = None

    def number_of(self, dlp: str) -> int:
        """The look that is planned for a data-lock point; UsageError where none is."""
        if dlp not in self.looks:
            raise UsageError(
                f"Plan {self.id} has no look at {dlp}: it looks at {self.looks[0]} to {self.looks[-1]}, "
                f"{len(self.looks)} times; see 'cartwatch plan show {self.id}'."
            )
        return self.looks.index(dlp) + 1


def register_plan(writing: Writing, content: Mapping[str, Any], designed: Designed | None = None) -> tuple[Plan, bool]:
    """Keep a plan as planfile.plan_content read it; the plan, and whether it is new.

    The same content again is the same plan and changes nothing. DecisionConflict: another content under a registered
    id, before its first look as after; the family's alpha is used up; or the plan it amends is amended already.
    UsageError: an endpoint, product, comparator or owner that is not known, or what the design refuses, with its reason.
    designed: makes a design of its id, parameters and world; by default pipeline.sequential.designs.design.
    """
    refuse_unless(writing, "register_plan")
    given_hash = content_hash(_said(content))
    held = fetched(writing.connection, select(PLAN).where(PLAN.c.id == content["id"]))
    if held:
        _refuse_altered(held[0], given_hash)
        return plan(writing.connection, content["id"]), False
    resolved = _resolved(writing.connection, content)
    made = (designed or _designed())(resolved["design"], resolved["parameters"], resolved["world"])
    if designed is None:
        _refuse_unlookable(made, resolved)
    _refuse_family(writing.connection, resolved)
    _refuse_amendment(writing.connection, resolved)
    row = {
        "id": resolved["id"],
        "given_hash": given_hash,
        "family_id": resolved["family_id"],
        "alpha": resolved["alpha"],
        "amends": resolved["amends"],
        "content": canonical(resolved),
        "registered_at": writing.at,
        "registered_by": writing.actor,
    }
    written(writing, insert(PLAN).values(row), Change("plan", row["id"], "register", None, row))
    return plan(writing.connection, row["id"]), True


def plan(connection: Connection, plan_id: str) -> Plan:
    """The plan of this id; NothingThere where none is registered."""
    for known in plans(connection):
        if known.id == plan_id:
            return known
    raise NothingThere(f"There is no plan {plan_id!r}: 'cartwatch plan list' shows those registered.")


def plans(connection: Connection) -> list[Plan]:
    """Every registered plan, by id, the amended ones too."""
    rows = fetched(connection, select(PLAN).order_by(PLAN.c.id))
    followers = {row["amends"]: row["id"] for row in rows if row["amends"]}
    return [_plan(row, followers.get(row["id"])) for row in rows]


def design_of(plan: Plan, designed: Designed | None = None) -> "Design":
    """The plan's design, which decides its looks."""
    return (designed or _designed())(plan.design, plan.parameters, plan.world)


@cache
def version_today(endpoint_id: str) -> str:
    """The version of an endpoint as the vocabulary's files define it in this process."""
    return str(endpoint_version(endpoint_id))


def _designed() -> Designed:
    from pipeline.sequential.designs import design  # noqa: PLC0415 -- scipy, for those who register or decide only

    return design


def _plan(row: Row, amended_by: str | None) -> Plan:
    content = restored(row["content"])
    told = {name: row[name] for name in ("given_hash", "registered_at", "registered_by")}
    return Plan(**{**content, "looks": tuple(content["looks"])}, **told, amended_by=amended_by)


def _said(content: Any) -> Any:
    """What the file says, without the keys it leaves out: a key that plans learn later changes no older plan's hash."""
    if not isinstance(content, Mapping):
        return content
    return {name: _said(value) for name, value in content.items() if value is not None and _said(value) != {}}


def _refuse_altered(held: Row, given_hash: str) -> None:
    if held["given_hash"] != given_hash:
        raise DecisionConflict(
            f"Plan {held['id']} was registered on {held['registered_at'][:10]} with another content, and a registered plan "
            f"is never changed: nothing was written; give the new plan another id and say amends: {held['id']}."
        )


def _resolved(connection: Connection, content: Mapping[str, Any]) -> Row:
    """The plan with its vocabulary pinned; UsageError for a name that is not known."""
    known_actor(connection, content["owner"])
    chosen = content["endpoint"]
    due = {name: entry["value"] for name, entry in data_file("review.yaml")["due_days"].items()}
    against = content["expected"].get("comparator")
    least = content["minimum_events"] or 1
    own = {"alpha": content["alpha"], "maximum_length": content["maximum_length"], "minimum_events": least}
    return {
        **{name: content[name] for name in ("id", "title", "world", "expected", "alpha", "maximum_length", "looks")},
        **{name: content[name] for name in ("owner", "amends")},
        "product": product(content["product"]).id,
        "endpoint": endpoint(chosen["id"]).id,
        "scope": chosen["scope"],
        "endpoint_version": _endpoint_version(chosen),
        "vocabulary_version": vocabulary_version(),
        "comparator": None if against is None else comparator(against).id,
        "design": content["design"]["id"],
        "parameters": _parameters(content["design"].get("parameters") or {}, own),
        "minimum_events": least,
        "family_id": content["family"]["id"],
        "family_alpha": content["family"]["alpha"],
        "due_days": due | {name: days for name, days in (content["due_days"] or {}).items() if days is not None},
    }


def _endpoint_version(chosen: Mapping[str, Any]) -> str:
    """The endpoint's version today; UsageError where the plan asks for another one."""
    today = version_today(chosen["id"])
    if chosen["version"] not in (None, today):
        raise UsageError(
            f"The plan's endpoint {chosen['id']} is of version {chosen['version']}, but the vocabulary has {today}: "
            "give that one, or leave version out to take today's."
        )
    return today


def _parameters(given: Mapping[str, Any], own: Mapping[str, Any]) -> Row:
    """The design's parameters with those that the plan itself says; UsageError where they say it twice."""
    if twice := sorted(set(given) & set(own)):
        raise UsageError(f"The plan's design repeats {twice[0]}: say it once, as the plan's own {twice[0]}.")
    return {**given, **own}


def _refuse_family(connection: Connection, new: Row) -> None:
    """The shares of a family add up to its alpha at most; what an amended plan has spent stays spent."""
    family = [known for known in plans(connection) if known.family_id == new["family_id"]]
    other = [known for known in family if abs(known.family_alpha - new["family_alpha"]) > ROUNDING]
    if other:
        raise DecisionConflict(
            f"Family {new['family_id']} has alpha {other[0].family_alpha} by plan {other[0].id}, not {new['family_alpha']}: "
            "give the family's own, or found another family."
        )
    _refuse_same_question([known for known in plans(connection) if _is_open(known, new["amends"])], new)
    used = _used(connection, family, new["amends"])
    if used + new["alpha"] > new["family_alpha"] + ROUNDING:
        raise DecisionConflict(
            f"Family {new['family_id']} has {new['family_alpha'] - used:.6g} of its alpha {new['family_alpha']:g} left, "
            f"and the plan asks for {new['alpha']:g}: ask for less, or amend a plan that has not spent its share."
        )


def families(connection: Connection) -> list[Row]:
    """For each family its alpha, how much of it open plans were given and amended ones have spent, and what is left."""
    by_family: dict[str, list[Plan]] = {}
    for known in plans(connection):
        by_family.setdefault(known.family_id, []).append(known)
    used = {name: _used(connection, family) for name, family in by_family.items()}
    alphas = {name: family[0].family_alpha for name, family in by_family.items()}
    return [
        {"family_id": name, "alpha": alphas[name], "used": used[name], "left": alphas[name] - used[name]}
        for name in sorted(by_family)
    ]


def _is_open(known: Plan, amended: str | None) -> bool:
    return known.amended_by is None and known.id != amended


def _used(connection: Connection, family: list[Plan], amended: str | None = None) -> float:
    """Alpha of a family that is not to be had: the shares of open plans, and what the others have spent."""
    return fsum(known.alpha if _is_open(known, amended) else _spent(connection, known.id) for known in family)


def _refuse_same_question(open_ones: list[Plan], new: Row) -> None:
    asked = tuple(new[name] for name in ("world", "product", "endpoint", "scope"))
    for known in open_ones:
        if (known.world, known.product, known.endpoint, known.scope) == asked:
            raise DecisionConflict(
                f"Plan {known.id} of family {known.family_id} already asks about {', '.join(asked)}: amend that plan."
            )


def _spent(connection: Connection, plan_id: str) -> float:
    """Alpha that a plan's looks have spent; 0 where it has none."""
    rows = fetched(connection, select(LOOK.c.alpha_spent).where(LOOK.c.plan_id == plan_id))
    return max((row["alpha_spent"] for row in rows), default=0.0)


def _refuse_unlookable(made: "Design", new: Row) -> None:
    """A plan whose looks could never be judged: the design is tried on counts as the plan's source of expected gives them."""
    from pipeline.sequential.judgement import Counts  # noqa: PLC0415 -- numpy, for those who register or decide only

    expected = new["expected"]
    if new["world"] == "spontaneous":
        counts = Counts(0, compared=1, share=0.5)
    elif "baseline_events" in expected:
        baseline = {"baseline_events": expected["baseline_events"], "baseline_time": expected["baseline_person_years"]}
        counts = Counts(0, time=1e-6 * expected["baseline_person_years"], **baseline)
    else:
        counts = Counts(0, expected=1e-6)
    made.decide([counts])


def _refuse_amendment(connection: Connection, new: Row) -> None:
    """An amendment names an open plan of its own family."""
    if new["amends"] is None:
        return
    old = plan(connection, new["amends"])
    if old.amended_by is not None:
        raise DecisionConflict(f"Plan {old.id} is amended by {old.amended_by} already: amend that one.")
    if old.family_id != new["family_id"]:
        raise UsageError(f"Plan {old.id} is of family {old.family_id}, not {new['family_id']}: amend within a family.")
    query = select(LOOK.c.dlp).where(LOOK.c.plan_id == old.id).order_by(LOOK.c.number.desc()).limit(1)
    last = fetched(connection, query)
    if last and new["looks"][0] <= last[0]["dlp"]:
        raise UsageError(
            f"Plan {old.id} has looked at {last[0]['dlp']} already: an amendment begins after it, not at {new['looks'][0]}."
        )
