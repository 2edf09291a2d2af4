"""What would have to change, and what is still needed, in the words of a request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from oligoasp.answers import Change, Explanation, Need, Remedy, Waiting
from oligoasp.answers import Item as Missing
from oligoasp.decide import Verdict
from oligoasp.render.clauses import VERDICT_ROLES, Quoted
from oligoasp.render.document import Document, Heading, Item, Line, Paragraph, Span, line, some

ONE_OF_THE_WAYS = (
    "And for each of these criteria one of the ways to meet it (what is answered to one may rule "
    "out ways of another, so explain again after a few):"
)
MOST_ALTERNATIVES = 3
MOST_ITEMS = 8
MOST_NEEDS = 12
"""If more than so many needs are to be told, it is by what is asked for, not by criterion."""

_COMPARISON = re.compile(
    r"(about|above|after|at|before|below|between|earlier|exactly|later|less|more|within) "
)


def state(item: str, needed: str) -> str:
    """Say what an item has to be: "creatinine at most 1.5", "consent: signed"."""
    return f"{item} {needed}" if _COMPARISON.match(needed) else f"{item}: {needed}"


def remedies(explanation: Explanation, quoted: Quoted, full: bool) -> Document:
    """Say what would have to change: what a site can do about it, and what it cannot.

    Args:
        explanation: the answer.
        quoted: names the clauses.
        full: also give changes that no one can make where there are some that a site can.
    """
    can = [remedy for remedy in explanation.remedies if remedy.actionable]
    helped = {remedy.clauses for remedy in can}
    cannot = [
        remedy
        for remedy in explanation.remedies
        if not remedy.actionable and (full or remedy.clauses not in helped)
    ]
    blocks: Document = []
    if items := [*_remedies(can, quoted, full), *_waiting(explanation, quoted)]:
        blocks += [Heading("What the site can do"), *items]
    if items := _remedies(cannot, quoted, full):
        blocks += [Heading("What the site cannot change"), *items]
    return blocks


def _remedies(chosen: list[Remedy], quoted: Quoted, full: bool) -> Document:
    by_clauses: dict[tuple[str, ...], list[Remedy]] = {}
    for remedy in chosen:
        by_clauses.setdefault(remedy.clauses, []).append(remedy)
    items: Document = []
    for clauses, alternatives in by_clauses.items():
        shown = alternatives if full else alternatives[:MOST_ALTERNATIVES]
        ways = [" and ".join(map(_change, remedy.changes)) for remedy in shown]
        if hidden := len(alternatives) - len(shown):
            ways.append(f"in {hidden} more way{'s' * (hidden > 1)}")
        items.append(Item(line(*quoted.names(clauses), ": ", _alternatives(ways))))
    return items


def _change(change: Change) -> str:
    needed = state(change.item, change.needed)
    now = f" (now {change.source.text})" if change.source.text else " (not recorded)"
    return f"{f'{change.means}: ' if change.means else ''}{needed}{now}"


def _alternatives(ways: list[str]) -> str:
    return ", or ".join(ways)


def _waiting(explanation: Explanation, quoted: Quoted) -> Document:
    """Say from which date on waiting alone removes blockers."""
    items: Document = []
    for wait in explanation.waiting:
        verb = "no longer stands" if len(wait.clauses) == 1 else "no longer stand"
        days = f"{wait.days} day{'s' * (wait.days != 1)} later, and the study's other dates with it"
        items.append(
            Item(
                line(
                    "wait: if enrollment is not before ",
                    Span(wait.date, "strong"),
                    f" ({days}), ",
                    *quoted.names(wait.clauses),
                    f" {verb} in the way",
                    *_by_then(wait, explanation.blockers, quoted),
                )
            )
        )
    return items


def _by_then(wait: Waiting, blockers: Sequence[str], quoted: Quoted) -> Line:
    """Say what waiting alone comes to: what blocks still, and what only does because of it."""
    still = [clause for clause in wait.still if clause in blockers]
    new = [clause for clause in wait.still if clause not in blockers]
    said: Line = ()
    if still:
        said += line("; ", *quoted.names(still), f" still do{'es' * (len(still) == 1)}")
    if new:
        said += line("; ", *quoted.names(new), " would then stand in the way")
    if said:
        return said
    verdict = Span(wait.verdict, VERDICT_ROLES[wait.verdict])
    return line(", and the patient would be ", verdict)


def needs(explanation: Explanation, quoted: Quoted, full: bool) -> Document:
    """Say what is still needed, what no longer matters and what would end the matter."""
    blocks: Document = []
    if explanation.needs:
        blocks.append(Heading("Still needed"))
        if full or len(explanation.needs) <= MOST_NEEDS:
            blocks += [_need(need, quoted, full) for need in explanation.needs]
        else:
            blocks += _worksheet(explanation.needs, quoted)
    endings = {
        _ending(missing): None
        for need in explanation.needs
        for alternative in need.alternatives
        for missing in alternative
        if missing.ends
    }
    if endings:
        heading = "Any one of these answers alone would make the patient ineligible"
        if explanation.verdict is Verdict.INELIGIBLE:
            heading = "Any one of these answers would be a further obstacle"
        blocks += [Heading(heading), *_endings(list(endings), full)]
    gone = explanation.no_longer_matters
    if gone and (full or explanation.verdict is Verdict.UNDETERMINED):
        shown = some(gone, len(gone) if full else MOST_ITEMS)
        blocks += [Heading("No longer matters"), Paragraph(line(f"{shown}."))]
    return blocks


def _ending(missing: Missing) -> str:
    """Say which answer would end the matter, as an answer to the question if it is one."""
    if missing.request.startswith("whether "):
        return f"{missing.request}: {missing.ends}"
    return state(missing.item, missing.ends)


def _endings(endings: list[str], full: bool) -> Document:
    shown = endings if full else endings[:MOST_ITEMS]
    items: Document = [Item(line(ending)) for ending in shown]
    if hidden := len(endings) - len(shown):
        items.append(Item(line(Span(f"and {hidden} more (--full shows all)", "muted"))))
    return items


def _need(need: Need, quoted: Quoted, full: bool) -> Item:
    shown = need.alternatives if full else need.alternatives[:MOST_ALTERNATIVES]
    hidden = len(need.alternatives) - len(shown)
    more = f"{hidden} more way{'s' * (hidden > 1)} (--full shows all)" if hidden else ""
    names = quoted.names(need.clauses)
    if all(len(alternative) == 1 for alternative in shown):
        ways = [_asking(alternative[0]) for alternative in shown] + [more] * bool(more)
        fields = dict.fromkeys(field for way in shown for field in _fields(way[0]))
        request = line(_alternatives(ways), " ", _where(fields))
        return Item(line(*names, ": ", *request))
    several = len(shown) > 1
    details = [
        line("and " if position else f"({number}) " * several, _asking(m), " ", _where(_fields(m)))
        for number, alternative in enumerate(shown, 1)
        for position, m in enumerate(alternative)
    ]
    return Item(line(*names, ":"), (*details, *([line(f"or {more}")] if more else [])))


def _worksheet(needs: Sequence[Need], quoted: Quoted) -> Document:
    """Say what is needed in any case, by field, and what can be done about the other criteria.

    Criteria that are met as soon as all that is there are told with it.
    """
    # What passes, and for which clauses.
    asked: dict[tuple[tuple[str, ...], str], dict[str, list[str]]] = {}

    def ask(need: Need, missing: Missing) -> None:
        what, passes = _request(missing)
        clauses = asked.setdefault((_fields(missing), what), {}).setdefault(passes, [])
        clauses += (clause for clause in need.clauses if clause not in clauses)

    said: set[Missing] = set()
    for need in needs:
        for missing in need.alternatives[0] if len(need.alternatives) == 1 else ():
            ask(need, missing)
            if not missing.complete_list:  # what passes of a list depends on the criterion
                said.add(missing)
    others: list[Need] = []
    for need in needs:
        if len(need.alternatives) > 1:
            met = next((way for way in need.alternatives if said.issuperset(way)), None)
            if met is None:
                others.append(need)
            for missing in met or ():
                ask(need, missing)
    blocks: Document = [
        Paragraph(line("All of these (--full tells which criterion asks for what):"))
    ]
    blocks += [_asked(*what, several) for what, several in asked.items()]
    if others:
        blocks.append(Paragraph(line(ONE_OF_THE_WAYS)))
        blocks += [_need(need, quoted, False) for need in others]
    return blocks


def _asked(fields: Sequence[str], what: str, several: Mapping[str, Sequence[str]]) -> Item:
    """Ask for fields once, and say which answer passes for which criteria."""
    where = _where(fields)
    if len(several) == 1:
        ((passes, clauses),) = several.items()
        names = Span(", ".join(clauses), "strong")
        return Item(line(_with(what, passes), " ", where, " for ", names))
    return Item(
        line(what, " ", where),
        tuple(
            line(Span(", ".join(clauses), "strong"), f": {passes}" if passes else "")
            for passes, clauses in several.items()
        ),
    )


def alone(need: Need) -> Line:
    """Say what a clause would need if the clauses with which it clashes were not there."""
    ways = [" and ".join(map(_asking, way)) for way in need.alternatives[:MOST_ALTERNATIVES]]
    if hidden := len(need.alternatives) - len(ways):
        ways.append(f"in {hidden} more way{'s' * (hidden > 1)}")
    return line(Span(need.clauses[0], "strong"), " alone needs: ", _alternatives(ways))


def _fields(missing: Missing) -> tuple[str, ...]:
    return missing.fields or (missing.field,)


def _where(fields: Iterable[str]) -> Span:
    """Say where in the record something belongs."""
    return Span(f"[{', '.join(fields)}]", "muted")


def _request(missing: Missing) -> tuple[str, str]:
    """Say what to obtain, and which answer passes."""
    if not missing.request:
        return state(missing.item, missing.needed), missing.note
    passes = f"passes {missing.passes}" if missing.passes else ""
    return missing.request, "; ".join(filter(None, (passes, missing.note)))


def _with(what: str, passes: str) -> str:
    return f"{what} ({passes})" if passes else what


def _asking(missing: Missing) -> str:
    """Say what to obtain with the answer that passes."""
    return _with(*_request(missing))
