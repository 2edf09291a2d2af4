"""Explaining: why a patient is not eligible, what is missing, and what would have to change."""
