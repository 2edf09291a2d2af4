"""`oligoasp screen`: a whole cohort."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from oligoasp.cli import cohorts, options

if TYPE_CHECKING:
    from oligoasp.answers import Screening
    from oligoasp.processes import Progress
    from oligoasp.protocol.model import Protocol
    from oligoasp.screen.journal import Work
    from oligoasp.screen.run import Screener

GOES_ON = "the same command goes on from there"
INTERNAL = 4


@click.command(
    "screen",
    epilog="""\b
Example:
  oligoasp screen cohort.ndjson -o screened.csv --ie ie.csv
  oligoasp screen patients.csv --mapping columns.yaml -o screened.ndjson
  oligoasp screen cohort.ndjson --keep cohort.kept
  oligoasp amend --set ecog_most=2 --cohort cohort.kept

\b
Exit codes: 0 done, whoever is eligible; 2 some record could not be read (the
others are screened), or wrong usage; 4 internal error; 130 stopped.""",
)
@click.argument("cohort", metavar="COHORT")
@click.option(
    "-o",
    "--output",
    type=cohorts.FILE,
    help="One row per patient: .ndjson, .csv or .parquet. Written when all is done, over "
    "an existing file; what is done before is kept in OUTPUT.unfinished.",
)
@cohorts.mapping_option
@click.option("--ie", type=cohorts.FILE, help="Criteria not met, as CDISC SDTM domain IE (.csv).")
@click.option(
    "--keep",
    type=cohorts.FILE,
    help="Keep what the records say and what was decided (.kept), so that "
    "`oligoasp amend --cohort` need not read them again.",
)
@cohorts.processes_option
@click.option("--restart", is_flag=True, help="Do not go on where a stopped screening was left.")
@click.option("--full", is_flag=True, help="All criteria in the summary.")
@options.format_option
@options.protocol_option
@options.amendments_option
@options.readings_option
@click.pass_context
def command(
    ctx: click.Context,
    cohort: str,
    output: Path | None,
    mapping: Path | None,
    ie: Path | None,
    keep: Path | None,
    processes: int | None,
    restart: bool,
    full: bool,
    form: str,
    protocol: str,
    amendments: tuple[str, ...],
    readings: tuple[str, ...],
) -> None:
    """Screen a whole cohort: who is out, and why.

    COHORT is an NDJSON file, a folder of records, a table (CSV or Parquet) with a
    --mapping of its columns, or - for NDJSON on standard input. Every record is a
    row of the output, also one that cannot be read. The summary says how many
    remain after each criterion, whom each alone excludes, and what is unknown.

    A screening that was stopped goes on where it was left when the same command
    is given again, and gives the same output.

    \b
    A mapping (YAML) names columns; whatever it leaves out is unknown:
      id: PATIENT
      missing: [NA, ND]
      flags: {Y: true, N: false}
      dates: DD.MM.YYYY
      fields:
        sex: {column: SEX, values: {M: male, F: female}}
        birth_date: BIRTH
        labs.creatinine: {column: CREA, unit: umol/L, uln_column: CREA_ULN}
      lists:
        lesions:            # columns SITE1, SITE2, SITE3
          numbered: 3
          no_entries: unknown
          fields: {site: "SITE{n}"}
        toxicities:         # a second table, one row per entry
          file: toxicities.csv
          key: PATIENT
          no_entries: none
          fields: {term: TERM, grade: GRADE}

    Further keys: delimiter (";", tab), encoding, decimal, record (a column of
    JSON); of a field constant, unit_column, units, uln, date, date_column,
    time_column, dates; of a list none_if, complete, others.
    """
    from oligoasp.cohort import open_cohort  # noqa: PLC0415 - only this command needs it
    from oligoasp.processes import ProcessLostError, cores  # noqa: PLC0415
    from oligoasp.screen.run import Outputs, Screener, screen  # noqa: PLC0415

    kind = _kind(output)
    if keep is not None and keep.suffix.lower() != cohorts.KEPT:
        raise click.UsageError(f"--keep `{keep}`: accepted: a name ending in {cohorts.KEPT}")
    for path in (output, ie, keep):
        _refuse_place(path, cohort, mapping)
    if output is not None and output == ie:
        raise click.UsageError("--output and --ie name the same file")
    engine = options.make_engine(protocol, readings, amendments)
    opened = open_cohort(cohort, engine.protocol.vocabulary, mapping)
    cohorts.note_unused(opened)
    screener = Screener(engine, opened, keep=keep is not None)
    cohorts.expect_many()
    complaints = cohorts.Complaints()
    main = output or keep
    outputs = Outputs(output, kind, ie, keep)
    with _work(screener, main, restart=restart) as work, cohorts.watched() as progress:
        watch = _Watch(progress)
        try:
            summary = screen(screener, work, outputs, processes or cores(), complaints, watch)
        except KeyboardInterrupt:
            if main is not None:
                click.echo(f"stopped after {watch.records} records; {GOES_ON}", err=True)
            raise
        except ProcessLostError as error:
            raise _LostError(f"{error}; {GOES_ON}") from None
        except BrokenPipeError:
            raise
        except OSError as error:
            place = error.filename or main
            raise click.UsageError(f"{place}: {error.strerror}; {GOES_ON}") from None
    if watch.resumed:
        click.echo(f"note: {watch.resumed} records had been screened before", err=True)
    complaints.conclude(output)
    _warn(summary)
    _show(summary, engine.protocol, form, full=full)
    ctx.exit(2 if summary.not_read or not summary.assessed else 0)


class _LostError(click.ClickException):
    """A process was lost: that is nobody's input."""

    exit_code = INTERNAL


