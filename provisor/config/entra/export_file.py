"""The file that Microsoft Graph exports, as a tree of plain values that can be trusted.

Never: a value of the file stands in a message.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Final, NoReturn

from provisor.config.places import NOTHING_HAPPENED, SettingPath
from provisor.errors import SettingInvalid

Json = str | int | float | bool | list["Json"] | dict[str, "Json"] | None

MOST_BYTES: Final = 16 * 1024 * 1024
DEEPEST: Final = 128
"""Objects and lists inside each other; a function inside a function takes three."""
MOST_VALUES: Final = 1_000_000

_AGAIN: Final = "export the schema again with `GET …/synchronization/jobs/{id}/schema`"


class _Repeated(dict[str, Json]):
    """An object in which one key stands twice."""

    key = ""


def read_export(path: Path) -> dict[str, Json]:
    """Read an exported synchronization schema.

    Raises:
        SettingInvalid: the file cannot be read, is not one JSON object, repeats a key, or is out
            of bounds.

    Cost: the whole file in memory.
    """
    text = _text(path)
    try:
        tree: Json = json.loads(text, object_pairs_hook=_object, parse_constant=_constant)
    except json.JSONDecodeError as wrong:
        where = f"{path.name} line {wrong.lineno} column {wrong.colno}"
        problem = _invalid("the file is not valid JSON", where, found=wrong.msg.lower())
    except (ValueError, RecursionError) as wrong:
        deep = isinstance(wrong, RecursionError)
        reason = "nested too deeply" if deep else "a number that no JSON reader understands"
        problem = _invalid("the file is not valid JSON", path.name, found=reason)
    else:
        return _checked(tree, path.name)
    raise problem


def spelled(path: SettingPath) -> str:
    """Return a path through the export as people write it.

    Example:
        >>> spelled(("directories", 0, "name")), spelled(("@odata.context",))
        ('directories[0].name', '["@odata.context"]')
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part.isidentifier() and part.isascii():
            text += f".{part}" if text else part
        else:
            text += f"[{json.dumps(part)}]"
    return text


def refuse(what: str, file: str, path: SettingPath, found: str) -> NoReturn:
    """Say that a value of the export is not of the form that its resource type has."""
    raise _invalid(what, f"{file}, {spelled(path)}" if path else file, found=found)


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MOST_BYTES else b""
    except (OSError, ValueError) as wrong:
        reason = wrong.strerror if isinstance(wrong, OSError) else "its name cannot be a path"
        found = "an exported schema, as a JSON file, was expected"
        raise _invalid(
            f"the file cannot be read: {reason}", str(path), found=found, next="name the file"
        ) from None
    if size > MOST_BYTES:
        found = f"{size:,} bytes; at most {MOST_BYTES:,} were expected"
        raise _invalid("the file is too large for a schema", path.name, found=found)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = content.count(b"\n", 0, wrong.start) + 1
    where, found = f"{path.name} line {line}", "a byte that belongs to no character"
    raise _invalid("the file is not UTF-8", where, found=found, next="save the file as UTF-8")


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) == len(pairs):
        return found
    repeated = _Repeated(found)
    repeated.key = next(key for key, times in Counter(k for k, _ in pairs).items() if times > 1)
    return repeated


def _constant(name: str) -> NoReturn:
    raise ValueError(name)


def _checked(tree: Json, file: str) -> dict[str, Json]:
    """Look at every value once, without recursion."""
    if not isinstance(tree, dict):
        refuse("the file is not a synchronization schema", file, (), "it is no JSON object")
    waiting: list[tuple[SettingPath, Json]] = [((), tree)]
    seen = 0
    while waiting:
        path, value = waiting.pop()
        seen += 1
        if seen > MOST_VALUES or len(path) > DEEPEST:
            found = f"more than {MOST_VALUES:,} values, or more than {DEEPEST} levels"
            refuse("the file is out of bounds for a schema", file, (), found)
        if isinstance(value, _Repeated):
            what = f"the key `{value.key}` stands twice in one object"
            refuse(what, file, path, "only one of the two can be meant")
        _refuse_halves(value, file, path)
        if isinstance(value, dict):
            waiting += [((*path, key), inner) for key, inner in value.items()]
        elif isinstance(value, list):
            waiting += [((*path, place), inner) for place, inner in enumerate(value)]
    return tree


def _refuse_halves(value: Json, file: str, path: SettingPath) -> None:
    """Refuse half of a character, which no YAML file can hold."""
    texts = value if isinstance(value, dict) else (value,)
    for text in texts:
        if isinstance(text, str) and any("\ud800" <= sign <= "\udfff" for sign in text):
            refuse("a text holds half of a character", file, path, "a lone surrogate")


def _invalid(what: str, where: str, *, found: str, next: str = _AGAIN) -> SettingInvalid:
    return SettingInvalid(what, where=where, found=found, safe=NOTHING_HAPPENED, next=next)
