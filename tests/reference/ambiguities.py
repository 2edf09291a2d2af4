"""Readings of the passages about the three-month window: of I4.b, E4.a and E8.

Whatever else the text leaves open, the reference reads by default.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import NamedTuple

from .values import days_back, months_back

OPTIONS: dict[str, tuple[str, ...]] = {
    "month_length": ("calendar", "days_90", "days_91", "days_92"),
    "window_boundary": ("closed", "half_open"),
    "washout_anchor": ("start", "enrollment"),
    "definitive_end": ("local_treatment", "all_curative"),
    "early_metastasis": ("metastasis", "primary_control"),
    "early_synchronous": ("not_excluded", "excluded"),
    "early_which": ("current", "ever"),
    "recent_radiotherapy": ("not_listed", "counts"),
}
"""The options of each ambiguity, the default first."""


class Window(NamedTuple):
    """Three months: how elapsed time is counted, how much of it three months are."""

    step: Callable[[date, date], int]
    length: int


CALENDAR = Window(months_back, 6)  # elapsed calendar times are in half steps
WINDOWS = {
    "calendar": CALENDAR,
    "days_90": Window(days_back, 90),
    "days_91": Window(days_back, 91),
    "days_92": Window(days_back, 92),
}


@dataclass(frozen=True)
class Readings:
    """One option for each ambiguity.

    Raises:
        ValueError: an ambiguity has no such option.
    """

    month_length: str = "calendar"
    window_boundary: str = "closed"
    washout_anchor: str = "start"
    definitive_end: str = "local_treatment"
    early_metastasis: str = "metastasis"
    early_synchronous: str = "not_excluded"
    early_which: str = "current"
    recent_radiotherapy: str = "not_listed"

    def __post_init__(self) -> None:
        for name, option in asdict(self).items():
            if option not in OPTIONS[name]:
                raise ValueError(f"{name} has no option {option!r}")

    @property
    def window(self) -> Window:
        """The three-month window."""
        return WINDOWS[self.month_length]

    def within(self, elapsed: int, length: int) -> bool:
        """Whether a time lies within a window of that length: at its end if it is closed."""
        return elapsed < length or (elapsed == length and self.window_boundary == "closed")

    def chosen(self) -> dict[str, str]:
        """The options other than the defaults, by ambiguity."""
        return {name: option for name, option in asdict(self).items() if option != OPTIONS[name][0]}


DEFAULT = Readings()
OTHERWISE = 0.25
"""How often an ambiguity other than the length of a month is not read by default."""


def random_readings(rng: random.Random) -> Readings:
    """An option for each ambiguity; those of the length of a month are equally likely."""
    chosen = {
        name: options[int(rng.random() * (len(options) - 1)) + 1]
        for name, options in OPTIONS.items()
        if rng.random() < OTHERWISE or name == "month_length"
    }
    if rng.random() < 1 / len(WINDOWS):
        del chosen["month_length"]
    return Readings(**chosen)
