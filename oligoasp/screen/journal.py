"""What is done of a screening, on disk: what was made so far, and a journal of finished pieces.

All stands in a folder beside the output until that is written: the rows, and what is kept
besides, if anything is. A piece counts as done if its line in the journal is whole and what
was made of it is as the line says; whatever stands behind the last such piece is dropped.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import IO, Any
from zlib import crc32

from oligoasp.cohort import Chunk

ROWS, JOURNAL, KEPT = "rows.ndjson", "journal", "kept"
_SEAL = 9
"""How many signs stand before the text of a line in the journal."""


PATIENCE = 5.0
"""Seconds until a screening that was killed has surely let go of the folder."""


class BusyError(Exception):
    """Another screening is writing to the same folder."""


class Work:
    """What was made of finished pieces, safe against being killed.

    Args:
        folder: where it stands until the screening is done.
        head: everything on which it depends besides the cohort.
        restart: whether to forget what is there.
        names: the files: that of the rows, and others.

    Raises:
        BusyError: another screening uses the folder.
    """

    def __init__(
        self,
        folder: Path,
        head: dict[str, Any],
        *,
        restart: bool = False,
        names: Sequence[str] = (ROWS,),
    ) -> None:
        self.folder = folder
        self.rows = folder / ROWS
        self.outdated = False
        self._head = json.loads(json.dumps({**head, "files": names}))
        folder.mkdir(parents=True, exist_ok=True)
        self._journal: IO[bytes] = (folder / JOURNAL).open("a+b")
        _lock(self._journal)
        self._files: list[IO[bytes]] = [(folder / name).open("a+b") for name in names]
        self._pieces = [] if restart else list(self._finished())
        self._ends = [0 for _ in names]
        self._trimmed = False

    def __enter__(self) -> Work:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for file in self._files:
            file.close()
        self._journal.close()
        if error is not None and not any(self._ends):
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
                    rows = self._files[0]
                    rows.seek(self._ends[0])
                    lines = rows.read(piece["ends"][0] - self._ends[0]).splitlines()
                    self._ends = piece["ends"]
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
        nothing: dict[str, Any] = {"ends": [0 for _ in self._files], "at": 0}
        last = self._pieces[number - 1] if number else nothing
        self._pieces, self._trimmed = [], True
        lengths = [*last["ends"], last["at"]]
        for stream, length in zip([*self._files, self._journal], lengths, strict=True):
            stream.truncate(length)
            stream.seek(0, os.SEEK_END)
        if not number:
            self._note(self._head)

    def add(self, chunk: Chunk, *made: bytes) -> None:
        """Take in what was made of a piece, file by file, after all pieces before it."""
        for file, part in zip(self._files, made, strict=True):
            file.write(part)
            file.flush()
        self._ends = [end + len(part) for end, part in zip(self._ends, made, strict=True)]
        digest = chunk.digest.hex()
        self._note({"digest": digest, "ends": self._ends, "crcs": [crc32(part) for part in made]})

    def remove(self) -> None:
        """Remove the folder: the output is written."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _note(self, line: dict[str, Any]) -> None:
        self._journal.write(_sealed(json.dumps(line).encode()))
        self._journal.flush()

    def _finished(self) -> Iterator[dict[str, Any]]:
        """Read the journal as far as it is whole and all else is as it says."""
        for stream in (self._journal, *self._files):
            stream.seek(0)
        ends, at = [0 for _ in self._files], 0
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
            for file, start, end, crc in zip(
                self._files, ends, entry["ends"], entry["crcs"], strict=True
            ):
                part = file.read(end - start)
                if len(part) != end - start or crc32(part) != crc:
                    return
            ends = entry["ends"]
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
