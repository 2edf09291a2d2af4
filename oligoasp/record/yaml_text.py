"""YAML as plain values, in the spirit of the core schema of YAML 1.2.

Only ``true`` and ``false`` are booleans, ``null``, ``~`` and nothing are null, numbers
keep their text, and everything else (dates, ``no``, ``on``) stays text. Anchors, aliases,
tags, merge keys and duplicate keys are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, NamedTuple

import yaml

from oligoasp.record.errors import Fault, quote
from oligoasp.record.value import DEEPEST, Number, Value

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_NOT_A_NUMBER = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_MARKER = re.compile(r"^(?:---|\.\.\.)(?=[ \t\r\n]|\Z)", re.MULTILINE)
_UNPRINTABLE = r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
_ONLY_DIRECTIVES = re.compile(r"(?:\s*[%#].*)*\s*")
_NO_ALIAS = "values written out, without anchors and aliases"
_FRAME = (
    yaml.StreamStartEvent,
    yaml.StreamEndEvent,
    yaml.DocumentStartEvent,
    yaml.DocumentEndEvent,
)
_CONSTANTS: dict[str, Value] = {"true": True, "false": False, "null": None, "~": None, "": None}


class Document(NamedTuple):
    """One YAML document: its value, its first line and the line of every field."""

    value: Value
    line: int
    lines: dict[str, int]


class YamlError(ValueError):
    """A document that was refused, with the line and the field where the fault lies."""

    def __init__(self, line: int, field: str, fault: Fault) -> None:
        self.line, self.field, self.fault = line, field, fault
        super().__init__(fault.found)


def documents(text: str) -> Iterator[Document | YamlError]:
    """Read the documents of a YAML text, each for itself.

    Args:
        text: the YAML text.

    Yields:
        Each document that holds anything, or what is wrong with it.
    """
    starts = [0, *(match.start() for match in _MARKER.finditer(text)), len(text)]
    before = 0
    for start, end in pairwise(starts):
        part = text[start:end].removeprefix("...")
        if not _ONLY_DIRECTIVES.fullmatch(part):
            try:
                document = _Builder(part, before).document()
            except YamlError as error:
                yield error
            else:
                if document.value is not None:
                    yield document
        before += part.count("\n")


class _Builder:
    """Builds the value of one document from the events of the YAML parser."""

    def __init__(self, text: str, before: int) -> None:
        self.text = text
        self.before = before
        self.lines: dict[str, int] = {}
        self.events: Iterator[Any] = iter(())

    def document(self) -> Document:
        """Read the document.

        Raises:
            YamlError: for the first fault.
        """
        try:
            self.events = (
                event
                for event in yaml.parse(self.text, Loader=_Loader)
                if not isinstance(event, _FRAME)
            )
            first = next(self.events, None)
            if first is None:
                return Document(None, self.before + 1, {})
            line = self._line(first)
            value = self._value(first, "", 0)
            next(self.events, None)  # what else there is, is an error
            return Document(value, line, self.lines)
        except yaml.MarkedYAMLError as error:
            if "nesting depth" in str(error.problem):  # the parser reads ahead, and has a limit too
                place = next(reversed(self.lines), "")
                raise _too_deep(self.lines.get(place, self.before + 1), place) from None
            raise self._syntax(error) from None
        except yaml.YAMLError:
            at = next((i for i, sign in enumerate(self.text) if re.match(_UNPRINTABLE, sign)), 0)
            line = self.before + self.text.count("\n", 0, at) + 1
            fault = Fault(f"the control character U+{ord(self.text[at]):04X}", "printable text")
            raise YamlError(line, "", fault) from None

    def _value(self, event: Any, path: str, depth: int) -> Value:
        line = self._line(event)
        if isinstance(event, yaml.AliasEvent):
            raise YamlError(line, path, Fault(quote(f"*{event.anchor}"), _NO_ALIAS))
        if event.anchor is not None:
            raise YamlError(line, path, Fault(quote(f"&{event.anchor}"), _NO_ALIAS))
        if event.tag is not None:
            accepted = "plain values, without a tag"
            raise YamlError(line, path, Fault(quote(_short(event.tag)), accepted))
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, path, line)
        if depth == DEEPEST:
            raise _too_deep(line, path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(path, depth + 1)
        return self._mapping(path, depth + 1)

    def _list(self, path: str, depth: int) -> list[Value]:
        items: list[Value] = []
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            place = f"{path}[{len(items)}]"
            self.lines[place] = self._line(event)
            items.append(self._value(event, place, depth))
        return items

    def _mapping(self, path: str, depth: int) -> dict[str, Value]:
        mapping: dict[str, Value] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            line = self._line(event)
            if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag:
                raise YamlError(line, path, Fault("a field name that is not plain", "a field name"))
            key = event.value
            place = f"{path}.{key}" if path else key
            if not event.style and (":" in key or key[:1] == "-"):
                raise YamlError(line, path, _no_blank(key))
            if key == "<<" and not event.style:
                raise YamlError(line, path, Fault('the merge key "<<"', "every field written out"))
            if key in mapping:
                fault = Fault(f"the field {quote(key)} a second time", "every field once")
                raise YamlError(line, place, fault)
            self.lines[place] = line
            mapping[key] = self._value(next(self.events), place, depth)
        return mapping

    @staticmethod
    def _scalar(event: Any, path: str, line: int) -> Value:
        text: str = event.value
        if event.style == ">" and not text.strip():
            from oligoasp.record.yaml_fault import QUOTED_GREATER  # noqa: PLC0415 - rare

            raise YamlError(line, path, Fault('an unquoted ">"', QUOTED_GREATER))
        if event.style:
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _NUMBER.fullmatch(text):
            return Number(text)
        if _NOT_A_NUMBER.fullmatch(text):
            raise YamlError(line, path, Fault(quote(text), "a finite number"))
        return text

    def _line(self, event: Any) -> int:
        return int(event.start_mark.line) + self.before + 1

    def _syntax(self, error: yaml.MarkedYAMLError) -> YamlError:
        from oligoasp.record.yaml_fault import explain  # noqa: PLC0415 - errors are rare

        line, fault = explain(self.text, error)
        return YamlError(line + self.before + 1, "", fault)


def _too_deep(line: int, path: str) -> YamlError:
    top = path.partition("[")[0].partition(".")[0]
    return YamlError(line, top, Fault("deeply nested data", f"at most {DEEPEST} levels"))


def _no_blank(key: str) -> Fault:
    """Say what is wrong with a field name with a colon or dash in it."""
    from oligoasp.record.yaml_fault import glued  # noqa: PLC0415 - errors are rare

    plain = Fault(f"the field name {quote(key)}", "a name of letters, digits and underscores")
    if key[0] == "-":
        found = f"{quote(key)} without a space after the dash"
        return Fault(found, "dash, space, entry", f"- {key[1:]}")
    return glued(key) or plain


def _short(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")
