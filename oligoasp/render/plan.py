"""The plan of an amendment, as a document and as data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from oligoasp.amend.besides import Door, Sets, Turned
from oligoasp.amend.format import CHOOSE, COMMAND_LINE, DROP, REPLACE, SET, TEXT, Change
from oligoasp.amend.plan import Effect, Patient, Plan
from oligoasp.protocol.model import Parameter, Protocol
from oligoasp.render.clauses import Quoted
from oligoasp.render.criteria import clauses_of
from oligoasp.render.document import Document, Heading, Item, Line, Paragraph, Role, Span, line
from oligoasp.render.verification import plain_record
from oligoasp.verify.findings import joined

if TYPE_CHECKING:
    from oligoasp.amend.cases import CaseChanges

FORMAT = "oligoasp.plan/1"
MOST_CASES = 5
CONTEXT = 4
"""How many words are shown before and after those that change."""

ROLES: dict[Effect, Role] = {
    Effect.EQUIVALENT: "open",
    Effect.RELAXES: "good",
    Effect.TIGHTENS: "bad",
    Effect.INCOMPARABLE: "bad",
}
MEANINGS = {
    Effect.EQUIVALENT: "nobody's eligibility changes",
    Effect.RELAXES: "somebody becomes eligible, and nobody ceases to be",
    Effect.TIGHTENS: "somebody ceases to be eligible, and nobody becomes so",
    Effect.INCOMPARABLE: "somebody becomes eligible, and somebody else ceases to be",
}


def document(plan: Plan, *, whole: bool = False) -> Document:
    """Write a plan: what it does first, then the changes, the patients and what it moves.

    Args:
        plan: the plan.
        whole: whether to quote clauses in full.
    """
    base = plan.base
    title = f"{base.name} ({base.id}, version {base.version})"
    names = [a.title if a.id == COMMAND_LINE else f"{a.title} ({a.id})" for a in plan.amendments]
    blocks: Document = [Heading(title, 1), Paragraph(line(f"Amended by: {'; '.join(names)}."))]
    effect = Span(f"{plan.effect.capitalize()}", ROLES[plan.effect])
    meaning = MEANINGS[plan.effect]
    if plan.effect == Effect.EQUIVALENT and plan.touched:
        meaning = f"no effect. Criteria change, but {meaning}"
    blocks.append(Paragraph(line(effect, f": {meaning}.")))
    quoted = Quoted(
        {c.id: c.text for c in (*plan.amended.clauses.values(), *base.clauses.values())},
        whole=whole,
    )
    blocks += _section("Without effect", list(_idle(plan, quoted)))
    blocks += _section("What changes", list(_changes(plan, quoted, whole=whole)))
    blocks += _section("Who", [*_patients(plan), *_partly(plan, quoted)])
    moved = [*_beside(plan, quoted), *(_turned(t, quoted) for t in plan.turned)]
    blocks += _section("Criteria", moved)
    blocks += _section("Whom the text means to admit", [_door(d, quoted) for d in plan.doors])
    if plan.cases is not None:
        blocks += [Heading("Cases"), *_cases(plan.cases, whole=whole)]
    blocks += _section(
        "Why",
        [Item(line(f"{a.id}: {a.rationale}")) for a in plan.amendments if a.rationale],
    )
    if plan.scope:
        blocks.append(Paragraph(line(Span(f"Proved for: {plan.scope}.", "muted"))))
    return blocks


def _section(heading: str, items: list[Item]) -> Document:
    return [Heading(heading), *items] if items else []


def _idle(plan: Plan, quoted: Quoted) -> Iterator[Item]:
    """Say which changes of clauses move nobody's verdict, and which clauses see to that."""
    alike: dict[tuple[bool, Sets], list[str]] = {}
    for touched in plan.touched:
        if touched.relaxed and not touched.admits:
            alike.setdefault((True, touched.still_shut_by), []).append(touched.clause)
        if touched.tightened and not touched.excludes:
            alike.setdefault((False, touched.shut_before_by), []).append(touched.clause)
    for (relaxed, sets), clauses in alike.items():
        s = "s" * (len(clauses) == 1)
        if relaxed:
            what = f" now let{s} through some patients, but none becomes eligible: "
            still = " still keeps all of them out"
        else:
            what = f" now stop{s} some patients, but none who was eligible: "
            still = " kept all of them out before"
        if len(sets) == 1 and len(sets[0]) > 1:
            still = still.replace("keeps", "keep")
        named = [*clauses, *(c for group in sets for c in group)]
        yield Item(
            line(Span(joined(clauses), "strong"), what, Span(_culprits(sets), "bad"), still),
            tuple(quoted.name(c) for c in named if not quoted.seen(c)),
        )


