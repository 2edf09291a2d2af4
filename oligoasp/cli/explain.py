"""`oligoasp explain`: the full answer for one patient."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from oligoasp.cli import options

if TYPE_CHECKING:
    from oligoasp.answers import Explanation
    from oligoasp.decide import Engine, Verdict
    from oligoasp.record.errors import RecordError
    from oligoasp.record.read import Record


ONE_OF_MANY = "--record ID explains one of them, `oligoasp check` sums them up"
LIST = "`oligoasp check` lists them"
MOST_GARBAGE = 8
"""After how many records memory is tidied up."""
SESSIONS = 2
"""An explanation asks under settled readings and under open ones."""


@click.command(
    "explain",
    epilog="""\b
Example:
  oligoasp explain patient.yaml
  oligoasp explain cohort.ndjson --record P017 --full

\b
Exit codes: 0 eligible, 1 ineligible, 3 undetermined, 2 the record could not
be read. Of several records: as for `oligoasp check`.""",
)
@click.argument("file", metavar="FILE")
@click.option("--record", "wanted", metavar="ID", help="Only this record of the file.")
@click.option("--dated", is_flag=True, help="Give the day of the run, and checksums.")
@click.option("--full", is_flag=True, help="All of every list, and a table of all criteria.")
@options.format_option
@options.protocol_option
@options.amendments_option
@options.readings_option
@click.pass_context
def command(
    ctx: click.Context,
    file: str,
    wanted: str | None,
    dated: bool,
    full: bool,
    form: str,
    protocol: str,
    amendments: tuple[str, ...],
    readings: tuple[str, ...],
) -> None:
    """Say why a patient is eligible or not, and what is missing.

    The answer gives the verdict, what stands in the way and where the record
    says so, what would have to change, and what is still needed. FILE is a
    YAML, JSON or NDJSON file, a folder of such files (without its subfolders),
    or - for standard input. With --format json, one JSON object per record and
    line.
    """
    reading = options.load_ahead(protocol, amendments, SESSIONS)
    import oligoasp.record.yaml_text  # noqa: F401, PLC0415 - read_records would load it later
    from oligoasp.explain.whole import explain  # noqa: PLC0415 - only this command needs it
    from oligoasp.record.errors import RecordError  # noqa: PLC0415 - loaded when needed
    from oligoasp.record.read import read_records  # noqa: PLC0415

    engine = options.engine_of(reading.result(), readings)
    found = read_records([file], engine.protocol.vocabulary)
    verdicts: Counter[Verdict] = Counter()
    refused = 0
    gc.freeze()
    for number, record in enumerate(_only(found, wanted) if wanted is not None else found):
        if number and number % MOST_GARBAGE == 0:
            gc.collect()  # what was asked about a record is large, and refers to itself
        try:
            if isinstance(record, RecordError):
                raise record
            explanation = explain(engine, record, full=full)
        except RecordError as error:
            refused += 1
            _refuse(options.told_better(error, [file], engine), form)
        else:
            if form == options.TEXT and verdicts:
                click.echo()
            if sum(verdicts.values()) == 1 and form != options.JSON:
                click.echo(f"note: {file} has several records; {ONE_OF_MANY}", err=True)
            verdicts[explanation.verdict] += 1
            if dated or full or form != options.TEXT:
                explanation = _filed(explanation, engine, record, dated)
            _show(explanation, form, full)
    ctx.exit(options.exit_code(verdicts, refused))


def _filed(explanation: Explanation, engine: Engine, record: Record, dated: bool) -> Explanation:
    """Add what an answer needs that is filed: versions and checksums, and the day if wanted."""
    from dataclasses import replace  # noqa: PLC0415 - only for filing
    from datetime import date  # noqa: PLC0415

    from oligoasp.explain.filing import filing  # noqa: PLC0415

    day = date.today().isoformat() if dated else ""
    return replace(explanation, filing=filing(engine.protocol, record, day))


def _only(found: Iterable[Record | RecordError], wanted: str) -> list[Record | RecordError]:
    """Choose the records with an id, and what is refused without one.

    Raises:
        click.UsageError: there is none.
    """
    from oligoasp.record.errors import RecordError  # noqa: PLC0415 - loaded when needed

    chosen: list[Record | RecordError] = []
    names: dict[str, None] = {}
    for record in found:
        name = record.problems[0].record if isinstance(record, RecordError) else record.id
        if name is None or name == wanted:
            chosen.append(record)
        names[name or ""] = None
    if not chosen:
        raise options.unknown("record", wanted, filter(None, names), LIST)
    return chosen


def _refuse(error: RecordError, form: str) -> None:
    if form == options.JSON:
        from oligoasp.render.json import compact  # noqa: PLC0415 - only for this form

        click.echo(compact(options.refusal(error)))
    else:
        options.complain(error)


def _show(explanation: Explanation, form: str, full: bool) -> None:
    if form == options.JSON:
        from oligoasp.render.json import compact  # noqa: PLC0415 - only for this form

        click.echo(compact(explanation))
        return
    from oligoasp.render.explanation import document  # noqa: PLC0415 - not for JSON

    filed = form == options.MARKDOWN
    options.show(document(explanation, full=full, whole_quotes=filed), form)
