"""YAML text to plain values and the place of each, by strict rules.

Only `true` and `false` are booleans and only plain decimal numbers are numbers (YAML 1.2, core
schema), so that a country `NO`, an employee number `0042` and a time `12:30` stay text.
A key stands once per mapping. Nesting, and what aliases multiply, is bounded.
Never: a value of the file stands in a message; it could be a secret.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import yaml

from provisor.config.places import MEND, NOTHING_HAPPENED, Place, Places, SettingPath
from provisor.config.written_text import written
from provisor.errors import SettingInvalid

DEEPEST: Final = 64
"""Nested mappings and lists."""
MOST_VALUES: Final = 100_000
"""Values in a document after aliases and merges are carried out."""

_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_TEXT_TAGS: Final = {"!", "tag:yaml.org,2002:str"}
_PLAIN_TAGS: Final = {None} | {
    f"tag:yaml.org,2002:{name}" for name in ("null", "bool", "int", "float", "map", "seq")
}
_WHOLE: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})")
_FRACTION: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?(?:[eE][-+]?[0-9]{1,3})?")
_CONSTANTS: Final[dict[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_BREAK: Final = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_QUOTED: Final = re.compile(r"'.*'|\".*\"", re.DOTALL)


class WrittenFraction(float):
    """A number with a fraction that remembers how it was written."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file: its settings, and where each stands."""

    value: dict[str, object]
    places: Places


@dataclass(frozen=True, slots=True)
class _Leaf:
    value: object
    place: Place


@dataclass(frozen=True, slots=True)
class _Listing:
    items: tuple[_Tree, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class _Entry:
    key: str
    place: Place
    tree: _Tree
    merged: bool = False


@dataclass(frozen=True, slots=True)
class _Table:
    entries: tuple[_Entry, ...]
    place: Place


_Tree = _Leaf | _Listing | _Table


def parse_document(text: str, file: str) -> Document:
    """Read the one mapping that a configuration file holds.

    Args:
        text: the whole file, decoded.
        file: its name, for messages.

    Raises:
        SettingInvalid: the text is not YAML, not one mapping, repeats a key or is out of bounds.

    Example:
        >>> parse_document("a: {b: NO, c: [1]}", "x.yaml").value
        {'a': {'b': 'NO', 'c': [1]}}
    """
    try:
        tree = _Reader(text, file).tree()
    except (yaml.YAMLError, ValueError, OverflowError) as wrong:
        problem = _not_yaml(wrong, text, file)
    else:
        index: dict[SettingPath, Place] = {}
        value = _Expansion(file).mapping(tree, (), index)
        return Document(value, Places(file, index, tuple(_BREAK.split(text))))
    raise problem


def invalid(what: str, where: str, *, found: str = "", next: str = MEND) -> SettingInvalid:
    """Return the error for a setting that cannot be used; nothing has happened yet."""
    return SettingInvalid(what, where=where, found=found, safe=NOTHING_HAPPENED, next=next)


class _Reader:
    """Events of one file to a tree; recursion is as deep as the bound allows, no deeper."""

    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._file = file
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=_LOADER)
        self._anchors: dict[str, _Tree] = {}
        self._merged = 0
        self._values = 0

    def tree(self) -> _Table:
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            raise invalid("the configuration file is empty", f"{self._file} line 1")
        tree = self._tree(next(self._events), 0)
        next(self._events)
        if not isinstance(event := next(self._events), yaml.StreamEndEvent):
            raise self._refusal(event, "the file holds more than one YAML document")
        if isinstance(tree, _Leaf) and tree.value is None:
            raise invalid("the configuration file is empty", f"{self._file} line 1")
        if not isinstance(tree, _Table):
            raise invalid(
                "the configuration file is not a mapping",
                f"{self._file} line {tree.place.line}",
                found="a list or a single value; settings such as `version: 1` were expected",
            )
        return tree

    def _tree(self, event: yaml.Event, depth: int) -> _Tree:
        self._values += 1
        if self._values > MOST_VALUES:
            raise self._refusal(event, f"the file holds more than {MOST_VALUES:,} values")
        if depth > DEEPEST:
            raise self._refusal(event, f"settings are nested more than {DEEPEST} deep")
        if isinstance(event, yaml.AliasEvent):
            return self._aliased(event)
        if getattr(event, "tag", None) not in _PLAIN_TAGS | _TEXT_TAGS:
            raise self._refusal(event, "a YAML tag cannot be used here")
        match event:
            case yaml.ScalarEvent():
                tree: _Tree = self._leaf(event)
            case yaml.SequenceStartEvent():
                tree = self._listing(event, depth)
            case _:
                tree = self._table(event, depth)
        anchor = getattr(event, "anchor", None)
        if anchor is not None:
            self._anchors[anchor] = tree
        return tree

    def _aliased(self, event: yaml.AliasEvent) -> _Tree:
        tree = self._anchors.get(event.anchor or "")
        if tree is None:
            raise self._refusal(
                event,
                "an alias names no anchor that stands before it",
                next="put a text that begins with `*` in quotes, or define the anchor first",
            )
        return tree

    def _leaf(self, event: yaml.ScalarEvent) -> _Leaf:
        plain = not event.style and event.tag not in _TEXT_TAGS
        if _has_surrogate(event.value):
            raise self._refusal(event, "a text holds half of a character")
        return _Leaf(_scalar(event.value) if plain else event.value, self._place(event))

    def _listing(self, event: yaml.Event, depth: int) -> _Listing:
        items = []
        while not isinstance(inner := next(self._events), yaml.SequenceEndEvent):
            items.append(self._tree(inner, depth + 1))
        return _Listing(tuple(items), self._place(event))

    def _table(self, event: yaml.Event, depth: int) -> _Table:
        own: list[_Entry] = []
        merged: list[_Entry] = []
        while not isinstance(inner := next(self._events), yaml.MappingEndEvent):
            if _is_merge(inner):
                merged += self._merges(inner, self._tree(next(self._events), depth + 1))
                continue
            key = self._key(inner)
            own.append(_Entry(key, _place_of(inner), self._tree(next(self._events), depth + 1)))
        names = {entry.key for entry in own}
        for entry in merged:
            if entry.key not in names:
                names.add(entry.key)
                own.append(entry)
        return _Table(tuple(own), self._place(event))

    def _merges(self, event: yaml.Event, tree: _Tree) -> list[_Entry]:
        """Return what `<<` brings in; of several mappings the first one's settings win."""
        tables = tree.items if isinstance(tree, _Listing) else (tree,)
        entries: list[_Entry] = []
        for table in tables:
            if not isinstance(table, _Table):
                raise self._refusal(event, "`<<` takes a mapping or a list of mappings")
            entries += table.entries
            self._merged += len(table.entries)
            if self._merged > MOST_VALUES:
                raise self._refusal(event, f"merges bring in more than {MOST_VALUES:,} settings")
        return entries

    def _key(self, event: yaml.Event) -> str:
        key = event.value if isinstance(event, yaml.ScalarEvent) else ""
        if not key or _has_surrogate(key):
            raise self._refusal(
                event,
                "the name of a setting is not text",
                next="put a name that holds brackets or braces in quotes",
            )
        return str(key)

    def _place(self, event: yaml.Event) -> Place:
        start, end = event.start_mark, event.end_mark
        place = _place_of(event)
        if start is None or end is None or not isinstance(event, yaml.ScalarEvent):
            return place
        raw = self._text[start.index : end.index]
        text = written(raw, event.value, event.style or "", place.line, place.column)
        return Place(place.line, place.column, text)

    def _refusal(self, event: yaml.Event, what: str, *, next: str = MEND) -> SettingInvalid:
        place = _place_of(event)
        where = f"{self._file} line {place.line} column {place.column}"
        return invalid(what, where, next=next)


