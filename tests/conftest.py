"""What all tests need."""

from __future__ import annotations

import gc
import os

import oligoasp.cli  # noqa: F401 - turns the collection of garbage off, for one short command
from oligoasp import cache

gc.enable()  # thousands of tests are not short
os.environ[cache.VARIABLE] = ""  # what another run has left behind proves nothing
