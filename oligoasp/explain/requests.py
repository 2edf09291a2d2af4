"""How to ask for what is missing: what to obtain, and which answer lets a clause pass."""

from __future__ import annotations

import re
from collections.abc import Iterable

from oligoasp.decide import entry_of
from oligoasp.explain.question import Question
from oligoasp.explain.words import ANY, joined
from oligoasp.protocol.vocabulary import Attribute
from oligoasp.record.asked import asked
from oligoasp.record.errors import join
from oligoasp.record.facts import THE_PATIENT, Entity, Pair, Value

_AT_ALL = re.compile(r"(at least|more than) 0 \w+")
_NEGATIVE = re.compile(r"(at most -1|less than 0) \w+")

COMPUTED = frozenset({"before", "after", "age", "quotient", "cockcroft_gault"})
"""Origins of attributes whose values are not those of a field."""


class Requests:
    """Words requests for unknowns, as the protocol words them.

    Args:
        question: the record.
    """

    def __init__(self, question: Question) -> None:
        self._question = question
        self._texts = question.engine.protocol.requests
        self._vocabulary = question.engine.protocol.vocabulary

    def list_of(self, kind: str) -> str:
        """Ask for the rest of a list."""
        name = self._vocabulary.kinds[kind].list_name.replace("_", " ")
        return f"the complete list of {self._texts.get((kind, ''), name).removeprefix('all ')}"

    def attribute(self, unknown: Pair) -> tuple[str, tuple[str, ...]]:
        """Ask for the fields that an attribute comes from, as far as they are missing.

        Returns:
            The request, and the paths of the fields that are asked for.
        """
        entity, attribute = unknown
        situation = self._question.situation
        of = self._vocabulary.attributes[entity[0], attribute]
        found = asked(entry_of(situation, entity), of, situation.derivation)
        if found[0].of_list is not None:
            path, kind = found[0].path, self._vocabulary.kinds[found[0].of_list]
            every = self._texts.get((kind.name, ""), kind.list_name)
            text = self._texts.get((kind.name, path), path).replace("{entity}", every)
            return text, (f"{kind.list_name}[].{path}",)
        fields = [(THE_PATIENT if one.of_patient else entity, one.path) for one in found]
        texts = dict.fromkeys(self._field(key, unknown) for key in fields)
        text = joined(list(texts), "and")
        whole = self._texts.get((of.origin.form, ""), "{subject}").replace("{subject}", text)
        return whole, tuple([join(entry_of(situation, of).path, path) for of, path in fields])

    def _field(self, key: tuple[Entity, str], unknown: Pair) -> str:
        entity, path = key
        words = self._question.words
        if text := self._texts.get((entity[0], path)):
            return text.replace("{entity}", words.entity(entity))
        return words.subject(*unknown)

    def passes(self, unknown: Pair, values: Iterable[Value]) -> str:
        """Say which answer lets a clause pass: "if at most 1.5 × ULN", "unless R1"."""
        entity, attribute = unknown
        of = self._vocabulary.attributes[entity[0], attribute]
        region = self.region(unknown, values)
        if region == ANY:
            proved = (entity[0], attribute) in self._vocabulary.proves
            return "if there is one at all" if proved else "whatever it is"
        if of.origin.form == "before" and (ago := _AT_ALL.fullmatch(region)):
            anchor = of.origin.arguments[2].replace("_", " ")
            return f"if {'not after' if ago[1] == 'at least' else 'before'} {anchor}"
        if of.origin.form in COMPUTED:
            return f"if the {of.label} is {region}"
        if region.startswith("anything but "):
            return f"unless {region.removeprefix('anything but ')}"
        return f"if {region}"

    def ends(self, unknown: Pair, values: Iterable[Value]) -> str:
        """Say which answers would end the matter."""
        origin = self._vocabulary.attributes[unknown[0][0], unknown[1]].origin
        region = self.region(unknown, values)
        if origin.form == "before" and _NEGATIVE.fullmatch(region):
            return f"negative, that is, after {origin.arguments[2].replace('_', ' ')}"
        return region

    def region(self, unknown: Pair, values: Iterable[Value]) -> str:
        """Say which values these are, without the bounds that the record sets anyway."""
        entity, attribute = unknown
        of = self._vocabulary.attributes[entity[0], attribute]
        chosen = set(values)
        fact = self._question.situation.facts.get(unknown)
        if of.type == "number" and fact is not None and fact.values:
            codes = self._question.engine.compiler.regions[of.of].representatives
            possible = [int(value) for value in fact.values]
            if max(possible) in chosen:
                chosen |= {code for code in codes if code > max(possible)}
            if min(possible) in chosen:
                chosen |= {code for code in codes if code < min(possible)}
        return self._question.words.region(entity, attribute, chosen)

    def why_open(self, unknown: Pair, typed: str) -> str:
        """Say why what is typed in a field does not settle an attribute."""
        situation = self._question.situation
        of: Attribute = self._vocabulary.attributes[unknown[0][0], unknown[1]]
        origin = of.origin
        anchor = {"before": 2, "after": 1, "age": 2}.get(origin.form)
        if anchor is not None and situation.derivation.anchor(origin.arguments[anchor]) is None:
            source = self._vocabulary.anchors[origin.arguments[anchor]][0][0]
            of_list = f"{source.latest_of}[]" if source.latest_of else ""
            return f"`{typed}` needs {join(of_list, source.path)} to be recorded"
        if origin.form == "ratio":
            results = situation.derivation.latest(origin.arguments[0])
            if results and any(r.uln is None for r in results):
                return f"`{typed}` comes without its upper limit of normal (uln)"
        listed = isinstance(entry_of(situation, unknown[0]).get(origin.arguments[0]), list)
        if listed and not situation.derivation.latest(origin.arguments[0]):
            return f"`{typed}` is not certainly from before enrollment"
        return f"`{typed}` leaves it open"


def no_more(recorded: int) -> str:
    """Say that a list passes with nothing in it, or nothing more."""
    return f"if there are {'no more' if recorded else 'none'}, else it depends on them"
