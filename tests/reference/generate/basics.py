"""What every part of the generator uses: days as numbers, random choice, copies."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, TypeVar

from ..values import add_months

Record = dict[str, Any]
T = TypeVar("T")
DAY = date.toordinal


def pick(rng: random.Random, options: Sequence[T]) -> T:
    """A random element (faster than ``rng.choice``)."""
    return options[int(rng.random() * len(options))]


def iso(ordinal: int) -> str:
    """The date of an ordinal as text."""
    return date.fromordinal(ordinal).isoformat()


def months(ordinal: int, n: int) -> int:
    """The day n calendar months later, as an ordinal."""
    return DAY(add_months(date.fromordinal(ordinal), n))


def clone(value: Any) -> Any:
    """A deep copy of JSON-like data."""
    if isinstance(value, dict):
        return {key: clone(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [clone(inner) for inner in value]
    return value


def product(*axes: Sequence[Any]) -> Iterator[tuple[Any, ...]]:
    """One value of each axis, in every combination, the last axis fastest."""
    if not axes:
        yield ()
        return
    for head in axes[0]:
        for rest in product(*axes[1:]):
            yield (head, *rest)