def _culprits(sets: Sets) -> str:
    if all(len(one) == 1 for one in sets):
        names = [one[0] for one in sets]
        return names[0] if len(names) == 1 else f"each of {joined(names)}"
    return joined([joined(one) for one in sets], "or")


# ---- what changes --------------------------------------------------------------------------


def _changes(plan: Plan, quoted: Quoted, *, whole: bool) -> Iterator[Item]:
    reworded = {c.arguments[0] for a in plan.amendments for c in a.of(TEXT)}
    for amendment in plan.amendments:
        for change in amendment.changes:
            yield _change(plan, change, reworded, quoted, whole=whole)
    for clause in plan.amended.clauses.values():
        if clause.id not in plan.base.clauses:
            yield Item(
                line(Span("+ ", "good"), Span(clause.id, "strong"), f" new {clause.section}"),
                (quoted.name(clause.id),),
            )
    for name, parameter in plan.amended.parameters.items():
        if name not in plan.base.parameters:
            value = _value(plan, parameter)
            yield Item(
                line(Span("+ ", "good"), Span(name, "strong"), f": {value}"),
                (line(Span(parameter.source, "muted")),),
            )


def _change(plan: Plan, change: Change, reworded: set[str], quoted: Quoted, *, whole: bool) -> Item:
    name = change.arguments[0]
    if change.kind == SET:
        old, new = plan.base.parameters.get(name), plan.amended.parameters[name]
        about = clauses_of(new, plan.base.clauses, plan.base.ambiguities)
        if old is not None and (old.value, old.unit) == (new.value, new.unit):
            return Item(line("= ", Span(name, "strong"), f": {_value(plan, old)} already"))
        head = line("~ ", Span(name, "strong"), f": {_value(plan, old)} → {_value(plan, new)}")
        return Item(head, tuple(_words(clause, reworded, quoted) for clause in about if clause))
    if change.kind == CHOOSE:
        ambiguity, default = plan.amended.ambiguities[name], change.arguments[1]
        before = plan.base.ambiguities[name].default if name in plan.base.ambiguities else ""
        if before == default:
            return Item(line("= reading ", Span(name, "strong"), f": {default} already"))
        head = line("~ reading ", Span(name, "strong"), f": {before} → {default}")
        details = [line(ambiguity.question)]
        if before:
            details.append(line(Span("- ", "bad"), Span(ambiguity.options[before], "muted")))
        details.append(line(Span("+ ", "good"), Span(ambiguity.options[default], "muted")))
        return Item(head, (*details, _words(ambiguity.clause, reworded, quoted)))
    if change.kind == DROP:
        return Item(line(Span("- ", "bad"), Span(name, "strong"), " dropped"), (quoted.name(name),))
    if change.kind == REPLACE:
        head = line("~ ", Span(name, "strong"), " decided by another rule")
        return Item(head, (_words(name, reworded, quoted),))
    before = plan.base.clauses[name].text if name in plan.base.clauses else ""
    after = plan.amended.clauses[name].text if name in plan.amended.clauses else ""
    if not whole:
        before, after = _difference(before, after)
    return Item(
        line("~ words of ", Span(name, "strong")),
        (
            line(Span("- ", "bad"), Span(f'"{before}"', "quote")),
            line(Span("+ ", "good"), Span(f'"{after}"', "quote")),
        ),
    )


def _difference(before: str, after: str) -> tuple[str, str]:
    """Leave out of two texts the words that both begin or end with, but for a few."""
    old, new = before.split(), after.split()
    most = min(len(old), len(new))
    same = next((n for n in range(most) if old[n] != new[n]), most)
    rest = most - same
    ends = next((n for n in range(rest) if old[-1 - n] != new[-1 - n]), rest)
    start, end = max(same - CONTEXT, 0), max(ends - CONTEXT, 0)
    shown = [" ".join(words[start : len(words) - end]) for words in (old, new)]
    first, last = (f"{'… ' * bool(start)}{text}{' …' * bool(end)}" for text in shown)
    return first, last


