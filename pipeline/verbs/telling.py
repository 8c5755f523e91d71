"""What a verb shows while it works, when it is refused, and when it is done."""

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, cast

import click

from pipeline.errors import GateFailed

if TYPE_CHECKING:
    from pipeline.steps.backfill import Standing, Watch
    from pipeline.steps.result import Progress, StepReport

    Shown = str | Callable[[StepReport], None]


@contextlib.contextmanager
def watched(quiet: bool) -> Iterator["Progress"]:
    """What is being done, with the time it has taken; nothing where nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn

    with Bar(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
        transient=True,
    ) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda text: bar.update(task, description=text)


@contextlib.contextmanager
def standing(quiet: bool) -> Iterator["Watch"]:
    """A bar that fills with the text read, beside the archives done and the time that is left."""
    if quiet or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        BarColumn(),
        TextColumn("{task.fields[done]} of {task.fields[all]} archives, {task.description}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("looking at the archives", total=None, done=0, all=0)

        def show(at: "Standing") -> None:
            bar.update(
                task, completed=at.bytes_done, total=at.bytes_all, description=at.doing, done=at.n_done, all=at.n_all
            )

        yield show


@contextlib.contextmanager
def told_when_refused(as_json: bool, show: "Shown") -> Iterator[None]:
    """Show what the step had to say before the gate's refusal ends the command."""
    try:
        yield
    except GateFailed as failure:
        if failure.report is not None:
            tell(cast("StepReport", failure.report), as_json, show)
        raise


def tell(report: "StepReport", as_json: bool, *shown: "Shown") -> None:
    """The report as JSON, or as these functions, or those of pipeline.screen by name, show it.

    The closing lines come last unless placed.
    """
    if as_json:
        click.echo(report.as_json())
        return
    from pipeline import screen

    for name in shown if "closing" in shown else (*shown, "closing"):
        show = getattr(screen, name) if isinstance(name, str) else name
        show(report)
