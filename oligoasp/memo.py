"""Remembering results: those of late, so that memory does not grow with what is asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar, TypeVarTuple

_Key = TypeVar("_Key")
_Arguments = TypeVarTuple("_Arguments")
_Result = TypeVar("_Result")

MOST = 4096
"""How many results are remembered of a function, before it starts anew."""
_NOTHING = object()


class Memo(dict[_Key, _Result]):
    """The results of a function by its argument, of those that were asked for of late.

    Looked up like a dictionary, which costs no call where a result is known. When there are
    too many, all are put aside; what is asked for again comes back from there, and the rest
    goes with the next turn. So what is frequent stays.

    Args:
        function: gives the result for an argument; what it raises is not remembered.
        most: how many results are remembered; as many may be put aside.
    """

    __slots__ = ("_aside", "_function", "_most")

    def __init__(self, function: Callable[[_Key], _Result], most: int = MOST) -> None:
        super().__init__()
        self._function = function
        self._most = most
        self._aside: Mapping[_Key, _Result] = {}

    def __missing__(self, key: _Key) -> _Result:
        known: Any = self._aside.get(key, _NOTHING)
        result: _Result = self._function(key) if known is _NOTHING else known
        if len(self) >= self._most:
            self._aside = self.copy()
            self.clear()
        self[key] = result
        return result

    def forget(self) -> None:
        """Forget everything."""
        self.clear()
        self._aside = {}


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
