"""Unique names that change hands within one plan: who lets go first, and who goes together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from provisor.domain.action import Change, Operation, Wave
from provisor.domain.plan import Draft
from provisor.domain.record import as_text
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import ObjectType, fold

Name = tuple[ObjectType, str]


def order_names(drafts: Iterable[Draft], objects: Mapping[ObjectType, ObjectRules]) -> list[Draft]:
    """Let a rename that frees a name go before the act that takes it, as one bundle.

    Approving the taking without the letting go would only fail at the target.
    """
    listed = list(drafts)
    takers = {
        name: draft
        for draft in listed
        if draft.action.operation in (Operation.CREATE, Operation.RENAME)
        and (name := _name(draft, objects, "after")) is not None
    }
    bundles: dict[int, str] = {}
    releasing: set[int] = set()
    for draft in listed:
        if draft.action.operation is not Operation.RENAME:
            continue
        freed = _name(draft, objects, "before")
        taker = takers.get(freed) if freed is not None else None
        if taker is None or taker is draft:
            continue
        releasing.add(id(draft))
        bundle = bundles.get(id(taker)) or bundles.get(id(draft)) or _bundle(draft)
        bundles[id(draft)] = bundles[id(taker)] = bundle
    renamed = _joined(listed, bundles)
    return [
        replace(
            draft,
            wave=Wave.RELEASE if id(draft) in releasing else draft.wave,
            bundle=renamed.get(id(draft), draft.bundle),
        )
        for draft in listed
    ]


def _joined(drafts: list[Draft], bundles: Mapping[int, str]) -> dict[int, str]:
    """Carry a name's bundle over to everything that already went together with its drafts."""
    joined = {d.bundle: bundles[id(d)] for d in drafts if d.bundle and id(d) in bundles}
    return {id(d): bundles.get(id(d), joined.get(d.bundle, d.bundle)) for d in drafts}


def _bundle(draft: Draft) -> str:
    return draft.bundle or f"{draft.action.object_type}:{draft.action.subject}"


def _name(draft: Draft, objects: Mapping[ObjectType, ObjectRules], side: str) -> Name | None:
    rules = objects.get(draft.action.object_type)
    if rules is None or not rules.schema.name:
        return None
    change = _change(draft, rules.schema.name)
    text = as_text(getattr(change, side)) if change is not None else ""
    folded = str(fold(text, rules.schema.attribute(rules.schema.name)))
    return (draft.action.object_type, folded) if folded else None


def _change(draft: Draft, attribute: str) -> Change | None:
    return next((c for c in draft.action.changes if c.attribute == attribute), None)