class _Expansion:
    """A tree to plain values, each alias carried out, every value counted."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._values = 0

    def mapping(
        self, table: _Table, path: SettingPath, index: dict[SettingPath, Place]
    ) -> dict[str, object]:
        value: dict[str, object] = {}
        for entry in table.entries:
            here = (*path, entry.key)
            if entry.key in value:
                raise self._repeated(entry, here, index)
            inner = entry.tree.place
            index[here] = Place(entry.place.line, entry.place.column, inner.text)
            value[entry.key] = self._value(entry.tree, here, index)
        return value

    def _value(self, tree: _Tree, path: SettingPath, index: dict[SettingPath, Place]) -> object:
        self._values += 1
        if self._values > MOST_VALUES or len(path) > DEEPEST:
            raise invalid(
                "the aliases of the file multiply its settings beyond every use",
                f"{self._file} line {tree.place.line}",
                found=f"more than {MOST_VALUES:,} values, or more than {DEEPEST} levels",
            )
        match tree:
            case _Leaf():
                return tree.value
            case _Table():
                return self.mapping(tree, path, index)
            case _Listing():
                return [self._item(item, (*path, n), index) for n, item in enumerate(tree.items)]

    def _item(self, tree: _Tree, path: SettingPath, index: dict[SettingPath, Place]) -> object:
        index[path] = tree.place
        return self._value(tree, path, index)

    def _repeated(
        self, entry: _Entry, path: SettingPath, index: dict[SettingPath, Place]
    ) -> SettingInvalid:
        return invalid(
            f"the setting `{entry.key}` stands twice in one mapping",
            Places(self._file, {path: entry.place}).where(path),
            found=f"its first place is line {index[path].line}",
            next="keep one of the two",
        )


def _place_of(event: yaml.Event) -> Place:
    mark = event.start_mark
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)


def _is_merge(event: yaml.Event) -> bool:
    return isinstance(event, yaml.ScalarEvent) and event.value == "<<" and not event.style


def _has_surrogate(text: str) -> bool:
    if text.isascii():
        return False
    return any("\ud800" <= character <= "\udfff" for character in text)


def _scalar(text: str) -> object:
    """Return what a plain scalar stands for: null, true, false, a number, else its text."""
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _WHOLE.fullmatch(text):
        return int(text)
    if _FRACTION.fullmatch(text) and math.isfinite(float(text)):
        fraction = WrittenFraction(text)
        fraction.text = text
        return fraction
    return text


def _not_yaml(wrong: Exception, text: str, file: str) -> SettingInvalid:
    """Say where reading stopped, and why, without a word of the file."""
    mark = getattr(wrong, "problem_mark", None)
    line = mark.line if mark else text.count("\n", 0, getattr(wrong, "position", 0) or 0)
    lines = text.splitlines()
    beginning = lines[line] if line < len(lines) else ""
    if "\t" in beginning[: len(beginning) - len(beginning.lstrip())]:
        where = f"{file} line {line + 1}"
        return invalid("a line is indented with a tab", where, next="indent with spaces")
    column = f" column {mark.column + 1}" if mark else ""
    reason = str(getattr(wrong, "problem", None) or "a character or number that YAML cannot hold")
    return invalid(
        "the file is not valid YAML",
        f"{file} line {line + 1}{column}",
        found=_QUOTED.sub("…", reason),
        next="look at indentation, colons and quotes there; an expression stands in quotes",
    )
