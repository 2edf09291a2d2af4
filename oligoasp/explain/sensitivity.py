"""How much the verdict hangs on: readings of the text, and values close to their limits."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from clingo import SymbolType

from oligoasp.answers import NearMiss, ReadingMatters
from oligoasp.decide import Status, Verdict, entry_of, literals
from oligoasp.explain.question import Question
from oligoasp.protocol.vocabulary import Attribute, Scale
from oligoasp.record.facts import Entity

NEAR = Fraction(1, 10)
"""A value is near its limit if it is within this part of it."""


def readings(question: Question) -> list[ReadingMatters]:
    """Find the readings that, chosen alone, would give another verdict."""
    engine, decided = question.engine, question.decision.verdict
    session = question.open_readings
    options = {
        session.reading[name, option]: (name, option)
        for name, ambiguity in engine.protocol.ambiguities.items()
        for option in ambiguity.options
        if option != engine.settled[name]
    }
    sides = {Verdict.ELIGIBLE: session.eligible, Verdict.INELIGIBLE: -session.eligible}
    doubtful = frozenset(options)
    possible: dict[Verdict, frozenset[int]] = {}
    for verdict in sorted(sides, key=lambda side: side is decided):
        people = [*literals(session, question.situation), sides[verdict]]
        unsure = doubtful
        if decided in (verdict, Verdict.UNDETERMINED):
            # Most readings do not matter to somebody who is on that side as the text is read.
            somebody = _somebody(question, people)
            unsure = _alone(question, doubtful, [*somebody, -sides[verdict]])
        possible[verdict] = doubtful - unsure | _alone(question, unsure, people)
        if decided is not Verdict.UNDETERMINED:
            doubtful = possible[verdict]  # it changes only if the other side becomes possible
    found = []
    for literal, (name, option) in options.items():
        verdicts = [verdict for verdict in possible if literal in possible[verdict]]
        verdict = verdicts[0] if len(verdicts) == 1 else Verdict.UNDETERMINED
        if verdicts and verdict is not decided:
            ambiguity = engine.protocol.ambiguities[name]
            found.append(
                ReadingMatters(
                    reading=name,
                    option=option,
                    clause=ambiguity.clause,
                    question=ambiguity.question,
                    meaning=ambiguity.options[option],
                    verdict=verdict,
                )
            )
    return found


def _somebody(question: Question, people: Sequence[int]) -> list[int]:
    """Say all of somebody who fulfils assumptions as the text is read."""
    session = question.open_readings
    assumptions = [*session.readings(question.engine.readings), *people]
    everything = [lit for values in session.has.values() for lit in values.values()]
    everything += session.present.values()
    true = session.true_literals(assumptions, everything)
    assert true is not None, "somebody is on that side"
    return [lit if lit in true else -lit for lit in everything]


def _alone(question: Question, options: frozenset[int], people: Sequence[int]) -> frozenset[int]:
    """Give the readings, of some, that let somebody fulfil assumptions; each is chosen alone."""
    if not options:
        return options
    session = question.open_readings
    asked = {name for (name, _), literal in session.reading.items() if literal in options}
    chosen = {name: session.reading[name, o] for name, o in question.engine.settled.items()}
    others = [literal for name, literal in chosen.items() if name not in asked]
    several = session.at_least(2, [-chosen[name] for name in chosen if name in asked])
    return session.somewhere([-session.tolerate, -several, *others, *people], sorted(options))


def near_misses(question: Question) -> list[NearMiss]:
    """Find recorded numbers that would break a clause if they crossed a limit close by."""
    compiler = question.engine.compiler
    vocabulary = question.engine.protocol.vocabulary
    settled = {c for c, s in question.decision.statuses.items() if s in (Status.MET, Status.ABSENT)}
    found: dict[tuple[str, str], NearMiss] = {}
    for (entity, name), fact in question.facts.items():
        attribute = vocabulary.attributes[entity[0], name]
        if attribute.type != "number" or len(fact.values) != 1 or fact.default:
            continue
        scale, regions = vocabulary.scales[attribute.of], compiler.regions[attribute.of]
        exact = _exact(question, entity, attribute)
        if exact is None or (scale.discrete and scale.unit == "1"):
            continue  # a grade or a count is at its limit or not; there is no margin
        place = regions.representatives.index(int(fact.values[0]))
        for limit in _limits_beside(regions.representatives, regions.limits, place):
            at = Fraction(limit, 2) * scale.resolution
            if not at or abs(exact - at) > abs(at) * NEAR:
                continue
            pair, codes = (entity, name), regions.representatives
            for clause, moved in _broken(question, pair, codes, place, limit, settled).items():
                if (clause, name) not in found:
                    at = _limit_of(question, clause, moved, pair, at)
                    found[clause, name] = _near(question, clause, pair, scale, at)
    order = {c: i for i, c in enumerate(question.engine.protocol.clauses)}
    return sorted(found.values(), key=lambda n: (order[n.clause], n.text))


def _exact(question: Question, entity: Entity, attribute: Attribute) -> Fraction | None:
    """Give the number that an attribute has, in the unit of its scale, if it is certain.

    A time between two whole steps is given as half a step more than the lower one.
    """
    derivation = question.situation.derivation
    entry = entry_of(question.situation, entity)
    if attribute.origin.form not in ("before", "after", "age"):
        interval = derivation.interval(entry, attribute)
        return None if interval is None else interval.exact
    codes = derivation.codes(entry, attribute)
    if codes is None or codes[0] is None or codes[0] != codes[1]:
        return None
    return (
        Fraction(codes[0], 2) * question.engine.protocol.vocabulary.scales[attribute.of].resolution
    )


def _limits_beside(codes: tuple[int, ...], limits: tuple[int, ...], place: int) -> list[int]:
    beside = codes[max(place - 1, 0) : place + 2]
    return [code for code in beside if code in limits]


def _broken(
    question: Question,
    pair: tuple[Entity, str],
    codes: tuple[int, ...],
    place: int,
    limit: int,
    settled: set[str],
) -> dict[str, list[int]]:
    """Give, of some clauses, those that break on the far side of a limit, all else unchanged.

    Returns:
        The clauses, each with assumptions under which it is violated.
    """
    entity, name = pair
    step = codes.index(limit)
    far = {step, step + 1 if step >= place else step - 1, step - 1 if step <= place else step}
    key = (entity, question.engine.field_path(question.situation, entity, name))
    others = [a for a in question.attributes.get(key, ()) if a != name]
    kept = question.without([key])
    session = question.session
    for other in others:
        fact = question.situation.facts[entity, other]
        kept += [-lit for v, lit in session.has[entity, other].items() if v not in fact.values]
    broken: dict[str, list[int]] = {}
    violated = {session.violated[c]: c for c in settled if c in session.violated}
    for position in far - {place}:
        if 0 <= position < len(codes):
            moved = [*kept, session.has[pair][codes[position]]]
            true = session.true_literals(moved, violated) or ()
            for literal in true:
                if not session.satisfiable([*moved, -literal]):
                    broken.setdefault(violated[literal], moved)
    return broken


def _limit_of(
    question: Question, clause: str, moved: list[int], pair: tuple[Entity, str], at: Fraction
) -> Fraction:
    """Give the limit that a broken clause names of an attribute, or else the one nearby.

    Limits of other readings may stand between.
    """
    entity, name = pair
    attribute = question.engine.protocol.vocabulary.attributes[entity[0], name]
    scale = question.engine.protocol.vocabulary.scales[attribute.of]
    for term in question.session.evidence(moved, clause):
        named = [
            argument.name for argument in term.arguments if argument.type == SymbolType.Function
        ]
        parameter = question.engine.protocol.parameters.get(named[-1]) if named else None
        if name in named and parameter is not None and parameter.scale == scale.name:
            return Fraction(parameter.code, 2) * scale.resolution
    return at


def _near(
    question: Question, clause: str, pair: tuple[Entity, str], scale: Scale, at: Fraction
) -> NearMiss:
    words = question.words
    text = f"{words.subject(*pair)} {words.value(*pair)}: the limit is {words.quantity(scale, at)}"
    return NearMiss(clause=clause, text=text, sources=(words.source(*pair),))
