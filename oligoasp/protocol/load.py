"""Reading a protocol: from a folder of logic programs to a :class:`Protocol`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from oligoasp import cache
from oligoasp.protocol.files import files_of, keep_later, rules_of, stray_signs
from oligoasp.protocol.model import (
    EXCLUSION,
    INCLUSION,
    ROLES,
    Ambiguity,
    Clause,
    Parameter,
    Protocol,
    clause_order,
)
from oligoasp.protocol.remarks import read_remarks
from oligoasp.protocol.vocabulary import (
    AnchorSource,
    Attribute,
    Condition,
    Field,
    FieldType,
    Kind,
    Origin,
    Range,
    Reach,
    Scale,
    Vocabulary,
)
from oligoasp.record.errors import listing, unknown
from oligoasp.record.units import respelled, units_of
from oligoasp.solver.program import Facts, ProgramError, load_control

if TYPE_CHECKING:
    from oligoasp.solver.edit import Edit

_AMOUNT = re.compile(r"\s*(?P<number>-?\d+(?:\.\d+)?)\s*(?P<unit>[^\s\d.].*?)?\s*")
ENGINE = ("space.lp", "status.lp", "phrases.lp")


def asp_folder() -> Path:
    """Give the folder of the rules: in the installed package, or beside it in a checkout."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "asp"
    return installed if installed.is_dir() else package.parent / "asp"


def protocol_folder(name: str) -> Path:
    """Find a protocol by name (a folder of the installed rules) or by path.

    Raises:
        ProgramError: there is no such protocol; the message lists those that exist. Or it has
            signs that no rule can have.
    """
    for folder in (Path(name), asp_folder() / name):
        if (folder / "protocol.lp").is_file():
            found = folder.resolve()
            if problems := stray_signs(own_files(found)):
                raise ProgramError(problems)
            return found
    known = sorted(p.parent.name for p in asp_folder().glob("*/protocol.lp"))
    raise ProgramError(
        [f"no protocol `{name}`; known: {', '.join(known)}; or a folder with a file protocol.lp"]
    )


def own_files(folder: Path) -> list[Path]:
    """Give the files of a protocol that do not ship with oligoasp, nor are copies of such files."""
    shipped = asp_folder()
    if folder.is_relative_to(shipped):
        return []
    known = {f.relative_to(shipped).parts for f in shipped.glob("*/*.lp")}
    return [
        f
        for f in files_of(program_files(folder))
        if f.is_relative_to(folder) or f.parts[-2:] not in known
    ]


def load_protocol(name: str | Path, *, draft: bool = False) -> Protocol:
    """Read a protocol.

    Args:
        name: the name of a protocol that ships with oligoasp, or a folder.
        draft: it may be under construction: clauses without rules, rules without a clause and
            numbers in rules are left for `verify` to report. Nobody should be decided with it.

    Returns:
        The protocol. Reading it again gives the same object.

    Raises:
        ProgramError: the rules cannot be read, or contradict themselves as data.
    """
    return _load(protocol_folder(str(name)), draft)


@lru_cache(maxsize=8)
def _load(folder: Path, draft: bool) -> Protocol:
    protocol = kept_protocol(folder, draft=draft)
    if protocol is None:
        protocol = _checked(folder, draft)
        if cache.wanted():
            put = partial(cache.put, _key(folder, draft), protocol)
            keep_later(program_files(folder), put)
    return protocol


@lru_cache(maxsize=8)
def kept_protocol(folder: Path, *, draft: bool = False) -> Protocol | None:
    """Give what `load_protocol` does if that is kept from an earlier run, else None."""
    kept = cache.get(_key(folder, draft))
    return kept if isinstance(kept, Protocol) else None


def _key(folder: Path, draft: bool) -> cache.Key:
    return cache.key("protocol", (rules_of(program_files(folder)), str(folder), draft))


def _checked(folder: Path, draft: bool) -> Protocol:
    """Read a protocol, and find fault with the rules of it that do not ship with oligoasp."""
    undefined: list[str] = []
    protocol = read_protocol(folder, program_files(folder), undefined=undefined)
    if own := own_files(folder):  # the tests check what ships: no patient has to wait for it
        from oligoasp.protocol import encoded, names  # noqa: PLC0415 - only for one's own

        problems = names.problems_of(protocol, own, undefined)
        problems += encoded.without_quotes(own)
        problems += () if draft else encoded.problems_of(protocol, own)
        if problems:
            raise ProgramError(names.in_order(problems))
    return protocol


def program_files(folder: Path) -> tuple[Path, ...]:
    """Give the files of the program of a protocol in a folder."""
    return (*(asp_folder() / "engine" / name for name in ENGINE), folder / "protocol.lp")


