"""Remembering results for arguments that are the very same objects."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar, TypeVarTuple

_Arguments = TypeVarTuple("_Arguments")
_Result = TypeVar("_Result")

MOST = 8192
"""How many results are remembered of a function, before it starts anew."""


def by_identity(
    function: Callable[[*_Arguments], _Result],
) -> Callable[[*_Arguments], _Result]:
    """Remember what a function gives for arguments that are the very same objects.

    For arguments that are costly to compare and that their makers share, such as exact
    numbers read from equal text. They must not change, and are kept while remembered.
    """
    memo: dict[tuple[int, ...], tuple[tuple[object, ...], _Result]] = {}

    @wraps(function)
    def remembering(*arguments: *_Arguments) -> _Result:
        key = tuple(map(id, arguments))
        known = memo.get(key)
        if known is None:
            if len(memo) >= MOST:
                memo.clear()
            known = memo[key] = arguments, function(*arguments)
        return known[1]

    return remembering
