"""Regular expressions in .NET's notation, bounded in time.

The one file that knows the `regex` library; `dotnet` translates the notation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from typing import Final, Protocol, TypeVar

# The library carries no types; what is used of it is described by the protocols below.
import regex

from provisor.domain.expressions.bounds import (
    REGEX_SECONDS,
    check_size,
    refuse,
)
from provisor.domain.expressions.dotnet import translated
from provisor.domain.expressions.dotnet_classes import PatternInvalid as PatternInvalid
from provisor.domain.expressions.effort import Effort


class _Match(Protocol):
    def group(self, number: int) -> str | None: ...
    def span(self, number: int) -> tuple[int, int]: ...


class _Compiled(Protocol):
    groups: int
    groupindex: dict[str, int]

    def finditer(
        self, text: str, pos: int = 0, *, timeout: float | None = None
    ) -> Iterator[_Match]: ...
    def fullmatch(self, text: str, *, timeout: float) -> _Match | None: ...
    def search(self, text: str, *, timeout: float) -> _Match | None: ...
    def sub(self, replacement: str, text: str, *, timeout: float | None = None) -> str: ...


@dataclass(frozen=True, slots=True, eq=False)
class Pattern:
    """A compiled pattern, with its groups under .NET's numbers."""

    compiled: _Compiled
    numbers: Mapping[str, int]
    """The library's number of each group, by .NET's name or number; `0` is the whole match."""
    repeats: int | None
    """How many repetitions the pattern holds, none inside another; None when that is not known."""
    branches: int
    """How many choices between two ways the pattern holds."""
    prefers_empty: bool = False
    """Whether it may match the empty text where it could match more."""

    def group(self, name: str) -> int | None:
        """Return the library's number of a group, by name or by .NET's number."""
        return self.numbers.get(name)

    @property
    def last(self) -> int:
        """The library's number of the group with .NET's highest number."""
        return self.numbers[str(max(int(name) for name in self.numbers if name.isdigit()))]

    def is_quick(self, text: str) -> bool:
        """Say whether a search must end soon, so that nobody has to look at a clock.

        Each repetition can end anywhere and each `|` can be taken either way, so that trying
        everything costs at most the length to the power of the repetitions, twice as much for
        each `|`, and the length once more for where the match begins.

        Example:
            >>> compiled("[a-z]+@").is_quick("elin@example.org")
            True
            >>> compiled("(a+)+$").is_quick("aaaa")
            False
        """
        return self._steps(text) <= _STEPS

    def _steps(self, text: str) -> int:
        """Return what trying everything costs at most; too much where that is not known."""
        if self.repeats is None or self.repeats > _FEW or self.branches > _FEW:
            return _STEPS + 1
        return int((len(text) + 1) ** (self.repeats + 1)) << self.branches

    def covers(self, text: str) -> bool:
        """Say whether the whole text fits.

        Raises:
            TimeoutError: the search takes longer than `REGEX_SECONDS`.
        """
        return self.compiled.fullmatch(text, timeout=REGEX_SECONDS) is not None

    def occurs_in(self, text: str) -> bool:
        """Say whether some part of the text fits.

        Raises:
            TimeoutError: the search takes longer than `REGEX_SECONDS`.
        """
        return self.compiled.search(text, timeout=REGEX_SECONDS) is not None

    def steps(self, text: str) -> int | None:
        """Return how many steps of an evaluation a search is worth; None where a clock tells."""
        steps = self._steps(text)
        return steps // _STEPS_OF_ONE if steps <= _COUNTED else None

    def matches(self, text: str, effort: Effort) -> Iterator[_Match]:
        """Yield the matches in a text, from left to right.

        Raises:
            ExpressionFailed: the searches of this evaluation take too long.
        """
        steps = self.steps(text)
        if steps is not None:
            effort.step(steps)
        if self.prefers_empty:
            return self._stepping(text, effort, counted=steps is not None)
        if steps is not None:
            return self.compiled.finditer(text)
        return iter(within(effort, lambda end: list(self.compiled.finditer(text, timeout=end))))

    def _stepping(self, text: str, effort: Effort, *, counted: bool) -> Iterator[_Match]:
        """Search match by match; behind an empty one go on one character further, as .NET does."""
        place = 0
        while place <= len(text):
            effort.step(1)
            found = self._next(text, place, None if counted else effort)
            if found is None:
                return
            yield found
            start, end = found.span(0)
            place = end + (start == end)

    def _next(self, text: str, place: int, effort: Effort | None) -> _Match | None:
        def search(end: float | None) -> _Match | None:
            return next(self.compiled.finditer(text, place, timeout=end), None)

        return search(None) if effort is None else within(effort, search)