def calendar_file() -> Path:
    """Give the rules of what no calendar has, for programs of people of whom there is no record."""
    return asp_folder() / "engine" / "calendar.lp"


def _told_where(message: str) -> str:
    """Add to a message about an included file that is not there where those are that ship."""
    if "file could not be opened" not in message:
        return message
    return f"{message}; what ships with oligoasp is in {asp_folder()}"


def read_protocol(
    folder: Path,
    files: tuple[Path, ...],
    edit: Edit | None = None,
    undefined: list[str] | None = None,
) -> Protocol:
    """Read a protocol from its files.

    Args:
        folder: the folder of the protocol.
        files: all files of its program.
        edit: what amendments change in their rules.
        undefined: takes in the messages about atoms that no rule defines.

    Raises:
        ProgramError: the rules cannot be read, or contradict themselves as data.
    """
    try:
        facts = Facts(load_control(files, edit=edit, undefined=undefined))
    except ProgramError as error:
        raise ProgramError([_told_where(message) for message in error.messages]) from None
    errors: list[_Mistake] = []
    vocabulary = _vocabulary(facts)
    reach = vocabulary.reach()
    parameters = _parameters(facts, vocabulary, reach, errors, "parameter")
    bounds = _parameters(facts, vocabulary, reach, errors, "bound")
    limits: dict[str, set[int]] = defaultdict(set)
    for parameter in parameters.values():
        limits[parameter.scale].add(parameter.code)
    ambiguities = _ambiguities(facts, errors)
    clauses = _clauses(facts, errors)
    for ambiguity in ambiguities.values():
        if ambiguity.clause not in clauses:
            problem = unknown("clause", ambiguity.clause, clauses)
            errors.append(_Mistake("ambiguity", ambiguity.name, problem))
    errors += [_Mistake("bound", n, "is a parameter, too") for n in bounds if n in parameters]
    scales = {number.name: number.scale for number in (*parameters.values(), *bounds.values())}
    remarks, warnings = [
        read_remarks(facts, sort, vocabulary, scales, lambda *of: errors.append(_Mistake(*of)))
        for sort in ("remark", "warning")
    ]
    headers = list(facts.rows("protocol", 3))
    versions = [row[0] for row in facts.rows("version", 1)]
    problems = _placed(errors, files)
    if len(headers) != 1 or len(versions) != 1:
        problems.append(f"{files[-1]}: exactly one protocol/3 and one version/1 are needed")
    if problems:
        raise ProgramError(problems)
    return Protocol(
        folder=folder,
        id=headers[0][0],
        name=headers[0][1],
        title=headers[0][2],
        version=versions[0],
        files=files,
        clauses=clauses,
        parameters=parameters,
        ambiguities=ambiguities,
        phrases=facts.pairs("phrase"),
        actions=facts.pairs("action"),
        unit_names=facts.pairs("unit_name"),
        means={(a, b): c for a, b, c in facts.rows("means", 3)},
        means_if={(a, b, c): d for a, b, c, d in facts.rows("means_if", 4)},
        list_means=facts.pairs("means_list"),
        requests={(a, b): c for a, b, c in facts.rows("request", 3)},
        typical={(a, b): c for a, b, c in facts.rows("typical", 3)},
        bounds=bounds,
        remarks=remarks,
        warnings=warnings,
        vocabulary=vocabulary,
        limits={scale: tuple(sorted(codes)) for scale, codes in limits.items()},
        edit=edit,
        asked_if=tuple((a, b, c, d) for a, b, c, d in facts.rows("asked_if", 4)),
    )


class _Mistake(NamedTuple):
    """What is wrong with a fact, told by its predicate and its first argument."""

    predicate: str
    name: str
    problem: str


def _placed(errors: Iterable[_Mistake], files: tuple[Path, ...]) -> list[str]:
    """Say what is wrong with facts, and where they stand."""
    from oligoasp.protocol.names import place_of  # noqa: PLC0415 - only for errors

    said = []
    for predicate, name, problem in errors:
        place = place_of(files, predicate, name) or str(files[-1])
        item = {"ambiguity": "reading"}.get(predicate, predicate)
        said.append(f"{place}: {item} {name}: {problem}")
    return said


