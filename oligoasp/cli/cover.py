"""`oligoasp cover`: what do the cases cover, and what not?"""

from __future__ import annotations

import click

from oligoasp.cli import options


@click.command(
    "cover",
    epilog="""\b
Example:
  oligoasp cover
  oligoasp cover --all cases/criteria

\b
Exit codes: 0 no gaps, 1 gaps, 2 wrong usage, or cases that fail as it is.""",
)
@click.argument("paths", metavar="[PATH...]", nargs=-1)
@click.option("--all", "every", is_flag=True, help="List every rule and where it fires.")
@options.format_option
@options.protocol_option
@click.pass_context
def command(
    ctx: click.Context, paths: tuple[str, ...], every: bool, form: str, protocol: str
) -> None:
    """Say what the cases cover: clauses, rules, both sides of each limit.

    Gaps come first: a clause that no case expects met, violated or unknown, a
    rule that fires in no case, a limit without a case below it, at it or above
    it. Whether the cases would notice a wrong rule, `oligoasp mutate` says.

    PATH is a case file or a folder; without it, the folder "cases" here, or
    else the one beside the rules in a checkout of oligoasp.
    """
    from oligoasp.cover.matrix import matrix_of  # noqa: PLC0415 - loads clingo
    from oligoasp.render import coverage  # noqa: PLC0415
    from oligoasp.render.json import indented  # noqa: PLC0415

    engine = options.engine_of(options.load(protocol, draft=True), ())
    matrix = matrix_of(engine, options.passing_cases(engine, paths))
    if form == options.JSON:
        click.echo(indented(coverage.data(engine.protocol, matrix)))
    else:
        options.show(coverage.document(engine.protocol, matrix, every=every), form)
    ctx.exit(int(not matrix.complete))
