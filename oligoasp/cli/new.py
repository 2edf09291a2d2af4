"""`oligoasp new`: an empty record."""

from __future__ import annotations

from pathlib import Path

import click

from oligoasp.cli import options


@click.command(
    "new",
    epilog="""\b
Example:
  oligoasp new patient.yaml

\b
Exit codes: 0 done, 2 the file exists already or cannot be written.""",
)
@click.argument("file", metavar="[FILE]", required=False, type=click.Path(path_type=Path))
@options.protocol_option
def command(file: Path | None, protocol: str) -> None:
    """Write an empty record, to be filled in.

    Every field stands there with what it means and what it accepts. Without
    FILE, or with -, the record goes to standard output. An existing file is
    never overwritten.
    """
    from oligoasp.record.skeleton import skeleton  # noqa: PLC0415 - loads the record modules

    text = skeleton(options.load(protocol, draft=True).vocabulary)
    if file is None or str(file) == "-":
        click.echo(text, nl=False)
        return
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        raise click.UsageError(f"`{file}` exists already; choose another name") from None
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        raise click.UsageError(f"`{file}` cannot be written: {reason}") from None
    click.echo(f"wrote {file}; fill it in and run: oligoasp explain {file}", err=True)