def _vocabulary(facts: Facts) -> Vocabulary:
    v = Vocabulary()
    for name, list_name, unrecorded, label in facts.rows("kind", 4):
        v.kinds[name] = Kind(name, list_name, int(unrecorded), label)
    discrete = {row[0] for row in facts.rows("discrete", 1)}
    counted = {row[0] for row in facts.rows("counted", 1)}
    for name, unit, resolution, label in facts.rows("scale", 4):
        v.scales[name] = Scale(
            name, unit, Fraction(resolution), label, name in discrete, name in counted
        )
    v.most.update({name: Decimal(most) for name, most in facts.rows("most", 2)})
    ranges = {
        (k, p): Range(Decimal(least), Decimal(most), hint)
        for k, p, least, most, hint in facts.rows("range", 5)
    }
    ulns = {
        (k, p): Range(Decimal(least), Decimal(most), "")
        for k, p, least, most in facts.rows("uln_range", 4)
    }
    for of, path, type_, help_text in facts.terms("field", 4):
        key = (of.name, path.name)
        kind_of_field = FieldType(type_.name, "".join(type_.arguments))
        v.fields[key] = Field(*key, kind_of_field, help_text.name, ranges.get(key), ulns.get(key))
    for of, attribute, type_, origin, title in facts.terms("attribute", 5):
        pair = (of.name, attribute.name)
        v.attributes[pair] = Attribute(
            *pair, type_.name, "".join(type_.arguments), Origin(*origin), title.name
        )
    for domain, value, meaning in facts.rows("value", 3):
        v.domains.setdefault(domain, {})[value] = meaning
    for domain, value, system, code in facts.rows("code", 4):
        v.codes[domain, system, code] = value
    v.absent.update({(k, name): value for k, name, value in facts.rows("absent", 3)})
    v.shared.update({(k, p): group for k, p, group in facts.rows("shared", 3)})
    v.proves.update((row[0], row[1]) for row in facts.rows("proves", 2))
    v.ignorable.update((row[0], row[1]) for row in facts.rows("ignorable", 2))
    v.in_order.extend((row[0], row[1], row[2]) for row in facts.rows("in_order", 3))
    v.observed.extend((row[0], row[1]) for row in facts.rows("observed", 2))
    for row in sorted(facts.rows("called_by", 3), key=lambda row: int(row[1])):
        v.called_by.setdefault(row[0], []).append(row[2])
    for row in facts.rows("also_called", 3):
        v.also_called.setdefault((row[0], row[1]), set()).add(row[2])
    for domain, value, name in facts.rows("also_said", 3):
        v.also_said.setdefault(domain, {})[name] = value
    v.birth.extend(row[0] for row in facts.rows("birth", 1))
    v.postponable.update(row[0] for row in facts.rows("postponable", 1))
    _anchors(facts, v)
    _conditions(facts, v)
    return v


def _anchors(facts: Facts, v: Vocabulary) -> None:
    ranked: dict[str, dict[int, list[AnchorSource]]] = defaultdict(lambda: defaultdict(list))
    kinds = {kind.list_name: kind.name for kind in v.kinds.values()}
    for anchor, rank, source in facts.terms("anchor", 3):
        where = AnchorSource(source.name)
        if source.arguments:
            list_name, path = source.arguments
            where = AnchorSource(path, list_name, kinds[list_name])
        ranked[anchor.name][int(rank.name)].append(where)
    for name, by_rank in ranked.items():
        v.anchors[name] = tuple(tuple(by_rank[rank]) for rank in sorted(by_rank))


def _conditions(facts: Facts, v: Vocabulary) -> None:
    found: dict[tuple[str, str], dict[tuple[str, bool], set[str]]] = defaultdict(
        lambda: defaultdict(set)
    )
    for predicate, negated in (("only_if", False), ("only_unless", True)):
        for kind, attribute, other, value in facts.rows(predicate, 4):
            found[kind, attribute][other, negated].add(value)
    for pair, conditions in found.items():
        v.conditions[pair] = tuple(
            Condition(pair[1], other, frozenset(values), negated)
            for (other, negated), values in sorted(conditions.items())
        )


def _parameters(
    facts: Facts,
    v: Vocabulary,
    reach: Mapping[str, Reach],
    errors: list[_Mistake],
    predicate: str,
) -> dict[str, Parameter]:
    """Read named numbers: parameters, or those of remarks, which rules do not know."""
    parameters: dict[str, Parameter] = {}
    for name, scale_name, value, unit, source in facts.rows(predicate, 5):
        scale = v.scales.get(scale_name)
        if scale is None:
            problem = unknown("scale", scale_name, v.scales)
            errors.append(_Mistake(predicate, name, problem))
            continue
        if name in parameters:
            errors.append(_Mistake(predicate, name, "stated twice"))
            continue
        try:
            code = limit_of(scale, reach[scale_name], value, unit, v.scales)
        except ValueError as error:
            errors.append(_Mistake(predicate, name, str(error)))
        else:
            parameters[name] = Parameter(name, scale_name, value, unit, source, code)
    return parameters


