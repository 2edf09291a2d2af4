"""`oligoasp completion`: completion of commands in a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

NAME = "oligoasp"
VARIABLE = "_OLIGOASP_COMPLETE"


@click.command(
    "completion",
    epilog="""\b
Example:
  oligoasp completion bash >> ~/.bashrc

\b
Exit codes: 0 done, 2 unknown shell.""",
)
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print the completion script of a shell.

    Add it to the shell's start-up file: then the tabulator key completes
    commands and options.
    """
    completion = get_completion_class(shell)
    if completion is None:
        raise click.UsageError(f"no completion for `{shell}`")
    script = completion(ctx.find_root().command, {}, NAME, VARIABLE)
    click.echo(script.source())
