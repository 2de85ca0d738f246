"""What others do in the application by hand, and what is asked about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from provisor.domain.oversight import DriftPolicy
from provisor.domain.record import Value
from provisor.domain.schema import ObjectType
from provisor.engine.drifting.decide_drift import Ruling, decide_drift
from provisor.engine.drifting.drift_policy import Choice
from provisor.engine.drifting.tell_drift import DriftReport, tell_drift
from tests.stories.workplace import Office, office_rules

USERS, GROUPS = ObjectType.USERS, ObjectType.GROUPS


def opened(office: Office, people: int = 3) -> Office:
    """An office whose people have their accounts, and which was read once since."""
    office.hire_many(people)
    office.open_up()
    office.pass_hours(1)
    office.run()
    office.pass_hours(1)
    return office


def by_hand(office: Office, key: str, **values: Value) -> None:
    """Somebody changes an account in the application itself."""
    office.target.set(USERS, office.native(key), values)


def group(office: Office, key: str) -> str:
    """The native id of a group in the application."""
    groups = office.target.groups.items()
    return next(native for native, row in groups if row.get("externalId") == key)


def drift(office: Office, actor: str = "ann") -> DriftReport:
    return tell_drift(office.job(actor))


def told(office: Office) -> list[tuple[str, str, str, Value, Value]]:
    """Kind, key, attribute, before and after of everything that stands."""
    return [
        (
            one.drift.kind.value,
            one.drift.key,
            one.drift.attribute,
            one.drift.before,
            one.drift.after,
        )
        for one in drift(office).standing
    ]


def decide(office: Office, choice: str, key: str = "", attribute: str = "", **more: object) -> None:
    ruling = Ruling(
        Choice(choice),
        str(more.get("reason", "asked for")),
        in_days(office, int(str(more.get("days", 7)))),
        frozenset({key} - {""}),
        frozenset({attribute} - {""}),
    )
    decide_drift(office.job(str(more.get("actor", "ann"))), ruling)


def in_days(office: Office, days: int) -> datetime:
    return office.clock.now().astimezone(UTC) + timedelta(days=days)


def policy(office: Office, job: DriftPolicy, **attributes: DriftPolicy) -> None:
    """What happens to drift while nobody decides."""
    objects = dict(office_rules(office.target, **office.changes).objects)
    users = objects[USERS]
    objects[USERS] = replace(
        users,
        mappings=tuple(replace(m, drift=attributes.get(m.attribute)) for m in users.mappings),
    )
    office.changes |= {"objects": objects, "drift": job}
