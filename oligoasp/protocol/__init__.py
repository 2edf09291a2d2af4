"""Protocols: what their logic programs say of clauses, parameters, readings and records."""

from oligoasp.protocol.load import load_protocol
from oligoasp.protocol.model import Protocol

__all__ = ["Protocol", "load_protocol"]
