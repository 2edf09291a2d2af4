"""`oligoasp amend`: what would an amendment do?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from oligoasp.cli import cohorts, options

if TYPE_CHECKING:
    from oligoasp.amend.cohort import CohortEffect, Comparer, KeptComparer
    from oligoasp.amend.plan import Plan
    from oligoasp.cohort import Cohort
    from oligoasp.kept.file import Kept
    from oligoasp.protocol.model import Protocol
    from oligoasp.solver.ahead import Ahead

EFFECTS = ("equivalent", "relaxes", "tightens", "incomparable")
MISMATCH = 4


@click.command(
    "amend",
    epilog="""\b
Example:
  oligoasp amend five_metastases
  oligoasp amend --set metastases_most=5
  oligoasp amend five_metastases --cases cases
  oligoasp amend --drop E4.b --set diameter_below="60 mm" --expect relaxes
  oligoasp amend five_metastases --cohort patients.ndjson
  oligoasp amend five_metastases --cohort screened.kept
  oligoasp amend --cohort patients.ndjson --admit 5

\b
Exit codes: 0 done, or as expected; 1 not as expected; 2 the amendment does
not fit the protocol, or some record of the cohort could not be read (the
others are decided); 4 internal error: an invented patient was decided
otherwise than the solver said.""",
)
@click.argument("names", metavar="[AMENDMENT...]", nargs=-1)
@click.option(
    "--set",
    "sets",
    metavar="NAME=VALUE",
    multiple=True,
    help="Set a number of the protocol, with its unit if it is another one.",
)
@click.option("--drop", "drops", metavar="CLAUSE", multiple=True, help="Drop a clause.")
@click.option(
    "--reading",
    "readings",
    metavar="NAME=OPTION",
    multiple=True,
    help="Read an ambiguous passage in another way.",
)
@click.option(
    "--expect",
    type=click.Choice(EFFECTS),
    help="Exit with 1 unless the amendment does this.",
)
@options.lesions_option
@click.option(
    "--cases",
    metavar="PATH",
    multiple=True,
    help="Also say which of these cases would have to expect something else (see `oligoasp test`).",
)
@click.option(
    "--cohort",
    "place",
    metavar="PATH",
    help="Also say what that does to a cohort (as for screen, or what screen --keep has "
    "kept, which is not read again). Without an amendment: which smallest changes would admit "
    "more of it.",
)
@click.option(
    "--admit",
    type=click.IntRange(1),
    help="Without an amendment: the smallest changes that admit so many more of the cohort.",
)
@cohorts.mapping_option
@cohorts.processes_option
@options.format_option
@options.protocol_option
@click.pass_context
def command(
    ctx: click.Context,
    names: tuple[str, ...],
    sets: tuple[str, ...],
    drops: tuple[str, ...],
    readings: tuple[str, ...],
    expect: str | None,
    lesions: int,
    cases: tuple[str, ...],
    place: str | None,
    admit: int | None,
    mapping: Path | None,
    processes: int | None,
    form: str,
    protocol: str,
) -> None:
    """Say what amendments would do, before anyone votes on them.

    AMENDMENT is a file, or the name of one in the protocol's folder
    "amendments"; several apply in order, and --set, --drop and --reading
    after them. The plan says whether the protocol is relaxed or tightened,
    proved over all patients, and shows a patient who becomes eligible and
    one who ceases to be; which clauses still shut out those whom a change
    means to admit; and what else the change moves.
    """
    from oligoasp.amend import amended, from_options, read_amendments  # noqa: PLC0415
    from oligoasp.amend.plan import plan  # noqa: PLC0415 - loads clingo
    from oligoasp.verify.witness import MismatchError  # noqa: PLC0415

    base = options.load(protocol)
    stack = read_amendments(names, base.folder)
    if sets or drops or readings:
        stack.append(from_options(sets, drops, readings))
    if (admit or mapping or processes) and place is None:
        raise click.UsageError("--admit, --mapping and --processes are about a --cohort")
    if admit and stack:
        raise click.UsageError("--admit looks for changes; give it no amendment")
    if not stack and place is not None:
        _propose(ctx, base, place, mapping, processes, admit, form)
        return
    if not stack:
        known = ", ".join(sorted(f.stem for f in base.folder.glob("amendments/*.lp")))
        raise click.UsageError(f"nothing to amend; name an amendment ({known}) or use --set")
    changed = amended(base, stack)
    effect, not_read = None, 0
    try:
        if place is None:
            found = plan(base, changed, stack, lesions)
        else:
            found, effect = _both(
                lambda: plan(base, changed, stack, lesions),
                _comparison(base, changed, place, mapping),
                processes,
            )
            not_read = effect.not_read
    except MismatchError as mismatch:
        click.echo(f"internal error: {mismatch}; please report it", err=True)
        ctx.exit(MISMATCH)
    if cases:
        from oligoasp.amend.cases import changed_cases  # noqa: PLC0415 - only on demand

        found = replace(found, cases=changed_cases(base, found.amended, cases))
    _show(found, effect, form)
    if expect is not None and found.effect != expect:
        click.echo(f"expected: {expect}; found: {found.effect}", err=True)
        ctx.exit(1)
    ctx.exit(2 if not_read else 0)


def _comparison(
    base: Protocol, changed: Protocol, place: str, mapping: Path | None
) -> tuple[Comparer | KeptComparer, Cohort | Kept]:
    """Give what decides a cohort under both versions, and the cohort."""
    from oligoasp.amend.cohort import Comparer, KeptComparer  # noqa: PLC0415 - only for a cohort
    from oligoasp.kept.file import Kept  # noqa: PLC0415

    opened = _open(place, base, mapping)
    if isinstance(opened, Kept):
        return KeptComparer(base, changed), opened
    return Comparer(base, changed, opened), opened


def _both(
    planned: Callable[[], Plan],
    comparison: tuple[Comparer | KeptComparer, Cohort | Kept],
    processes: int | None,
) -> tuple[Plan, CohortEffect]:
    """Make a plan and, at the same time if there are several processes, compare a cohort."""
    from oligoasp.amend.cohort import compare  # noqa: PLC0415 - only for a cohort
    from oligoasp.processes import cores  # noqa: PLC0415
    from oligoasp.solver.ahead import Ahead  # noqa: PLC0415

    number = processes or cores()
    ahead: list[Ahead[Plan]] = []

    def begin() -> None:
        ahead.append(Ahead(planned))
        if number == 1:
            ahead[0].wait()

    cohorts.expect_many()
    complaints = cohorts.Complaints()
    with cohorts.watched() as progress:
        effect = compare(*comparison, number, complaints, progress, begin)
    complaints.conclude(None)
    return ahead[0].result(), effect


def _propose(
    ctx: click.Context,
    base: Protocol,
    place: str,
    mapping: Path | None,
    processes: int | None,
    admit: int | None,
    form: str,
) -> None:
    """Look for the smallest changes that admit more of a cohort."""
    from oligoasp.amend.least import Search, decided  # noqa: PLC0415 - only for a cohort
    from oligoasp.processes import cores  # noqa: PLC0415
    from oligoasp.render import effects as render  # noqa: PLC0415

    opened = _open(place, base, mapping)
    cohorts.expect_many()
    complaints = cohorts.Complaints()
    with cohorts.watched() as progress:
        pieces = list(decided(base, opened, processes or cores(), complaints, progress))
    complaints.conclude(None)
    search = Search(base, pieces)
    found = search.admitting(admit) if admit else search.proposals()
    if form == options.JSON:
        from oligoasp.render.json import indented  # noqa: PLC0415

        click.echo(indented(render.proposals_data(found, search.undetermined, base, place)))
    else:
        whole = form == options.MARKDOWN
        written = render.proposals(found, search.undetermined, base, place, admit, whole=whole)
        options.show(written, form)
    ctx.exit(2 if complaints.number else 0)


def _open(place: str, base: Protocol, mapping: Path | None) -> Cohort | Kept:
    """Open a cohort, or what a screening of it kept."""
    if not cohorts.is_kept(place):
        from oligoasp.cohort import open_cohort  # noqa: PLC0415 - only for a cohort

        opened = open_cohort(place, base.vocabulary, mapping)
        cohorts.note_unused(opened)
        return opened
    if mapping is not None:
        raise click.UsageError(f"`{place}` is a kept screening; it needs no --mapping")
    from oligoasp.kept.file import Kept  # noqa: PLC0415 - only for one

    return Kept(place, base)


def _show(plan: Plan, effect: CohortEffect | None, form: str) -> None:
    from oligoasp.render import plan as render  # noqa: PLC0415

    whole = form == options.MARKDOWN
    data = render.data(plan) if form == options.JSON else {}
    document = [] if data else render.document(plan, whole=whole)
    if effect is not None:
        from oligoasp.render import effects  # noqa: PLC0415

        data = data and {**data, "cohort": effects.effect_data(effect)}
        document += effects.effect(effect) if document else []
    if data:
        from oligoasp.render.json import indented  # noqa: PLC0415

        click.echo(indented(data))
    else:
        options.show(document, form)
