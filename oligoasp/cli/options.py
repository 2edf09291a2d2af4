"""What the commands share: the common options, the engine, and where output goes."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

if TYPE_CHECKING:
    from oligoasp.answers import Refusal
    from oligoasp.decide import Engine, Verdict
    from oligoasp.protocol.model import Protocol
    from oligoasp.record.errors import RecordError
    from oligoasp.render.document import Document
    from oligoasp.solver.ahead import Ahead
    from oligoasp.testing import Case

TEXT, JSON, MARKDOWN = "text", "json", "markdown"

CASES = "cases"
"""The folder of cases of a protocol."""

WAITING = 0.0005
"""After so many seconds a thread leaves Python to another, which often needs it but briefly."""

MOST_NAMES = 12
"""How many names an error lists; of more it gives the nearest."""
MOST_NEAR = 3
CRITERIA = "`oligoasp criteria` lists them"

lesions_option = click.option(
    "--lesions",
    type=click.IntRange(1, 12),
    default=7,
    show_default=True,
    help="How many lesions a patient may have in proofs.",
)

format_option = click.option(
    "--format",
    "form",
    type=click.Choice((TEXT, JSON, MARKDOWN)),
    default=TEXT,
    show_default=True,
    help="Form of the answer.",
)

protocol_option = click.option(
    "--protocol",
    metavar="NAME|FOLDER",
    envvar="OLIGOASP_PROTOCOL",
    default="",
    help="The protocol: one that ships with oligoasp, or a folder of rules. "
    "[env: OLIGOASP_PROTOCOL; default: the first that ships]",
)

amendments_option = click.option(
    "--amendment",
    "amendments",
    metavar="NAME|FILE",
    multiple=True,
    help="Amend the protocol first; may be repeated, in order (see `oligoasp amend`).",
)

readings_option = click.option(
    "--reading",
    "readings",
    metavar="NAME=OPTION",
    multiple=True,
    help="Read an ambiguous passage in another way than the default (see "
    "`oligoasp criteria`); may be repeated.",
)


def load(name: str, amendments: Iterable[str] = (), *, draft: bool = False) -> Protocol:
    """Read a protocol: the named one, or else the first that ships with oligoasp.

    Args:
        name: its name or folder, or "".
        amendments: names or files of amendments to apply, in order.
        draft: it may lack rules, since nobody is to be decided with it.

    Raises:
        ProgramError: the protocol or an amendment does not exist or cannot be read.
    """
    from oligoasp.protocol.load import load_protocol  # noqa: PLC0415 - loads clingo

    protocol = load_protocol(name or _first_shipped(), draft=draft)
    if names := list(amendments):
        from oligoasp.amend import amended, read_amendments  # noqa: PLC0415 - seldom

        return amended(protocol, read_amendments(names, protocol.folder))
    return protocol


def load_ahead(
    name: str,
    amendments: tuple[str, ...] = (),
    programs: int = 0,
    spaces: int = 0,
    *,
    draft: bool = False,
) -> Ahead[Protocol]:
    """Begin to read a protocol, as `load` does, while the rest of the program is imported.

    Args:
        name: its name or folder, or "".
        amendments: names or files of amendments to apply, in order.
        programs: how many programs of its rules will be asked about records; they are taken to
            be kept from an earlier run if the protocol is.
        spaces: how many will be asked about all patients.
        draft: it may lack rules, since nobody is to be decided with it.

    Raises:
        ProgramError: the protocol does not exist; all else is raised by the result.
    """
    from oligoasp.protocol.load import (  # noqa: PLC0415
        calendar_file,
        kept_protocol,
        program_files,
        protocol_folder,
    )
    from oligoasp.solver.ahead import Ahead  # noqa: PLC0415
    from oligoasp.solver.program import ASKING, OPTIONS, read_ahead  # noqa: PLC0415 - loads clingo

    sys.setswitchinterval(WAITING)
    folder = protocol_folder(str(name or _first_shipped()))
    files = program_files(folder)
    read_ahead(files, OPTIONS, 0 if kept_protocol(folder, draft=draft) else programs)
    protocol = Ahead(lambda: load(str(folder), amendments, draft=draft))
    read_ahead((*files, calendar_file()), ASKING, spaces)
    return protocol


def _first_shipped() -> Path:
    from oligoasp.protocol.load import asp_folder  # noqa: PLC0415 - loads clingo

    shipped = sorted(asp_folder().glob("*/protocol.lp"))
    if not shipped:
        raise click.UsageError("no protocol is installed; name one with --protocol")
    return shipped[0].parent


def case_folder() -> Path:
    """Find the folder of cases: here, or beside the rules in a checkout.

    Raises:
        click.UsageError: there is none.
    """
    from oligoasp.protocol.load import asp_folder  # noqa: PLC0415 - loads clingo

    for folder in (Path(CASES), asp_folder().parent / CASES):
        if folder.is_dir():
            return folder
    raise click.UsageError(f"no folder `{CASES}` here; name the files or folders to run")


def passing_cases(engine: Engine, paths: Iterable[str]) -> list[Case]:
    """Read the cases of files and folders, which have to pass.

    Raises:
        click.UsageError: there are none, or some are malformed or fail.
    """
    from oligoasp.processes import cores  # noqa: PLC0415 - the same
    from oligoasp.testing.bulk import decided_cases, names  # noqa: PLC0415 - loads pydantic

    where = list(paths) or [str(case_folder())]
    cases = decided_cases(engine, where, cores())
    for error in cases.malformed:
        complain(error)
    if cases.malformed:
        raise click.UsageError("some cases cannot be read; see the messages")
    if cases.failed:
        some = "; ".join(names(cases.failed)[:3])
        number = len(cases.failed)
        fail = "case fails" if number == 1 else "cases fail"
        raise click.UsageError(f"{number} {fail} as it is ({some}); see `oligoasp test`")
    if not cases.passed:
        raise click.UsageError(f"no cases in {', '.join(where)}")
    return cases.passed


def make_engine(name: str, readings: Iterable[str], amendments: Iterable[str] = ()) -> Engine:
    """Make the engine that the common options ask for.

    Raises:
        ProgramError: the protocol or an amendment does not exist or cannot be read.
        click.UsageError: a reading does not exist, or not with that option.
    """
    return engine_of(load(name, amendments), readings)


def engine_of(protocol: Protocol, readings: Iterable[str]) -> Engine:
    """Make the engine for a protocol, under the values of `--reading`.

    Raises:
        click.UsageError: a reading does not exist, or not with that option.
    """
    from oligoasp.decide import Engine  # noqa: PLC0415 - loads clingo

    return Engine(protocol, chosen(protocol, readings))


def chosen(protocol: Protocol, readings: Iterable[str]) -> dict[str, str]:
    """Take apart the values of `--reading`.

    Raises:
        click.UsageError: a reading does not exist, or not with that option.
    """
    options: dict[str, str] = {}
    for given in readings:
        name, equals, option = (part.strip() for part in given.partition("="))
        if not equals:
            raise click.UsageError(f"--reading `{given}`: accepted: NAME=OPTION")
        known = protocol.ambiguities.get(name)
        if known is None:
            raise unknown("reading", name, protocol.ambiguities, CRITERIA)
        if option not in known.options:
            raise unknown(f"option of reading `{name}`", option, known.options)
        if options.setdefault(name, option) != option:
            raise click.UsageError(f"reading `{name}` is given twice, with different options")
    return options


def unknown(what: str, name: str, names: Iterable[str], where: str = "") -> click.UsageError:
    """Make the error for a name that does not exist.

    Args:
        what: what has the name.
        name: what was typed.
        names: those that exist; a few are listed, and many that stand nowhere else; of others
            the nearest are suggested.
        where: where many can be looked up.
    """
    from oligoasp.record.errors import close, listing  # noqa: PLC0415 - only for errors

    known = list(names)
    few = len(known) <= MOST_NAMES or not where
    near = listing(f"`{n}`" for n in close(name, known, 1 if few else MOST_NEAR))
    message = f"no {what} `{name}`" + (f"; did you mean {near}?" if near else "")
    if few:
        return click.UsageError(f"{message}\nknown: {', '.join(known)}")
    return click.UsageError(f"{message}\n{len(known)} are known; {where}")


def show(document: Document, form: str) -> None:
    """Print a document on standard output, as text or as Markdown."""
    if form == MARKDOWN:
        from oligoasp.render import markdown  # noqa: PLC0415 - only for this form

        markdown.write(document, sys.stdout)
    else:
        from oligoasp.render import text  # noqa: PLC0415 - only for this form

        text.write(document, sys.stdout, colour=colourful(sys.stdout))


def save_cases(folder: Path, texts: Mapping[str, str]) -> None:
    """Write case files, all or none, and say so.

    Args:
        folder: where they go.
        texts: the text of each, by the name of the file.

    Raises:
        click.UsageError: they cannot be written there.
    """
    from oligoasp.whole import write_all  # noqa: PLC0415

    try:
        write_all(folder, texts)
    except OSError as error:
        reason = (error.strerror or "cannot be written").lower()
        raise click.UsageError(f"{error.filename or folder}: {reason}; no case was saved") from None
    click.echo(f"wrote {len(texts)} case{'s' * (len(texts) != 1)} to {folder}", err=True)


def colourful(stream: IO[str]) -> bool:
    """Tell whether a stream is a terminal on which colour is welcome."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def complain(error: RecordError) -> None:
    """Print what is wrong with a record on standard error."""
    for problem in error.problems:
        click.echo(f"error: {problem.render()}", err=True)


def told_better(error: RecordError, given: Collection[str], engine: Engine) -> RecordError:
    """Give what is wrong with a record, or say that a file that was given is no record at all.

    Args:
        error: what is wrong with a record.
        given: the files that should have records.
        engine: the protocol.
    """
    source = error.problems[0].source
    if source not in given:
        return error
    from oligoasp.cohort.open import mapping_instead  # noqa: PLC0415 - only for errors

    return mapping_instead(source, engine.protocol.vocabulary) or error


def refusal(error: RecordError) -> Refusal:
    """Give what is wrong with a record as data."""
    from oligoasp.answers import Refusal  # noqa: PLC0415 - only for JSON

    first = error.problems[0]
    return Refusal(
        source=first.source,
        line=first.line,
        record=first.record,
        problems=tuple(problem.render() for problem in error.problems),
    )


def exit_code(verdicts: Mapping[Verdict, int], refused: int) -> int:
    """Give the exit code for records: unreadable, ineligible, undetermined, in this order."""
    from oligoasp.decide import Verdict  # noqa: PLC0415 - loads clingo

    if refused:
        return 2
    if verdicts.get(Verdict.INELIGIBLE):
        return 1
    return 3 if verdicts.get(Verdict.UNDETERMINED) else 0
