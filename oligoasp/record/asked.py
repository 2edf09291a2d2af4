"""Which fields to ask for where an attribute is open."""

from __future__ import annotations

from collections.abc import Container
from typing import NamedTuple

from oligoasp.protocol.vocabulary import Attribute
from oligoasp.record.derive import ENROLLMENT, Derivation
from oligoasp.record.read import Entry


class Asked(NamedTuple):
    """A field to ask for: of the entry, or a date that times are counted to.

    That date may be one of the patient, or of all entries of a kind.
    """

    path: str
    of_patient: bool = False
    of_list: str | None = None


def field_of(attribute: Attribute, given: Container[str]) -> str:
    """Give the field of an entry that an attribute comes from.

    Of several fields that could say it, the one that is given, else the first.
    """
    paths = attribute.paths
    return next((path for path in paths if path in given), paths[0])


def asked(entry: Entry, attribute: Attribute, derivation: Derivation) -> list[Asked]:
    """Give the fields that an attribute is calculated from, as far as they are missing.

    Args:
        entry: whose attribute it is.
        attribute: one that is open.
        derivation: calculates with the record.

    Returns:
        At least one field: if none is missing, the one that is too vague.
    """
    given = entry.values
    missing = [path for path in _own(attribute, given) if path not in given]
    anchors = _anchors(attribute, given)
    dates = (derivation.missing_anchor(name) for name in anchors)
    found = [Asked(path) for path in missing] + [Asked(path, True) for path in dates if path]
    # What is to be taken from a list is asked for with the list, if anything else is missing.
    lists = (derivation.missing_list(name) for name in anchors)
    found = found or [Asked(one.path, of_list=one.kind) for one in lists if one is not None]
    return found or [Asked(field_of(attribute, given))]


def _own(attribute: Attribute, given: Container[str]) -> list[str]:
    """Give the fields of the entry itself that an attribute is calculated from."""
    arguments = attribute.origin.arguments
    match attribute.origin.form:
        case "age":
            birth, years, _ = arguments
            return [years if years in given else birth]
        case "quotient":
            return list(arguments[:2])
        case "cockcroft_gault":
            creatinine, weight, birth, years, sex = arguments
            return [creatinine, weight, sex, years if years in given else birth]
    return [field_of(attribute, given)]


def _anchors(attribute: Attribute, given: Container[str]) -> list[str]:
    """Give the anchors to which a time is counted; an age that stands alone needs none."""
    arguments = attribute.origin.arguments
    match attribute.origin.form:
        case "before":
            return [arguments[2]]
        case "after":
            return [arguments[1]]
        case "age":
            birth, years, anchor = arguments
        case "cockcroft_gault":
            _, _, birth, years, _ = arguments
            anchor = ENROLLMENT
        case _:
            return []
    return [anchor] if birth in given or years not in given else []
