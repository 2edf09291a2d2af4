"""`oligoasp schema`: JSON schemas of records and answers."""

from __future__ import annotations

from typing import Any

import click

from oligoasp.cli import options

DRAFT = "https://json-schema.org/draft/2020-12/schema"


@click.command(
    "schema",
    epilog="""\b
Example:
  oligoasp schema > record.schema.json
  oligoasp schema --answer explanation

\b
Exit codes: 0 done, 2 wrong usage.""",
)
@click.option(
    "--answer",
    type=click.Choice(("explanation", "check", "screened", "screening", "error")),
    help="Describe this answer instead of the record.",
)
@options.format_option
@options.protocol_option
def command(answer: str | None, form: str, protocol: str) -> None:
    """Print the JSON schema of a record or of an answer.

    Editors use the schema of a record to complete and check fields while you
    type. The answers are those of --format json. The schema is JSON in every
    format; Markdown puts it into a code block.
    """
    from oligoasp.render.json import indented  # noqa: PLC0415 - loaded when needed

    text = indented(_of_answer(answer) if answer else _of_record(protocol))
    click.echo(f"```json\n{text}\n```" if form == options.MARKDOWN else text)


def _of_record(protocol: str) -> dict[str, Any]:
    from oligoasp.record.schema import json_schema  # noqa: PLC0415 - loaded when needed

    return json_schema(options.load(protocol, draft=True).vocabulary)


def _of_answer(name: str) -> dict[str, Any]:
    from pydantic import TypeAdapter  # noqa: PLC0415 - only this command needs it

    from oligoasp.answers import (  # noqa: PLC0415
        Answer,
        Check,
        Explanation,
        Refusal,
        Screened,
        Screening,
    )

    answers: dict[str, type[Answer]] = {
        "explanation": Explanation,
        "check": Check,
        "screened": Screened,
        "screening": Screening,
        "error": Refusal,
    }
    return {"$schema": DRAFT, **TypeAdapter(answers[name]).json_schema(mode="serialization")}
