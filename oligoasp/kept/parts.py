"""Parts of data one behind the other, so that each can be read without the others."""

from __future__ import annotations

import struct
from collections.abc import Sequence

_LENGTH = struct.Struct(">I")


def joined(parts: Sequence[bytes]) -> bytes:
    """Put parts together, each behind its length."""
    return b"".join(piece for part in parts for piece in (_LENGTH.pack(len(part)), part))


def separated(whole: bytes) -> list[bytes]:
    """Give the parts that were put together."""
    parts, at = [], 0
    while at < len(whole):
        start = at + _LENGTH.size
        at = start + _LENGTH.unpack_from(whole, at)[0]
        parts.append(whole[start:at])
    return parts
