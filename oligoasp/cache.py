"""What has been worked out from rules, kept on disk until rules or programs change.

Python does the same with its modules. Nothing that is said of patients is kept. Whatever is
wrong with what is kept, or with the place where it is, it is worked out anew.
"""

from __future__ import annotations

import os
import pickle
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from oligoasp import __version__
from oligoasp.whole import written_whole

VARIABLE = "OLIGOASP_CACHE"
"""The environment variable that names the folder; if it is empty, nothing is kept."""
MOST = 256
"""How many files are kept: those that were used of late."""
_DIGEST = 32
_PACKAGE = Path(__file__).parent


def key(kind: str, parts: Iterable[object], files: Iterable[Path] = ()) -> str:
    """Give the name under which something is kept.

    Args:
        kind: what it is, in a word.
        parts: what it has been worked out from, as what writes itself in full.
        files: files whose places and contents matter, too.
    """
    found = sha256(repr((kind, _programs(), *parts)).encode())
    for file in files:
        found.update(repr((str(file), content := file.read_bytes(), len(content))).encode())
    return f"{kind}-{found.hexdigest()[:40]}"


def get(name: str) -> Any:
    """Give what is kept under a name, or None."""
    folder = _folder()
    if folder is None:
        return None
    path = folder / name
    try:
        content = path.read_bytes()
        if sha256(content[_DIGEST:]).digest() != content[:_DIGEST]:
            return None
        found = pickle.loads(content[_DIGEST:])
        os.utime(path)
    except Exception:
        return None
    return found


def put(name: str, value: object) -> None:
    """Keep something under a name, if that can be."""
    folder = _folder()
    if folder is None:
        return
    content = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    with suppress(OSError), written_whole(folder / name) as draft:
        draft.write_bytes(sha256(content).digest() + content)
    _tidy(folder)


def _tidy(folder: Path) -> None:
    """Let go of what has not been used for longest, if there is too much."""
    with suppress(OSError):
        kept = sorted(folder.iterdir(), key=lambda file: file.stat().st_mtime)
        for file in kept[:-MOST]:
            file.unlink(missing_ok=True)


@cache
def _folder() -> Path | None:
    """Give the folder, if there can be one that only this user can write to."""
    named = os.environ.get(VARIABLE)
    if named == "":
        return None
    try:
        folder = Path(named) if named else _place() / "oligoasp"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        known = folder.stat()
    except (OSError, RuntimeError):
        return None
    if os.name == "posix" and (known.st_uid != os.getuid() or known.st_mode & 0o022):
        return None
    return folder


def _place() -> Path:
    """Give the folder in which programs keep what can be made again."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    variable, usual = "XDG_CACHE_HOME", Path.home() / ".cache"
    if sys.platform == "win32":
        variable, usual = "LOCALAPPDATA", Path.home() / "AppData" / "Local"
    named = os.environ.get(variable, "")
    return Path(named) if os.path.isabs(named) else usual


@cache
def _programs() -> tuple[object, ...]:
    """Give what tells versions of the programs apart, of this one also while it is written."""
    import clingo  # noqa: PLC0415 - what reads rules has loaded it

    own = [
        (file.name, known.st_size, known.st_mtime_ns)
        for part in ("protocol", "record", "solver")
        for file in sorted(os.scandir(_PACKAGE / part), key=lambda file: file.name)
        if file.name.endswith(".py")
        for known in [file.stat()]
    ]
    return sys.version, clingo.__version__, __version__, *own
