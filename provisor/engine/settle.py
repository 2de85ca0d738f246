"""What became of acts whose answer was lost: settled by looking, before anything new is planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from provisor.domain.action import Action, Operation
from provisor.domain.difference import same
from provisor.domain.link import Link
from provisor.domain.record import ABSENT
from provisor.engine import journal
from provisor.engine.assembly import Side
from provisor.engine.carrying.delivering import lost_secrets
from provisor.engine.doing import Doing
from provisor.engine.effects import UNDELIVERED, happened, outcome_of
from provisor.engine.job import Job
from provisor.engine.ownership import Owners
from provisor.engine.raise_alerts import alert_undelivered
from provisor.engine.referring import identities_in, natives_of, refers_as_meant
from provisor.engine.rights.granting import granted_to, is_as_meant
from provisor.engine.settle_members import settled_members
from provisor.engine.survey import Survey
from provisor.ports.connector import Anchoring
from provisor.ports.store import ActState, Effect, Unfinished


@dataclass(frozen=True, slots=True)
class _Look:
    """The target as it shows itself now."""

    job: Job
    survey: Survey
    links: Mapping[str, Link]
    owners: Owners


def settle_unfinished(job: Job, survey: Survey) -> int:
    """Give every unfinished intent its end, from what the target shows now.

    Only a complete read of the target, later than the time a write may stay invisible, proves
    that something was not done; until then the act stays unfinished. A create in a target
    without a searchable anchor waits for a person.

    Returns:
        How many were settled.
    """
    unfinished = job.store.acts.unfinished(job.rules.target)
    doubted = any(seen.side is Side.TARGET for seen in survey.doubts)
    ready = [one for one in unfinished if _is_provable(job, one)]
    if not ready or doubted:
        return 0
    identities = {identity for one in ready for identity in _identities(one.action.action)}
    store, target = job.store.links, job.rules.target
    look = _Look(job, survey, store.of_identities(target, identities), Owners(store, target))
    effects = [_settled(look, one) for one in ready]
    event = journal.concluded(job, [effect.outcome for effect in effects])
    job.store.acts.conclude(effects, [event])
    alert_undelivered(job, [effect.outcome for effect in effects])
    job.reached("unfinished.settled")
    survey.assembly.forget_links()
    return len(effects)


def unsettled_subjects(job: Job) -> frozenset[str]:
    """Return the identities about which nothing new may be done yet."""
    left = job.store.acts.unfinished(job.rules.target)
    return frozenset(one.action.action.subject for one in left)


def _is_provable(job: Job, one: Unfinished) -> bool:
    capabilities = job.target.describe().capabilities
    visible = one.intent.at + timedelta(seconds=capabilities.visible_after_seconds)
    anchored = capabilities.anchoring is Anchoring.STORED
    creates = one.action.action.operation is Operation.CREATE
    return job.clock.now() >= visible and (anchored or not creates)


def _identities(action: Action) -> set[str]:
    return {action.subject, *identities_in(action)}


def _settled(look: _Look, one: Unfinished) -> Effect:
    action = one.action.action
    if action.operation is Operation.MEMBERSHIP:
        group = look.links.get(action.subject)
        return settled_members(look.job, look.survey.assembly, one, group)
    doing = Doing(
        one.intent,
        one.action,
        look.links.get(action.subject),
        (),
        natives=natives_of(look.links),
        grants=granted_to(look.job, [action.subject]).get(action.subject, {}),
    )
    native = _native_if_done(look, doing)
    done = native is not None
    lost = lost_secrets(action) if done else ""
    outcome = outcome_of(
        one.intent,
        ActState.DONE if done else ActState.FAILED,
        look.job.clock.now(),
        native_id=native,
        code=(UNDELIVERED if lost else "") if done else "not_done",
        message=lost if done else "the target shows that it was not done",
        assurance="confirmed",
    )
    if not done:
        return Effect(outcome)
    effect = happened(doing, outcome, look.job.rules, native, None)
    if effect.link is not None:
        look.owners.note(effect.link)
    return effect


def _native_if_done(look: _Look, doing: Doing) -> str | None:
    """Return the native id when the target shows the act as done, else None."""
    action = doing.planned.action
    match action.operation:
        case Operation.CREATE:
            return _by_anchor(look, action)
        case Operation.DELETE:
            native = action.native_id or ""
            there = look.survey.assembly.accounts(action.object_type, [native])
            return None if there else native
        case Operation.GRANT | Operation.REVOKE:
            return _by_right(look, doing)
        case _ if action.references:
            return _by_references(look, doing)
        case _:
            return _by_values(look, action)


def _by_anchor(look: _Look, action: Action) -> str | None:
    anchor = look.job.rules.objects[action.object_type].schema.anchor
    if not anchor or action.anchor is None:
        return None
    holders = look.survey.assembly.holders(action.object_type, anchor, [action.anchor])
    natives = holders.get(action.anchor.lower(), ())
    if len(natives) != 1:
        return None
    taken = look.owners.is_anothers(action.object_type, natives[0], action.subject)
    return None if taken else natives[0]


def _by_right(look: _Look, doing: Doing) -> str | None:
    if doing.link is None:
        return None
    action, native = doing.planned.action, doing.link.native_id
    account = look.survey.assembly.accounts(action.object_type, [native]).get(native)
    return native if account and is_as_meant(look.job, action, account.values) else None


def _by_references(look: _Look, doing: Doing) -> str | None:
    if doing.link is None:
        return None
    action, native = doing.planned.action, doing.link.native_id
    account = look.survey.assembly.accounts(action.object_type, [native]).get(native)
    rules = look.job.rules.objects[action.object_type]
    if account is None or not refers_as_meant(action, account.values, rules, doing.natives):
        return None
    return native


def _by_values(look: _Look, action: Action) -> str | None:
    native = action.native_id or ""
    account = look.survey.assembly.accounts(action.object_type, [native]).get(native)
    if account is None:
        return None
    schema = look.job.rules.objects[action.object_type].schema
    as_meant = all(
        same(
            None if change.after is ABSENT else change.after,
            account.value(change.attribute),
            schema.attribute(change.attribute),
        )
        for change in action.changes
    )
    return native if as_meant else None