def limit_of(scale: Scale, reach: Reach, value: str, unit: str, scales: Mapping[str, Scale]) -> int:
    """Give the place of a limit on its scale.

    Args:
        scale: the scale.
        reach: what numbers there can be on it.
        value: the number.
        unit: its unit.
        scales: all scales, of which another may have the unit.

    Raises:
        ValueError: it is no number, has another unit, is finer than the scale, or beyond all
            numbers that there can be.
    """
    code = _code_of(scale, value, unit, scales)
    least, most = reach
    # A step more than there can be is what all numbers are below.
    too_small = least is not None and code < scale.code(Fraction(least))
    if too_small or (most is not None and code > scale.code(Fraction(most) + scale.resolution)):
        said, of = (f" {u}".removesuffix(" 1") for u in (unit, scale.unit))
        accepted = f"{least}{of} or more" if most is None else f"{least} to {most}{of}"
        raise ValueError(
            f"{value}{said} is beyond all numbers on the scale {scale.name}; accepted: {accepted}"
        )
    return code


def _code_of(scale: Scale, value: str, unit: str, scales: Mapping[str, Scale]) -> int:
    factors = {u: known.factor for u, known in units_of(scale.name, scale.unit).items()}
    factors = factors or {scale.unit: Fraction(1)}
    try:
        exact = Fraction(value)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"`{value}` is not a number{_meant(value, unit, factors)}") from None
    factor = factors.get(unit)
    if factor is None:
        accepted = ", ".join(factors)
        hint = _meant(f"{value} {unit}", unit, factors) or _elsewhere(scale.unit, unit, scales)
        raise ValueError(f"unit `{unit}`; accepted: {accepted}{hint}")
    code = scale.code(exact * factor)
    if code % 2:
        said, step = f"{value} {unit}", f"{float(scale.resolution):g} {scale.unit}"
        if step == "1 1":
            raise ValueError(f"{said.removesuffix(' 1')} is not a whole number")
        raise ValueError(
            f"{said.removesuffix(' 1')} is finer than the scale's resolution "
            f"{step.removesuffix(' 1')}"
        )
    return code


def _elsewhere(own: str, unit: str, scales: Mapping[str, Scale]) -> str:
    """Say on which other scales a unit of the same kind is at home, if on any."""
    names = [scale.name for scale in scales.values() if scale.unit == unit]
    if not names or not any(
        {own, unit} <= units_of(s.name, s.unit).keys() for s in scales.values()
    ):
        return ""
    return f"; for `{unit}` rules have to compare with a parameter on the scale {listing(names)}"


def _meant(typed: str, unit: str, units: Collection[str]) -> str:
    """Ask whether a number and a unit were meant that would have been accepted, if any."""
    match = _AMOUNT.fullmatch(typed.replace(",", "."))
    if match is None:
        return ""
    own = match["unit"] or (unit if unit in units else next(iter(units)))
    other = next(respelled(own, units), "")
    return f"; did you mean `{match['number']} {other}`?".replace(" 1`", "`") if other else ""


def _ambiguities(facts: Facts, errors: list[_Mistake]) -> dict[str, Ambiguity]:
    options: dict[str, dict[str, str]] = defaultdict(dict)
    for name, option, meaning in facts.rows("option", 3):
        options[name][option] = meaning
    defaults = facts.pairs("default")
    rows = list(facts.rows("ambiguity", 3))
    rows.sort(key=lambda row: (row[1][:1] != "I", clause_order(row[1]), row[0]))
    found: dict[str, Ambiguity] = {}
    for name, clause, question in rows:
        default = defaults.get(name, "")
        if default not in options[name]:
            accepted = ", ".join(options[name])
            problem = f"its default `{default}` is not one of its options; accepted: {accepted}"
            errors.append(_Mistake("ambiguity", name, problem))
            continue
        ordered = {default: options[name][default], **options[name]}
        found[name] = Ambiguity(name, clause, question, ordered, default)
    return found


def _clauses(facts: Facts, errors: list[_Mistake]) -> dict[str, Clause]:
    notes: dict[str, list[str]] = defaultdict(list)
    for clause, note in facts.rows("note", 2):
        notes[clause].append(note)
    used: dict[str, list[str]] = defaultdict(list)
    for clause, other in facts.rows("used_by", 2):
        used[clause].append(other)
    rows = list(facts.rows("clause", 4))
    sections = (INCLUSION, EXCLUSION)
    rows.sort(
        key=lambda row: (sections.index(row[1]) if row[1] in sections else 9, clause_order(row[0]))
    )
    clauses: dict[str, Clause] = {}
    for clause, section, role, quote in rows:
        if clause in clauses:
            errors.append(_Mistake("clause", clause, "stated twice"))
        for what, word, accepted in (("section", section, sections), ("role", role, ROLES)):
            if word not in accepted:
                errors.append(_Mistake("clause", clause, unknown(what, word, accepted)))
        clauses[clause] = Clause(
            clause, section, role, quote, tuple(used[clause]), tuple(notes[clause])
        )
    return clauses
