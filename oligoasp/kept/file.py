"""The file of a kept screening: a line that says of what, compressed pieces, and an end.

    oligoasp.kept/2 {"program": …, "protocol": …, …}
    <length> <checksum> <a piece>        once for each piece
    <0> <number of pieces>

Lengths, checksums and the number are four bytes each, the most significant first.
"""

from __future__ import annotations

import json
import shutil
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from oligoasp import __version__
from oligoasp.cohort import Chunk
from oligoasp.decide import Engine
from oligoasp.protocol.checksum import checksum
from oligoasp.protocol.model import Protocol
from oligoasp.record.errors import Fault, RecordError
from oligoasp.record.source import refusal

FORMAT = "oligoasp.kept/2"
LONGEST_HEAD = 1 << 20
_SEAL = struct.Struct(">II")


def head_of(engine: Engine, cohort: str) -> dict[str, Any]:
    """Say on what a kept screening depends.

    Args:
        engine: the protocol, under its readings.
        cohort: the name of the cohort.
    """
    return {
        "program": __version__,
        "protocol": checksum(engine.protocol),
        "version": f"{engine.protocol.name} ({engine.protocol.id}, version "
        f"{engine.protocol.version})",
        "readings": {
            name: option
            for name, option in engine.readings.items()
            if option != engine.protocol.ambiguities[name].default
        },
        "cohort": cohort,
    }


def sealed(piece: bytes) -> bytes:
    """Seal a piece by its length and a checksum."""
    return _SEAL.pack(len(piece), zlib.crc32(piece)) + piece


def write_kept(pieces: Path, path: Path, head: dict[str, Any]) -> None:
    """Write the file.

    Args:
        pieces: a file with all sealed pieces, in order.
        path: the file to write.
        head: see `head_of`.
    """
    with pieces.open("rb") as source, path.open("wb") as stream:
        stream.write(f"{FORMAT} {json.dumps(head)}\n".encode("ascii"))
        shutil.copyfileobj(source, stream)
        source.seek(0)
        number = 0
        while seal := source.read(_SEAL.size):
            source.seek(_SEAL.unpack(seal)[0], 1)
            number += 1
        stream.write(_SEAL.pack(0, number))


class Kept:
    """A kept screening as a cohort, of which the pieces hold what was decided.

    Args:
        place: the file.
        base: the protocol, as it has to have been screened.

    Raises:
        RecordError: it cannot be read, or is another protocol's or another program's.
    """

    def __init__(self, place: str, base: Protocol) -> None:
        self.name = self.key = place
        self._path = Path(place)
        try:
            with self._path.open("rb") as stream:
                head = self._head(stream)
                self._start = stream.tell()
        except OSError as error:
            raise self._refusal((error.strerror or "cannot be read").lower()) from None
        problem = _unlike(head, base)
        if problem:
            again = f"oligoasp screen {head.get('cohort', 'COHORT')} --keep {place}"
            raise self._refusal(problem, f"a screening of the protocol as it is now: {again}")

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Give the pieces as they were kept, whatever the size that is asked for.

        Raises:
            RecordError: the file is damaged or ends too early.
        """
        total = self._path.stat().st_size
        with self._path.open("rb") as stream:
            stream.seek(self._start)
            number = 0
            while True:
                seal = stream.read(_SEAL.size)
                length, sum_ = _SEAL.unpack(seal) if len(seal) == _SEAL.size else (1, 0)
                if not length:
                    break
                block = stream.read(length)
                if len(block) < length:
                    raise self._refusal("a file that ends too early", "the whole file")
                if zlib.crc32(block) != sum_:
                    raise self._refusal(f"damage in piece {number + 1}", "the file as it was kept")
                number += 1
                yield Chunk(block, b"", stream.tell() / total)
            if sum_ != number or stream.read(1):
                raise self._refusal("pieces that do not belong together", "the file as it was kept")

    def _head(self, stream: IO[bytes]) -> dict[str, Any]:
        name, _, text = stream.readline(LONGEST_HEAD).partition(b" ")
        if name != FORMAT.encode():
            raise self._refusal("no kept screening of this format", FORMAT)
        try:
            head: dict[str, Any] = json.loads(text)
        except ValueError:
            raise self._refusal("a damaged first line", "the file as it was kept") from None
        return head

    def _refusal(self, found: str, accepted: str = "") -> RecordError:
        return refusal(self.name, None, Fault(found, accepted))


def _unlike(head: dict[str, Any], base: Protocol) -> str:
    """Say in what a kept screening does not fit a protocol; nothing if it does."""
    if head.get("protocol") != checksum(base):
        return f"a screening under {head.get('version')}, or under other rules of that version"
    if head.get("readings"):
        read = ", ".join(f"{name}={option}" for name, option in head["readings"].items())
        return f"a screening under the readings {read}"
    if head.get("program") != __version__:
        return f"a screening by oligoasp {head.get('program')}, while this is {__version__}"
    return ""
