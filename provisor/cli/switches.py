"""What people switch: freezes and overrides, each with its leaf in the log."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from rich.console import Console
from rich.text import Text

from provisor.cli.excepting import (
    is_from_duty,
    refuse_exception,
    refuse_no_right,
    takes_attribute,
)
from provisor.cli.member_words import refuse_idle_word
from provisor.cli.override_tables import print_overrides
from provisor.domain.event import Event, EventKind
from provisor.domain.override import Override, OverrideKind, Until
from provisor.domain.pinning import may_be_pinned, pinned_value
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import ObjectType, Writable
from provisor.domain.undoing import is_undo
from provisor.engine.emergency.kill import PERSON_KILLED
from provisor.engine.journal import override_added, override_ended
from provisor.engine.overriding.opposing import NOTHING_ENDED, opposed
from provisor.engine.overriding.overruling import agree, named, needs_second, refuse_own_end
from provisor.engine.own_affairs import Affair, is_known, refuse_own_affair
from provisor.engine.people.whose import key_of_several
from provisor.engine.undoing.undo_ends import end_undo
from provisor.errors import CommandInvalid, RecordProblem, UnknownName, nearest
from provisor.ports.store import EVERYWHERE, Freeze
from provisor.wiring import Wiring

_LONGEST = 36_500
"""Days: a hundred years."""
_SAYING = frozenset(
    {OverrideKind.PIN, OverrideKind.UNLINK, OverrideKind.REVOKE, OverrideKind.GRANT}
)
"""Kinds that say nothing without a value."""


def freeze_writing(wiring: Wiring, target: str, reason: str) -> str:
    """Stop writing to one target, or everywhere; return the sentence to print."""
    if target != EVERYWHERE:
        wiring.configuration.system(target)
    now = wiring.clock.now()
    freeze = Freeze(target, wiring.actor.name, reason, now)
    facts = {"target": target}
    wiring.store.controls.freeze(freeze, [Event(EventKind.FROZEN, now, freeze.actor, facts)])
    where = "everywhere" if target == EVERYWHERE else f"to {target}"
    return f"writing {where} is frozen; `provisor unfreeze` lifts it"


def unfreeze_writing(wiring: Wiring, target: str, reason: str) -> str:
    """Lift a freeze; return the sentence to print."""
    now = wiring.clock.now()
    facts = {"target": target, "reason": hashlib.sha256(reason.encode()).hexdigest()}
    event = Event(EventKind.UNFROZEN, now, wiring.actor.name, facts)
    lifted = wiring.store.controls.unfreeze(target, [event])
    return "the freeze is lifted" if lifted else "there was no such freeze"


@dataclass(frozen=True, slots=True)
class Wish:
    """An override as the command line words it."""

    kind: str
    key: str
    reason: str
    job: str
    of_group: bool
    attribute: str
    value: str
    approver: str
    days: int
    until: str = ""
    unseen: bool = False
    """Whether it is meant for somebody whom no read has shown."""


def add_override(wiring: Wiring, wish: Wish, *, as_json: bool) -> None:
    """Keep an override and print it."""
    override = _override(wiring, _about_whom(wiring, wish))
    affair = _affair(wiring, override)
    refuse_own_affair(wiring.store, wiring.actor, wiring.configuration.approvals, affair)
    refuse_idle_word(wiring, override, seen=wish.unseen)
    seen = wish.unseen or is_known(wiring.store, affair)
    ended = opposed(wiring.store, override, override.created_at, wiring.actor.name)
    if override.waits:
        ended = NOTHING_ENDED  # the second word ends what says the opposite
    ends = [one.id for one in ended.overrides]
    events = [*ended.events, override_added(override)]
    wiring.store.overrides.exchange(ends, [override], override.created_at, events)
    print_overrides(wiring, [override], as_json=as_json)
    _tell_ended(ends)
    if not seen:
        warning = "nobody with this key was seen yet; it will bind whoever comes with it"
        Console(stderr=True, highlight=False, soft_wrap=True).print(Text(warning, style="yellow"))


def _about_whom(wiring: Wiring, wish: Wish) -> Wish:
    """Return the wish with the person's own key, by whichever of theirs it was said."""
    known = wiring.configuration.jobs
    names = [name for name in ([wish.job] if wish.job else known) if name in known]
    if wish.of_group or not wish.key:
        return wish
    return replace(wish, key=key_of_several([partial(wiring.job, one) for one in names], wish.key))


def _tell_ended(ends: Iterable[str]) -> None:
    for one in ends:
        said = f"it says the opposite of override {one}, which has ended"
        Console(stderr=True, highlight=False, soft_wrap=True).print(Text(said, style="yellow"))


