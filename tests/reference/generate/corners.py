"""All corners of the criteria."""

from __future__ import annotations

from collections.abc import Iterator

from .basics import Record
from .corners_ages import corner_ages
from .corners_dates import corner_dates, window_corners
from .corners_labs import corner_labs
from .corners_lesions import corner_counts, corner_recist
from .corners_rest import corner_rest
from .patients import baseline, woman


def corners() -> Iterator[Record]:
    """Every corner of the criteria around the eligible patients."""
    yield baseline()
    yield woman()
    yield from corner_rest()
    yield from corner_labs()
    yield from corner_counts()
    yield from corner_recist()
    yield from corner_dates()
    yield from window_corners()
    yield from corner_ages()
