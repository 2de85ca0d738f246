"""The office with rights: a catalogue, duties, and a second target that the same people have."""

from __future__ import annotations

import copy
from dataclasses import replace
from datetime import timedelta

from connectors.memory import World
from provisor.domain.duties import DUTY, Claim, Duty, Then
from provisor.domain.entitlement import Catalogue, Entitlement, Level
from provisor.domain.override import Override, OverrideKind
from provisor.domain.plan import Finding, Verdict
from provisor.domain.rules import OwnerMode
from provisor.domain.schema import ObjectType
from provisor.engine.explain import findings
from provisor.engine.run import Result
from tests.stories.workplace import Office, map_besides, mapping, office_rules

ORDER_AND_PAY = Duty(
    "order-and-pay",
    (Claim("app", "", "buyers"),),
    (Claim("bank", "", "pay*"),),
)


def classified(office: Office, *entries: tuple[str, str, Level], **more: object) -> None:
    """Let the catalogue say this: (attribute, pattern, level)."""
    known = [Entitlement(kind, pattern, level, **more) for kind, pattern, level in entries]  # type: ignore[arg-type]  # tests name fields freely
    old = office.changes.get("catalogue", Catalogue())
    assert isinstance(old, Catalogue)
    office.changes["catalogue"] = Catalogue((*old.entries, *known))


def keep_apart(*offices: Office, then: Then = Then.REFUSE) -> None:
    """Let one duty be in force in some jobs."""
    for office in offices:
        office.changes["duties"] = (replace(ORDER_AND_PAY, then=then),)


def branch(office: Office, target: str = "bank") -> Office:
    """Another target, fed by the same people and groups; every group of the source goes there."""
    store = office.store
    other = copy.copy(office)
    other.target = World()
    other.changes = {"job": f"hr-to-{target}", "target": target}
    assert other.store is store
    return other


def with_roles(office: Office, mode: OwnerMode = OwnerMode.OURS) -> None:
    """Let people have roles, one by one."""
    map_besides(office, mapping("roles", "[roles]"))
    objects = dict(office_rules(office.target, **office.changes).objects)
    users = objects[ObjectType.USERS]
    objects[ObjectType.USERS] = replace(users, rights={"roles": mode})
    office.changes["objects"] = objects


def except_from_duty(office: Office, key: str, days: float, duty: str = "order-and-pay") -> None:
    """Let somebody be excepted from a duty for some days."""
    decide_on(office, key, OverrideKind.EXCEPT, f"{DUTY}{duty}", days=days)


def decide_on(
    office: Office,
    key: str,
    kind: OverrideKind,
    attribute: str = "",
    value: str | None = None,
    days: float = 30,
) -> None:
    """Let people have decided something for some days."""
    now = office.clock.now()
    one = Override(
        id=f"o{len(office.store.overrides.all())}",
        kind=kind,
        job="",
        object_type=ObjectType.USERS,
        key=key,
        attribute=attribute,
        value=value,
        reason="two people are ill",
        author="bob",
        approver="cem",
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    office.store.overrides.add(one, [])


def said_of_duties(result: Result) -> list[Verdict]:
    return [one for one in result.stored.verdicts if one.name == "separation"]


def told_of_duties(result: Result) -> list[Finding]:
    return [one for one in result.stored.findings if one.kind == "separation"]


def told_of_rights(office: Office) -> list[Finding]:
    """What is told of rights that others gave."""
    users = ObjectType.USERS
    return [o for o in findings(office.job()) if o.kind == "foreign" and o.object_type is users]


def settle(office: Office) -> Result:
    """Plan, let two people agree where that is needed, and carry it out."""
    result = office.run()
    if result.exit_code != 4:
        return result
    digest = result.stored.plan.digest
    for voter in ("bob", "cem"):
        office.approve(digest, voter)
    return office.apply(digest)
