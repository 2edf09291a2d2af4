"""`oligoasp test`: the cases of a protocol."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import click

from oligoasp.cli import options

if TYPE_CHECKING:
    from oligoasp.decide import Engine
    from oligoasp.render.cases import Failed, FileResult
    from oligoasp.testing import Case

QUOTE_LENGTH = 60


@click.command(
    "test",
    epilog="""\b
Example:
  oligoasp test
  oligoasp test cases/boundaries/I8.1.yaml

\b
Exit codes: 0 all passed, 1 some failed, 2 some case is malformed.""",
)
@click.argument("paths", metavar="[PATH...]", nargs=-1)
@options.format_option
@options.protocol_option
@options.amendments_option
@options.readings_option
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    form: str,
    protocol: str,
    amendments: tuple[str, ...],
    readings: tuple[str, ...],
) -> None:
    """Run the cases of a protocol.

    A case is a record with the verdict and the statuses that it should have, or
    a variation of one. PATH is a file or a folder; without it, the folder
    "cases" here, or else the one beside the rules in a checkout of oligoasp.
    """
    from oligoasp.render import cases, json  # noqa: PLC0415 - loads the answers
    from oligoasp.testing.load import case_files  # noqa: PLC0415 - loads the record modules

    engine = options.make_engine(protocol, readings, amendments)
    files = list(case_files(paths or [options.case_folder()]))
    if not files:
        raise click.UsageError(f"no case files in {', '.join(paths) or options.CASES}")
    if form == options.MARKDOWN:
        options.show(cases.heading(engine.protocol.name), form)
        click.echo()
    results = []
    for file in files:
        result = _run(engine, file)
        results.append(result)
        if form == options.JSON:
            click.echo(json.compact(cases.data(result)))
        else:
            options.show(cases.document(result), form)
            if form == options.MARKDOWN:
                click.echo()
        for message in chain.from_iterable(result.malformed):
            click.echo(f"error: {message}", err=True)
    if form != options.JSON:
        click.echo(cases.total(results), err=form == options.TEXT)
    malformed = any(result.malformed for result in results)
    ctx.exit(2 if malformed else int(any(result.failed for result in results)))


def _run(engine: Engine, file: Path) -> FileResult:
    """Run the cases of a file."""
    from oligoasp.record.errors import RecordError  # noqa: PLC0415 - loaded when needed
    from oligoasp.render.cases import FileResult  # noqa: PLC0415
    from oligoasp.testing import load_cases  # noqa: PLC0415

    result = FileResult(str(file))
    for case in load_cases([file], engine.protocol.vocabulary):
        try:
            if isinstance(case, RecordError):
                raise case
            failures = list(_failures(engine, case))
        except RecordError as error:
            result.malformed.append([problem.render() for problem in error.problems])
        else:
            result.failures += failures
            result.failed += bool(failures)
            result.passed += not failures
    return result


def _failures(engine: Engine, case: Case) -> Iterator[Failed]:
    """Run a case, and say of each failure why the clause has the status it got."""
    from oligoasp.render.cases import Failed  # noqa: PLC0415 - loads the answers
    from oligoasp.render.document import shorten  # noqa: PLC0415
    from oligoasp.testing.run import evidence, run_case  # noqa: PLC0415

    failures = run_case(engine, case)
    if not failures:
        return
    for failure, why in zip(failures, evidence(engine, case, failures), strict=True):
        clause = engine.protocol.clauses.get(failure.clause)
        quote = shorten(clause.text, QUOTE_LENGTH) if clause else ""
        yield Failed(
            case.name, failure.line, failure.clause, quote, failure.expected, failure.got, why
        )
