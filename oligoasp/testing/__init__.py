"""Case files: patient records, and variations of them, with the statuses they should have.

A case is a record file with one extra mapping, ``case``, that names the expected verdict
and statuses; or one of the ``variations`` of such a record, in a file that names its
``base``. Either may name ``readings`` of the text other than the defaults, and say ``under``
which further readings what else is expected. `load_cases` reads them, `run_case` decides one
and compares.
"""

from oligoasp.testing.cases import Case, Expectations
from oligoasp.testing.load import load_cases
from oligoasp.testing.run import Failure, run_case

__all__ = ["Case", "Expectations", "Failure", "load_cases", "run_case"]
