"""Warnings: what no clause asks for, but whoever reads the answer should know."""

from __future__ import annotations

from fractions import Fraction

from oligoasp.answers import Evidence
from oligoasp.decide import entry_of
from oligoasp.explain.question import Question
from oligoasp.record.facts import Entity


def warnings(question: Question) -> list[Evidence]:
    """Give the warnings of the protocol: a recorded number is certainly above a parameter."""
    protocol, situation = question.engine.protocol, question.situation
    words = question.words
    found = []
    for kind, attribute, parameter, text in protocol.warnings:
        limit = protocol.parameters[parameter].code
        for (entity, name), fact in situation.facts.items():
            if (entity[0], name) != (kind, attribute) or not fact.values:
                continue
            codes = [int(value) for value in fact.values]
            if min(codes) <= limit:
                continue
            filled = text.replace("{subject}", words.subject(entity, name))
            filled = filled.replace("{value}", _value(question, entity, name))
            filled = filled.replace("{limit}", words.limit(parameter))
            found.append(Evidence(text=filled, sources=(words.source(entity, name),)))
    return found


def _value(question: Question, entity: Entity, name: str) -> str:
    """Say how much it is, if that is certain."""
    derivation = question.situation.derivation
    vocabulary = question.engine.protocol.vocabulary
    attribute = vocabulary.attributes[entity[0], name]
    codes = derivation.codes(entry_of(question.situation, entity), attribute)
    if codes is None or codes[0] is None or codes[0] != codes[1]:
        return "not certain"
    scale = vocabulary.scales[attribute.of]
    return question.words.quantity(scale, Fraction(codes[0], 2) * scale.resolution)
