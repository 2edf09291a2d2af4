"""Files that are written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path


@contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Write a file beside its place, and move it there when it is complete.

    Args:
        path: where the file is to stand; what stood there is replaced.

    Yields:
        The path to write to. If something is raised, nothing changes at `path`.
    """
    draft = path.with_name(f".{path.name}.part")
    try:
        yield draft
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def write_all(folder: Path, texts: Mapping[str, str]) -> None:
    """Write several files: all of them, or none if one cannot be written.

    Args:
        folder: where they are to stand; it is made.
        texts: what is to stand in each, by its name.

    Raises:
        OSError: a file cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        for name, text in texts.items():
            stack.enter_context(written_whole(folder / name)).write_text(text, encoding="utf-8")