_T = TypeVar("_T")

# Seconds that a search may take, and what it then costs: most need the first alone.
_PATIENCE: Final = ((0.000_01, 1), (0.000_5, 50), (0.02, 2_000))


def within(effort: Effort, search: Callable[[float], _T]) -> _T:
    """Search under a limit of time, a larger one where it is not enough.

    What is counted is which limit was enough, and not the time itself: rules know no clock.

    Args:
        effort: what the evaluation may still cost.
        search: takes the seconds after which it gives up with `TimeoutError`.

    Raises:
        ExpressionFailed: no limit was enough, or the searches of this evaluation are used up.
    """
    for seconds, cost in _PATIENCE:
        if effort.searches < cost:
            break
        try:
            found = search(seconds)
        except TimeoutError:
            continue
        effort.searches -= cost
        return found
    return refuse(
        "a regular expression takes too long on this value",
        found=f"more than {REGEX_SECONDS} seconds for one record",
    )


_AT_ONCE: Final = 1_000_000
"""So many characters a text may have for a moment, before it is found too large."""
_PIECES_OF_ONE: Final = 4
"""How many pieces of a text are put together in the time of one call."""
_STEPS: Final = 1_000_000
_COUNTED: Final = 100_000
_STEPS_OF_ONE: Final = 250
"""How many steps of a search take about as long as one call."""
_FEW: Final = 20


@lru_cache(maxsize=512)
def compiled(text: str) -> Pattern:
    r"""Compile a pattern in .NET's notation.

    Raises:
        PatternInvalid: it cannot be compiled.

    Cost: linear in the length of the pattern; a pattern is compiled once.

    Example:
        >>> found = compiled("(?<first>a)(b)")
        >>> found.group("first"), found.group("1"), found.group("2")
        (1, 2, 1)
        >>> compiled("(")  # doctest: +IGNORE_EXCEPTION_DETAIL
        Traceback (most recent call last):
        PatternInvalid: a group is not closed at character 1
    """
    translation = translated(text)
    try:
        # Without full case-folding: .NET compares character by character.
        found: _Compiled = regex.compile(f"(?-f){translation.written}", flags=regex.VERSION1)
    except regex.error as fault:
        raise PatternInvalid(fault.msg) from None
    except (RecursionError, OverflowError):
        raise PatternInvalid("it is nested too deeply") from None
    numbers = {name: found.groupindex[own] for name, own in translation.groups.items()}
    return Pattern(
        found,
        {**numbers, "0": 0},
        translation.repeats,
        translation.branches,
        translation.prefers_empty,
    )


class Around(Enum):
    """What else a replacement may hold of the text."""

    BEFORE = "$`"
    BEHIND = "$'"
    ALL = "$_"


Part = str | int | Around

# $$, $&, $1, ${1}, ${name}, $+, $`, $', $_
_REFERENCE: Final = regex.compile(r"\$(?:[$&+`'_]|(\d+)|\{(\w+)\})", flags=regex.ASCII)


