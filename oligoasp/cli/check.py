"""`oligoasp check`: the short answer for many records."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from time import monotonic
from typing import TYPE_CHECKING, TypeVar

import click

from oligoasp.cli import cohorts, options

if TYPE_CHECKING:
    from oligoasp.decide import Verdict

PATIENCE = 1.0
"""Seconds after which a call counts as long."""

_Item = TypeVar("_Item")


@click.command(
    "check",
    epilog="""\b
Example:
  oligoasp check cohort.ndjson
  oligoasp check records/ --format json > answers.ndjson

\b
Exit codes: 0 all eligible, 1 some ineligible, 3 none ineligible but some
undetermined, 2 some record could not be read (the others are answered).""",
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@options.format_option
@options.protocol_option
@options.amendments_option
@options.readings_option
@cohorts.processes_option
@click.pass_context
def command(
    ctx: click.Context,
    files: tuple[str, ...],
    form: str,
    protocol: str,
    amendments: tuple[str, ...],
    readings: tuple[str, ...],
    processes: int | None,
) -> None:
    """Say for each of many records whether the patient is eligible.

    FILE is a YAML, JSON or NDJSON file, a folder of such files (without its
    subfolders), or - for standard input. One line per record: its id, the verdict, and the criteria
    that stand in the way or are unknown. What is possible but unusual, and so
    should be compared with the chart, is noted on standard error. With --format
    json, one JSON object per line.
    """
    from oligoasp.batch.check import check  # noqa: PLC0415 - only this command needs it
    from oligoasp.processes import cores  # noqa: PLC0415 - loaded when needed
    from oligoasp.record.errors import NoRecordsError, RecordError  # noqa: PLC0415
    from oligoasp.record.source import read_documents  # noqa: PLC0415
    from oligoasp.render import json, lines  # noqa: PLC0415

    engine = options.make_engine(protocol, readings, amendments)
    cohorts.expect_many()
    answers = check(engine, read_documents(files), processes or cores())
    colour = options.colourful(sys.stdout)
    verdicts: Counter[Verdict] = Counter()
    names: Counter[str] = Counter()
    refused = 0
    if form == options.MARKDOWN:
        click.echo(lines.TABLE_HEAD)
    nothing = 0
    for answer in _watched(answers):
        if isinstance(answer, RecordError):
            answer = options.told_better(answer, files, engine)  # noqa: PLW2901
        if isinstance(answer, NoRecordsError) and form != options.JSON:
            nothing += 1
            options.complain(answer)
            continue
        if isinstance(answer, RecordError):
            refused += 1
            refusal = options.refusal(answer)
            if form == options.JSON:
                click.echo(json.compact(refusal))
            elif form == options.MARKDOWN:
                click.echo(lines.refused_row(refusal))
            else:
                click.echo(lines.refused_text(refusal))
            if form != options.JSON:
                options.complain(answer)
            continue
        verdicts[answer.verdict] += 1
        names[answer.record] += 1
        match form:
            case options.JSON:
                click.echo(json.compact(answer))
            case options.MARKDOWN:
                click.echo(lines.row(answer))
            case _:
                click.echo(lines.text(answer, colour=colour), color=colour)
        if form != options.JSON:
            for note in lines.notes(answer):
                click.echo(f"note: {note}", err=True)
    for name in (name for name, number in names.items() if number > 1):
        click.echo(f"warning: {names[name]} records are called `{name}`", err=True)
    if form != options.JSON:
        click.echo(lines.total(verdicts, refused), err=True)
    ctx.exit(options.exit_code(verdicts, refused + nothing))


def _watched(items: Iterable[_Item]) -> Iterator[_Item]:
    """Pass items on; count them on standard error if someone waits there for long."""
    if not sys.stderr.isatty() or sys.stdout.isatty():
        yield from items
        return
    iterator = iter(items)
    end = monotonic() + PATIENCE
    done = 0
    for item in iterator:
        yield item
        done += 1
        if monotonic() > end:
            break
    else:
        return
    from rich.console import Console  # noqa: PLC0415 - only long calls need it
    from rich.live import Live  # noqa: PLC0415

    # It is drawn anew from here, not by a thread: processes are made as copies of this one.
    live = Live(f"{done} records", console=Console(stderr=True), auto_refresh=False, transient=True)
    with live:
        for item in iterator:
            yield item
            done += 1
            if done % 100 == 0:
                live.update(f"{done} records", refresh=True)
