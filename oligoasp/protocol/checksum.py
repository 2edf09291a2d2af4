"""A checksum of a protocol: all that its files and amendments say."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import fields, is_dataclass
from hashlib import blake2b
from pathlib import Path

from oligoasp.protocol.model import Protocol

_INCLUDE = re.compile(r'^\s*#include\s+"([^"]+)"', re.MULTILINE)


def checksum(protocol: Protocol) -> str:
    """Give a checksum that changes with any rule, word, number or amendment of a protocol."""
    digest = blake2b(digest_size=16)
    for file in _files(list(protocol.files)):
        digest.update(file.read_bytes() + b"\0")
    digest.update(_said(protocol).encode())
    return digest.hexdigest()


def _said(value: object) -> str:
    """Write a value so that equal values look the same in every run."""
    if is_dataclass(value) and not isinstance(value, type):
        inner = (f"{field.name}={_said(getattr(value, field.name))}" for field in fields(value))
        return f"{type(value).__name__}({','.join(inner)})"
    if isinstance(value, Mapping):
        return f"{{{','.join(f'{_said(k)}:{_said(v)}' for k, v in value.items())}}}"
    if isinstance(value, Path):
        return value.name  # what is in files counts, not where they stand
    if isinstance(value, Set):
        return f"{{{','.join(sorted(map(_said, value)))}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(_said, value))}]"
    return repr(value)


def _files(files: list[Path]) -> Iterator[Path]:
    """Give the files of a program with those that they include, each once."""
    seen: set[Path] = set()
    while files:
        file = files.pop(0).resolve()
        if file in seen:
            continue
        seen.add(file)
        yield file
        included = _INCLUDE.findall(file.read_text(encoding="utf-8"))
        files += [file.parent / name for name in included]
