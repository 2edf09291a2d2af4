"""`oligoasp mutate`: would the cases notice if a rule were wrong?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from oligoasp.cli import options

if TYPE_CHECKING:
    from oligoasp.mutation.judge import Outcome

MISMATCH = 4


@click.command(
    "mutate",
    epilog="""\b
Example:
  oligoasp mutate
  oligoasp mutate --save-cases found     # then review what they expect

\b
Exit codes: 0 each mutant is caught or proved equivalent, 1 some are not,
2 wrong usage, or cases that fail as it is, 4 internal error: an invented
patient was decided otherwise than the solver said.""",
)
@click.argument("paths", metavar="[PATH...]", nargs=-1)
@click.option("--all", "every", is_flag=True, help="List every mutant, and which case catches it.")
@click.option(
    "--save-cases",
    "folder",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write a case for each mutant that no case notices.",
)
@options.lesions_option
@click.option(
    "--processes",
    type=click.IntRange(1),
    help="How many processes share the work.  [default: the processors here]",
)
@options.format_option
@options.protocol_option
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    every: bool,
    folder: Path | None,
    lesions: int,
    processes: int | None,
    form: str,
    protocol: str,
) -> None:
    """Change the protocol in one place after the other; do the cases notice?

    A condition left out or negated, a limit moved by one step, a comparison
    turned, a value exchanged, another default reading: each such mutant is
    caught by a case, or proved to change nothing for anybody, or shown with a
    patient to whom it matters. Such a patient makes a case that is missing; what
    it should expect is for you to say from the text of the criteria.

    PATH is a case file or a folder; without it, the folder "cases" here, or
    else the one beside the rules in a checkout of oligoasp.
    """
    from oligoasp.mutation.judge import Judge  # noqa: PLC0415 - loads clingo
    from oligoasp.processes import cores  # noqa: PLC0415
    from oligoasp.render import mutation  # noqa: PLC0415
    from oligoasp.render.json import indented  # noqa: PLC0415
    from oligoasp.verify.witness import MismatchError  # noqa: PLC0415

    engine = options.make_engine(protocol, ())
    cases = options.passing_cases(engine, paths)
    try:
        outcomes = Judge(engine.protocol, cases, lesions, processes or cores()).outcomes()
    except MismatchError as mismatch:
        click.echo(f"internal error: {mismatch}; please report it", err=True)
        ctx.exit(MISMATCH)
    if folder is not None:
        _save(folder, outcomes)
    if form == options.JSON:
        click.echo(indented(mutation.data(engine.protocol, outcomes)))
    else:
        options.show(mutation.document(engine.protocol, outcomes, lesions, every=every), form)
        click.echo(mutation.total(outcomes), err=form == options.TEXT)
    ctx.exit(int(any(outcome.fate in mutation.BAD for outcome in outcomes)))


def _save(folder: Path, outcomes: list[Outcome]) -> None:
    """Write a case for each survivor that has a patient."""
    from oligoasp.verify.save import witness_text  # noqa: PLC0415 - loads YAML

    texts = {}
    for outcome in outcomes:
        if outcome.witness is None:
            continue
        notes = [
            f"Catches a mutant: {outcome.mutant.name}.",
            "Expected is what the protocol says now; compare it with the text of the criteria.",
        ]
        title = f"{outcome.mutant.operator}: {outcome.mutant.subject} ({outcome.mutant.place})"
        texts[f"{outcome.witness.name}.yaml"] = witness_text(notes, title, outcome.witness)
    options.save_cases(folder, texts)
