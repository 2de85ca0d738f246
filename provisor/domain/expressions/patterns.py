"""Regular expressions in .NET's notation, bounded in time.

The one file that knows the `regex` library.
What differs from .NET and is known: class subtraction (`[a-z-[aeiou]]`) and `(?'name'…)` are not
read, options such as `(?i)` hold for the whole pattern, and a back-reference by number inside a
pattern counts named and unnamed groups together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Protocol

# The library carries no types; what is used of it is described by the protocols below.
import regex

from provisor.domain.expressions.bounds import (
    REGEX_SECONDS,
    VALUE_BYTES,
    check_size,
    refuse,
)


class _Match(Protocol):
    def group(self, number: int) -> str | None: ...
    def span(self, number: int) -> tuple[int, int]: ...


class _Compiled(Protocol):
    groups: int
    groupindex: dict[str, int]

    def finditer(self, text: str, *, timeout: float) -> Iterator[_Match]: ...
    def fullmatch(self, text: str, *, timeout: float) -> _Match | None: ...
    def search(self, text: str, *, timeout: float) -> _Match | None: ...
    def sub(self, replacement: str, text: str) -> str: ...


class PatternInvalid(ValueError):
    """A pattern cannot be compiled; the text says why and holds nothing of the pattern."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern, with its groups under .NET's numbers."""

    compiled: _Compiled
    numbers: tuple[int, ...]
    """The library's number of each group in .NET's order: unnamed groups first, then named."""
    repeats: int | None
    """How many repetitions the pattern holds, none inside another; None when that is not known."""
    branches: int
    """How many `|` the pattern holds."""

    def group(self, name: str) -> int | None:
        """Return the library's number of a group, by name or by .NET's number."""
        if name.isascii() and name.isdigit():
            return self.numbers[int(name)] if int(name) < len(self.numbers) else None
        return self.compiled.groupindex.get(name)

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
        if self.repeats is None or self.repeats > _FEW or self.branches > _FEW:
            return False
        steps = int((len(text) + 1) ** (self.repeats + 1))
        return steps << self.branches <= _STEPS

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

    def matches(self, text: str) -> Iterator[_Match]:
        """Yield the matches in a text, from left to right.

        Raises:
            ExpressionFailed: the search takes longer than `REGEX_SECONDS`.
        """
        try:
            yield from self.compiled.finditer(text, timeout=REGEX_SECONDS)
        except TimeoutError:
            refuse(
                "a regular expression takes too long on this value",
                found=f"more than {REGEX_SECONDS} seconds",
            )


_STEPS: Final = 1_000_000
_FEW: Final = 20
# Groups that only group; everything else behind `(?` may look around, recur or decide.
_GROUPING: Final = regex.compile(r"\((?:\?(?::|<\w+>))?")
_REPEATED_GROUP: Final = regex.compile(r"\)[*+?{]")
_REPETITION: Final = regex.compile(r"[*+?{]")
_LOOKS_BACK: Final = regex.compile(r"\\[0-9gkGKRX]")
_ESCAPED: Final = regex.compile(r"\\.", flags=regex.DOTALL)


def _repeats(text: str) -> int | None:
    if _LOOKS_BACK.search(text):
        return None
    flat = _ESCAPED.sub("x", text)
    if "(?" in _GROUPING.sub("", flat) or _REPEATED_GROUP.search(flat):
        return None
    return len(_REPETITION.findall(_GROUPING.sub("", flat)))


@lru_cache(maxsize=512)
def compiled(text: str) -> Pattern:
    r"""Compile a pattern in .NET's notation.

    Raises:
        PatternInvalid: it cannot be compiled.

    Example:
        >>> compiled("(?<first>a)(b)").numbers
        (0, 2, 1)
        >>> compiled("(").numbers
        Traceback (most recent call last):
        provisor.domain.expressions.patterns.PatternInvalid: missing ) at character 1
    """
    try:
        found: _Compiled = regex.compile(text, flags=regex.VERSION0)
    except regex.error as fault:
        message = f"{fault.msg} at character {fault.pos}"
        raise PatternInvalid(message) from None
    except (RecursionError, OverflowError):
        raise PatternInvalid("it is nested too deeply") from None
    named = sorted(found.groupindex.values())
    unnamed = [number for number in range(1, found.groups + 1) if number not in named]
    return Pattern(found, (0, *unnamed, *named), _repeats(text), text.count("|"))


# $$, $&, $1, ${1}, ${name}
_REFERENCE: Final = regex.compile(r"\$(?:(\$)|(&)|(\d{1,3})|\{(\w+)\})", flags=regex.ASCII)


@dataclass(frozen=True, slots=True)
class Template:
    """A replacement in .NET's notation, cut into texts and numbers of groups."""

    parts: tuple[str | int, ...]

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

    def fill(self, match: _Match) -> str:
        """Return the replacement for one match; a group that took no part gives empty text."""
        return "".join(
            part if isinstance(part, str) else (match.group(part) or "") for part in self.parts
        )


@lru_cache(maxsize=512)
def template(text: str, pattern: Pattern) -> Template:
    """Read a replacement; a reference to a group that the pattern lacks stays as written.

    Example:
        >>> template("${id}-$1-$9", compiled("(?<id>a)(b)")).parts
        (1, '-', 2, '-$9')
    """
    parts: list[str | int] = [""]
    end = 0
    for reference in _REFERENCE.finditer(text):
        parts.append(text[end : reference.start()])
        parts.append(_meaning(reference.group(), pattern))
        end = reference.end()
    parts.append(text[end:])
    return Template(_merged(parts))


def _meaning(reference: str, pattern: Pattern) -> str | int:
    if reference == "$$":
        return "$"
    if reference == "$&":
        return 0
    number = pattern.group(reference.strip("${}"))
    return reference if number is None else number


def _merged(parts: list[str | int]) -> tuple[str | int, ...]:
    merged: list[str | int] = []
    for part in parts:
        last = merged[-1] if merged else None
        if isinstance(part, str) and isinstance(last, str):
            merged[-1] = last + part
        elif part != "":
            merged.append(part)
    return tuple(merged)


def substitute(pattern: Pattern, replacement: Template, text: str, *, group: int = 0) -> str:
    """Replace what every match, or one group of it, has captured.

    Raises:
        ExpressionFailed: the search takes too long, or the result would be too large.

    Example:
        >>> words = compiled("(?<a>x+)-(y)")
        >>> substitute(words, template("[${a}]", words), "xx-y x-y")
        '[xx] [x]'
        >>> substitute(words, template("", words), "xx-y", group=1)
        '-y'
    """
    if group == 0 and pattern.is_quick(text) and replacement.largest(text) <= VALUE_BYTES:
        return pattern.compiled.sub(replacement.written, text)
    pieces: list[str] = []
    size = end = 0
    for match in pattern.matches(text):
        start, stop = match.span(group)
        if start < end:  # the group took no part
            continue
        pieces += (text[end:start], replacement.fill(match))
        size += len(pieces[-1]) + len(pieces[-2])
        check_size(size)
        end = stop
    pieces.append(text[end:])
    return "".join(pieces)
