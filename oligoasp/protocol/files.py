"""The files of a protocol's program, with all that they include."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

from oligoasp import cache

_BLANKED = re.compile(r'%\*.*?\*%|%[^\n]*|"(?:[^"\\\n]|\\.)*"', re.DOTALL)
_STRAY = re.compile(r"[^\x00-\x7f]+")
_QUOTES = frozenset("“”„‟«»‘’")
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


@lru_cache(maxsize=16)
def rules_of(files: tuple[Path, ...]) -> cache.Key:
    """Give what tells a program from others: its rules, as they were when first asked for."""
    return cache.key("rules", (), files_of(files))


def keep_later(files: tuple[Path, ...], work: Callable[[], None]) -> None:
    """Keep what has been worked out from a program, unless its rules have changed meanwhile."""

    def unless_changed() -> None:
        if rules_of.__wrapped__(files) == rules_of(files):
            work()

    cache.later(unless_changed)


def stray_signs(files: Iterable[Path]) -> list[str]:
    """Say where files have signs that no rule can have, such as a word processor's quotes.

    The solver's own complaint about one breaks the sign apart, which ends the whole process.

    Args:
        files: the files, without those that they include.
    """
    found = []
    for file in files:
        text = file.read_text(encoding="utf-8", errors="replace")
        bare = _BLANKED.sub(lambda match: "\n" * match[0].count("\n"), text)
        for number, line in enumerate(bare.splitlines(), 1):
            if stray := _STRAY.search(line):
                accepted = 'the straight quotation mark "' if _QUOTES & {*stray[0]} else "ASCII"
                found.append(
                    f"{file}:{number}: `{stray[0]}` outside of quoted words; accepted: {accepted}"
                )
    return found


def _included(file: Path) -> Iterable[Path]:
    text = file.read_text(encoding="utf-8", errors="replace")
    names = _INCLUDE.findall(text) if "#include" in text else ()
    return [(file.parent / name).resolve() for name in names]
