"""Who may say what against the rules, and when it counts: overrides that need a second person.

Whatever lets somebody have what the rules would take needs two people: `keep`, `grant`, exceptions
from duties. A `hold` keeps access, too, and must be quick: it is in force at once, for seven days.
What only takes away needs one. Ending is the other way round: whoever took something away does not
give it back alone.
"""

from __future__ import annotations

from datetime import datetime

from provisor.domain.approval import ApprovalPolicy
from provisor.domain.duties import DUTY
from provisor.domain.excepting import MEMBER
from provisor.domain.override import Consent, Override, OverrideKind
from provisor.engine import journal
from provisor.engine.job import Actor
from provisor.engine.overriding.opposing import opposed
from provisor.engine.own_affairs import Affair, names_of, refuse_own
from provisor.errors import AnswerRefused, CommandInvalid, SelfApproval, UnknownName
from provisor.ports.store import Store

_TAKES = frozenset({OverrideKind.DENY, OverrideKind.REVOKE})
_GIVES = frozenset({OverrideKind.KEEP, OverrideKind.GRANT, OverrideKind.HOLD})


def needs_second(kind: OverrideKind, attribute: str, policy: ApprovalPolicy) -> bool:
    """Say whether an override waits for somebody else's word.

    Example:
        >>> needs_second(OverrideKind.KEEP, "", ApprovalPolicy())
        True
        >>> needs_second(OverrideKind.DENY, "", ApprovalPolicy())
        False
    """
    from_duty = kind is OverrideKind.EXCEPT and attribute.startswith(DUTY)
    return policy.four_eyes and (kind in _GIVES or from_duty)


def _refuse_settled(override: Override, now: datetime, where: str) -> None:
    over = override.ended_at is not None
    expired = override.expires_at is not None and override.expires_at <= now
    if over or expired or not override.waits:
        raise AnswerRefused(
            "the override waits for nobody",
            where=where,
            found="over" if over or expired else "in force already",
            safe="nothing was changed",
            next="`provisor override list` shows which ones wait",
        )


def agree(
    store: Store,
    now: datetime,
    actor: Actor,
    policy: ApprovalPolicy,
    override: Override,
    affair: Affair,
    reason: str,
) -> Override:
    """Keep a second person's word for an override, which is in force from then on.

    A standing word that says the opposite of it ends.

    Raises:
        CommandInvalid: there is no reason.
        AnswerRefused: it waits for nobody, or is over, or a word for more jobs says the opposite.
        SelfApproval: it is the author's own word, or about whoever agrees.
    """
    where = f"override {override.id}"
    if not reason.strip():
        raise CommandInvalid(
            "who agrees says why",
            where="--reason",
            safe="nothing was changed",
            next="say why it is right",
        )
    _refuse_settled(override, now, where)
    names = {*names_of(store, affair), *_members_names(store, override, affair)}
    refuse_own(actor, policy, names, where)
    # It waits because four eyes were asked for then, whatever is asked for by now.
    refuse_own(actor, ApprovalPolicy(), [override.author], where)
    _refuse_other(override, actor, where)
    ended = opposed(store, override, now, actor.name)
    consent = Consent(actor.name, reason.strip(), now, actor.asserted)
    # First the new word: between the two writes both stand, and then the revoke counts.
    agreed = store.overrides.agree(
        override.id, consent, [journal.override_agreed(override.id, consent)]
    )
    if ended.overrides:
        store.overrides.exchange([one.id for one in ended.overrides], (), now, ended.events)
    return agreed


def _members_names(store: Store, override: Override, affair: Affair) -> frozenset[str]:
    """Return the names of whoever stays in a group by an exception: it is about them, too."""
    if override.attribute != MEMBER or not isinstance(override.value, str):
        return frozenset()
    links = [
        link
        for _, _, target in affair.jobs
        for link in store.links.of_identities(target, [override.value]).values()
    ]
    affairs = (Affair(link.object_type, link.key, affair.jobs) for link in links)
    return frozenset(name for one in affairs for name in names_of(store, one))


def _refuse_other(override: Override, actor: Actor, where: str) -> None:
    """Whoever named an approver waits for that one."""
    asked = override.approver.strip().casefold()
    if asked and asked != actor.name.strip().casefold():
        raise SelfApproval(
            "somebody else was asked to agree",
            where=where,
            found="another name than the one that the author gave",
            safe="nothing was changed; the override goes on waiting",
            next="let the person who was named say so, or say it again without a name",
        )


def named(store: Store, override_id: str) -> Override:
    """Return one override.

    Raises:
        UnknownName: no override has this id.
    """
    for one in store.overrides.all():
        if one.id == override_id:
            return one
    raise UnknownName(
        f"no override has the id `{override_id}`",
        where="overrides of this store",
        found="an id that was never given",
        safe="nothing was changed",
        next="run `provisor override list`",
    )


def refuse_own_end(override: Override, actor: Actor, policy: ApprovalPolicy) -> None:
    """Refuse that whoever took something away gives it back alone.

    Raises:
        SelfApproval: the author of a `deny` or `revoke` ends it.
    """
    is_author = actor.name.strip().casefold() == override.author.strip().casefold()
    if policy.four_eyes and is_author and override.kind in _TAKES:
        raise SelfApproval(
            "what one person took away is given back by another",
            where=f"override {override.id}",
            found="one person in two duties; four eyes were expected",
            safe="nothing was changed; the override holds on",
            next="let somebody else end it",
        )
