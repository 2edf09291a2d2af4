"""The files of a protocol's program, with all that they include."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

_INCLUDE = re.compile(r'^\s*#include\s+"([^"]+)"', re.MULTILINE)


@lru_cache(maxsize=16)
def files_of(files: tuple[Path, ...]) -> tuple[Path, ...]:
    """Give the files of a program with all that they include, each once."""
    found: dict[Path, None] = {}
    waiting = [file.resolve() for file in files]
    while waiting:
        file = waiting.pop(0)
        if file not in found and file.is_file():
            found[file] = None
            waiting += _included(file)
    return tuple(found)


def _included(file: Path) -> Iterable[Path]:
    names = _INCLUDE.findall(file.read_text(encoding="utf-8"))
    return [(file.parent / name).resolve() for name in names]
