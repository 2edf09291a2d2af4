"""Problems with a record, and how they are worded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

QUOTED_LENGTH = 60
MOST_LISTED = 30
WITHOUT_QUOTES = frozenset({"true", "false", "[]"})


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with a record or a file.

    ``source`` is a file name or "-" for standard input; ``field`` a dotted path such as
    ``lesions[2].longest_diameter`` or empty; ``found`` and ``accepted`` are phrases, in
    which the user's input is quoted already; ``suggestion`` is a replacement or empty.
    """

    source: str
    line: int | None
    record: str | None
    field: str
    found: str
    accepted: str
    suggestion: str = ""

    def render(self) -> str:
        """Word the problem in one line: where, what was found, what is accepted."""
        place = self.source if self.line is None else f"{self.source}:{self.line}"
        if self.line is None and self.record is not None:
            place += f": record {quote(self.record)}"
        if self.field:
            place += f": {escape(self.field)}"
        parts = [f"found {self.found}"]
        if self.accepted:
            parts.append(f"accepted: {self.accepted}")
        if self.suggestion:
            bare = self.suggestion in WITHOUT_QUOTES
            parts.append(f"did you mean {self.suggestion if bare else quote(self.suggestion)}?")
        return f"{place}: {'; '.join(parts)}"

    def __str__(self) -> str:
        return self.render()


class RecordError(Exception):
    """A record or a file that was refused, with every problem found in it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__("\n".join(problem.render() for problem in self.problems))

    def __reduce__(self) -> tuple[type[RecordError], tuple[tuple[Problem, ...]]]:
        """Say how a copy is made in another process."""
        return type(self), (self.problems,)


class NoRecordsError(RecordError):
    """A file or a folder in which there is no record at all: nobody is refused."""


class Fault(NamedTuple):
    """A problem with one value, before file, line and field are known.

    ``path`` leads from the value to the part that is meant (``[1].uln``), or is empty.
    """

    found: str
    accepted: str
    suggestion: str = ""
    path: str = ""


class Refused(ValueError):  # noqa: N818 - it says what happened to the value
    """A value that was refused, with the reasons."""

    def __init__(self, *faults: Fault) -> None:
        self.faults = faults
        super().__init__("; ".join(f"found {fault.found}" for fault in faults))


def escape(text: str) -> str:
    """Make text safe to print on one line, and shorten it to about 60 characters."""
    shown = "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii")
        for sign in text[: QUOTED_LENGTH + 1]
    )
    return shown if len(shown) <= QUOTED_LENGTH else shown[: QUOTED_LENGTH - 1] + "…"


def quote(text: str) -> str:
    """Put text into quotation marks as `escape` leaves it."""
    return f'"{escape(text)}"'


def join(path: str, part: str) -> str:
    """Append a part (a name or `[index]`) to a dotted path."""
    return f"{path}.{part}" if path and part and part[0] != "[" else path + part


def below(part: str, refused: Refused) -> list[Fault]:
    """Give the faults of a part of a value, with paths that lead from the whole."""
    return [fault._replace(path=join(part, fault.path)) for fault in refused.faults]


def listing(words: Iterable[str], most: int = 12) -> str:
    """List words as "a, b or c"; a long list is cut and says how many were left out."""
    names = list(words)
    if len(names) > most:
        return f"{', '.join(names[: most - 2])} and {len(names) - most + 2} more"
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} or {names[-1]}"


def nearest(word: str, names: Iterable[str], labels: Mapping[str, str] | None = None) -> str:
    """Find the valid name that was probably meant.

    Args:
        word: what was typed.
        names: the valid names.
        labels: what the names are called in prose, if they are.

    Returns:
        The nearest name, or "" if none is near.
    """
    return next(iter(close(word, names, 1, labels)), "")


def close(
    word: str, names: Iterable[str], most: int, labels: Mapping[str, str] | None = None
) -> list[str]:
    """Find the valid names, at most so many, that are near what was typed, the nearest first."""
    from difflib import get_close_matches  # noqa: PLC0415 - only for errors

    known = {plain(label): name for name, label in (labels or {}).items()}
    known |= {plain(name): name for name in names}
    typed = plain(word[:QUOTED_LENGTH])
    alike = 0.6 if len(typed) > 2 else 0.8  # two letters are like many words
    if found := get_close_matches(typed, list(known), most, alike):
        return list(dict.fromkeys(known[name] for name in found))
    # Or the beginning of a name, such as "squamous" of squamous_cell_carcinoma, also where
    # others go on from there; or a whole part of one name, such as "node" of lymph_node.
    longer = sorted(name for name in known if name.startswith(f"{typed}_"))
    if longer and all(name.startswith(longer[0]) for name in longer):
        return [known[longer[0]]]
    parts = {known[name] for name in known if typed in name.split("_")}
    return list(parts) if len(parts) == 1 else []


def unknown(what: str, name: str, names: Iterable[str]) -> str:
    """Say that a name does not exist, and which one was probably meant.

    Args:
        what: what has the name.
        name: what was typed.
        names: those that exist, in the order in which they are listed if none is near.
    """
    known = list(names)
    # The beginning of names, but "I1" does not begin "I10".
    longer = [o for o in known if name and re.match(rf"{re.escape(name)}(?!(?<=\d)\d)", o)]
    near = longer or close(name, known, 1)
    if near:
        return f"no {what} `{name}`; did you mean {listing(f'`{one}`' for one in near)}?"
    if len(known) > MOST_LISTED:
        return f"no {what} `{name}`; known: {listing(known)}"
    return f"no {what} `{name}`; known: {', '.join(known)}"


def plain(word: str) -> str:
    """Give a name in small letters, as one word."""
    return word.casefold().replace(" ", "_").replace("-", "_")
