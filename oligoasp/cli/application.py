"""The group of all commands, and what happens to everything that goes wrong in them."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from importlib import import_module
from typing import Any

import click

from oligoasp import __version__

COMMANDS = {
    "check": "Say for each of many records whether the patient is eligible.",
    "explain": "Say why a patient is eligible or not, and what is missing.",
    "screen": "Screen a whole cohort: who is out, and why.",
    "verify": "Look for contradictions, redundancy and closed doors in a protocol.",
    "amend": "Say what amendments would do, before anyone votes on them.",
    "cover": "Say what the cases cover: clauses, rules, both sides of each limit.",
    "mutate": "Change the protocol in one place after the other; do the cases notice?",
    "criteria": "List the criteria: words, numbers, readings, notes.",
    "new": "Write an empty record, to be filled in.",
    "schema": "Print the JSON schema of a record or of an answer.",
    "test": "Run the cases of a protocol.",
    "completion": "Print the completion script of a shell.",
}

OK, INELIGIBLE, USAGE, UNDETERMINED, INTERNAL = 0, 1, 2, 3, 4
INTERRUPTED, PIPE_CLOSED = 130, 141


class Application(click.Group):
    """Loads commands when they are called, and turns every error into a message."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the names of the commands, in the order in which they are useful."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load a command."""
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"oligoasp.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command that is called, or suggest one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches  # noqa: PLC0415 - seldom

            close = get_close_matches(args[0], COMMANDS, 1)
            hint = f"; did you mean `{close[0]}`?" if close else ""
            ctx.fail(f"no command `{args[0]}`{hint}\nknown: {', '.join(COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="backslashreplace")
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except (click.ClickException, click.exceptions.Exit):
            raise
        except (KeyboardInterrupt, click.Abort):
            ctx.exit(INTERRUPTED)
        except BrokenPipeError:
            _discard_output()
            ctx.exit(PIPE_CLOSED)
        except Exception as error:
            ctx.exit(_report(error))
        return result


def _report(error: Exception) -> int:
    """Print what went wrong and give the exit code that says whose fault it is."""
    from oligoasp.processes import ProcessLostError  # noqa: PLC0415 - errors are rare
    from oligoasp.record.errors import RecordError  # noqa: PLC0415
    from oligoasp.solver.program import ProgramError  # noqa: PLC0415

    if isinstance(error, RecordError):
        messages = [problem.render() for problem in error.problems]
    elif isinstance(error, ProgramError):
        messages = list(error.messages)
    elif isinstance(error, ProcessLostError):
        click.echo(f"error: {error}; --processes 1 needs less of it", err=True)
        return INTERNAL
    else:
        if os.environ.get("OLIGOASP_DEBUG") == "1":
            from traceback import print_exception  # noqa: PLC0415 - seldom

            print_exception(error)
        what = " ".join(f"{type(error).__name__}: {error}".split())
        click.echo(
            f"internal error: {what}; please report it, with the record if you may "
            "(OLIGOASP_DEBUG=1 prints the details)",
            err=True,
        )
        return INTERNAL
    for message in messages:
        click.echo(f"error: {message}", err=True)
    return USAGE


def _discard_output() -> None:
    """Let what is still to be written to a closed pipe vanish."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(
    cls=Application,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    epilog="""\b
Example:
  oligoasp new patient.yaml         # fill it in from the chart
  oligoasp explain patient.yaml

\b
Exit codes: 0 eligible or done, 1 ineligible or a test failed, 2 wrong usage
or input, 3 undetermined, 4 internal error.""",
)
@click.version_option(__version__, prog_name="oligoasp", message="%(prog)s %(version)s")
def main() -> None:
    """Check patients against the eligibility criteria of a clinical trial.

    The criteria are logic programs. What a record leaves open stays open: a
    patient is eligible only if that holds however the gaps are filled.
    """
