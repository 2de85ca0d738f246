"""What became of every key of an export: one line each, and counts that add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from provisor.config.entra.export_file import Json, spelled
from provisor.config.entra.resources import Found, Verdict
from provisor.config.places import SettingPath

_UNKNOWN = "no documented resource type has this key; find out what it does"
_ITEMS = (
    *("directories", "objects", "attributes", "synchronizationRules", "objectMappings"),
    *("attributeMappings", "groups", "inputFilterGroups", "categoryFilterGroups", "clauses"),
)
_FEW_KEYS = 3
"""A reason about more keys is about the whole thing."""
_GRAVEST = (Verdict.UNKNOWN, Verdict.UNSUPPORTED, Verdict.CHANGED, Verdict.TAKEN, Verdict.IDLE)


@dataclass(frozen=True, slots=True)
class Line:
    """One key of the export."""

    path: SettingPath
    verdict: Verdict
    why: str

    @property
    def place(self) -> str:
        """The path as people write it."""
        return spelled(self.path)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of the export that people talk about: a mapping, a clause, an attribute."""

    path: SettingPath
    lines: tuple[Line, ...]

    @property
    def place(self) -> str:
        """The path as people write it."""
        return spelled(self.path) or "the schema"

    @property
    def verdict(self) -> Verdict:
        """The gravest of its lines."""
        met = {line.verdict for line in self.lines}
        return next(verdict for verdict in _GRAVEST if verdict in met)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the gravest lines are so, each reason once, with the keys that it is about."""
        found: dict[str, list[str]] = {}
        for line in self.lines:
            if line.verdict is self.verdict and line.why:
                key = spelled(line.path[len(self.path) :])
                found.setdefault(line.why, []).append(key)
        return tuple(
            why if len(keys) > _FEW_KEYS else f"`{', '.join(keys)}`: {why}"
            for why, keys in found.items()
        )

    def named(self, tree: Json) -> str:
        """Return what people call it, from the outside in.

        Example:
            >>> Item(("directories", 0), ()).named({"directories": [{"name": "App"}]})
            'App'
        """
        names = []
        value = tree
        for place, part in enumerate(self.path):
            if isinstance(value, dict) and isinstance(part, str):
                value = value.get(part)
            elif isinstance(value, list) and isinstance(part, int):
                value = value[part]
                names.append(_name(value) or f"{self.path[place - 1]}[{part}]")
        return " > ".join(names) or "the schema"


def _name(value: Json) -> str:
    """Return the name that an object of the export has; empty if it has none."""
    if not isinstance(value, dict):
        return ""
    found = (value.get(key) for key in ("targetAttributeName", "sourceOperandName", "name"))
    return next((name for name in found if isinstance(name, str) and name), "")


@dataclass(frozen=True, slots=True)
class Report:
    """Every key of an export exactly once, in the file's order."""

    lines: tuple[Line, ...]

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """How many keys got each verdict; together they are all keys."""
        found = Counter(line.verdict for line in self.lines)
        return {verdict: found[verdict] for verdict in Verdict}

    @property
    def items(self) -> tuple[Item, ...]:
        """The same lines, put together by what they are about."""
        found: dict[SettingPath, list[Line]] = {}
        for line in self.lines:
            found.setdefault(_item(line.path), []).append(line)
        return tuple(Item(path, tuple(lines)) for path, lines in found.items())


def _item(path: SettingPath) -> SettingPath:
    """Return the smallest thing around a key that people talk about."""
    for end in range(len(path) - 1, 1, -1):
        if isinstance(path[end - 1], int) and path[end - 2] in _ITEMS:
            return path[:end]
    return ()


@dataclass(slots=True)
class Ledger:
    """What the translation says about keys while it works; the rest keeps what is documented."""

    _single: dict[SettingPath, Line] = field(default_factory=dict)
    _whole: dict[SettingPath, Line] = field(default_factory=dict)

    def say(self, path: SettingPath, verdict: Verdict, why: str) -> None:
        """Say what became of one key; the first reason stands unless a graver one follows."""
        known = self._single.get(path)
        if known is None or _GRAVEST.index(verdict) < _GRAVEST.index(known.verdict):
            self._single[path] = Line(path, verdict, why)

    def say_of_all(self, path: SettingPath, verdict: Verdict, why: str) -> None:
        """Say what became of everything at and below a path that would otherwise be taken."""
        self._whole.setdefault(path, Line(path, verdict, why))

    def report(self, keys: Iterable[Found]) -> Report:
        """Return the line of every key."""
        return Report(tuple(self._line(found) for found in keys))

    def _line(self, found: Found) -> Line:
        if found.key is None:
            return Line(found.path, Verdict.UNKNOWN, _UNKNOWN)
        documented = Line(found.path, found.key.verdict, found.key.why)
        single = self._single.get(found.path)
        if documented.verdict is Verdict.IDLE and single is None:
            return documented
        whole = self._covering(found.path)
        if whole is None:
            return single or documented
        if single is not None and single.verdict is Verdict.UNSUPPORTED:
            return single
        return replace(whole, path=found.path)

    def _covering(self, path: SettingPath) -> Line | None:
        """Return what was said about the smallest whole that a key belongs to."""
        if not self._whole:
            return None
        ends = range(len(path), 0, -1)
        return next((self._whole[path[:end]] for end in ends if path[:end] in self._whole), None)
