"""What an answer that is filed has to carry: which program, rules and record gave it."""

from __future__ import annotations

import json
from hashlib import blake2b

from oligoasp import __version__
from oligoasp.answers import Filing
from oligoasp.protocol.checksum import checksum
from oligoasp.protocol.model import Protocol
from oligoasp.record.read import Record

DIGITS = 16


def filing(protocol: Protocol, record: Record, day: str = "") -> Filing:
    """Give checksums of the rules and of the record.

    Args:
        protocol: the protocol, with its amendments.
        record: the record; its layout and the order of its fields do not matter.
        day: the day of the run, if it is to be filed; else the same input gives the same bytes.
    """
    typed = json.dumps(record.typed, sort_keys=True, ensure_ascii=True, default=str)
    return Filing(
        program=__version__,
        rules=checksum(protocol)[:DIGITS],
        record=blake2b(typed.encode(), digest_size=DIGITS // 2).hexdigest(),
        date=day,
    )
