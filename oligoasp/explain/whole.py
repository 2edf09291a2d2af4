"""The whole explanation: why not, what is missing, and what would have to change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from oligoasp.answers import ClauseAnswer, Conflict, Evidence, Explanation, ProtocolName
from oligoasp.decide import Engine, Status, Verdict
from oligoasp.explain import silence
from oligoasp.explain.missing import Missing
from oligoasp.explain.question import Key, Question
from oligoasp.explain.reasons import blocking_sets, conflicts, reasons, remedies
from oligoasp.explain.remarks import in_words
from oligoasp.explain.sensitivity import near_misses, readings
from oligoasp.explain.waiting import waiting
from oligoasp.protocol.remarks import Remark
from oligoasp.record.derive import ENROLLMENT
from oligoasp.record.read import Record
from oligoasp.record.remarks import Remarks
from oligoasp.solver.ahead import Ahead
from oligoasp.solver.minimal import group_oracle, shrink

MOST_NAMED = 4
"""Of so many clauses that are open besides others that block, it is said what is missing."""


def explain(engine: Engine, record: Record, *, full: bool = False) -> Explanation:
    """Answer every question about one patient.

    Args:
        engine: the protocol, under its readings.
        record: the patient's record.
        full: also say, for each clause that holds, which recorded facts make it hold.

    Returns:
        The explanation. Every minimal set in it has been checked by the solver.

    Raises:
        RecordError: nobody can be as the record says.
    """
    known = silence.known(engine, record)
    question = Question(engine, record, doubtful=known is None)
    decision = question.decision
    missing = Missing(question)
    elsewhere = False
    if known is not None:
        missing.found, missing.ends = known.ways, known.ends
    elif decision.verdict is Verdict.UNDETERMINED:
        elsewhere = missing.begin()
    # Solving leaves Python free, and readings are tried in a program of their own.
    sensitive = Ahead(lambda: known.readings if known is not None else readings(question))
    if elsewhere:
        # All else has to wait for the copies, so what can be asked here is asked now.
        sensitive.wait()
        _ = question.counted, question.possibly_counted, missing.ends
    joint, all_conflicts = conflicts(question)
    blocking = blocking_sets(question, joint)
    needs, all_needs = missing.needs() if decision.verdict is Verdict.UNDETERMINED else ([], True)
    if known is None and silence.worth_keeping(engine, record):
        found = silence.Known(sensitive.result(), missing.found, missing.ends)
        silence.keep(engine, found)
    changes, all_changes = remedies(question, blocking)
    explained, all_explained = _explained(question, joint)
    whole = {
        "conflicts": all_conflicts and all_explained,
        "remedies": all_changes,
        "needs": all_needs,
    }
    in_order = engine.protocol.in_order
    return Explanation(
        protocol=ProtocolName(
            id=engine.protocol.id,
            name=engine.protocol.name,
            version=engine.protocol.version,
            readings=engine.readings,
        ),
        record=record.id,
        source=record.source,
        verdict=decision.verdict,
        blockers=tuple(in_order(decision.violated)),
        conflicts=tuple(explained),
        clauses=_clauses(question, missing, full),
        counted=tuple(question.counted),
        number_counted=question.number_counted,
        possibly_counted=tuple(question.possibly_counted),
        reasons=tuple(reasons(question, blocking)),
        remedies=tuple(changes),
        waiting=tuple(waiting(question)),
        needs=tuple(needs),
        no_longer_matters=tuple(
            [] if decision.verdict is Verdict.INELIGIBLE else missing.no_longer_matters()
        ),
        readings=tuple(sensitive.result()),
        near_misses=tuple(near_misses(question)),
        notes=tuple(_notes(question)),
        remarks=_told(question, engine.protocol.remarks),
        warnings=_told(question, engine.protocol.warnings),
        complete=all(whole.values()),
        incomplete=tuple(name for name, complete in whole.items() if not complete),
    )


def _explained(question: Question, joint: list[Conflict]) -> tuple[list[Conflict], bool]:
    """Say, for clauses that clash, what each of them alone would need.

    Returns:
        The clauses with what they need, and whether that is all.
    """
    if not joint:
        return [], True
    alone = Missing(question, eligible=False)
    found = [
        replace(c, needs=tuple(need for clause in c.clauses for need in alone.of_clause(clause)))
        for c in joint
    ]
    ways = (ways for c in joint for clause in c.clauses for ways in alone.ways(clause))
    return found, all(of_one.exact for of_one in ways)


def _clauses(question: Question, missing: Missing, full: bool) -> tuple[ClauseAnswer, ...]:
    decision, words = question.decision, question.words
    answers = []
    named = full
    if decision.verdict is Verdict.INELIGIBLE:
        # Nobody is eligible, so each clause that is open is looked at by itself.
        missing = Missing(question, eligible=False)
        named |= len(decision.violable - decision.violated) <= MOST_NAMED
    for clause_id, status in decision.statuses.items():
        clause = question.engine.protocol.clauses[clause_id]
        evidence: list[Evidence] = []
        if status.blocks:
            terms = question.evidence[clause_id]
            evidence = list(dict.fromkeys(words.evidence(e, question.counted) for e in terms))
        answers.append(
            ClauseAnswer(
                clause=clause_id,
                section=clause.section,
                text=clause.text,
                status=status,
                evidence=tuple(evidence),
                values=tuple(_values(question, clause_id)) if full and _holds(status) else (),
                missing=tuple(missing.named(clause_id))
                if named and status is Status.UNKNOWN
                else (),
            )
        )
    return tuple(answers)


def _holds(status: Status) -> bool:
    return status in (Status.MET, Status.ABSENT)


def _values(question: Question, clause: str) -> list[Evidence]:
    """Give a minimal set of recorded facts that make a clause hold."""
    if clause not in question.session.violated:
        return []
    keys: list[Key] = list(question.given)
    background = [*question.background, question.session.violated[clause]]
    oracle = group_oracle([question.given[k] for k in keys], background, question.session.core)
    core = oracle(range(len(keys)))
    if core is None:
        return []
    words = question.words
    shown = []
    for entity, path in (keys[i] for i in shrink(core, oracle)):
        if not path:
            source = words.listed(entity)
            shown.append(Evidence(text=source.text, sources=(source,)))
            continue
        name = question.asked((entity, path), [clause])[0]
        text = f"{words.subject(entity, name)}: {words.value(entity, name)}"
        shown.append(Evidence(text=text, sources=(words.source(entity, name),)))
    return shown


def _told(question: Question, remarks: Sequence[Remark]) -> tuple[Evidence, ...]:
    protocol = question.engine.protocol
    record, derivation = question.situation.record, question.situation.derivation
    found = Remarks(protocol, remarks).of(record, derivation)
    return tuple(in_words(protocol, found, record, derivation))


def _notes(question: Question) -> list[str]:
    """Say which anchors were taken from another date than their own."""
    engine = question.engine
    notes = []
    for name, sources in engine.protocol.vocabulary.anchors.items():
        found = question.situation.derivation.anchor(name)
        if found is None and name == ENROLLMENT:
            notes.append(
                f"{sources[0][0].path} is not recorded, so that ages and elapsed times are open"
            )
        own = sources[0][0]
        if found is not None and not own.latest_of and found[1] != own.path:
            notes.append(f"{name.replace('_', ' ')} is not recorded; {found[1]} stands for it")
    return notes
