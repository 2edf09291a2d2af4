"""`oligoasp verify`: is the protocol sound?"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from oligoasp.cli import options

if TYPE_CHECKING:
    from oligoasp.protocol.model import Protocol
    from oligoasp.verify.findings import Finding
    from oligoasp.verify.survey import Survey

SARIF = "sarif"
LEVELS = ("error", "warning", "note", "never")
MISMATCH = 4
SPACES = 2
"""Patients are looked for in a small space first and then in the whole one."""


@click.command(
    "verify",
    epilog="""\b
Example:
  oligoasp verify
  oligoasp verify --clause E4 --save-cases found
  oligoasp verify --explain V201

\b
Exit codes: 0 no finding, 1 findings, 2 wrong usage, 4 internal error: an
invented patient was decided otherwise than the solver said.""",
)
@click.option("--select", metavar="CODE", multiple=True, help="Only these findings: V2 or V201.")
@click.option("--ignore", metavar="CODE", multiple=True, help="Not these findings.")
@click.option("--clause", "clauses", metavar="ID", multiple=True, help="Only findings about it.")
@click.option("--explain", "code", metavar="CODE", help="Print what a finding means.")
@click.option(
    "--patients", is_flag=True, help="Show a patient also where a proof needs none (slower)."
)
@click.option(
    "--save-cases",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the patients as case files.",
)
@options.lesions_option
@click.option(
    "--fail-level",
    type=click.Choice(LEVELS),
    default="warning",
    show_default=True,
    help="The slightest finding that makes the exit code 1.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice((options.TEXT, options.JSON, options.MARKDOWN, SARIF)),
    default=options.TEXT,
    show_default=True,
    help="Form of the answer.",
)
@options.protocol_option
@options.amendments_option
@options.readings_option
@click.pass_context
def command(
    ctx: click.Context,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    clauses: tuple[str, ...],
    code: str | None,
    patients: bool,
    folder: Path | None,
    lesions: int,
    fail_level: str,
    form: str,
    protocol: str,
    amendments: tuple[str, ...],
    readings: tuple[str, ...],
) -> None:
    """Look for contradictions, redundancy and closed doors in a protocol.

    Every question is put to the whole space of patients, so each finding
    comes with a proof, or with a patient. A finding that is meant to be can
    be accepted in the protocol's own files, with a reason:
    accepted("V201", "E4.b", "…").
    """
    reading = None
    if code is None:
        reading = options.load_ahead(protocol, amendments, spaces=SPACES, draft=True)
    from oligoasp.verify.checks import kinds, page, run  # noqa: PLC0415 - loads clingo
    from oligoasp.verify.survey import Survey  # noqa: PLC0415
    from oligoasp.verify.witness import MismatchError  # noqa: PLC0415

    known = kinds()
    if code is not None and code not in known:
        raise options.unknown("finding", code, sorted(known))
    if code is not None or reading is None:
        click.echo(page(code or ""))
        return
    for given in (*select, *ignore):
        if not any(name.startswith(given) for name in known):
            raise options.unknown("finding", given, sorted(known))
    loaded = reading.result()
    for clause in clauses:
        if not any(name.startswith(clause) for name in loaded.clauses):
            raise options.unknown("clause", clause, loaded.clauses, options.CRITERIA)
    codes = [
        name
        for name in known
        if (not select or name.startswith(select)) and not (ignore and name.startswith(ignore))
    ]
    notes = bool(select or clauses or patients)
    survey = Survey(
        loaded,
        options.chosen(loaded, readings),
        lesions,
        patients=patients or bool(clauses) or folder is not None,
        directions=notes or folder is not None or form in (options.JSON, SARIF),
    )
    try:
        with _watched(survey):
            found = run(survey, codes, clauses)
    except MismatchError as mismatch:
        click.echo(f"internal error: {mismatch}; please report it", err=True)
        ctx.exit(MISMATCH)
    reasons = survey.accepted
    accepted = [
        (f, reasons[f.kind.code, f.subject]) for f in found if (f.kind.code, f.subject) in reasons
    ]
    open_findings = [f for f in found if (f.kind.code, f.subject) not in reasons]
    if folder is not None:
        _save(folder, open_findings)
    _show(loaded, open_findings, accepted, form, notes=notes)
    grave = LEVELS[: LEVELS.index(fail_level) + 1] if fail_level != "never" else ()
    ctx.exit(int(any(f.kind.severity in grave for f in open_findings)))


@contextmanager
def _watched(survey: Survey) -> Iterator[None]:
    """Count the patients on standard error, if someone watches there."""
    if not sys.stderr.isatty():
        yield
        return

    def told(number: int) -> None:
        click.echo(f"\rpatients invented and replayed: {number}", err=True, nl=False)

    survey.inventor.told = told
    yield
    if survey.inventor.number:
        click.echo("\r" + " " * 60 + "\r", err=True, nl=False)


def _show(
    protocol: Protocol,
    found: list[Finding],
    accepted: list[tuple[Finding, str]],
    form: str,
    *,
    notes: bool,
) -> None:
    from oligoasp import __version__  # noqa: PLC0415
    from oligoasp.render import verification  # noqa: PLC0415
    from oligoasp.render.json import indented  # noqa: PLC0415

    if form == options.JSON:
        click.echo(indented(verification.data(protocol, found, accepted)))
    elif form == SARIF:
        click.echo(indented(verification.sarif(protocol, found, __version__)))
    else:
        options.show(verification.document(protocol, found, accepted, notes=notes), form)


def _save(folder: Path, found: list[Finding]) -> None:
    from oligoasp.verify.save import case_text  # noqa: PLC0415

    texts = {
        f"{shown.witness.name}.yaml": case_text(finding, shown)
        for finding in found
        for shown in finding.patients
    }
    options.save_cases(folder, texts)
