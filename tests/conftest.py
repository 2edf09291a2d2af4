"""What all tests need."""

from __future__ import annotations

import gc

import oligoasp.cli  # noqa: F401 - turns the collection of garbage off, for one short command

gc.enable()  # thousands of tests are not short
