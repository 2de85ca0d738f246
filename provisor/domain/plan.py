r"""The sealed plan: a frozen value with a digest that explaining, approving and applying all read.

`plan digest = SHA-256("provisor-plan-v1\n" || SHA-256(JCS(header)) || RFC 6962 root of the action
digests in plan order)`. The header holds no time and no id, so the same need keeps the same plan.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from operator import attrgetter

from provisor.domain.action import Action, Operation, Risk, Wave
from provisor.domain.bounds import class_of
from provisor.domain.canonical import Json, canonical, merkle_root
from provisor.domain.comeback import Return
from provisor.domain.holding import Held
from provisor.domain.leaving import Remembered
from provisor.domain.minting import swiftly
from provisor.domain.question import Question
from provisor.domain.reference import Pending
from provisor.domain.schema import ObjectType

PLAN_SCHEMA = "provisor.plan/1"
_PREFIX = b"provisor-plan-v1\n"
URGENT = "users.urgent"
FOREIGN = "memberships.foreign"
"""Members that a job takes out although it never put them in: never without a decision."""
FOREIGN_RIGHTS = "users.foreign"
"""Values of rights that a job takes away although it never gave them: the same."""


REENABLE = "users.reenable"
"""Accounts of people who had left and are back: never switched on without a decision."""


OF_ORPHANS = "orphans: disable"
"""The rule of an act on an account that belongs to nobody: a part of its own."""


class Ruling(StrEnum):
    """What a verdict, a part or a whole plan may do; the strictest of several counts."""

    ALLOWED = "allowed"
    NEEDS_DECISION = "needs_decision"
    REFUSED = "refused"


_STRICTNESS = {Ruling.ALLOWED: 0, Ruling.NEEDS_DECISION: 1, Ruling.REFUSED: 2}


def strictest_ruling(rulings: Iterable[Ruling]) -> Ruling:
    """Return the strictest ruling; of none it is `ALLOWED`.

    Example:
        >>> strictest_ruling([Ruling.ALLOWED, Ruling.NEEDS_DECISION]).value
        'needs_decision'
    """
    return max(rulings, key=_STRICTNESS.__getitem__, default=Ruling.ALLOWED)


@swiftly
@dataclass(frozen=True, slots=True)
class Draft:
    """An action as planning makes it, before sealing, with what people need to read it."""

    action: Action
    key: str
    """The natural key of the source record; the account's anchor or native id without one."""
    name: str
    """The account's name in the target, to recognise it and to refuse a subject's own vote."""
    wave: Wave
    urgent: bool = False
    """A disable from a positive leaver signal, allowed ahead of everything else."""
    leave_date: str = ""
    """RFC 3339 date of leaving where the source has one; orders the urgent part."""
    bundle: str = ""
    """Actions of one bundle are approved, kept or dropped whole; empty stands alone."""
    size_before: int | None = None
    """Membership: how many members the group has in the target now; None where none were read."""
    about: tuple[tuple[str, str], ...] = ()
    """Source attributes by which limits are counted, each with the person's value."""
    apart: str = ""
    """The group or department whose own limit makes it wait apart; empty for most."""
    held: tuple[str, ...] = ()
    """Grant: what the account holds in the attribute now."""

    @property
    def kind(self) -> str:
        """Object type and class of act: what it is counted in."""
        if self.urgent:
            return URGENT
        if self.action.expels:
            members = self.action.operation is Operation.MEMBERSHIP
            return FOREIGN if members else FOREIGN_RIGHTS
        if self.action.rule == OF_ORPHANS:
            return f"{self.action.object_type._value_}.orphans"
        return f"{self.action.object_type._value_}.{class_of(self.action)}"

    @property
    def part(self) -> str:
        """The part that this action is judged in: its kind, and for whom it waits apart."""
        return f"{self.kind}:{self.apart}" if self.apart else self.kind

    def order(self) -> tuple[int, str, str, str, str, str]:
        """Return what sorts a plan: wave first, then stable names."""
        action = self.action
        # Urgent disables go first, the oldest leave date before the others.
        leave = (self.leave_date or "9999") if self.urgent else "~"
        return (
            self.wave._value_,
            leave,
            action.object_type._value_,
            self.key,
            action.subject,
            action.operation._value_,
        )


_URGENT = attrgetter("urgent")
_LATER = attrgetter(
    "wave._value_",
    "action.object_type._value_",
    "key",
    "action.subject",
    "action.operation._value_",
)
"""What orders acts of which none is urgent."""


def in_order(drafts: Iterable[Draft]) -> list[Draft]:
    """Return drafts as a plan has them, sorted by `Draft.order`.

    Cost: where none is urgent, a fifth of what asking each of them for its order takes.
    """
    listed = list(drafts)
    listed.sort(key=Draft.order if any(map(_URGENT, listed)) else _LATER)
    return listed


@swiftly
@dataclass(frozen=True, slots=True)
class PlannedAction:
    """A sealed action: its place in the plan and its keyed digest."""

    position: int
    draft: Draft
    digest: bytes

    @property
    def id(self) -> str:
        """The action's id everywhere: its digest in hexadecimal."""
        return self.digest.hex()

    @property
    def action(self) -> Action:
        """The act itself."""
        return self.draft.action


@dataclass(frozen=True, slots=True)
class Verdict:
    """One rule's judgement on one part, with the counts it judged by."""

    name: str
    part: str
    value: str
    limit: str
    result: Ruling
    reason: str
    base: str = ""
    """What a percentage is of; empty where there is none."""
    about: str = ""
    """The group or department that it is about, such as `department Sales`."""

    def body(self) -> dict[str, Json]:
        """Return the JSON shape of the command line contract."""
        return {
            "name": self.name,
            "part": self.part,
            "value": self.value,
            "limit": self.limit,
            "result": self.result.value,
            "reason": self.reason,
            "base": self.base,
            "about": self.about,
        }


