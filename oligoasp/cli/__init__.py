"""The command line: one module per command, loaded when the command is called."""

from oligoasp.cli.application import main

__all__ = ["main"]
