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

from provisor.domain.expressions.bounds import REGEX_SECONDS, check_size, refuse


class _Match(Protocol):
    def group(self, number: int) -> str | None: ...
    def span(self, number: int) -> tuple[int, int]: ...


class _Compiled(Protocol):
    groups: int
    groupindex: dict[str, int]

    def finditer(self, text: str, *, timeout: float) -> Iterator[_Match]: ...


class PatternInvalid(ValueError):
    """A pattern cannot be compiled; the text says why and holds nothing of the pattern."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern, with its groups under .NET's numbers."""

    compiled: _Compiled
    numbers: tuple[int, ...]
    """The library's number of each group in .NET's order: unnamed groups first, then named."""

    def group(self, name: str) -> int | None:
        """Return the library's number of a group, by name or by .NET's number."""
        if name.isascii() and name.isdigit():
            return self.numbers[int(name)] if int(name) < len(self.numbers) else None
        return self.compiled.groupindex.get(name)

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
    return Pattern(found, (0, *unnamed, *named))


# $$, $&, $1, ${1}, ${name}
_REFERENCE: Final = regex.compile(r"\$(?:(\$)|(&)|(\d{1,3})|\{(\w+)\})", flags=regex.ASCII)


@dataclass(frozen=True, slots=True)
class Template:
    """A replacement in .NET's notation, cut into texts and numbers of groups."""

    parts: tuple[str | int, ...]

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
