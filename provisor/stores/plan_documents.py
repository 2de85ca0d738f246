"""What is counted beside a plan, as JSON text and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NotRequired, TypedDict

from provisor.domain.plan import (
    Finding,
    PlanPart,
    ReferenceTallies,
    Ruling,
    SetAside,
    Tally,
    Verdict,
)
from provisor.domain.reference import Lack, Pending
from provisor.domain.schema import ObjectType
from provisor.stores.stored_actions import Labels


def json_text(value: object) -> str:
    """Return compact JSON with sorted keys."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def texts_of(text: str) -> tuple[str, ...]:
    """Return a list of texts from its text."""
    return tuple(json.loads(text))


def parts_text(parts: Sequence[PlanPart], labels: Labels) -> str:
    """Return a plan's parts as JSON text, with what some of its acts are about."""
    listed = [[item.part, item.count, item.verdict.value, item.approvers] for item in parts]
    if not labels:
        return json_text(listed)
    rows = [[place, apart, about] for place, (apart, about) in sorted(labels.items())]
    return json_text({"parts": listed, "labels": rows})


def parts_of(text: str) -> tuple[PlanPart, ...]:
    """Return a plan's parts from their text."""
    body = json.loads(text)
    listed = body["parts"] if isinstance(body, dict) else body
    return tuple(
        PlanPart(part, count, Ruling(ruling), *approvers)
        for part, count, ruling, *approvers in listed
    )


def labels_of(text: str) -> Labels:
    """Return what some of a plan's acts are about, from the text of its parts."""
    body = json.loads(text)
    rows = body["labels"] if isinstance(body, dict) else []
    return {place: (apart, tuple((by, of) for by, of in about)) for place, apart, about in rows}


def verdicts_text(verdicts: Sequence[Verdict]) -> str:
    """Return a plan's verdicts as JSON text."""
    return json_text([item.body() for item in verdicts])


class _VerdictBody(TypedDict):
    name: str
    part: str
    value: str
    limit: str
    result: str
    reason: str
    base: NotRequired[str]
    about: NotRequired[str]


def verdicts_of(text: str) -> tuple[Verdict, ...]:
    """Return a plan's verdicts from their text."""
    bodies: list[_VerdictBody] = json.loads(text)
    return tuple(
        Verdict(
            name=body["name"],
            part=body["part"],
            value=body["value"],
            limit=body["limit"],
            result=Ruling(body["result"]),
            reason=body["reason"],
            base=body.get("base", ""),
            about=body.get("about", ""),
        )
        for body in bodies
    )


def tallies_text(tallies: Mapping[ObjectType, Tally]) -> str:
    """Return tallies per object type as JSON text; the order of the classes is kept."""
    bodies = {
        object_type.value: {"seen": tally.seen, "classes": list(tally.classes.items())}
        for object_type, tally in tallies.items()
    }
    return json.dumps(bodies, separators=(",", ":"))


def tallies_of(text: str) -> dict[ObjectType, Tally]:
    """Return tallies per object type from their text."""
    return {
        ObjectType(name): Tally(body["seen"], dict(body["classes"]))
        for name, body in json.loads(text).items()
    }


def set_aside_text(records: Sequence[SetAside]) -> str:
    """Return the records that were set aside as JSON text."""
    return json_text(
        [[item.object_type.value, item.key, item.code, dict(item.parts)] for item in records]
    )


def set_aside_of(text: str) -> tuple[SetAside, ...]:
    """Return the records that were set aside from their text."""
    return tuple(
        SetAside(ObjectType(object_type), key, code, parts)
        for object_type, key, code, parts in json.loads(text)
    )


def findings_text(findings: Sequence[Finding]) -> str:
    """Return findings as JSON text."""
    return json_text(
        [
            [item.object_type.value, item.native_id, item.kind, item.name, item.detail]
            for item in findings
        ]
    )


def findings_of(text: str) -> tuple[Finding, ...]:
    """Return findings from their text."""
    return tuple(
        Finding(ObjectType(object_type), native_id, kind, name, detail)
        for object_type, native_id, kind, name, detail in json.loads(text)
    )


def references_text(tallies: ReferenceTallies, pending: Sequence[Pending]) -> str:
    """Return what became of a plan's references as JSON text."""
    counted = {
        object_type.value: {
            name: {"seen": tally.seen, "classes": list(tally.classes.items())}
            for name, tally in attributes.items()
        }
        for object_type, attributes in tallies.items()
    }
    left = [
        [one.object_type.value, one.key, one.attribute, one.value, one.lack.value]
        for one in pending
    ]
    return json.dumps([counted, left], ensure_ascii=False, separators=(",", ":"))


def references_of(text: str) -> tuple[ReferenceTallies, tuple[Pending, ...]]:
    """Return what became of a plan's references from their text; of none, nothing."""
    if not text:
        return {}, ()
    counted, left = json.loads(text)
    tallies = {
        ObjectType(kind): {
            name: Tally(body["seen"], dict(body["classes"])) for name, body in attributes.items()
        }
        for kind, attributes in counted.items()
    }
    return tallies, tuple(
        Pending(ObjectType(kind), key, attribute, value, Lack(lack))
        for kind, key, attribute, value, lack in left
    )