def _words(clause: str, reworded: set[str], quoted: Quoted) -> Line:
    """Name a clause that a change is about, and say if its words stay as they are."""
    stay = () if clause in reworded else line(Span(" (the words stay)", "open"))
    return (*quoted.name(clause), *stay)


def _value(plan: Plan, parameter: Parameter | None) -> str:
    if parameter is None:
        return "new"
    return plan.amended.quantity(parameter.value, parameter.unit)


# ---- who, and what else moves --------------------------------------------------------------


def _patients(plan: Plan) -> Iterator[Item]:
    gains = plan.effect in (Effect.RELAXES, Effect.INCOMPARABLE)
    loses = plan.effect in (Effect.TIGHTENS, Effect.INCOMPARABLE)
    rows: tuple[tuple[bool, Patient | None, str, Role, str], ...] = (
        (gains, plan.gains, "+ ", "good", "newly eligible"),
        (loses, plan.loses, "- ", "bad", "no longer eligible"),
    )
    for happens, patient, sign, role, who in rows:
        if patient is not None:
            yield _patient(patient, sign, role, who)
        elif happens:
            yield Item(line(Span(sign), f"{who}: somebody, of whom no record could be written"))


def _patient(patient: Patient, sign: str, role: Role, who: str) -> Item:
    head = line(Span(sign, role), Span(who, "strong"), f": {patient.witness.summary}")
    parts = []
    for when, verdict, blockers in (
        ("before", patient.before, patient.blocked_before),
        ("now", patient.after, patient.blocked_after),
    ):
        parts.append(f"{verdict} {when}" + (f" by {joined(blockers)}" if blockers else ""))
    return Item(head, (line(", ".join(parts)),))


def _partly(plan: Plan, quoted: Quoted) -> Iterator[Item]:
    """Say which clauses about the same thing still keep out others whom a clause lets through."""
    for touched in plan.touched:
        if touched.partly_by:
            by = joined([f"{clause} alone" for clause in touched.partly_by])
            whom = f": some whom {touched.clause} now lets through, by {by}"
            yield Item(
                line("= ", Span("still kept out", "strong"), whom),
                tuple(quoted.name(c) for c in touched.partly_by if not quoted.seen(c)),
            )


def _beside(plan: Plan, quoted: Quoted) -> Iterator[Item]:
    """Say which clauses change beside those that the amendments speak of."""
    spoken_of = {c for c in plan.amended.clauses if c not in plan.base.clauses}
    for amendment in plan.amendments:
        for change in amendment.changes:
            name = change.arguments[0]
            if change.kind == SET:
                parameter = plan.amended.parameters[name]
                spoken_of.update(clauses_of(parameter, plan.base.clauses, plan.base.ambiguities))
            elif change.kind == CHOOSE:
                spoken_of.add(plan.amended.ambiguities[name].clause)
            else:
                spoken_of.add(name)
    for touched in plan.touched:
        if touched.clause in spoken_of or touched in plan.without_effect:
            continue
        done = [
            words
            for words, true in (
                ("lets through", touched.relaxed),
                ("stops", touched.tightened),
            )
            if true
        ]
        details = () if quoted.seen(touched.clause) else (quoted.name(touched.clause),)
        yield Item(
            line(
                Span(touched.clause, "strong"),
                f" now {joined(done)} some patients too, by what it refers to",
            ),
            details,
        )


def _turned(turned: Turned, quoted: Quoted) -> Item:
    if not turned.redundant:
        words = " now excludes nobody at all" if turned.now else " now excludes somebody"
    elif turned.now:
        sets = joined([joined(s) for s in turned.implied_by], "or")
        words = f" is now redundant: it excludes nobody whom {sets} would not"
    else:
        words = " is no longer redundant: it alone excludes somebody"
    details = () if quoted.seen(turned.clause) else (quoted.name(turned.clause),)
    return Item(line(Span(turned.clause, "strong"), words), details)