def _affair(wiring: Wiring, override: Override) -> Affair:
    """Return whom an override is about, in every job that it binds."""
    configuration = wiring.configuration
    names = [override.job] if override.job else list(configuration.jobs)
    jobs = [(name, configuration.job(name)) for name in names if name in configuration.jobs]
    places = tuple((name, job.source, job.target) for name, job in jobs)
    return Affair(override.object_type, override.key, places, override.approver)


def _override(wiring: Wiring, wish: Wish) -> Override:
    _refuse_incomplete(wiring, wish)
    if wish.kind == OverrideKind.PIN:
        _refuse_pin(wiring, wish)
    now, kind = wiring.clock.now(), OverrideKind(wish.kind)
    return Override(
        id=secrets.token_hex(8),
        kind=kind,
        job=wish.job,
        object_type=ObjectType.GROUPS if wish.of_group else ObjectType.USERS,
        key=wish.key,
        attribute=wish.attribute,
        value=wish.value if wish.kind in _SAYING else None,
        reason=wish.reason.strip(),
        author=wiring.actor.name,
        approver=wish.approver.strip(),
        created_at=now,
        expires_at=now + timedelta(days=wish.days) if wish.days > 0 else None,
        needs_consent=needs_second(kind, wish.attribute, wiring.configuration.approvals),
        until=Until(wish.until),
    )


def _refuse_incomplete(wiring: Wiring, wish: Wish) -> None:
    kinds = [kind.value for kind in OverrideKind]
    if wish.kind not in kinds:
        near = nearest(wish.kind, kinds)
        raise UnknownName(
            f"no override is called `{wish.kind}`",
            where="--kind",
            found=f"there are {', '.join(kinds)}",
            safe="nothing was kept",
            next=f"did you mean `{near}`?" if near else "choose one of them",
        )
    if wish.kind == OverrideKind.LINK:
        _refuse_answer(wish)
    if is_from_duty(wish.kind, wish.attribute):
        refuse_exception(wiring, wish.attribute, wish.days, wish.approver)
    elif wish.kind in (OverrideKind.EXCEPT, OverrideKind.REPAIR):
        _refuse_drift(wish)
    _refuse_idle(wish)
    refuse_no_right(wiring, wish.kind, wish.attribute, wish.job)
    if wish.job:
        wiring.configuration.job(wish.job)
    alone = not wiring.configuration.approvals.four_eyes
    missing = [
        option
        for option, needed, given in (
            ("--reason", True, wish.reason.strip()),
            ("--attribute", wish.kind == "pin", wish.attribute),
            ("--job", wish.kind == "unlink", wish.job),
            ("--value", wish.kind in _SAYING - {"pin"}, wish.value),
            ("--days", wish.kind == "grant" and alone, str(wish.days or "")),
        )
        if needed and not given
    ]
    if missing:
        raise CommandInvalid(
            f"an override of kind `{wish.kind}` needs {' and '.join(missing)}",
            where="override add",
            safe="nothing was kept",
            next=f"say {' and '.join(missing)}",
        )


def _refuse_idle(wish: Wish) -> None:
    """Refuse words that would change nothing: whoever says them means something."""
    idle = [
        option
        for option, heard, given in (
            (
                "--attribute",
                takes_attribute(wish.kind, wish.attribute),
                wish.attribute,
            ),
            ("--value", wish.kind in _SAYING, wish.value),
            ("--until", wish.kind != OverrideKind.DENY, wish.until),
        )
        if given and not heard
    ]
    if idle:
        raise CommandInvalid(
            f"{' and '.join(idle)} says nothing for an override of kind `{wish.kind}`",
            where="override add",
            safe="nothing was kept",
            next="leave it out, or choose another `--kind`",
        )
    if not 0 <= wish.days <= _LONGEST:
        raise CommandInvalid(
            "the number of days cannot be used",
            where="--days",
            found=f"{wish.days:,}; 0 to {_LONGEST:,} were expected",
            safe="nothing was kept",
            next="say after how many days it ends; 0 is never",
        )


def _refuse_drift(wish: Wish) -> None:
    """What the target shows, and since when, is looked up by `provisor drift`."""
    raise CommandInvalid(
        "what follows from others' changes is said by `provisor drift`",
        where=f"--kind {wish.kind}",
        found="a decision that nobody would hold against what the target shows",
        safe="nothing was kept",
        next=f"`provisor drift {wish.job or 'JOB'} --decide {wish.kind} --key KEY --reason TEXT`",
    )


