"""The command cartwatch: one verb per step, the same functions that the DAGs call."""

from typing import Any

import click

from pipeline.config import VERSION, settings_from_environment
from pipeline.errors import CartwatchError
from pipeline.verbs.counting import explain, masking, report, resolve, signals
from pipeline.verbs.filling import backfill, demo, fetch, ingest, meddra
from pipeline.verbs.following import study
from pipeline.verbs.governing import actor, audit, plan, store
from pipeline.verbs.looking import doctor, status, validate
from pipeline.verbs.reviewing import signal
from pipeline.verbs.simulating import simulate
from pipeline.verbs.surveying import reproduce
from pipeline.verbs.timing import onset, trend


class Verbs(click.Group):
    """Every verb ends with our own errors told in one sentence and their own exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; turn an error of ours into its exit code."""
        try:
            return super().invoke(ctx)
        except CartwatchError as error:
            click.echo(f"cartwatch: {error}", err=True)
            ctx.exit(error.exit_code)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Verbs in the order of the work, not of the alphabet."""
        del ctx
        return list(self.commands)


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--lake", metavar="URI", help="Where the lake is; default: CARTWATCH_LAKE, else ./lake.")
@click.version_option(VERSION, prog_name="cartwatch")
@click.pass_context
def main(ctx: click.Context, lake: str | None) -> None:
    """Watch the safety of CAR-T therapies after approval.

    FAERS quarters go in, a signal report as of a data-lock point comes out. A report of an adverse event
    is not a proof of cause, and counts of reports say nothing about how often an event occurs.

    \b
    Examples:
      cartwatch demo
      cartwatch --lake ./lake ingest faers faers_ascii_2024q1.zip faers_ascii_2024q2.zip
      cartwatch signals --as-of 2024Q2 --product tisagenlecleucel --out results
      cartwatch report --as-of 2024Q2 --out results

    Exit codes: 0 done, 1 a bug of ours, 2 usage, 10 layout changed, 11 gate failed, 12 source unavailable,
    13 input refused, 14 lake conflict, 15 nothing there.
    """
    ctx.obj = settings_from_environment(lake)


for _verb in (
    demo,
    fetch,
    ingest,
    backfill,
    meddra,
    validate,
    resolve,
    signals,
    masking,
    onset,
    trend,
    report,
    study,
    explain,
    simulate,
    actor,
    plan,
    signal,
    reproduce,
    audit,
    store,
    status,
    doctor,
):
    main.add_command(_verb)

if __name__ == "__main__":
    main()
