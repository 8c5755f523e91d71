"""Verbs of governance: who acts, plans, the review of signals, the audit trail and the store."""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pipeline.config import Settings
from pipeline.errors import UsageError
from pipeline.verbs.options import JSON
from pipeline.verbs.telling import tell

if TYPE_CHECKING:
    from pipeline.steps.result import StepReport

ACTOR = click.option("--actor", metavar="ID", help="Who acts; default: CARTWATCH_ACTOR.")


@click.group()
def actor() -> None:
    """Who may act, and in which roles."""


@actor.command("add")
@click.argument("person", metavar="ID")
@click.option("--name", required=True, help="Name as it is printed beside a signature.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice(["scientist", "reviewer", "approver", "engineer"]),
    help="Repeat for more.",
)
@click.option("--replace", metavar="REASON", help="Replace name and roles of somebody known, for this reason.")
@ACTOR
@JSON
@click.pass_obj
def actor_add(
    settings: Settings,
    person: str,
    name: str,
    roles: tuple[str, ...],
    replace: str | None,
    actor: str | None,
    *,
    as_json: bool,
) -> None:
    """Make somebody known; the first person makes the store, and must be an engineer.

    \b
    Examples:
      cartwatch actor add eve --name "Eve Adams" --role engineer
      cartwatch actor add ada --name "Ada Byron" --role scientist --actor eve
    """
    from pipeline.steps.plans import add_person

    show(add_person(acting(settings, actor), person, name, roles, replace), as_json, "person_added")


@actor.command("list")
@JSON
@click.pass_obj
def actor_list(settings: Settings, *, as_json: bool) -> None:
    """Everybody known, with their roles.

    \b
    Example:
      cartwatch actor list
    """
    from pipeline.steps.plans import list_people

    show(list_people(settings), as_json, "people")


@click.group()
def plan() -> None:
    """Surveillance plans: registered before anybody looks, never changed."""


@plan.command("register")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@ACTOR
@JSON
@click.pass_obj
def plan_register(settings: Settings, path: Path, actor: str | None, *, as_json: bool) -> None:
    """Register the plan of a YAML file; the same file again changes nothing, a changed one needs a new id.

    \b
    Example:
      cartwatch plan register plans/tisagenlecleucel-spm.yaml --actor ada
    """
    from pipeline.steps.plans import register

    show(register(acting(settings, actor), path), as_json, "plan_registered")


@plan.command("list")
@JSON
@click.pass_obj
def plan_list(settings: Settings, *, as_json: bool) -> None:
    """Every plan, its share of alpha and its next look.

    \b
    Example:
      cartwatch plan list
    """
    from pipeline.steps.plans import list_plans

    show(list_plans(settings), as_json, "plan_list")


@plan.command("show")
@click.argument("plan_id", metavar="ID")
@JSON
@click.pass_obj
def plan_show(settings: Settings, plan_id: str, *, as_json: bool) -> None:
    """One plan, and every look that the ledger holds.

    \b
    Example:
      cartwatch plan show tisagenlecleucel-spm
    """
    from pipeline.steps.plans import show_plan

    show(show_plan(settings, plan_id), as_json, "plan_detail")


@click.group()
def audit() -> None:
    """The audit trail: every change, chained so that none can be lost unseen."""


@audit.command("verify")
@click.option("--against", type=click.Path(path_type=Path), metavar="FILE", help="An export in JSONL made earlier.")
@JSON
@click.pass_obj
def audit_verify(settings: Settings, against: Path | None, *, as_json: bool) -> None:
    """Find any record that was altered, removed, added or moved, and any row changed past the trail.

    \b
    Examples:
      cartwatch audit verify
      cartwatch audit verify --against archive/audit-2026-06.jsonl
    """
    from pipeline.steps.audit import verify_audit

    show(verify_audit(settings, against), as_json, "audit_verdict")


@audit.command("export")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="FILE.jsonl or FILE.csv.")
@JSON
@click.pass_obj
def audit_export(settings: Settings, out: Path, *, as_json: bool) -> None:
    """Write every record as JSONL or CSV, with the trail's head beside it.

    \b
    Example:
      cartwatch audit export --out archive/audit-2026-06.jsonl
    """
    from pipeline.steps.audit import export_audit

    show(export_audit(settings, out), as_json, "written_files")


@click.group()
def store() -> None:
    """The store of plans, looks, signals and the audit trail."""


@store.command("upgrade")
@JSON
@click.pass_obj
def store_upgrade(settings: Settings, *, as_json: bool) -> None:
    """Bring an older store to this version's schema; nothing in it is lost.

    \b
    Example:
      cartwatch store upgrade
    """
    from pipeline.steps.audit import upgrade_store

    show(upgrade_store(settings), as_json, "schema")


def acting(settings: Settings, actor: str | None) -> Settings:
    """The settings with who acts; UsageError for the name under which cartwatch itself does."""
    acts = actor or settings.actor
    if acts == "system":
        raise UsageError("system is cartwatch itself and no person: give --actor with your own id.")
    return dataclasses.replace(settings, actor=acts)


def show(report: "StepReport", as_json: bool, how: str) -> None:
    """As tell, by these functions of pipeline.screengovernance."""
    if not as_json:
        from pipeline import screengovernance

        getattr(screengovernance, how)(report)
    tell(report, as_json)