def _refuse_answer(wish: Wish) -> None:
    """Whether an account is free, and whose word that is, is looked up by `provisor link`."""
    raise CommandInvalid(
        "whose account it is is said by `provisor link`",
        where="--kind link",
        found="an answer that nobody would hold against accounts and links",
        safe="nothing was kept",
        next=f"`provisor link {wish.job or 'JOB'} KEY ACCOUNT --reason TEXT`",
    )


def _refuse_pin(wiring: Wiring, wish: Wish) -> None:
    """Refuse what every plan would leave out, or would set the record aside for."""
    object_type = ObjectType.GROUPS if wish.of_group else ObjectType.USERS
    names = [wish.job] if wish.job else list(wiring.configuration.jobs)
    found = [wiring.compiled(name).rules.objects.get(object_type) for name in names]
    kinds = [rules for rules in found if rules is not None]
    if any(rules.is_secret(wish.attribute) for rules in kinds):
        raise CommandInvalid(
            f"`{wish.attribute}` is a secret, and no value of it can be pinned",
            where="--attribute",
            found="an attribute that is drawn when an account is made",
            safe="nothing was kept; the value is not shown here",
            next="set the secret in the target itself",
        )
    knowing = [rules for rules in kinds if _knows(rules, wish.attribute)]
    if not knowing:
        _refuse_unknown(wish.attribute, kinds)
    for rules in knowing:
        _refuse_unfit(wish, rules)


def _knows(rules: ObjectRules, attribute: str) -> bool:
    named = rules.schema.attribute(attribute) is not None or rules.schema.open
    return named or any(one.attribute == attribute for one in rules.mappings)


def _refuse_unknown(attribute: str, kinds: Iterable[ObjectRules]) -> None:
    known = sorted({one.name for rules in kinds for one in rules.schema.attributes})
    near = nearest(attribute, known)
    raise UnknownName(
        f"no target attribute is called `{attribute}`",
        where="--attribute",
        found=f"known here: {', '.join(known[:20])}",
        safe="nothing was kept",
        next=f"did you mean `{near}`?" if near else "choose one of them",
    )


def _refuse_unfit(wish: Wish, rules: ObjectRules) -> None:
    known = rules.schema.attribute(wish.attribute)
    fixed = known is not None and known.writable is Writable.NEVER
    if fixed or not may_be_pinned(wish.attribute, rules):
        raise CommandInvalid(
            f"`{wish.attribute}` cannot be pinned",
            where="--attribute",
            found="an attribute that says whose account it is, or that nobody writes",
            safe="nothing was kept",
            next="`provisor link` and `provisor unlink` say whose account it is",
        )
    try:
        pinned_value(wish.value, wish.attribute, rules)
    except RecordProblem as problem:
        raise CommandInvalid(
            problem.what,
            where="--value",
            found=problem.found,
            safe="nothing was kept; the value is not shown here",
            next="pin another value",
        ) from None


def end_override(wiring: Wiring, override_id: str, reason: str) -> str:
    """End an override; return the sentence to print."""
    if is_undo(override_id):
        undo = wiring.store.undos.get(override_id)
        ended = end_undo(wiring.job(undo.job), undo.id, reason)
        return f"{len(ended)} decision(s) of {undo.id} have ended; the rules act again"
    now = wiring.clock.now()
    for standing in wiring.store.overrides.all():
        if standing.id == override_id:
            affair = replace(_affair(wiring, standing), approver="")
            refuse_own_affair(wiring.store, wiring.actor, wiring.configuration.approvals, affair)
            refuse_own_end(standing, wiring.actor, wiring.configuration.approvals)
    event = override_ended(override_id, now, wiring.actor.name, reason)
    over = wiring.store.overrides.end(override_id, now, [event])
    _close_kill(wiring, override_id, now)
    return f"the override `{over.kind.value}` on {over.key} has ended"


def _close_kill(wiring: Wiring, override_id: str, now: datetime) -> None:
    facts = {"kind": PERSON_KILLED, "cause": override_id, "job": ""}
    event = Event(EventKind.ALERT_CLOSED, now, wiring.actor.name, facts)
    wiring.store.alerts.close(PERSON_KILLED, override_id, now, [event])


def approve_override(wiring: Wiring, override_id: str, reason: str) -> str:
    """Keep a second person's word for an override; return the sentence to print."""
    override = named(wiring.store, override_id)
    agreed = agree(
        wiring.store,
        wiring.clock.now(),
        wiring.actor,
        wiring.configuration.approvals,
        override,
        _affair(wiring, override),
        reason,
    )
    return f"the override `{agreed.kind.value}` on {agreed.key} is in force"
