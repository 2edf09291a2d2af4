"""Answers as JSON: one object per line, or one indented document."""

from __future__ import annotations

import json
from typing import Any

from pydantic import BaseModel


def one_line(answer: BaseModel) -> str:
    """Give an answer as one line of NDJSON."""
    return answer.model_dump_json()


def compact(data: Any) -> str:
    """Give data as one line of NDJSON."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def indented(data: Any) -> str:
    """Give data as a JSON document."""
    return json.dumps(data, ensure_ascii=False, indent=2)
