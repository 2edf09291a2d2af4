"""Answers as JSON: one object per line, or one indented document."""

from __future__ import annotations

import json
from typing import Any


def compact(data: Any) -> str:
    """Give data, such as an answer, as one line of NDJSON."""
    return _COMPACT.encode(data)


_COMPACT = json.JSONEncoder(default=vars, ensure_ascii=False, separators=(",", ":"))


def indented(data: Any) -> str:
    """Give data as a JSON document."""
    return json.dumps(data, ensure_ascii=False, indent=2)
