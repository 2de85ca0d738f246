"""From one act that was carried out to what can be taken back of it, as the target is now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from provisor.domain.action import Action, Change, Operation, Reversible
from provisor.domain.departing import switched_off
from provisor.domain.difference import same
from provisor.domain.holding import Grants
from provisor.domain.link import Link
from provisor.domain.override import OverrideKind
from provisor.domain.pinning import may_be_pinned, pinned_value
from provisor.domain.plan import OF_ORPHANS, PlannedAction
from provisor.domain.record import ABSENT, Presence, Record, Value, is_blank
from provisor.domain.reference import as_native, as_reference, is_native, texts_of
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import Writable, fold
from provisor.domain.undoing import Deed, Fate, Wish
from provisor.errors import RecordProblem

_GONE: Final = "the account is no longer there"
_OTHER: Final = "another account is linked by now"
_ELSEWHERE: Final = "the target shows neither what the run wrote nor what was there before"
_SWITCHED: Final = "switched off, not deleted: its id and its names stay taken"
_OFF: Final = "it is switched off already"
_LINK: Final = "the link stays; `provisor unlink` ends it"
_RIGHT: Final = "it is held again"
_NO_RIGHT: Final = "it is not held any more"
_MADE_ANEW: Final = (
    "an account is made anew by the rules: its id, its secrets and what others wrote are lost"
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What the target shows now of one object that an act was about."""

    rules: ObjectRules
    link: Link | None
    account: Record | None
    """The linked account; None when it is gone."""
    natives: Mapping[str, str] = field(default_factory=dict)
    """Identity id to the native id of everybody to whom references lead."""
    grants: Grants = field(default_factory=dict)
    """The rights that we gave to it, as the target spells them."""


def deeds_of(planned: PlannedAction, ground: Ground) -> Iterator[Deed]:
    """Yield what one act did, piece by piece, and what becomes of each.

    Memberships are left out: see `domain.rejoining`.

    Args:
        planned: an act that was done.
        ground: its object as it is now.
    """
    action = planned.action
    told = Deed(
        action.object_type,
        ground.link.key if ground.link is not None else planned.draft.key,
        action.subject,
        planned.id,
        action.operation,
        "",
        Fate.BACK,
    )
    if action.rule == OF_ORPHANS:
        yield told.as_(Fate.FINAL, "an account of nobody: no decision can be about its owner")
    elif action.operation is Operation.CREATE:
        yield _made(told, ground)
    elif action.operation is Operation.DELETE:
        yield _deleted(told, ground)
    elif action.operation in (Operation.GRANT, Operation.REVOKE):
        for change in action.changes:
            yield from _rights(replace(told, attribute=change.attribute), change, ground)
    else:
        yield from _written(told, action, ground)


def _made(told: Deed, ground: Ground) -> Deed:
    switch = ground.rules.schema.switch
    if ground.link is None or ground.account is None:
        return told.as_(Fate.MOVED_ON, _GONE)
    if switch is None:
        return told.as_(Fate.FINAL, "the target cannot switch it off, and an undo never deletes")
    if switched_off(ground.rules.schema, ground.account.values):
        return _with(told, "", Wish(OverrideKind.DENY)).as_before(_OFF)
    deed = _with(told, "", Wish(OverrideKind.DENY))
    return _lossy(deed, _SWITCHED)


def _deleted(told: Deed, ground: Ground) -> Deed:
    if ground.link is not None:
        return told.as_(Fate.AS_BEFORE, "there is an account again")
    return _lossy(told, _MADE_ANEW)


def _written(told: Deed, action: Action, ground: Ground) -> Iterator[Deed]:
    if action.adopts:
        yield _lossy(told.as_(Fate.LEFT, _LINK), _LINK)
    for change in action.changes:
        yield _attribute(_with(told, change.attribute), action, change, ground)


