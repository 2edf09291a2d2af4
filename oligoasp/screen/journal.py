"""What is done of a screening, on disk: rows so far, and a journal of finished pieces.

Both stand in a folder beside the output until that is written. A piece counts as done
if its line in the journal is whole and its rows are as the line says; whatever stands
behind the last such piece is dropped.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import IO, Any
from zlib import crc32

from oligoasp.cohort import Chunk

ROWS, JOURNAL = "rows.ndjson", "journal"
_SEAL = 9
"""How many signs stand before the text of a line in the journal."""


PATIENCE = 5.0
"""Seconds until a screening that was killed has surely let go of the folder."""


class BusyError(Exception):
    """Another screening is writing to the same folder."""


class Work:
    """Rows of finished pieces, safe against being killed.

    Args:
        folder: where they are kept until the screening is done.
        head: everything on which the rows depend besides the cohort.
        restart: whether to forget what is there.

    Raises:
        BusyError: another screening uses the folder.
    """

    def __init__(self, folder: Path, head: dict[str, Any], *, restart: bool = False) -> None:
        self.folder = folder
        self.rows = folder / ROWS
        self.outdated = False
        self._head = json.loads(json.dumps(head))
        folder.mkdir(parents=True, exist_ok=True)
        self._journal: IO[bytes] = (folder / JOURNAL).open("a+b")
        _lock(self._journal)
        self._rows: IO[bytes] = self.rows.open("a+b")
        self._pieces = [] if restart else list(self._finished())
        self._end = 0
        self._trimmed = False

    def __enter__(self) -> Work:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._rows.close()
        self._journal.close()
        if error is not None and not self._end:
            self.remove()

    def resume(
        self, chunks: Iterator[Chunk]
    ) -> Iterator[tuple[Chunk, list[dict[str, Any]] | None]]:
        """Go through a cohort, skipping what is done.

        Args:
            chunks: the pieces of the cohort, in order.

        Yields:
            Each piece, with its rows if they are there already. The first piece that
            is not as it was ends the skipping: what follows it is dropped.
        """
        kept = 0
        for chunk in chunks:
            if kept < len(self._pieces):
                piece = self._pieces[kept]
                if piece["digest"] == chunk.digest.hex():
                    self._rows.seek(self._end)
                    lines = self._rows.read(piece["end"] - self._end).splitlines()
                    self._end = piece["end"]
                    kept += 1
                    yield chunk, [json.loads(line) for line in lines]
                    continue
                self.outdated = True
            if not self._trimmed:
                self._keep(kept)
            yield chunk, None
        if not self._trimmed:
            self._keep(kept)

    def _keep(self, number: int) -> None:
        """Drop all that stands behind the first pieces."""
        last = self._pieces[number - 1] if number else {"end": 0, "at": 0}
        self._pieces, self._trimmed = [], True
        for stream, length in ((self._rows, last["end"]), (self._journal, last["at"])):
            stream.truncate(length)
            stream.seek(0, os.SEEK_END)
        if not number:
            self._note(self._head)

    def add(self, chunk: Chunk, rows: bytes) -> None:
        """Take in the rows of a piece, after those of all pieces before it."""
        self._rows.write(rows)
        self._rows.flush()
        self._end += len(rows)
        digest = chunk.digest.hex()
        self._note({"digest": digest, "end": self._end, "crc": crc32(rows)})

    def remove(self) -> None:
        """Remove the folder: the output is written."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _note(self, line: dict[str, Any]) -> None:
        self._journal.write(_sealed(json.dumps(line).encode()))
        self._journal.flush()

    def _finished(self) -> Iterator[dict[str, Any]]:
        """Read the journal as far as it is whole and the rows are as it says."""
        self._journal.seek(0)
        self._rows.seek(0)
        end = at = 0
        for number, line in enumerate(self._journal):
            at += len(line)
            text = line[_SEAL:-1]
            if line != _sealed(text):
                return
            entry = json.loads(text)
            if number == 0:
                if entry != self._head:
                    self.outdated = True
                    return
                continue
            rows = self._rows.read(entry["end"] - end)
            if len(rows) != entry["end"] - end or crc32(rows) != entry["crc"]:
                return
            end = entry["end"]
            yield {**entry, "at": at}


def _sealed(text: bytes) -> bytes:
    """Make a line of a text and its checksum."""
    return b"%08x %b\n" % (crc32(text), text)


def _lock(stream: IO[bytes]) -> None:
    """Make sure that nobody else writes here, on systems that can tell."""
    with suppress(ImportError):
        import fcntl  # noqa: PLC0415 - not on every system

        end = monotonic() + PATIENCE
        while True:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                if monotonic() > end:
                    raise BusyError from None
                sleep(PATIENCE / 50)
            else:
                return
