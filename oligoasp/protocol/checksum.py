"""A checksum of a protocol: all that its files and amendments say."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from hashlib import blake2b
from pathlib import Path

from oligoasp.protocol.files import files_of
from oligoasp.protocol.model import Protocol


def checksum(protocol: Protocol) -> str:
    """Give a checksum that changes with any rule, word, number or amendment of a protocol."""
    digest = blake2b(digest_size=16)
    for file in files_of(protocol.files):
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
