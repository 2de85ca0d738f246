"""Nobody decides about themselves: the one rule behind answers, partings, overrides and drift.

Who acts is known by a name; whose an object is, by every name that the store remembers of it. Four
eyes switched off for an installation switch this off, too, and every plan says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from provisor.domain.approval import ApprovalPolicy
from provisor.domain.schema import ObjectType
from provisor.domain.side import Side
from provisor.engine.job import Actor, Job
from provisor.errors import CommandInvalid, SelfApproval, UnknownName, nearest
from provisor.ports.store import Store

_LONGEST = 200
_MOST_ALIKE = 20_000
"""Keys among which one that looks alike is searched for."""


@dataclass(frozen=True, slots=True)
class Affair:
    """What somebody decides: about whom, in which places, and by whose consent."""

    object_type: ObjectType
    key: str
    jobs: tuple[tuple[str, str, str], ...]
    """Name, source and target of every job that it binds."""
    approver: str = ""
    """Who agreed, on the word of whoever decides; empty for nobody."""


def affair_of(job: Job, object_type: ObjectType, key: str, approver: str = "") -> Affair:
    """Return what somebody decides in one job."""
    rules = job.rules
    return Affair(object_type, key, ((rules.job, rules.source, rules.target),), approver)


def refuse_own_affair(store: Store, actor: Actor, policy: ApprovalPolicy, affair: Affair) -> None:
    """Refuse a decision about whoever takes it, and an approver who proves nothing.

    Raises:
        SelfApproval: it is about the person who decides, or that person agreed with themselves.
        CommandInvalid: the approver is no name.

    Cost: two small SELECTs per job.
    """
    names = names_of(store, affair)
    where = f"{affair.object_type.value} {affair.key}"
    refuse_own(actor, policy, names, where)
    refuse_approver(actor, policy, affair.approver, names)


def refuse_own(actor: Actor, policy: ApprovalPolicy, names: Iterable[str], where: str) -> None:
    """Refuse what somebody decides about an object that is known by one of these names as theirs.

    Raises:
        SelfApproval: the actor has one of the names.
    """
    if policy.four_eyes and is_among(actor.name, names):
        raise SelfApproval(
            "the decision is about the account of whoever gives it",
            where=where,
            found="one person in two duties; four eyes were expected",
            safe="nothing was kept and nothing was changed",
            next="let somebody else decide",
        )


def refuse_approver(
    actor: Actor, policy: ApprovalPolicy, approver: str, names: Iterable[str] = ()
) -> None:
    """Refuse an approver who is the author, or whom the decision is about, or who is no name.

    An approver is claimed by the author and never proven: it tells whom to ask a year later.

    Raises:
        SelfApproval: one person stands in two duties.
        CommandInvalid: the approver is no name.
    """
    said = approver.strip()
    if not said:
        return
    if len(said) > _LONGEST or not said.isprintable():
        raise CommandInvalid(
            "the approver is no name",
            where="--approver",
            found=f"{len(said):,} characters; one line of at most {_LONGEST} was expected",
            safe="nothing was kept and nothing was changed",
            next="name the person who agreed, or leave it out",
        )
    if policy.four_eyes and is_among(said, [actor.name, *names]):
        raise SelfApproval(
            "the approver is whoever decides, or whom it is about",
            where="--approver",
            found="one person in two duties; four eyes were expected",
            safe="nothing was kept and nothing was changed",
            next="name somebody else who agreed, or leave it out",
        )


def names_of(store: Store, affair: Affair) -> frozenset[str]:
    """Return the names that the store knows of an object: key, anchor, account, login, mail."""
    names = {affair.key}
    for _, _, target in affair.jobs:
        links = store.links.of_key(target, affair.object_type, affair.key)
        names |= {name for link in links for name in (link.native_id, link.anchor) if name}
        identities = {link.identity for link in links}
        if identities:
            held = store.names.of_identities(target, affair.object_type, identities)
            names |= {one.name for one in held}
    return frozenset(names)


def names_of_identities(store: Store, target: str, people: Collection[str]) -> frozenset[str]:
    """Return the names that the store knows of people's accounts in a target."""
    links = store.links.of_identities(target, people).values()
    held = store.names.of_identities(target, ObjectType.USERS, people)
    own = {name for link in links for name in (link.key, link.native_id, link.anchor) if name}
    return frozenset({*own, *(one.name for one in held)})


def is_among(name: str, names: Iterable[str]) -> bool:
    """Say whether somebody has one of these names, however it is written."""
    return name.strip().casefold() in {one.strip().casefold() for one in names}


# --- whether anybody has this key -----------------------------------------------------------


def is_known(store: Store, affair: Affair) -> bool:
    """Say whether anybody with this key was ever seen.

    Raises:
        UnknownName: both sides are remembered whole, and nobody has the key.

    Cost: a few look-ups, and one list of keys where nothing was found.
    """
    key, kind = affair.key, affair.object_type
    if any(store.links.of_key(target, kind, key) for _, _, target in affair.jobs):
        return True
    keys: set[str] = set()
    for source in {source for _, source, _ in affair.jobs}:
        keys |= store.identities.known(source, kind).keys()
    if key in keys:
        return True
    cycles = [store.knowledge.newest(job) for job, _, _ in affair.jobs]
    remembered = [cycle for cycle in cycles if cycle is not None]
    place = (Side.SOURCE, kind)
    if any(store.knowledge.objects(cycle, place, [key]) for cycle in remembered):
        return True
    near = nearest(key, keys) if len(keys) <= _MOST_ALIKE else None
    if near is None and (not remembered or len(remembered) < len(cycles)):
        return False
    raise UnknownName(
        "nobody has this key in the source",
        where="--key",
        found=f"{affair.object_type.value} {key}, which no read and no link has shown",
        safe="nothing was kept",
        next=(f"did you mean `{near}`? " if near else "")
        + "`--unseen` keeps it for somebody who is still to come",
    )
