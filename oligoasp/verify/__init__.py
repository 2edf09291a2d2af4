"""Verifying: is the protocol sound? Questions to the whole patient space."""
