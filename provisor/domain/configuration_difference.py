"""What differs between two configurations by meaning: rules, limits, guards; one line each.

Enters: two documents as digests cover them. Leaves: `Shift`s in the order of their places, those
that loosen a guard marked. A setting that is left out stands for what it means when left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from provisor.domain.canonical import Json, canonical_text
from provisor.domain.configuration_guards import NOTHING, Weight, weight_of, whole_rules
from provisor.domain.redaction import without_secrets

Document = Mapping[str, Json]

_LONGEST: Final = 240
_CONDITION: Final = (frozenset({"all"}), frozenset({"any"}), frozenset({"not"}))
_NAMES: Final = {"base": "minimum_base", "two_above": "two_approvers_above"}
"""What settings are called in the file, where documents have other words."""


class Turned(StrEnum):
    """What became of a setting."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Shift:
    """One setting that means something else."""

    place: str
    """Its path in the file, such as `jobs.hr-to-app.limits.disable.count`."""
    turned: Turned
    was: str
    """As it was written; empty for one that was added. No secret is in it."""
    now: str
    weight: Weight

    @property
    def words(self) -> str:
        """Return it as a sentence."""
        match self.turned:
            case Turned.ADDED:
                return f"{self.place} added: {self.now}"
            case Turned.REMOVED:
                return f"{self.place} removed: {self.was}"
            case Turned.CHANGED:
                return f"{self.place} {_direction(self)} from {self.was} to {self.now}"


def _direction(shift: Shift) -> str:
    if shift.was.isdecimal() and shift.now.isdecimal():
        return "raised" if int(shift.now) > int(shift.was) else "lowered"
    return "changed"


def shifts(was: str, now: str) -> tuple[Shift, ...]:
    """Return what the second configuration means otherwise than the first.

    Args:
        was: the document of the earlier configuration; empty for none.
        now: the document of the later one.

    Cost: one walk through both documents.
    """
    before, after = (_places(text) for text in (was, now))
    found = [
        shift
        for place in sorted(before.keys() | after.keys())
        for shift in _compared(place, before.get(place, NOTHING), after.get(place, NOTHING))
    ]
    return tuple(dict.fromkeys(found))


def _places(text: str) -> dict[str, Json]:
    """Return a document's large parts by their place in the file."""
    document = _mapping(json.loads(text)) if text else {}
    found = dict(_mapping(document.get("charter")))
    for name, job in _mapping(document.get("jobs")).items():
        found |= dict(_job_places(name, _mapping(job)))
    return found


def _job_places(name: str, job: Document) -> Iterator[tuple[str, Json]]:
    rules = _mapping(job.get("rules"))
    for key, value in whole_rules(rules).items():
        yield f"jobs.{name}.{key}", value
    for side in ("source", "target"):
        system = f"systems.{rules.get(side, side)}"
        described = _mapping(job.get(side))
        yield f"{system}.connector", described.get("connector")
        for key, value in _mapping(described.get("settings")).items():
            yield f"{system}.{key}", value
    yield f"accounts.{rules.get('target', 'target')}", job.get("accounts") or []
    yield from ((f"deliveries.{k}", v) for k, v in _mapping(job.get("deliveries")).items())
    yield "time_zone", job.get("time_zone")


def _compared(place: str, was: Json, now: Json) -> Iterator[Shift]:
    if was == now and type(was) is type(now):
        return
    match was, now:
        case Mapping(), Mapping() if not (_is_condition(was) or _is_condition(now)):
            for key in sorted(was.keys() | now.keys()):
                inner = f"{place}.{_NAMES.get(key, key)}"
                yield from _compared(inner, was.get(key, NOTHING), now.get(key, NOTHING))
        case (list(), list()):
            yield from _of_lists(place, was, now)
        case _:
            yield _shift(place, was, now)


def _of_lists(place: str, was: Sequence[Json], now: Sequence[Json]) -> Iterator[Shift]:
    """Compare entry by entry; where the entries are the same, their order is what changed."""
    gone = [one for one in was if one not in now]
    new = [one for one in now if one not in was]
    if not gone and not new:
        yield _shift(place, was, now)
    yield from (_shift(place, one, NOTHING) for one in gone)
    yield from (_shift(place, NOTHING, one) for one in new)


def _shift(place: str, was: Json, now: Json) -> Shift:
    turned = Turned.CHANGED
    if was == NOTHING:
        turned = Turned.ADDED
    elif now == NOTHING:
        turned = Turned.REMOVED
    return Shift(place, turned, _shown(was), _shown(now), weight_of(place, was, now))


def _shown(value: Json) -> str:
    if value == NOTHING:
        return ""
    text = without_secrets(_words(value))
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _words(value: Json) -> str:
    match value:
        case None:
            return "nothing"
        case str():
            return value or "nothing"
        case Mapping() if _is_condition(value):
            return _condition(value)
        case Mapping():
            return ", ".join(f"{key}: {_words(item)}" for key, item in value.items())
        case _:
            return canonical_text(value)


def _is_condition(value: Mapping[str, Json]) -> bool:
    return value.keys() in _CONDITION or "operator" in value


def _condition(value: Mapping[str, Json]) -> str:
    """Write a condition on one line."""
    for word in ("all", "any"):
        if word in value:
            parts = value[word]
            listed = parts if isinstance(parts, list) else []
            joined = ", ".join(_condition(_mapping(part)) for part in listed)
            return f"{word} of ({joined})"
    if "not" in value:
        return f"not ({_condition(_mapping(value['not']))})"
    subject = value.get("attribute") or f"group {value.get('group', '')}"
    compared = f" {_words(value['value'])}" if "value" in value else ""
    return f"{subject} {value.get('operator', '')}{compared}"


def _mapping(value: object) -> Document:
    return value if isinstance(value, Mapping) else {}
