"""Random and corner records, JSON-serializable, all of them possible patients.

``random_record`` starts from an eligible patient and perturbs some aspects, with values at,
just below and just above every limit. ``remove_parts`` opens gaps. ``corners`` walks
systematically around the limits of one patient.
"""

from .basics import clone
from .corners import corners
from .corners_dates import window_corners
from .gaps import remove_parts
from .patients import baseline, changed, metastases, woman
from .records import random_record

__all__ = [
    "baseline",
    "changed",
    "clone",
    "corners",
    "metastases",
    "random_record",
    "remove_parts",
    "window_corners",
    "woman",
]
