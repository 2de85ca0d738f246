"""Unique values that change hands within one plan: who lets go first, and who goes together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from provisor.domain.action import Operation, Wave
from provisor.domain.numbering import Form
from provisor.domain.plan import Draft
from provisor.domain.record import Presence
from provisor.domain.register import form_of, unique_attributes
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import ObjectType

Name = tuple[ObjectType, str, str]
"""(object type, attribute, form)"""
Forms = Mapping[tuple[ObjectType, str], Form]

_TAKING = frozenset({Operation.CREATE, Operation.RENAME, Operation.UPDATE})
_FREEING = frozenset({Operation.RENAME, Operation.UPDATE, Operation.CLEAR})


def order_names(drafts: Iterable[Draft], objects: Mapping[ObjectType, ObjectRules]) -> list[Draft]:
    """Let a change that frees a unique value go before the act that takes it, as one bundle.

    Approving the taking without the letting go would only fail at the target.
    """
    listed = list(drafts)
    forms = {
        (object_type, attribute): form_of(rules, attribute)
        for object_type, rules in objects.items()
        for attribute in unique_attributes(rules)
    }
    freeing = [draft for draft in listed if draft.action.operation in _FREEING]
    if not freeing:
        return listed
    takers = {
        name: draft
        for draft in listed
        if draft.action.operation in _TAKING
        for name in _names(draft, forms)[1]
    }
    bundles: dict[int, str] = {}
    releasing: set[int] = set()
    for draft in freeing:
        freed = _names(draft, forms)[0]
        for taker in (takers[name] for name in freed if name in takers):
            if taker is draft:
                continue
            releasing.add(id(draft))
            bundle = bundles.get(id(taker)) or bundles.get(id(draft)) or _bundle(draft)
            bundles[id(draft)] = bundles[id(taker)] = bundle
    if not releasing:
        return listed
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


def _names(draft: Draft, forms: Forms) -> tuple[list[Name], list[Name]]:
    """Return the unique values that a draft gives up, and those that it takes."""
    object_type = draft.action.object_type
    freed: list[Name] = []
    taken: list[Name] = []
    for change in draft.action.changes:
        form = forms.get((object_type, change.attribute))
        if form is not None:
            before, after = _form(change.before, form), _form(change.after, form)
            if before != after:
                freed += [(object_type, change.attribute, before)] if before else []
                taken += [(object_type, change.attribute, after)] if after else []
    return freed, taken


def _form(value: Presence, form: Form) -> str:
    return form(value) if isinstance(value, str) else ""
