"""What has been worked out from rules, kept on disk until rules or programs change.

Python does the same with its modules. Nothing that is said of patients is kept. Whatever is
wrong with what is kept, or with the place where it is, it is worked out anew.
"""

from __future__ import annotations

import os
import pickle
import re
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from importlib.util import source_hash
from pathlib import Path
from threading import active_count
from typing import Any, NamedTuple
from zlib import crc32

from oligoasp import __version__
from oligoasp.whole import written_whole

VARIABLE = "OLIGOASP_CACHE"
"""The environment variable that names the folder; if it is empty, nothing is kept."""
MOST = 256
"""How many files are kept: those that were used of late."""
MOST_WAITING = 8
"""How many things are kept by one call, which may be about many records."""
_OWN = re.compile(r"[a-z]+-[0-9a-f]{16}(\.[a-z]+)?")
"""Names of files that are kept; a folder may have others, too."""
_CHECK = 4
_PACKAGE = Path(__file__).parent
_waiting: list[Callable[[], None]] = []


class Key(NamedTuple):
    """What something has been worked out from, and the name under which it is kept for that."""

    name: str
    of: str


def key(kind: str, parts: Iterable[object], files: Iterable[Path] = ()) -> Key:
    """Give the key of something.

    Args:
        kind: what it is, in a word.
        parts: what it has been worked out from, as what writes itself in full.
        files: files whose places and contents matter, too.
    """
    known = [(str(file), file.read_bytes()) for file in files]
    contents = [(name, len(content), source_hash(content)) for name, content in known]
    of = repr((_programs(), *parts, *contents))
    return Key(f"{kind}-{source_hash(of.encode()).hex()}", of)


def get(key: Key) -> Any:
    """Give what is kept under a key, or None."""
    path = place(key)
    if path is None:
        return None
    try:
        content = path.read_bytes()
        if crc32(content[_CHECK:]).to_bytes(_CHECK) != content[:_CHECK]:
            return None
        of, found = pickle.loads(content[_CHECK:])
    except Exception:  # whatever may be wrong with it
        return None
    if of != key.of:
        return None
    used(path)
    return found


def put(key: Key, value: object) -> None:
    """Keep something under a key, if that can be."""
    path = place(key)
    if path is not None:
        content = pickle.dumps((key.of, value), pickle.HIGHEST_PROTOCOL)
        write(path, crc32(content).to_bytes(_CHECK) + content)


def place(key: Key, suffix: str = "") -> Path | None:
    """Give the file in which something is kept, or what belongs to it, if that can be."""
    folder = _folder()
    return None if folder is None else folder / (key.name + suffix)


def used(path: Path) -> None:
    """Take note that something that is kept has been used."""
    with suppress(OSError):
        os.utime(path)


def write(path: Path, content: bytes) -> None:
    """Write a file to be kept, if that can be, and let go of what was not used for longest."""
    with suppress(OSError):
        with written_whole(path) as draft:
            draft.write_bytes(content)
        kept = [file for file in path.parent.iterdir() if _OWN.fullmatch(file.name)]
        for file in sorted(kept, key=lambda file: file.stat().st_mtime)[:-MOST]:
            file.unlink(missing_ok=True)


def wanted() -> bool:
    """Tell whether there is room for more to be kept `later`."""
    return _folder() is not None and len(_waiting) < MOST_WAITING


def later(work: Callable[[], None]) -> None:
    """Keep something once the user has the answer: `finish` does then what is to be done."""
    _waiting.append(work)


def finish() -> None:
    """Keep what is waiting for that, in a copy of this process if that can be.

    The copy goes on by itself, without input and output, however soon this process ends.
    """
    if not _waiting:
        return
    apart = sys.platform == "linux" and active_count() == 1
    if apart:
        if os.fork():
            _waiting.clear()
            return
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nothing, stream)
    try:
        while _waiting:
            with suppress(Exception):  # whoever has the answer does not care
                _waiting.pop()()
    finally:
        if apart:
            os._exit(0)


@cache
def _folder() -> Path | None:
    """Give the folder, if there can be one that only this user can write to."""
    named = os.environ.get(VARIABLE)
    if named == "":
        return None
    try:
        folder = Path(named) if named else _usual() / "oligoasp"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        known = folder.stat()
    except (OSError, RuntimeError):
        return None
    if os.name == "posix" and (known.st_uid != os.getuid() or known.st_mode & 0o022):
        return None
    return folder


def _usual() -> Path:
    """Give the folder in which programs keep what can be made again."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    variable, usual = "XDG_CACHE_HOME", Path.home() / ".cache"
    if sys.platform == "win32":
        variable, usual = "LOCALAPPDATA", Path.home() / "AppData" / "Local"
    named = os.environ.get(variable, "")
    return Path(named) if Path(named).is_absolute() else usual


@cache
def _programs() -> tuple[object, ...]:
    """Give what tells versions of the programs apart, of this one also while it is written."""
    import clingo  # noqa: PLC0415 - what reads rules has loaded it

    own = [
        (file.name, known.st_size, known.st_mtime_ns)
        for part in ("protocol", "record", "solver", "explain")
        for file in sorted(os.scandir(_PACKAGE / part), key=lambda file: file.name)
        if file.name.endswith(".py")
        for known in [file.stat()]
    ]
    return sys.version, clingo.__version__, __version__, *own