def _kind(output: Path | None) -> str:
    """Tell the form of the output by its name.

    Raises:
        click.UsageError: the name says nothing, or Parquet cannot be written.
    """
    from oligoasp.screen.output import PARQUET, SUFFIXES  # noqa: PLC0415

    if output is None:
        return ""
    kind = SUFFIXES.get(output.suffix.lower())
    if kind is None:
        accepted = "a name ending in .ndjson, .csv or .parquet"
        raise click.UsageError(f"--output `{output}`: accepted: {accepted}")
    if kind == PARQUET:
        from importlib.util import find_spec  # noqa: PLC0415 - only for Parquet

        from oligoasp.cohort.parquet_table import MISSING_EXTRA  # noqa: PLC0415

        if find_spec("pyarrow") is None:
            raise click.UsageError(f"--output `{output}`: {MISSING_EXTRA}")
    return kind


def _refuse_place(path: Path | None, cohort: str, mapping: Path | None) -> None:
    """Refuse to write over what is read, or where it cannot be written.

    Raises:
        click.UsageError: with the reason.
    """
    if path is None:
        return
    if not path.parent.is_dir():
        raise click.UsageError(f"`{path}`: no such folder `{path.parent}`")
    place = path.resolve()
    for read in (Path(cohort), mapping):
        if read is not None and place == read.resolve():
            raise click.UsageError(f"`{path}` is read and cannot be written")
    if cohort != "-" and Path(cohort).is_dir() and place.parent == Path(cohort).resolve():
        raise click.UsageError(f"`{path}` would be a record of the cohort; choose another folder")


@contextmanager
def _work(screener: Screener, output: Path | None, *, restart: bool) -> Iterator[Work]:
    """Open the folder for what is done: beside the output, or a temporary one.

    Raises:
        click.UsageError: another screening is writing there, or the folder cannot be made.
    """
    from oligoasp.screen.journal import BusyError, Work  # noqa: PLC0415 - only for this command

    head, files = screener.head, screener.files
    if output is None:
        with (
            tempfile.TemporaryDirectory() as temporary,
            Work(Path(temporary), head, names=files) as work,
        ):
            yield work
        return
    folder = output.with_name(f"{output.name}.unfinished")
    try:
        opened = Work(folder, head, restart=restart, names=files)
    except BusyError:
        raise click.UsageError(f"another screening is writing `{output}`") from None
    except OSError as error:
        raise click.UsageError(f"`{folder}`: {error.strerror}") from None
    with opened as work:
        yield work
        if work.outdated:
            click.echo(
                "note: the cohort, the protocol or the program has changed since the screening "
                "was stopped; what had changed was screened anew",
                err=True,
            )


class _Watch:
    """Remembers how far a screening is."""

    def __init__(self, show: Callable[[Progress], object]) -> None:
        self.records = self.resumed = 0
        self._show = show

    def __call__(self, progress: Progress) -> None:
        """Take in how far it is."""
        self.records = progress.records
        if progress.resumed:
            self.resumed = progress.records
        self._show(progress)


def _warn(summary: Screening) -> None:
    for record, places in summary.repeated.items():
        where = ", ".join(places[:4]) + (", …" if len(places) > 4 else "")
        click.echo(f"warning: {len(places)} records are called `{record}`: {where}", err=True)


def _show(summary: Screening, protocol: Protocol, form: str, *, full: bool) -> None:
    from oligoasp.render import screening  # noqa: PLC0415
    from oligoasp.render.json import indented  # noqa: PLC0415

    if form == options.JSON:
        click.echo(indented(asdict(summary)))
    else:
        options.show(screening.document(summary, protocol, full=full), form)
