"""What every kind of cohort can do: give its records in pieces, and read a piece."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import NamedTuple, Protocol, TypeAlias

from oligoasp.record.errors import RecordError
from oligoasp.record.read import Record

Locate: TypeAlias = Callable[[RecordError], RecordError]


@dataclass(frozen=True, slots=True)
class Chunk:
    """Consecutive records of a cohort as they stand in it, not read yet.

    ``payload`` goes from one process to another and only its cohort understands it;
    ``digest`` stands for all that is in it; ``done`` is the part of the cohort, from 0
    to 1, that ends with it, or None where the length of the cohort is not known.
    """

    payload: object
    digest: bytes
    done: float | None


class Member(NamedTuple):
    """A record of a cohort, or why it could not be read.

    ``locate`` turns what is found wrong with the record later into messages about the
    place where it stands in the cohort, such as a column.
    """

    record: Record | RecordError
    locate: Locate


class Cohort(Protocol):
    """Many records from one place. Reading it again gives the same."""

    @property
    def name(self) -> str:
        """What to call it in messages."""

    @property
    def key(self) -> str:
        """What its records depend on besides what its pieces hold, such as a mapping."""

    def chunks(self, size: int) -> Iterator[Chunk]:
        """Give the records in pieces, in order, holding no more than one at a time.

        Args:
            size: how many records a piece has at most, as far as that is known
                before they are read.

        Raises:
            RecordError: the cohort cannot be read at all.
        """

    def members(self, chunk: Chunk) -> Iterator[Member]:
        """Read a piece."""


def as_it_is(error: RecordError) -> RecordError:
    """Leave an error alone: it names the place already."""
    return error


def digest_of(parts: Iterable[bytes]) -> bytes:
    """Make a digest of some bytes that also tells where one part ends."""
    digest = blake2b(digest_size=16)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big"))
        digest.update(part)
    return digest.digest()
