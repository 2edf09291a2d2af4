"""The command line: one module per command, loaded when the command is called."""

from __future__ import annotations

import gc
import os
import sys

# Plugins of pydantic are not used, and looking for them takes longer than an answer.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
# A short program makes no garbage worth collecting while it starts.
gc.disable()

from oligoasp.cli.application import main  # noqa: E402

__all__ = ["main", "run"]


def run() -> None:
    """Run the command line and leave at once: nothing is gained by tidying up at the end."""
    code = 0
    try:
        main()
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else int(bool(left.code))
    sys.stdout.flush()
    sys.stderr.flush()
    if "oligoasp.cache" in sys.modules:
        sys.modules["oligoasp.cache"].finish()
    os._exit(code)
