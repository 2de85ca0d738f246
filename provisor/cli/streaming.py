"""One JSON line per action of a large plan, written from its stored bytes.

Actions of a large plan look alike: the same attributes, the same rule, other values. So the text
around the values is worked out once for each look, and an object is made only of what is odd.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from json.encoder import encode_basestring as _quoted
from operator import itemgetter
from typing import Final

from provisor.cli.rooms import line_of
from provisor.cli.shapes import action_shape
from provisor.domain.action import Action, Change
from provisor.domain.action_bytes import RARE, action_bytes
from provisor.domain.plan import PlannedAction
from provisor.domain.plan_reading import Written
from provisor.domain.record import ABSENT, Presence

_MOST_LOOKS: Final = 16
"""Looks that are tried before an action is made: plans have few, and have them in runs."""

_TEXT: Final = r'"[^"\\]*(?:\\.[^"\\]*)*"'
_SCALAR: Final = rf"(?:{_TEXT}|true|false|null|-?\d+)"
_GROUPS: Final = {
    "anchor": rf"(?:{_TEXT}|null)",
    "subject": _TEXT,
    "native": rf"({_TEXT}|null)",
}
_MARK: Final = re.compile(r'"\\u0000(\w+)\\u0000"')
"""Stands in a text for a value."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What many actions have in common."""

    body: re.Pattern[str]
    """Their canonical text, with a group for each value that is shown."""
    line: str
    """Their line, with a place for each value."""
    ordered: Callable[[Sequence[str]], tuple[str, ...]]
    """Id, key, bundle and the values of the body, in the order of the line."""


def action_lines(actions: Iterable[PlannedAction], keys: Mapping[str, str]) -> Iterator[str]:
    """Yield a JSON line per action, as `action_shape` has it.

    Args:
        actions: of one plan.
        keys: identity id to source key, for those whom actions name.

    Cost: of a large stored plan one look at its bytes each; of others an object each.
    """
    if not isinstance(actions, Written):
        yield from (line_of(action_shape(planned, keys)) for planned in actions)
        return
    looks: list[_Look] = []
    for place, digest, body, key, bundle, is_apart in actions.written():
        text = body.decode()
        found = None if is_apart else _found(looks, text)
        if found is not None:
            look, values = found
            told = (f'"{digest.hex()}"', _quoted(key), _quoted(bundle), *values)
            yield look.line % look.ordered(told)
            continue
        planned = actions[place]
        if not is_apart and len(looks) < _MOST_LOOKS and _is_plain(planned.action):
            looks.insert(0, _look_of(planned))
        yield line_of(action_shape(planned, keys))


def _found(looks: list[_Look], text: str) -> tuple[_Look, tuple[str, ...]] | None:
    for place, look in enumerate(looks):
        matched = look.body.fullmatch(text)
        if matched is not None:
            if place:
                looks.insert(0, looks.pop(place))
            return look, matched.groups()
    return None


def _is_plain(action: Action) -> bool:
    """Say whether an action shows nothing but single values."""
    odd = any(getattr(action, name) for name in RARE)
    names = action.adds or action.removes or action.references
    many = any(isinstance(end, tuple) for c in action.changes for end in (c.before, c.after))
    return not (odd or names or many)


def _look_of(planned: PlannedAction) -> _Look:
    """Work out a look from one of its actions: its own two texts, with signs for values."""
    marked = _marked(planned)
    between, names = _parted(action_bytes(marked.action).decode())
    groups = [_GROUPS.get(name, f"({_SCALAR})") for name in names]
    pattern = "".join(map("".join, zip(map(re.escape, between), [*groups, ""], strict=True)))
    line = line_of(action_shape(marked, {})).replace(f'"{marked.id}"', _quoted(_mark("id")), 1)
    pieces, places = _parted(line)
    given = ["id", "key", "bundle", *(n for n in names if n not in ("anchor", "subject"))]
    return _Look(
        re.compile(pattern),
        "%s".join(piece.replace("%", "%%") for piece in pieces),
        itemgetter(*(given.index(name) for name in places)),
    )


def _marked(planned: PlannedAction) -> PlannedAction:
    changes = tuple(
        Change(c.attribute, _sign(c.before, f"before{n}"), _sign(c.after, f"after{n}"))
        for n, c in enumerate(planned.action.changes)
    )
    action = replace(
        planned.action,
        anchor=_mark("anchor"),
        native_id=_mark("native"),
        subject=_mark("subject"),
        changes=changes,
    )
    draft = replace(planned.draft, action=action, key=_mark("key"), bundle=_mark("bundle"))
    return replace(planned, draft=draft)


def _sign(value: Presence, name: str) -> Presence:
    return value if value is ABSENT else _mark(name)


def _mark(name: str) -> str:
    return f"\0{name}\0"


def _parted(text: str) -> tuple[list[str], list[str]]:
    """Return the texts between the signs, and the names of the signs."""
    pieces = _MARK.split(text)
    return pieces[::2], pieces[1::2]
