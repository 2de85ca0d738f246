"""Regular expressions in .NET's notation, bounded in time.

The one file that knows the `regex` library; `dotnet` translates the notation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from time import process_time  # noqa: TID251 - a stopwatch: no answer depends on the time of day
from typing import Final, NoReturn, Protocol

# The library carries no types; what is used of it is described by the protocols below.
import regex

from provisor.domain.expressions.bounds import (
    REGEX_SECONDS,
    VALUE_BYTES,
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

    def finditer(self, text: str, pos: int = 0, *, timeout: float) -> Iterator[_Match]: ...
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
        started = process_time()
        if not effort.seconds:
            _too_long()
        try:
            yield from self._found(text, effort.seconds)
        except TimeoutError:
            _too_long()
        finally:
            effort.searched(process_time() - started)

    def _found(self, text: str, seconds: float) -> Iterator[_Match]:
        """Yield the matches; behind an empty one the search goes on one character further."""
        if not self.prefers_empty:
            yield from self.compiled.finditer(text, timeout=seconds)
            return
        place, started = 0, process_time()
        while place <= len(text):
            left = seconds - (process_time() - started)
            if left <= 0:
                raise TimeoutError
            found = next(self.compiled.finditer(text, place, timeout=left), None)
            if found is None:
                return
            yield found
            start, end = found.span(0)
            place = end + (start == end)


def _too_long() -> NoReturn:
    refuse(
        "a regular expression takes too long on this value",
        found=f"more than {REGEX_SECONDS} seconds for one record",
    )


_STEPS: Final = 1_000_000
_COUNTED: Final = 25_000
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
    steps = pattern.steps(text)
    if steps is not None:
        left.step(steps)
    at_once = group == 0 and replacement.is_plain and not pattern.prefers_empty
    if at_once and replacement.largest(text) <= VALUE_BYTES:
        return _replaced_at_once(pattern, replacement, text, None if steps is not None else left)
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
    pieces.append(text[end:])
    return "".join(pieces)


def _replaced_at_once(
    pattern: Pattern, replacement: Template, text: str, effort: Effort | None
) -> str:
    """Replace by the library alone; with a clock where there is an effort to look at."""
    if effort is None:
        return pattern.compiled.sub(replacement.written, text)
    started = process_time()
    if not effort.seconds:
        _too_long()
    try:
        return pattern.compiled.sub(replacement.written, text, timeout=effort.seconds)
    except TimeoutError:
        _too_long()
    finally:
        effort.searched(process_time() - started)