def _attribute(told: Deed, action: Action, change: Change, ground: Ground) -> Deed:
    """Return what becomes of one attribute that was written."""
    hindrance = _fixed(action, change, ground.rules)
    if hindrance:
        return told.as_(Fate.FINAL, hindrance)
    link, account = ground.link, ground.account
    if link is None or account is None:
        return told.as_(Fate.MOVED_ON, _GONE)
    if action.native_id is not None and link.native_id != action.native_id:
        return told.as_(Fate.MOVED_ON, _OTHER)
    known = ground.rules.schema.attribute(change.attribute)
    if known is not None and change.attribute in action.references:
        known = as_reference(known)
    before, after = _now(change.before, action, ground), _now(change.after, action, ground)
    held = account.values.get(change.attribute)
    if same(before, held, known):
        return _pinned(told, action, before, ground).as_before("")
    # A form that the target made of what was sent is what was sent.
    meant, kept = link.accepted.get(change.attribute, (after, after))
    forms = [after, kept] if same(meant, change.after, known) else [after]
    if not any(same(form, held, known) for form in forms):
        return told.as_(Fate.MOVED_ON, _ELSEWHERE)
    return _pinned(told, action, before, ground)


def _rights(told: Deed, change: Change, ground: Ground) -> Iterator[Deed]:
    """Yield what becomes of every right that was given or taken in an attribute."""
    for value in (*texts_of(change.before), *texts_of(change.after)):
        yield _right(replace(told, member=value, member_key=value), value, ground)


def _right(told: Deed, value: str, ground: Ground) -> Deed:
    name, rules = told.attribute, ground.rules
    if name not in rules.rights:
        return told.as_(Fate.FINAL, "the job gives no single values of this attribute any more")
    if ground.link is None or ground.account is None:
        return told.as_(Fate.MOVED_ON, _GONE)
    known = rules.schema.attribute(name)
    given = ground.grants.get(name, {}).get(value)
    forms = {fold(one, known) for one in (value, given.kept if given is not None else "") if one}
    held = [one for one in texts_of(ground.account.values.get(name)) if fold(one, known) in forms]
    gave = told.operation is Operation.GRANT
    # The act that takes it away names it as the target spells it.
    named = held[0] if held else value
    kind = OverrideKind.REVOKE if gave else OverrideKind.GRANT
    wish = Wish(kind, name, named)
    deed = replace(told, member=named, member_key=named, wishes=(wish,))
    if bool(held) is not gave:
        return deed.as_before(_NO_RIGHT if gave else _RIGHT)
    return deed


def _fixed(action: Action, change: Change, rules: ObjectRules) -> str:
    """Return why nobody can decide about an attribute; nothing if somebody can."""
    name, known = change.attribute, rules.schema.attribute(change.attribute)
    if name in action.redacted:
        return "its value is written and never shown, so nobody can decide it"
    if rules.is_secret(name):
        return "a secret that was drawn: nobody has the one of before"
    if not may_be_pinned(name, rules):
        return "it says whose account it is; `provisor link` and `provisor unlink` decide that"
    if known is not None and known.writable is not Writable.ALWAYS:
        return "the target takes it only while an account is made"
    return ""


def _now(value: Presence, action: Action, ground: Ground) -> Value:
    """Return a value as the target shows it; of references the native ids."""
    if value is ABSENT:
        return None
    refers = isinstance(value, str | tuple) and bool(action.references)
    if not refers:
        return value
    named = tuple(one for name in texts_of(value) if (one := _native(name, ground)))
    if isinstance(value, tuple):
        return named
    return named[0] if named else None


def _native(name: str, ground: Ground) -> str:
    return name.partition(":")[2] if is_native(name) else ground.natives.get(name, "")


def _pinned(told: Deed, action: Action, before: Value, ground: Ground) -> Deed:
    """Return the deed with the pin that brings the former value back."""
    rules, switch = ground.rules, ground.rules.schema.switch
    value = before
    if told.attribute in action.references:
        value = as_native(before)
        if is_blank(before) != is_blank(_meant(action, told.attribute)):
            return told.as_(Fate.FINAL, "whoever it led to has no account any more")
    try:
        pinned_value(value, told.attribute, rules)
    except RecordProblem as problem:
        return told.as_(Fate.FINAL, problem.what)
    deed = _with(told, told.attribute, Wish(OverrideKind.PIN, told.attribute, value))
    if switch is None or told.attribute != switch.attribute:
        return deed
    if action.operation is Operation.DISABLE:
        return _with(deed, told.attribute, *deed.wishes, Wish(OverrideKind.KEEP))
    return deed


def _meant(action: Action, attribute: str) -> Presence:
    return next(one.before for one in action.changes if one.attribute == attribute)


def _with(told: Deed, attribute: str, *wishes: Wish) -> Deed:
    return replace(told, attribute=attribute, wishes=wishes)


def _lossy(deed: Deed, why: str) -> Deed:
    return replace(deed, reversible=Reversible.LOSSY, why=why)
