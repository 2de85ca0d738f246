"""Knowledge as rows, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from provisor.domain.plan import Tally
from provisor.domain.record import Values
from provisor.domain.schema import ObjectType
from provisor.domain.side import Side
from provisor.ports.knowledge import Cycle, Known, KnownRow, Place
from provisor.stores.times import time_of, time_text

_DECODE = json.JSONDecoder().decode
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def place_of(place: Place) -> tuple[str, str]:
    """Return a place as the first columns of its rows."""
    return place[0].value, place[1].value


def body_of(values: Values | None) -> str | None:
    """Return values as they are kept; absent ones are left out, lists are lists."""
    return None if values is None else _ENCODE(dict(values))


def values_of(body: str | None) -> Values | None:
    """Return the values of a body."""
    if body is None:
        return None
    loaded: dict[str, Any] = _DECODE(body)
    if "[" not in body:
        return loaded
    return {name: tuple(value) if type(value) is list else value for name, value in loaded.items()}


def object_row(number: int, place: Place, known: Known | KnownRow) -> tuple[object, ...]:
    """Return the row of one object."""
    side, object_type = place
    if isinstance(known, tuple):
        return (number, side.value, object_type.value, *known)
    return (
        number,
        side.value,
        object_type.value,
        known.key,
        body_of(known.values),
        known.place,
        known.native,
        known.identity,
        int(known.linked),
        known.keeps,
        known.told,
        known.due,
    )


def known_of(row: Sequence[Any]) -> Known:
    """Return the object of a row, from its key on."""
    key, body, place, native, identity, linked, keeps, told, due = row
    return Known(key, values_of(body), place, native, identity, linked == 1, keeps, told, due)


# --- what holds for all of them ------------------------------------------------------------------


def cycle_row(cycle: Cycle) -> tuple[object, ...]:
    """Return the row of a cycle."""
    facts = {
        "format": cycle.format,
        "plan": cycle.plan,
        "watermarks": _of_places(cycle.watermarks),
        "observed": _of_places(cycle.observed),
        "records": _tallies(cycle.records),
        "accounts": _tallies(cycle.accounts),
        "references": {k.value: _named(own) for k, own in cycle.references.items()},
        "managed": _of_types(cycle.managed),
        "repeated": _of_types(cycle.repeated),
        "unkeyed": _of_types(cycle.unkeyed),
        "acts": cycle.acts,
        "shares": {name: dict(counts) for name, counts in cycle.shares.items()},
        "overrides": sorted(cycle.overrides),
    }
    return (
        cycle.job,
        cycle.number,
        cycle.turn,
        cycle.configuration,
        time_text(cycle.full_at),
        time_text(cycle.at),
        _ENCODE(facts),
    )


def cycle_of(row: Sequence[Any]) -> Cycle:
    """Return the cycle of a row."""
    job, number, turn, configuration, full_at, at, text = row
    facts = json.loads(text)
    return Cycle(
        job=job,
        configuration=configuration,
        number=number,
        turn=turn,
        full_at=time_of(full_at),
        at=time_of(at),
        plan=facts["plan"],
        watermarks={_place(name): mark for name, mark in facts["watermarks"].items()},
        observed={_place(name): one for name, one in facts["observed"].items()},
        records=_told(facts["records"]),
        accounts=_told(facts["accounts"]),
        references={ObjectType(k): _own(own) for k, own in facts["references"].items()},
        managed={ObjectType(name): n for name, n in facts["managed"].items()},
        repeated={ObjectType(name): dict(n) for name, n in facts["repeated"].items()},
        unkeyed={ObjectType(name): n for name, n in facts["unkeyed"].items()},
        acts=facts["acts"],
        shares=facts.get("shares", {}),
        overrides=tuple(facts.get("overrides", ())),
        format=facts["format"],
    )


def _of_places(found: Mapping[Place, str]) -> dict[str, str]:
    return {" ".join(place_of(place)): text for place, text in found.items()}


def _place(name: str) -> Place:
    side, object_type = name.split(" ")
    return Side(side), ObjectType(object_type)


def _of_types(found: Mapping[ObjectType, object]) -> dict[str, object]:
    return {object_type.value: told for object_type, told in found.items()}


def _tallies(found: Mapping[ObjectType, Tally]) -> dict[str, object]:
    return {kind.value: [tally.seen, dict(tally.classes)] for kind, tally in found.items()}


def _told(found: Mapping[str, Any]) -> dict[ObjectType, Tally]:
    return {ObjectType(kind): Tally(seen, classes) for kind, (seen, classes) in found.items()}


def _named(found: Mapping[str, Tally]) -> dict[str, object]:
    return {name: [tally.seen, dict(tally.classes)] for name, tally in found.items()}


def _own(found: Mapping[str, Any]) -> dict[str, Tally]:
    return {name: Tally(seen, classes) for name, (seen, classes) in found.items()}