@dataclass(frozen=True, slots=True)
class PlanPart:
    """One operation class on one object type, with its own verdict."""

    part: str
    count: int
    verdict: Ruling
    approvers: int = 1
    """How many people must approve it, where it needs a decision."""


@dataclass(frozen=True, slots=True)
class SetAside:
    """A record that goes no further this time; it counts as present."""

    object_type: ObjectType
    key: str
    code: str
    parts: Mapping[str, str]
    """The five parts of the message."""


@dataclass(frozen=True, slots=True)
class Finding:
    """An account that no record owns, or that several could."""

    object_type: ObjectType
    native_id: str
    kind: str
    """`orphan`, `ambiguous`, `protected` or `held`."""
    name: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many of what was seen stand in each class; the classes add up to `seen`."""

    seen: int
    classes: Mapping[str, int]

    def adds_up(self) -> bool:
        """Say whether every one is in exactly one class."""
        return self.seen == sum(self.classes.values())


RECORD_CLASSES = ("planned", "unchanged", "out_of_scope", "set_aside")
ACCOUNT_CLASSES = ("planned", "unchanged", "orphan", "ambiguous", "protected", "held")
REFERENCE_CLASSES = ("planned", "unchanged", "pending")

ReferenceTallies = Mapping[ObjectType, Mapping[str, Tally]]
"""Per object type and attribute what became of everything that the source says is referred to."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What planning found for one job: unsealed actions, and everything counted."""

    drafts: tuple[Draft, ...]
    """In plan order."""
    records: Mapping[ObjectType, Tally]
    accounts: Mapping[ObjectType, Tally]
    set_aside: tuple[SetAside, ...]
    findings: tuple[Finding, ...]
    managed: Mapping[ObjectType, int]
    """Accounts that this job has linked: the base of percentages."""
    shares: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Attribute and value that limits are counted by, to the linked accounts that have it."""
    privileged: Mapping[ObjectType, int] = field(default_factory=dict)
    """Linked accounts that are marked as privileged."""
    questions: tuple[Question, ...] = ()
    """What only people can say, by object type and key."""
    released: tuple[str, ...] = ()
    """Overrides (ids) that did something in this plan, for `explain`."""
    remembered: tuple[tuple[ObjectType, Remembered], ...] = ()
    """What is new about who left and who is back, by object type and identity."""
    references: ReferenceTallies = field(default_factory=dict)
    pending: tuple[Pending, ...] = ()
    """References and values of other jobs that are left out for now, by type, key, attribute."""
    refused: tuple[Verdict, ...] = ()
    """About grants that duties keep apart, and that were left out."""
    holdings: frozenset[Held] = frozenset()
    """Who holds in the target what duties name."""


@dataclass(frozen=True, slots=True)
class Header:
    """What a plan is about; sealed with the actions."""

    job: str
    source: str
    target: str
    configuration: str
    """The digest of the job's configuration."""
    only: tuple[str, ...] = ()
    """Identity ids that a plan on demand is about, sorted; empty for everybody."""
    undoes: str = ""
    """The id of the undo that it carries out; empty for every other plan."""

    @property
    def focus(self) -> tuple[str, ...]:
        """What tells the plans of a job apart that follow each other; empty about everybody."""
        return (self.undoes, *self.only) if self.undoes else self.only

    def body(self) -> dict[str, Json]:
        """Return the header in schema `provisor.plan/1`."""
        body: dict[str, Json] = {
            "schema": PLAN_SCHEMA,
            "job": self.job,
            "source": self.source,
            "target": self.target,
            "configuration": self.configuration,
        }
        if self.undoes:
            body["undoes"] = self.undoes
        return {**body, "only": list(self.only)} if self.only else body


def header_of(body: Mapping[str, Json]) -> Header:
    """Rebuild a header from its stored body.

    Raises:
        KeyError: the body is not of schema `provisor.plan/1`.
    """
    only = body.get("only")
    return Header(
        str(body["job"]),
        str(body["source"]),
        str(body["target"]),
        str(body["configuration"]),
        tuple(str(one) for one in only) if isinstance(only, list) else (),
        str(body.get("undoes", "")),
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """A sealed plan; nothing of it ever changes."""

    header: Header
    actions: Sequence[PlannedAction]
    digest: str
    """64 hexadecimal digits."""


def plan_digest(header: Header, digests: Iterable[bytes]) -> str:
    """Return the digest over header and ordered action digests.

    Source: design contract; RFC 6962 section 2.1 for the root.
    """
    return digest_of_root(header, merkle_root(digests))


def digest_of_root(header: Header, root: bytes) -> str:
    """Return the digest over header and the root of the tree over the action digests."""
    inner = hashlib.sha256(canonical(header.body())).digest()
    return hashlib.sha256(_PREFIX + inner + root).hexdigest()


def counts(drafts: Iterable[Draft]) -> dict[str, int]:
    """Return how many actions of each operation there are, every operation named."""
    numbers = {operation.value: 0 for operation in Operation}
    for draft in drafts:
        numbers[draft.action.operation.value] += 1
    return numbers


def is_gated_risk(draft: Draft) -> bool:
    """Say whether the action always needs a decision.

    Privileged grants, hard deletes, taking out members that were put in by others, switching on
    the account of somebody who was hired again, and switching off an account of nobody.
    """
    action = draft.action
    privileged = action.risk is Risk.PRIVILEGED and action.operation is Operation.GRANT
    own_part = action.expels or action.rule == OF_ORPHANS
    own_part = own_part or action.returns is Return.REHIRED
    return privileged or action.operation is Operation.DELETE or own_part
