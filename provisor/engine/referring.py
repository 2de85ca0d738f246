"""References on their way: who must have an account first, and the target's own ids at the wire.

A plan names the objects to which others refer by identity, because some of them have no native id
yet. Whoever carries it out knows the ids by then; what cannot be sent waits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from provisor.domain.action import Action, Change, Operation
from provisor.domain.difference import same
from provisor.domain.link import Link
from provisor.domain.plan import Draft, PlannedAction
from provisor.domain.plan_reading import grades_of
from provisor.domain.record import ABSENT, Presence, Value, Values
from provisor.domain.reference import NATIVE, as_reference, is_native, texts_of
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import Attribute

Natives = Mapping[str, str]
"""Identity id to the native id of its account."""


def identities_in(action: Action) -> frozenset[str]:
    """Return every identity that an act's references name, before and after."""
    return action.referred | action.released


def natives_of(links: Mapping[str, Link]) -> Natives:
    """Return the native ids of some accounts."""
    return {identity: link.native_id for identity, link in links.items()}


# --- the wire ------------------------------------------------------------------------------------


def on_the_wire(action: Action, natives: Natives) -> Action:
    """Return an act as connectors take it: a reference is the target's own id.

    Args:
        action: everybody to whom it refers afterwards has an account.
        natives: of everybody whom it names; who is not among them is left out.
    """
    if not action.references:
        return action
    changes = tuple(
        Change(c.attribute, native_value(c.before, natives), native_value(c.after, natives))
        if c.attribute in action.references
        else c
        for c in action.changes
    )
    return replace(action, changes=changes)


def native_value(value: Presence, natives: Natives) -> Presence:
    """Return a reference with native ids in the place of identities; unknown ones are left out.

    Example:
        >>> native_value(("a", "b", "native:u9"), {"a": "u1"})
        ('u1', 'u9')
    """
    if not isinstance(value, str | tuple):
        return value
    known = tuple(native for name in texts_of(value) if (native := native_of(name, natives)))
    if isinstance(value, tuple):
        return known
    return known[0] if known else None


def native_of(name: str, natives: Natives) -> str:
    """Return the native id that a reference means; empty when nobody knows it."""
    return name.removeprefix(NATIVE) if is_native(name) else natives.get(name, "")


# --- looking -------------------------------------------------------------------------------------


def refers_as_before(action: Action, account: Values, rules: ObjectRules, natives: Natives) -> bool:
    """Say whether an account refers to whom it did when an act on its references was planned."""
    return _refers(((c.attribute, c.before) for c in action.changes), account, rules, natives)


def refers_as_meant(action: Action, account: Values, rules: ObjectRules, natives: Natives) -> bool:
    """Say whether an account refers to whom an act on its references wants it to."""
    return _refers(((c.attribute, c.after) for c in action.changes), account, rules, natives)


def _refers(
    wanted: Iterable[tuple[str, Presence]], account: Values, rules: ObjectRules, natives: Natives
) -> bool:
    for name, value in wanted:
        if not all(native_of(one, natives) for one in texts_of(value)):
            return False
        if not same(_value(native_value(value, natives)), account.get(name), _field(rules, name)):
            return False
    return True


def _value(value: Presence) -> Value:
    return None if value is ABSENT else value


def _field(rules: ObjectRules, name: str) -> Attribute | None:
    known = rules.schema.attribute(name)
    return as_reference(known) if known is not None else None


# --- order ---------------------------------------------------------------------------------------


def gives_account(action: Action) -> bool:
    """Say whether an act gives its subject an account: made, or found."""
    return action.operation is Operation.CREATE or action.adopts


def needed_for(action: Action) -> frozenset[str]:
    """Return the identities that must have an account before an act is sent.

    Acts on references and on rights come after the account is made, which is named by its anchor.
    """
    if action.operation in (Operation.GRANT, Operation.REVOKE):
        return frozenset({action.subject})
    return frozenset({action.subject, *action.referred}) if action.references else frozenset()


def kept_together(before: Iterable[Draft], left: Iterable[Draft]) -> tuple[Draft, ...]:
    """Return what is left of a plan, less references to accounts that it does not give any more.

    Args:
        before: all acts that were worked out.
        left: those that remain.
    """
    listed = tuple(left)
    if not any(needed_for(draft.action) for draft in listed):
        return listed
    given = {draft.action.subject for draft in listed if gives_account(draft.action)}
    made = {draft.action.subject for draft in before if gives_account(draft.action)}
    lost = made - given
    return tuple(draft for draft in listed if not needed_for(draft.action) & lost)


def waiting_references(
    actions: Sequence[PlannedAction], chosen: Collection[str], linked: Collection[str]
) -> frozenset[str]:
    """Return the acts on references that wait for accounts which nobody allowed yet.

    Args:
        actions: the whole plan.
        chosen: the ids of the acts that are allowed.
        linked: the identities that have an account.
    """
    refused = {
        one.action.subject for one in actions if gives_account(one.action) and one.id not in chosen
    }
    lost = refused - set(linked)
    return frozenset(one.id for one in actions if lost and needed_for(one.action) & lost)


def moves_before_deletes(
    actions: Sequence[PlannedAction], over: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """Return, by identity whose account is deleted, the acts after which nobody refers to it.

    Args:
        actions: the whole plan.
        over: the ids of acts that were done before, or are no longer called for.
    """
    if all(operation is not Operation.DELETE for operation, _ in grades_of(actions)):
        return {}
    deleted = {one.action.subject for one in actions if one.action.operation is Operation.DELETE}
    moves: dict[str, tuple[str, ...]] = {}
    for one in actions:
        for identity in one.action.released & deleted if one.id not in over else ():
            moves[identity] = (*moves.get(identity, ()), one.id)
    return moves


def unmoved(action: Action, moves: Mapping[str, tuple[str, ...]], done: Collection[str]) -> str:
    """Return an act that must be done before an account may be deleted, or nothing.

    Args:
        action: that is about to be sent.
        moves: by identity whose account is deleted, the acts after which nobody refers to it.
        done: the ids of those that are done.
    """
    waiting = moves.get(action.subject, ()) if action.operation is Operation.DELETE else ()
    return next((one for one in waiting if one not in done), "")
