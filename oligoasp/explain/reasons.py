"""Why not: conflicts between clauses, facts that suffice, and what would have to change."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from oligoasp.answers import Change, Conflict, Reason, Remedy, Source
from oligoasp.explain.question import Key, Question
from oligoasp.explain.words import joined
from oligoasp.record.facts import Entity, Value
from oligoasp.solver.minimal import enumerate_minimal, group_oracle, shrink

MOST_SETS = 6
"""How many minimal sets of one kind are looked for, per blocker."""
WAIT, NOTHING = "wait", "nothing"
RECORDED = "recorded"


def conflicts(question: Question) -> tuple[list[Conflict], bool]:
    """Find the minimal sets of clauses that can each be met, but not together.

    Returns:
        The sets, and whether these are all.
    """
    decision = question.decision
    open_clauses = sorted(decision.violable - decision.violated)
    session = question.session
    if not open_clauses or session.satisfiable(
        [*question.assumptions, *question.met(open_clauses)]
    ):
        return [], True
    oracle = group_oracle(
        [question.met([c]) for c in open_clauses], question.assumptions, session.core
    )
    found = []
    examined = 0
    for minimal in enumerate_minimal(len(open_clauses), oracle, 8 * MOST_SETS):
        examined += 1
        if minimal.unsatisfiable:
            found.append(
                tuple(question.engine.protocol.in_order(open_clauses[i] for i in minimal.elements))
            )
        if len(found) == MOST_SETS:
            break
    found.sort(key=lambda clauses: (len(clauses), clauses))
    return [Conflict(clauses=c) for c in found], examined < 8 * MOST_SETS and len(found) < MOST_SETS


def reasons(question: Question, blocking: list[tuple[str, ...]]) -> list[Reason]:
    """Find, for each blocking set of clauses, a minimal set of facts that forces it.

    Args:
        question: the record.
        blocking: sets of clauses of which one is violated in every completion.

    Returns:
        One minimal set of recorded facts for each, the smallest first.
    """
    found = []
    for clauses in blocking:
        keys = list(question.given)
        background = [*question.background, *question.met(clauses)]
        oracle = group_oracle([question.given[k] for k in keys], background, question.session.core)
        core = oracle(range(len(keys))) or []
        minimal = shrink(core, oracle)
        found.append((clauses, [keys[i] for i in minimal]))
    order = {c: i for i, c in enumerate(question.engine.protocol.clauses)}
    found.sort(key=lambda pair: (len(pair[1]), [order[c] for c in pair[0]]))
    return [
        Reason(clauses=c, facts=tuple(_source(question, k) for k in keys) or _empty(question))
        for c, keys in found
    ]


def _empty(question: Question) -> tuple[Source, ...]:
    """Give the lists that the record gives as empty: what is left where no entry is to blame."""
    situation = question.situation
    return tuple(
        question.words.listed((kind, 0))
        for kind, ids in situation.ids.items()
        if not ids and kind not in situation.open_lists
    )


def _source(question: Question, key: Key) -> Source:
    entity, path = key
    return question.words.field(entity, path) if path else question.words.listed(entity)


def remedies(question: Question, blocking: list[tuple[str, ...]]) -> tuple[list[Remedy], bool]:
    """Find minimal changes after which a blocking set of clauses can be met.

    First those that a site can bring about; where there are none, the evidence itself
    is what would have to be different.

    Returns:
        The changes, and whether these are all.
    """
    found = []
    complete = True
    for clauses in blocking:
        possible = [k for k in question.given if _means(question, k)]
        actionable, whole = _corrections(question, clauses, possible)
        found += [Remedy(clauses=clauses, actionable=True, changes=c) for c in actionable]
        if not actionable:
            corrections, whole = _corrections(question, clauses, _cited(question, clauses))
            found += [Remedy(clauses=clauses, actionable=False, changes=c) for c in corrections]
        complete = complete and whole
    return found, complete


def _means(question: Question, key: Key) -> str | None:
    """Give what a site can do about a field, other than wait."""
    entity, path = key
    protocol = question.engine.protocol
    if not path:
        return protocol.list_means.get(entity[0]) if not entity[1] else None
    for attribute in question.attributes[key]:
        means = protocol.means.get((entity[0], attribute))
        fact = question.situation.facts.get((entity, attribute))
        if fact is not None and len(fact.values) == 1:
            means = protocol.means_if.get((entity[0], attribute, str(fact.values[0])), means)
        if means and means not in (WAIT, NOTHING):
            return means
    return None


def _cited(question: Question, clauses: tuple[str, ...]) -> list[Key]:
    cited = {
        s.field
        for clause in clauses
        for evidence in question.evidence.get(clause, ())
        for s in question.words.evidence(evidence).sources
    }
    waits = question.engine.protocol.means
    return [
        key
        for key in question.given
        if key[1]
        and question.words.field(*key).field in cited
        and not any(waits.get((key[0][0], a)) == WAIT for a in question.attributes[key])
    ]


def _corrections(
    question: Question, clauses: tuple[str, ...], keys: list[Key]
) -> tuple[list[tuple[Change, ...]], bool]:
    """Give sets of fields that would have to be different, and whether these are all."""
    background = [*question.without(keys), *question.met(clauses)]
    if not keys or not question.session.satisfiable(background):
        return [], True
    oracle = group_oracle([question.given[k] for k in keys], background, question.session.core)
    found = []
    examined = 0
    for minimal in enumerate_minimal(len(keys), oracle, 2 * MOST_SETS):
        examined += 1
        if minimal.unsatisfiable:
            continue
        gone = [keys[i] for i in minimal.elements]
        kept = [*question.without(gone), *question.met(clauses)]
        changes = tuple(_change(question, key, clauses, kept) for key in gone)
        if question.session.satisfiable(kept):
            found.append(changes)
    found.sort(key=lambda changes: (len(changes), [c.item for c in changes]))
    return found[:MOST_SETS], examined < 2 * MOST_SETS and len(found) <= MOST_SETS


def _change(
    question: Question, key: Key, clauses: tuple[str, ...], assumptions: list[int]
) -> Change:
    entity, path = key
    words = question.words
    protocol = question.engine.protocol
    means = _means(question, key)
    action = protocol.actions.get(means) if means else None
    if not path:
        label = protocol.vocabulary.kinds[entity[0]].label
        needed = further_entry(question, entity[0], clauses, assumptions)
        return Change(
            item=f"a further {label}", source=words.listed(entity), needed=needed, means=action
        )
    return Change(
        item=words.subject(entity, question.asked(key, clauses)[0]),
        source=words.field(entity, path),
        needed=_needed(question, key, clauses, assumptions),
        means=action,
    )


def _needed(question: Question, key: Key, clauses: tuple[str, ...], assumptions: list[int]) -> str:
    """Say which values of a field would do; several attributes may come from it."""
    session, words = question.session, question.words
    entity = key[0]
    said: list[str] = []
    broken = [session.violated[c] for c in clauses if c in session.violated]
    for attribute in question.asked(key, clauses):
        candidates = session.has[entity, attribute]
        sufficient: list[Value] = []
        if len(broken) == 1:
            breaking = question.values([*question.without([key]), *broken], entity, attribute)
            sufficient = [value for value in candidates if value not in breaking]
        chosen = sufficient or question.values(assumptions, entity, attribute)
        if 0 < len(chosen) < len(candidates):
            name = f"{words.subject(entity, attribute)} " if said else ""
            said.append(name + words.region(entity, attribute, chosen))
    return joined(said) or "another value"


def further_entry(
    question: Question, kind: str, clauses: tuple[str, ...], assumptions: list[int]
) -> str:
    """Say what an entry that is not recorded yet would have to be like for some clauses."""
    session = question.session
    index = len(question.situation.ids[kind]) + 1
    entity = (kind, index)
    if entity not in session.present:
        return RECORDED
    base = [*assumptions, session.present[entity]]
    relevant = {pair for clause in clauses for pair in session.cone(clause)}
    allowed = {
        attribute: question.values(base, entity, attribute)
        for of, attribute in session.has
        if of == entity and (of, attribute) in relevant
    }
    return entry_like(question, entity, allowed)


def entry_like(
    question: Question,
    entity: Entity,
    allowed: Mapping[str, Collection[Value]],
    meaningless: Collection[str] = (),
) -> str:
    """Say what an entry is like of which attributes can have some values only.

    Args:
        question: the record.
        entity: the entry.
        allowed: the values of its attributes.
        meaningless: which of them may also be without a meaning.
    """
    vocabulary, words = question.engine.protocol.vocabulary, question.words
    parts = [
        f"{vocabulary.attributes[entity[0], attribute].label} "
        f"{words.region(entity, attribute, values)}"
        f"{' (where that applies)' * (attribute in meaningless)}"
        for attribute, values in allowed.items()
        if len(values) < len(question.session.has[entity, attribute])
    ]
    return "; ".join(parts) or RECORDED


def blocking_sets(question: Question, joint: list[Conflict]) -> list[tuple[str, ...]]:
    """Give every set of clauses that blocks: single clauses first, then conflicts."""
    violated = question.engine.protocol.in_order(question.decision.violated)
    return [(c,) for c in violated] + [c.clauses for c in joint]