@dataclass(frozen=True, slots=True)
class Template:
    """A replacement in .NET's notation, cut into texts and numbers of groups."""

    parts: tuple[Part, ...]

    @property
    def is_plain(self) -> bool:
        """Whether it holds nothing but texts and groups."""
        return not any(isinstance(part, Around) for part in self.parts)

    @property
    def written(self) -> str:
        """The replacement in the library's notation."""
        return "".join(
            part.replace("\\", "\\\\") if isinstance(part, str) else f"\\g<{part}>"
            for part in self.parts
        )

    def largest(self, text: str) -> int:
        """Return the length that a text can at most have after all its replacements."""
        sizes = (len(part) if isinstance(part, str) else len(text) for part in self.parts)
        return len(text) + (len(text) + 1) * sum(sizes)

    def fill(self, match: _Match, text: str) -> str:
        """Return the replacement for one match; a group that took no part gives empty text."""
        return "".join(_filled(part, match, text) for part in self.parts)


def _filled(part: Part, found: _Match, text: str) -> str:
    match part:
        case str():
            return part
        case int():
            return found.group(part) or ""
        case Around.BEFORE:
            return text[: found.span(0)[0]]
        case Around.BEHIND:
            return text[found.span(0)[1] :]
        case Around.ALL:
            return text


@lru_cache(maxsize=512)
def template(text: str, pattern: Pattern) -> Template:
    """Read a replacement; a reference to a group that the pattern lacks stays as written.

    Example:
        >>> template("${id}-$1-$9", compiled("(?<id>a)(b)")).parts
        (1, '-', 2, '-$9')
    """
    parts: list[Part] = [""]
    end = 0
    for reference in _REFERENCE.finditer(text):
        parts.append(text[end : reference.start()])
        parts.append(_meaning(reference.group(), pattern))
        end = reference.end()
    parts.append(text[end:])
    return Template(_merged(parts))


def _meaning(reference: str, pattern: Pattern) -> Part:
    match reference[1]:
        case "$":
            return "$"
        case "&":
            return 0
        case "+":
            return pattern.last
        case "`" | "'" | "_":
            return Around(reference)
    name = reference.strip("${}")
    number = pattern.group(name.lstrip("0") or "0" if name.isdigit() else name)
    return reference if number is None else number


def _merged(parts: list[Part]) -> tuple[Part, ...]:
    merged: list[Part] = []
    for part in parts:
        last = merged[-1] if merged else None
        if isinstance(part, str) and isinstance(last, str):
            merged[-1] = last + part
        elif part != "":
            merged.append(part)
    return tuple(merged)


def substitute(
    pattern: Pattern,
    replacement: Template,
    text: str,
    *,
    group: int = 0,
    effort: Effort | None = None,
) -> str:
    """Replace what every match, or one group of it, has captured.

    Args:
        pattern: what is looked for.
        replacement: what is put in its place.
        text: where.
        group: the library's number of the group; 0 for the whole match.
        effort: what the evaluation may still cost; left out, as much as a whole one.

    Raises:
        ExpressionFailed: the search takes too long, or the result would be too large.

    Example:
        >>> words = compiled("(?<a>x+)-(y)")
        >>> substitute(words, template("[${a}]", words), "xx-y x-y")
        '[xx] [x]'
        >>> substitute(words, template("", words), "xx-y", group=1)
        '-y'
    """
    left = effort or Effort()
    at_once = group == 0 and replacement.is_plain and not pattern.prefers_empty
    if at_once and replacement.largest(text) <= _AT_ONCE:
        return _replaced_at_once(pattern, replacement.written, text, left)
    pieces: list[str] = []
    size = end = 0
    for match in pattern.matches(text, left):
        start, stop = match.span(group)
        if start < end:  # the group took no part
            continue
        pieces += (text[end:start], replacement.fill(match, text))
        size += len(pieces[-1]) + len(pieces[-2])
        check_size(size)
        end = stop
        if not len(pieces) % _PIECES_OF_ONE:
            left.step(1)
    pieces.append(text[end:])
    return "".join(pieces)


def _replaced_at_once(pattern: Pattern, written: str, text: str, effort: Effort) -> str:
    """Replace by the library alone."""
    steps = pattern.steps(text)
    if steps is None:
        changed = within(effort, lambda end: pattern.compiled.sub(written, text, timeout=end))
    else:
        effort.step(steps)
        changed = pattern.compiled.sub(written, text)
    check_size(len(changed))
    return changed
