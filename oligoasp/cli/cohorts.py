"""What the commands about cohorts share: options, complaints about records, progress."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from oligoasp.cohort import Cohort
    from oligoasp.processes import Progress

MOST_COMPLAINTS = 100
"""How many problems of records are printed."""

KEPT = ".kept"
"""How the name of a kept screening ends."""

FILE = click.Path(path_type=Path, dir_okay=False)

mapping_option = click.option(
    "--mapping", type=FILE, help="Which columns of a table hold which fields."
)
processes_option = click.option(
    "--processes",
    type=click.IntRange(1, 256),
    help="How many processes decide. [default: one per processor]",
)


def expect_many() -> None:
    """Get ready for many records: what is loaded stays, and little of what is made is garbage.

    So looking for garbage is put off, and leaves out what there is now, which processes
    that are started from here share.
    """
    gc.enable()
    gc.set_threshold(50_000, 20, 50)
    gc.freeze()


def is_kept(place: str) -> bool:
    """Tell by its name whether a file is a kept screening."""
    return Path(place).suffix.lower() == KEPT


def note_unused(cohort: Cohort) -> None:
    """Name the columns of a table that the mapping does not use."""
    from oligoasp.render.document import some  # noqa: PLC0415

    unused: list[str] = getattr(cohort, "unused", [])
    if unused:
        number = len(unused)
        columns = f"{number} column{'s' * (number != 1)} of {cohort.name}"
        click.echo(f"note: the mapping does not use {columns}: {some(unused, 12)}", err=True)


class Complaints:
    """Prints what is wrong with records, as far as someone would read it."""

    def __init__(self) -> None:
        self.number = 0

    def __call__(self, problem: str) -> None:
        """Take in a problem."""
        self.number += 1
        if self.number <= MOST_COMPLAINTS:
            click.echo(f"error: {problem}", err=True)

    def conclude(self, output: Path | None) -> None:
        """Say how many problems were not printed."""
        more = self.number - MOST_COMPLAINTS
        if more > 0:
            where = f"; all are in {output}" if output else ""
            click.echo(f"error: {more} more problems{where}", err=True)


@contextmanager
def watched() -> Iterator[Callable[[Progress], object]]:
    """Show a progress bar on standard error, if someone watches there."""
    if not sys.stderr.isatty():
        yield lambda progress: None
        return
    from rich.console import Console  # noqa: PLC0415 - only where someone watches
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    columns = (BarColumn(), TextColumn("{task.description}"), TimeRemainingColumn())
    bar = Bar(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task("", total=1.0, start=False)
    start: list[tuple[float, int]] = []

    def show(progress: Progress) -> None:
        bar.start()  # not before: processes are made as copies of one that has no threads
        if not start and not progress.resumed:
            start.append((monotonic(), progress.records))
            bar.start_task(task)
        words = f"{progress.records:,} records"
        if start and progress.records > start[0][1]:
            rate = (progress.records - start[0][1]) / (monotonic() - start[0][0])
            words += f", {rate:,.0f} a second"
        total = None if progress.done is None else 1.0
        bar.update(task, completed=progress.done or 0.0, total=total, description=words)

    try:
        yield show
    finally:
        bar.stop()
