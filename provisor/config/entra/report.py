"""What became of every key of an export: one line each, and counts that add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from provisor.config.entra.export_file import spelled
from provisor.config.entra.resources import Found, Verdict
from provisor.config.places import SettingPath

_UNKNOWN = "no documented resource type has this key; find out what it does"
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
class Report:
    """Every key of an export exactly once, in the file's order."""

    lines: tuple[Line, ...]

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """How many keys got each verdict; together they are all keys."""
        found = Counter(line.verdict for line in self.lines)
        return {verdict: found[verdict] for verdict in Verdict}

    def under(self, path: SettingPath) -> tuple[Line, ...]:
        """Return the lines of everything below a path."""
        return tuple(line for line in self.lines if line.path[: len(path)] == path)

    def gravest(self, path: SettingPath) -> Verdict:
        """Return the worst that happened below a path.

        Example:
            >>> line = Line(("a", "b"), Verdict.CHANGED, "")
            >>> Report((line, Line(("a",), Verdict.TAKEN, ""))).gravest(("a",)).value
            'changed'
        """
        met = {line.verdict for line in self.under(path)}
        return next((verdict for verdict in _GRAVEST if verdict in met), Verdict.IDLE)


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
