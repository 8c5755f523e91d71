"""People and surveillance plans: who may act, what is looked at, and what each look found."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pipeline.config import Settings
from pipeline.governance.actors import Actor, actors, add_actor, refuse_first
from pipeline.governance.ledger import DONE, LookRow, is_over, looks_of
from pipeline.governance.migration import upgraded
from pipeline.governance.plan import Designed, Plan, families, plan, plans, register_plan
from pipeline.governance.planfile import plan_content
from pipeline.governance.store import open_store
from pipeline.steps.governing import is_absent, reported
from pipeline.steps.result import StepReport, Stopwatch


def add_person(
    settings: Settings, person: str, name: str, roles: tuple[str, ...], replaces: str | None = None
) -> StepReport:
    """Make somebody known to the store, and make the store where there is none yet.

    The first person adds himself or herself as an engineer; after that an engineer, settings.actor, adds others.
    """
    watch = Stopwatch()
    given = Actor(person, name, tuple(sorted(set(roles))))
    is_new = is_absent(settings)
    if is_new:
        refuse_first(given, settings.actor)
        upgraded(settings)
    store = open_store(settings)
    is_changed = add_actor(store, settings.actor, given, replaces=replaces)
    report = reported("actor add", store, {"actor": person}, watch)
    report.counts |= {"actor": person, "roles": list(given.roles), "is_changed": is_changed}
    report.outputs = [store.where] if is_new else []
    if not is_changed:
        report.warnings.append(f"{person} is known with these roles already: nothing was done.")
    return report


def list_people(settings: Settings) -> StepReport:
    """Everybody known, with their roles."""
    watch, store = Stopwatch(), open_store(settings)
    with store.reading() as connection:
        rows = [asdict(one) | {"roles": list(one.roles)} for one in actors(connection)]
    report = reported("actor list", store, {}, watch)
    report.counts["actors"] = rows
    return report


def register(settings: Settings, path: Path, designed: Designed | None = None) -> StepReport:
    """Register the plan of a YAML file; the same file again changes nothing.

    designed: makes the design that the plan names, by default pipeline.sequential.designs.design.
    """
    watch, content = Stopwatch(), plan_content(path)
    store = open_store(settings)
    with store.writing(settings.actor) as writing:
        kept, is_new = register_plan(writing, content, designed)
    report = reported("plan register", store, {"plan": kept.id}, watch)
    report.counts |= {"plan": kept.id, "is_new": is_new, "n_looks": len(kept.looks), "given_hash": kept.given_hash}
    if not is_new:
        report.warnings.append(f"Plan {kept.id} is registered already with this content: nothing was done.")
    if kept.amends is not None and is_new:
        report.warnings.append(f"Plan {kept.amends} takes no more looks: {kept.id} takes its place.")
    return report


def list_plans(settings: Settings) -> StepReport:
    """Every plan with where it stands."""
    watch, store = Stopwatch(), open_store(settings)
    with store.reading() as connection:
        rows = [_standing(one, looks_of(connection, one.id)) for one in plans(connection)]
        shares = families(connection)
    report = reported("plan list", store, {}, watch)
    report.counts |= {"plans": rows, "families": shares}
    return report


def show_plan(settings: Settings, plan_id: str) -> StepReport:
    """One plan with all it says and every look the ledger holds."""
    watch, store = Stopwatch(), open_store(settings)
    with store.reading() as connection:
        shown, looks = plan(connection, plan_id), looks_of(connection, plan_id)
    report = reported("plan show", store, {"plan": plan_id}, watch)
    report.counts["plan"] = _plain(shown)
    report.counts["looks"] = [{"look_id": one.id} | asdict(one) for one in looks]
    return report


def _plain(shown: Plan) -> Mapping[str, Any]:
    return asdict(shown) | {"looks": list(shown.looks)}


def _standing(shown: Plan, held: Sequence[LookRow]) -> Mapping[str, Any]:
    """Where a plan stands; a look that was skipped is none that was made."""
    told = (
        "id",
        "title",
        "world",
        "product",
        "endpoint",
        "scope",
        "design",
        "alpha",
        "family_id",
        "owner",
        "amended_by",
    )
    has_more = len(held) < len(shown.looks) and not (held and is_over(held[-1])) and shown.amended_by is None
    n_made = sum(look.status == DONE for look in held)
    return {
        **{name: getattr(shown, name) for name in told},
        "n_looks": len(shown.looks),
        "n_looks_made": n_made,
        "n_looks_skipped": len(held) - n_made,
        "next_look": shown.looks[len(held)] if has_more else None,
    }
