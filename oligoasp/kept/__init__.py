"""Screenings that are kept: what the records say and what was decided, without the records."""
