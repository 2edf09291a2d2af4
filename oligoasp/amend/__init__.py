"""Amendments: small patches of a protocol, and what they would do."""

from oligoasp.amend.apply import amended
from oligoasp.amend.format import Amendment, from_options, read_amendments

__all__ = ["Amendment", "amended", "from_options", "read_amendments"]
