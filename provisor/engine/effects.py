"""From a connector's word on one act to what we remember of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from provisor.domain.action import Action, Operation
from provisor.domain.departing import switched_off
from provisor.domain.difference import same
from provisor.domain.duties import is_of_interest, of_group
from provisor.domain.entitlement import GROUP
from provisor.domain.holding import Held
from provisor.domain.link import Link, LinkState, Membership
from provisor.domain.plan import OF_ORPHANS
from provisor.domain.record import Value, Values, as_text, is_blank
from provisor.domain.register import unique_attributes
from provisor.domain.rules import JobRules
from provisor.domain.schema import ObjectSchema
from provisor.engine.doing import Doing
from provisor.engine.referring import on_the_wire
from provisor.engine.rights.granting import (
    OF_RIGHTS,
    given_memberships,
    right_effect,
    taken_memberships,
)
from provisor.errors import DeliveryFailed, NotFound, Overtaken
from provisor.ports.connector import OutcomeState, Written
from provisor.ports.store import ActOutcome, ActState, Effect, Intent

_STATES = {
    OutcomeState.DONE: ActState.DONE,
    OutcomeState.ALREADY_SO: ActState.ALREADY_SO,
    OutcomeState.FAILED: ActState.FAILED,
    OutcomeState.UNCERTAIN: ActState.UNCERTAIN,
}
_CLAIMED = "claimed"
UNDELIVERED = DeliveryFailed("").code
"""The code of an outcome that is done but for its secret."""


def effect_of(doing: Doing, written: Written, rules: JobRules, at: datetime) -> Effect:
    """Return the outcome of one act with everything that follows from it in our memory."""
    state = _state(written, doing.planned.action)
    outcome = _outcome(doing, state, at, written)
    if state not in (ActState.DONE, ActState.ALREADY_SO):
        return Effect(outcome)
    return happened(doing, outcome, rules, written.native_id, written.observed)


def _state(written: Written, action: Action) -> ActState:
    """An account that is gone or changed when we come to it has moved: the plan is stale there."""
    state = _STATES[written.state]
    moved = isinstance(written.problem, NotFound | Overtaken)
    gone = moved and action.operation is not Operation.CREATE
    return ActState.STALE if state is ActState.FAILED and gone else state


def _outcome(doing: Doing, state: ActState, at: datetime, written: Written) -> ActOutcome:
    problem = written.problem
    return outcome_of(
        doing.intent,
        state,
        at,
        native_id=written.native_id,
        code=problem.code if problem is not None else "",
        message=problem.what if problem is not None else "",
        assurance=_CLAIMED if written.observed is not None else "",
    )


def outcome_of(
    intent: Intent,
    state: ActState,
    at: datetime,
    *,
    native_id: str | None = None,
    code: str = "",
    message: str = "",
    assurance: str = "",
    blocked_by: str = "",
) -> ActOutcome:
    """Return the outcome that ends an intent."""
    return ActOutcome(
        intent.action_id,
        intent.plan,
        intent.run,
        intent.target,
        intent.attempt,
        state,
        at,
        native_id,
        code,
        message,
        assurance,
        blocked_by,
    )


def happened(
    doing: Doing,
    outcome: ActOutcome,
    rules: JobRules,
    native_id: str | None,
    observed: Values | None,
) -> Effect:
    """Return what a successful act changes: link, memberships, used votes."""
    action = doing.planned.action
    subject = (action.object_type, action.subject)
    if action.operation is Operation.MEMBERSHIP:
        return Effect(
            outcome,
            granted=tuple(Membership(action.subject, m) for m in doing.sent_adds),
            revoked=tuple(Membership(action.subject, m) for m in doing.sent_removes),
            consumes=doing.decisions,
            given=given_memberships(doing.planned, rules, doing.sent_adds, outcome.at),
            taken=taken_memberships(doing.planned, rules, doing.sent_removes),
            joined=_held(doing, rules, doing.sent_adds),
            parted=_held(doing, rules, doing.sent_removes),
        )
    if action.operation in OF_RIGHTS:
        return right_effect(doing, outcome, rules, observed)
    if action.operation is Operation.DELETE:
        names = _names(doing, rules)
        return Effect(outcome, unlink=subject, consumes=doing.decisions, names=names)
    if action.rule == OF_ORPHANS:
        # An account of nobody is nobody's afterwards, too.
        return Effect(outcome, consumes=doing.decisions)
    link = _link(doing, rules, native_id or action.native_id or "", observed, outcome.at)
    former = _former_names(doing, rules)
    return Effect(
        outcome,
        link=link,
        consumes=doing.decisions,
        names=_names(doing, rules),
        former_names=former,
    )


def _held(doing: Doing, rules: JobRules, members: Iterable[str]) -> tuple[Held, ...]:
    """Return who is in a group, or was, where duties name it."""
    group = doing.planned.draft.name
    if not is_of_interest(rules.duties, of_group(rules.target, group)):
        return ()
    return tuple(Held(member, GROUP, group) for member in members)


def _names(doing: Doing, rules: JobRules) -> tuple[tuple[str, str], ...]:
    """Return what the account is called now, or what it was called when it was deleted."""
    action = doing.planned.action
    objects = rules.objects[action.object_type]
    unique = set(unique_attributes(objects)) - {objects.schema.anchor}
    deleted = action.operation is Operation.DELETE
    named = {objects.schema.name: doing.planned.draft.name} if action.adopts else {}
    for change in action.changes:
        value = change.before if deleted else change.after
        if isinstance(value, str):
            named[change.attribute] = value
    return tuple((name, named[name]) for name in sorted(unique & named.keys()) if named[name])


def _link(
    doing: Doing, rules: JobRules, native_id: str, observed: Values | None, at: datetime
) -> Link:
    action = doing.planned.action
    schema = rules.objects[action.object_type].schema
    known = doing.link or Link(
        action.subject,
        action.object_type,
        doing.planned.draft.key,
        native_id,
        action.anchor,
        LinkState.ACTIVE,
        at,
    )
    accepted = {**known.accepted, **_rewritten(doing, schema, observed)}
    state, since, leave = known.state, known.since, known.leave
    if action.operation is Operation.DISABLE:
        state, since = LinkState.DISABLED, at
    elif action.operation is Operation.ENABLE:
        state, since, leave = LinkState.ACTIVE, at, None
    elif action.operation is Operation.CREATE and _is_made_off(action, schema):
        state, since = LinkState.DISABLED, at
    return replace(
        known,
        key=doing.planned.draft.key,
        native_id=native_id or known.native_id,
        anchor=action.anchor,
        state=state,
        since=since,
        accepted=accepted,
        leave=leave,
    )


def _is_made_off(action: Action, schema: ObjectSchema) -> bool:
    """Say whether a new account is made switched off: its day switches it on."""
    switch = schema.switch
    given = {change.attribute: change.after for change in action.changes}
    return switch is not None and switched_off(schema, given)


def _former_names(doing: Doing, rules: JobRules) -> tuple[tuple[str, str], ...]:
    """Return the unique values that an account gives up while its person is gone."""
    leave = doing.link.leave if doing.link is not None else None
    if leave is None or leave.back is not None:
        return ()
    objects = rules.objects[doing.planned.action.object_type]
    unique = set(unique_attributes(objects)) - {objects.schema.anchor}
    return tuple(
        (change.attribute, change.before)
        for change in doing.planned.action.changes
        if change.attribute in unique and isinstance(change.before, str) and change.before
    )


def _rewritten(
    doing: Doing, schema: ObjectSchema, observed: Values | None
) -> Mapping[str, tuple[Value, Value]]:
    """Return the attributes that the target keeps in another form than was sent.

    An empty answer is no form: a dropped value is not accepted, it is shown as a difference.
    """
    if observed is None:
        return {}
    found: dict[str, tuple[Value, Value]] = {}
    sent = on_the_wire(doing.planned.action, doing.natives).changes
    for change, meant in zip(sent, doing.planned.action.changes, strict=True):
        name, wanted = change.attribute, change.after
        if name not in observed or not isinstance(wanted, str | int | tuple):
            continue
        kept = observed[name]
        rewritten = not is_blank(kept) and not same(wanted, kept, schema.attribute(name))
        if rewritten and isinstance(meant.after, str | int | tuple):
            found[name] = (meant.after, kept)
    return found


def dropped_attributes(action: Action, observed: Values | None) -> tuple[str, ...]:
    """Return the attributes that were sent and that the answer shows empty."""
    if observed is None:
        return ()
    return tuple(
        change.attribute
        for change in action.changes
        if change.attribute in observed
        and is_blank(observed[change.attribute])
        and as_text(change.after) != ""
    )
