"""Amendments: small patches of a protocol, and what they would do."""

from oligoasp.amend.apply import amended
from oligoasp.amend.format import Amendment, find_amendment, from_options, read_amendment

__all__ = ["Amendment", "amended", "find_amendment", "from_options", "read_amendment"]
