"""`oligoasp amend`: what would an amendment do?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from oligoasp.cli import options

if TYPE_CHECKING:
    from oligoasp.amend.plan import Plan

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

\b
Exit codes: 0 done, or as expected; 1 not as expected; 2 the amendment does
not fit the protocol; 4 internal error: an invented patient was decided
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
@click.option(
    "--lesions",
    type=click.IntRange(1, 12),
    default=7,
    show_default=True,
    help="How many lesions a patient may have.",
)
@click.option(
    "--cases",
    metavar="PATH",
    multiple=True,
    help="Also say which of these cases would have to expect something else (see `oligoasp test`).",
)
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
    if not stack:
        known = ", ".join(sorted(f.stem for f in base.folder.glob("amendments/*.lp")))
        raise click.UsageError(f"nothing to amend; name an amendment ({known}) or use --set")
    try:
        found = plan(base, amended(base, stack), stack, lesions)
    except MismatchError as mismatch:
        click.echo(f"internal error: {mismatch}; please report it", err=True)
        ctx.exit(MISMATCH)
    if cases:
        from oligoasp.amend.cases import changed_cases  # noqa: PLC0415 - only on demand

        found = replace(found, cases=changed_cases(base, found.amended, cases))
    _show(found, form)
    if expect is not None and found.effect != expect:
        click.echo(f"expected: {expect}; found: {found.effect}", err=True)
        ctx.exit(1)


def _show(plan: Plan, form: str) -> None:
    from oligoasp.render import plan as render  # noqa: PLC0415

    if form == options.JSON:
        from oligoasp.render.json import indented  # noqa: PLC0415

        click.echo(indented(render.data(plan)))
    else:
        options.show(render.document(plan, whole=form == options.MARKDOWN), form)