def _door(door: Door, quoted: Quoted) -> Item:
    if door.opened:
        head = line(Span("opened", "good"), f": {door.words} ({door.clause})")
        return Item(head)
    head = line(
        Span("shut", "bad"), f": {door.words} ({door.clause}), by {_culprits(door.shut_by)}"
    )
    clauses = [door.clause, *(c for one in door.shut_by for c in one)]
    return Item(head, tuple(quoted.name(c) for c in clauses if not quoted.seen(c)))


def _cases(cases: CaseChanges, *, whole: bool) -> Document:
    """Sum up the cases that change, and name the first or all of them."""
    number = len(cases.changes)
    sums = f"{number} of {cases.total}: these expectations change."
    blocks: Document = [Paragraph(line(sums))]
    turns = Counter((r.before, r.after) for c in cases.changes for r in c.rows if not r.clause)
    for (before, after), count in sorted(turns.items()):
        blocks.append(Item(line(f"{count} × {before} → {after}")))
    shown = cases.changes if whole else cases.changes[:MOST_CASES]
    for change in shown:
        where = change.file if change.line is None else f"{change.file}:{change.line}"
        rows = [f"{r.clause or 'verdict'} {r.before} → {r.after}" for r in change.rows]
        head = line(Span(where, "muted"), f" {change.name}")
        blocks.append(Item(head, (line("; ".join(rows)),)))
    if len(shown) < number:
        blocks.append(Item(line(f"and {number - len(shown)} more")))
    blocks += [Item(line(Span(problem, "bad"))) for problem in cases.problems]
    return blocks


# ---- data ----------------------------------------------------------------------------------


def data(plan: Plan) -> dict[str, Any]:
    """Give a plan as plain data."""
    base, amended = plan.base, plan.amended
    return {
        "format": FORMAT,
        "protocol": {"id": base.id, "name": base.name, "version": base.version},
        "amended_version": amended.version,
        "amendments": [
            {
                "id": a.id,
                "title": a.title,
                "rationale": a.rationale,
                "changes": [{"kind": c.kind, "arguments": list(c.arguments)} for c in a.changes],
            }
            for a in plan.amendments
        ],
        "effect": plan.effect,
        "without_effect": bool(plan.without_effect),
        "clauses": [
            {
                "clause": t.clause,
                "before": _text(base, t.clause),
                "after": _text(amended, t.clause),
                "relaxed": t.relaxed,
                "tightened": t.tightened,
                "admits": t.admits,
                "excludes": t.excludes,
                "still_shut_by": [list(one) for one in t.still_shut_by],
                "shut_before_by": [list(one) for one in t.shut_before_by],
                "partly_by": list(t.partly_by),
            }
            for t in plan.touched
        ],
        "parameters": [
            {"name": name, "before": _quantity(old), "after": _quantity(new)}
            for name, new in amended.parameters.items()
            if (old := base.parameters.get(name)) != new
        ],
        "gains": _record(plan.gains),
        "loses": _record(plan.loses),
        "criteria": [
            {
                "clause": t.clause,
                "state": "redundant" if t.redundant else "dead",
                "now": t.now,
                "implied_by": [list(one) for one in t.implied_by],
            }
            for t in plan.turned
        ],
        "intents": [
            {
                "intent": d.intent,
                "clause": d.clause,
                "text": d.words,
                "now": "open" if d.opened else "shut",
                "shut_by": [list(one) for one in d.shut_by],
            }
            for d in plan.doors
        ],
        "cases": None
        if plan.cases is None
        else {
            "total": plan.cases.total,
            "problems": list(plan.cases.problems),
            "changes": [
                {
                    "file": c.file,
                    "line": c.line,
                    "name": c.name,
                    "changes": [row._asdict() for row in c.rows],
                }
                for c in plan.cases.changes
            ],
        },
        "scope": plan.scope,
    }


def _text(protocol: Protocol, clause: str) -> str | None:
    return protocol.clauses[clause].text if clause in protocol.clauses else None


def _quantity(parameter: Parameter | None) -> dict[str, str] | None:
    return None if parameter is None else {"value": parameter.value, "unit": parameter.unit}


def _record(patient: Patient | None) -> dict[str, Any] | None:
    if patient is None:
        return None
    return {
        "before": patient.before,
        "after": patient.after,
        "blocked_before": list(patient.blocked_before),
        "blocked_after": list(patient.blocked_after),
        "unusual": patient.witness.summary,
        "record": plain_record(patient.witness.data),
    }
