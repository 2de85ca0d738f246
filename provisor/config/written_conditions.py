"""Scope and leaver conditions as people write them, to the condition that planning judges."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from provisor.config.places import SettingPath
from provisor.config.written_clauses import (
    EXAMPLE,
    ConditionFault,
    as_written,
    fault,
    read_leaf,
    unknown,
)
from provisor.domain.scope import AllOf, AnyOf, Condition, Not, Titled

__all__ = ["ConditionFault", "as_written", "read_condition", "written_leaves"]

DEEPEST: Final = 32
"""How many conditions may stand inside each other."""

_GROUPS: Final[dict[str, type[AnyOf | AllOf]]] = {"any": AnyOf, "all": AllOf}
_WORDS: Final = (*_GROUPS, "not")


def read_condition(written: object, path: SettingPath = ()) -> Condition:
    """Return the condition that a setting describes.

    Args:
        written: `{any: […]}`, `{all: […]}`, `{not: …}`, one clause, or a list, which means all
            of it; a mapping may carry a `title`.
        path: where `written` stands inside the whole condition.

    Raises:
        ConditionFault: it is none of these; the first fault in reading order.

    Example:
        >>> print(read_condition({"attribute": "country", "operator": "not equals", "value": "NO"}))
        country NOT EQUALS NO
    """
    return _read(written, path, DEEPEST)


def _read(written: object, path: SettingPath, left: int) -> Condition:
    if not left:
        raise fault(path, f"more than {DEEPEST} conditions stand inside each other")
    match written:
        case list():
            return AllOf(_parts(written, path, left))
        case Mapping() if "title" in written:
            return _titled(written, path, left)
        case Mapping():
            return _untitled(written, path, left)
        case _:
            raise fault(path, "a condition is not a mapping or a list", next=EXAMPLE)


def _titled(written: Mapping[str, object], path: SettingPath, left: int) -> Condition:
    title = as_written(written["title"])
    if not title:
        raise fault((*path, "title"), "a title is not text", next="leave `title` out, or name it")
    rest = {key: value for key, value in written.items() if key != "title"}
    return Titled(title, _untitled(rest, path, left))


def _untitled(written: Mapping[str, object], path: SettingPath, left: int) -> Condition:
    words = [key for key in written if key in _WORDS]
    if not words:
        return read_leaf(written, path)
    word = words[0]
    if len(words) > 1:
        what = f"`{word}` and `{words[1]}` stand side by side"
        raise fault((*path, word), what, next=f"put one inside the other, or both into `{word}`")
    for key in written:
        if key != word:
            raise unknown((*path, key), f"key beside `{word}`", key, (*_WORDS, "title"))
    inside = written[word]
    if word == "not":
        return Not(_read(inside, (*path, word), left - 1))
    if not isinstance(inside, list):
        raise fault((*path, word), f"`{word}` is not a list", next=f"{word}: [ … ]")
    return _GROUPS[word](_parts(inside, (*path, word), left))


def _parts(written: list[object], path: SettingPath, left: int) -> tuple[Condition, ...]:
    if not written:
        raise fault(
            path,
            "a condition holds no clause, and would be true for everybody",
            next="add a clause, or leave the whole condition out",
        )
    return tuple(_read(part, (*path, place), left - 1) for place, part in enumerate(written))


def written_leaves(written: object, path: SettingPath) -> Iterator[tuple[str, str, SettingPath]]:
    """Yield every clause of a condition as it stands in the file.

    Yields:
        `attribute` or `by`, the name that it gives, and where that stands.
    """
    match written:
        case Mapping() if "attribute" in written:
            yield "attribute", as_written(written["attribute"]) or "", (*path, "attribute")
        case Mapping() if "group" in written:
            key = "by" if "by" in written else "group"
            yield key, as_written(written[key]) or "", (*path, key)
        case Mapping():
            for key, inner in written.items():
                yield from written_leaves(inner, (*path, key))
        case list():
            for place, inner in enumerate(written):
                yield from written_leaves(inner, (*path, place))
