"""Screening: what a protocol makes of a cohort, patient by patient and in total."""

from oligoasp.screen.run import Screener, screen

__all__ = ["Screener", "screen"]
