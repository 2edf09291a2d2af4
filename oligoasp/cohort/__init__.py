"""Cohorts: many records from one place, in pieces that can be read by several processes."""

from oligoasp.cohort.model import Chunk, Cohort, Member
from oligoasp.cohort.open import open_cohort, records_of

__all__ = ["Chunk", "Cohort", "Member", "open_cohort", "records_of"]
