"""Histories by chance: a feed and an application that change, rules that look at everything."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from provisor.domain.bounds import DEFAULT_LIMITS, Limit
from provisor.domain.clause import Belonging, Circle, Step
from provisor.domain.expressions import parse
from provisor.domain.flow import AttributeMapping
from provisor.domain.group_rules import GroupRules, Nesting
from provisor.domain.leaving import OnLeave
from provisor.domain.override import Override, OverrideKind
from provisor.domain.record import Value
from provisor.domain.reference import Reference
from provisor.domain.rules import AnchorPolicy, Guard, JobRules, MatchRule, ObjectRules, OwnerMode
from provisor.domain.schema import ObjectType
from provisor.domain.scope import AnyOf, Clause, Condition, Not, Operator
from provisor.domain.tenure import Tenure
from provisor.engine.job import Executor
from provisor.engine.journal import override_added, override_ended
from provisor.errors import Conflict, ProvisorError
from provisor.ports.connector import Deltas
from tests.stories.workplace import MAIL, Office, mapping, office_rules, once

USERS, GROUPS = ObjectType.USERS, ObjectType.GROUPS
T = TypeVar("T")
ACTIVE = Clause("status", Operator.EQUALS, "active")
SALES = Clause("department", Operator.EQUALS, "sales", steps=(Step("boss", USERS),))
EACH = {"department": Limit(percent=50, minimum_base=1)}
BY_DEPARTMENT = {
    name: replace(limit, by=EACH) if name in ("update", "disable", "delete") else limit
    for name, limit in DEFAULT_LIMITS.items()
}
ROLES: tuple[Value, ...] = (None, (), ("a",), ("a", "b"), ("B", "poet"))
DATES = ("2031-04-06", "2031-04-07", "2031-04-08", "2031-04-07T18:00:00Z", None, "x")


@dataclass(slots=True)
class History:
    """An office in which anything may happen."""

    office: Office
    chance: random.Random
    seed: int
    number: int = 0

    def one(self, choices: Sequence[T]) -> T:
        return self.chance.choice(choices)

    def often(self, share: float) -> bool:
        return self.chance.random() < share


def history(folder: Path, seed: int) -> History:
    """Make an office up; the same seed makes the same one."""
    chance = random.Random(seed)
    office = Office(folder)
    made = History(office, chance, seed)
    office.source.feed.kind = made.one((Deltas.STATES, Deltas.STATES, Deltas.HINTS))
    office.target.feed.kind = made.one((Deltas.STATES, Deltas.STATES, Deltas.HINTS, Deltas.NONE))
    office.executor = made.one((Executor.BY_SIZE, Executor.COLUMNS))
    for world in (office.source, office.target):
        # Told again and out of order: rows are states, so the end is the same.
        world.faults.repeated_events = made.one((0, 0, 5, 50))
        world.faults.order = made.one((None, random.Random(seed)))
    rules = office_rules(office.target)
    objects = {USERS: _users(made, rules), GROUPS: _groups(made, rules)}
    if made.often(0.15):
        del objects[GROUPS]
    modes = (None, OwnerMode.OURS, OwnerMode.OURS, OwnerMode.ADD_ONLY, OwnerMode.AUTHORITATIVE)
    office.changes = {
        "objects": objects,
        "memberships": made.one(modes) if GROUPS in objects else None,
        "groups": GroupRules(nesting=made.one(list(Nesting))),
        # What a guard would hold back is another story: here every full read is believed.
        "guard": Guard(rows=10**6, percent=101, null_percent=101, repeated_percent=100),
        "allow_empty": True,
        "absence_hours": made.one((0, 24)),
        "limits": made.one((DEFAULT_LIMITS, BY_DEPARTMENT)),
        "protected": made.one((frozenset(), frozenset({"sure3", "u2"}))),
    }
    for _ in range(made.one((3, 6, 9))):
        hire(made)
    for _ in range(made.one((0, 2, 3))):
        found(made)
    for _ in range(12):
        happen(made)
    return made


def _users(made: History, rules: JobRules) -> ObjectRules:
    users = rules.objects[USERS]
    mappings = list(users.mappings)
    if made.often(0.3):
        text = "SelectUniqueValue(ToLower([surname]))"
        own = once if made.often(0.5) else mapping
        mappings = [m for m in mappings if m.attribute != "userName"] + [own("userName", text)]
    if made.often(0.5):
        reference = Reference(USERS, made.one(("", "", "mail")))
        text = "[boss_mail]" if reference.by else "[boss]"
        mappings.append(AttributeMapping("manager", parse(text), text, reference=reference))
    rights = {"roles": made.one(list(OwnerMode))} if made.often(0.5) else {}
    mappings += [mapping("roles", "[roles]")] if rights else []
    return replace(
        users,
        mappings=tuple(mappings),
        rights=rights,
        match=made.one((users.match, (*users.match, MatchRule("displayName", decides=False)), ())),
        scope=_scope(made),
        leaver=made.one((users.leaver, None)),
        on_leave=OnLeave(
            disable=made.often(0.8),
            delete_after_days=made.one((None, 0, 1, 3)),
            wait_days=made.one((0, 0, 1)),
            date="end_date",
            takes_memberships=made.often(0.4),
        ),
        anchor_policy=made.one((AnchorPolicy.OURS, AnchorPolicy.OURS, AnchorPolicy.KEEP_FOREIGN)),
        tenure=made.one((Tenure(), Tenure(), Tenure(start="start_date", end="end_date"))),
    )


def _scope(made: History) -> Condition | None:
    circle = Circle(made.one(("G1", "G2")), transitive=made.often(0.5))
    named = Circle("Club 1", by="name", transitive=made.often(0.3))
    timely = Clause("start_date", Operator.ON_OR_BEFORE, made.one(("today", "now + 6 hours")))
    conditions: tuple[Condition | None, ...] = (
        None,
        ACTIVE,
        ACTIVE,
        SALES,
        AnyOf((SALES, ACTIVE)),
        Belonging(circle),
        Belonging(circle, Operator.NOT_MEMBER_OF),
        AnyOf((Belonging(named), ACTIVE)),
        timely,
        Not(Clause("start_date", Operator.WITHIN, "2 days")),
        Clause("start_date", Operator.AFTER, "today", steps=(Step("boss", USERS),)),
    )
    return made.one(conditions)


def _groups(made: History, rules: JobRules) -> ObjectRules:
    groups = rules.objects[GROUPS]
    return replace(
        groups,
        scope=made.one((None, None, Clause("name", Operator.NOT_EQUALS, "Paused"))),
        on_leave=OnLeave(disable=False, delete_after_days=made.one((None, 1))),
    )


# --- what happens ---------------------------------------------------------------------------------


def happen(made: History) -> None:
    """Let one thing happen in the feed, in the application, or among people."""
    acts: list[Callable[[History], None]] = [
        hire, move, move, leave, vanish, join, join, part, found, rename_group, nest, decide,
        speak, speak, undecide, spoil, spoil, mend,
    ]  # fmt: skip
    if made.office.target.feed.kind is not Deltas.NONE:
        # What others do in a target that tells nothing is seen by the next full cycle.
        acts += [meddle, meddle, stranger, lose, join_there, part_there]
    made.one(acts)(made)


def _keys(made: History) -> list[str]:
    return sorted(str(row["employee_id"]) for row in made.office.source.users.values())


def _group_keys(made: History) -> list[str]:
    return sorted(made.office.source.groups)


def hire(made: History) -> None:
    made.number += 1
    key = f"E{made.number}"
    values: dict[str, Value] = {
        "employee_id": key,
        "given_name": "Given",
        "surname": made.one((f"Sur{key}", "Sure3", "Same")),
        "mail": made.one((f"{key.lower()}@example.org", "same@example.org")),
        "title": made.one(("Clerk", None, "")),
        "status": made.one(("active", "active", "active", "terminated")),
        "department": made.one(("sales", "plant")),
        "boss": made.one((None, "E1", "E2", key, "E99")),
        "boss_mail": made.one((None, "e1@example.org", "same@example.org", "e2@example.org")),
        "start_date": made.one(DATES),
        "end_date": made.one((*DATES, None, None)),
        "roles": made.one(ROLES),
    }
    made.office.source.add(USERS, values)


def move(made: History) -> None:
    if not _keys(made):
        return
    values: dict[str, tuple[Value, ...]] = {
        "title": ("Clerk", "Chief", None),
        "department": ("sales", "plant", "lab"),
        "boss": (None, "E1", "E2", "E3"),
        "surname": ("Same", "Other", "Sure3"),
        "mail": ("same@example.org", "e1@example.org", "other@example.org", None),
        "status": ("active", "active", "terminated", "paused"),
        "start_date": DATES,
        "end_date": DATES,
        "roles": ROLES,
    }
    name = made.one(sorted(values))
    made.office.source.set(USERS, made.one(_keys(made)), {name: made.one(values[name])})


def leave(made: History) -> None:
    if _keys(made):
        made.office.source.set(USERS, made.one(_keys(made)), {"status": "terminated"})


def vanish(made: History) -> None:
    if _keys(made) and made.often(0.5):
        made.office.source.remove(USERS, made.one(_keys(made)))
    elif len(_group_keys(made)) > 1 and made.often(0.5):
        made.office.source.remove(GROUPS, _group_keys(made)[-1])


def spoil(made: History) -> None:
    """A key comes to stand in several rows, or only in one again."""
    kind, keys = (USERS, _keys(made)) if made.often(0.8) else (GROUPS, _group_keys(made))
    if keys:
        made.office.source.show_rows(kind, made.one(keys), made.one((1, 2, 2, 3)))


def mend(made: History) -> None:
    """Second rows are taken away, which no row tells."""
    if made.office.source.feed.kind is Deltas.STATES:
        made.office.source.faults.rows_of.clear()


def found(made: History) -> None:
    key = f"G{len(made.office.source.groups)}"
    if key not in made.office.source.groups:
        name = f"Club {len(made.office.source.groups)}"
        made.office.source.add(GROUPS, {"group_id": key, "name": name})


def rename_group(made: History) -> None:
    group = made.one(_group_keys(made))
    name = made.one(("Club 1", "Paused", f"Club {group}"))
    made.office.source.set(GROUPS, group, {"name": name})


def join(made: History) -> None:
    if _keys(made):
        made.office.source.join(made.one(_group_keys(made)), (made.one(_keys(made)),), ())


def nest(made: History) -> None:
    made.office.source.join(made.one(_group_keys(made)), (made.one(_group_keys(made)),), ())


def part(made: History) -> None:
    group = made.one(_group_keys(made))
    inside = sorted(made.office.source.members.get(group, ()))
    if inside:
        made.office.source.join(group, (), (made.one(inside),))


def meddle(made: History) -> None:
    """Somebody else changes an account."""
    target = made.office.target
    if not target.users:
        return
    native = made.one(sorted(target.users))
    values: dict[str, tuple[Value, ...]] = {
        "title": ("Other", None),
        "active": (True, False),
        "externalId": (None, "foreign", "E1"),
        "userName": ("same", "other", "sure3"),
        MAIL: ("same@example.org", None, "e2@example.org"),
        "manager": (None, "u1", "u2"),
        "roles": ROLES,
    }
    name = made.one(sorted(values))
    try:
        target.set(USERS, native, {name: made.one(values[name])})
    except ProvisorError:
        return


def stranger(made: History) -> None:
    """Somebody else makes an account."""
    number = made.chance.randrange(1000)
    values: dict[str, Value] = {
        "userName": made.one((f"x{number}", "same", "sure3")),
        "displayName": made.one(("Given Same", "Nobody")),
        MAIL: made.one((None, "same@example.org", "e2@example.org")),
        "externalId": made.one((None, None, "E3", "foreign")),
        "active": True,
    }
    try:
        made.office.target.add(USERS, values)
    except Conflict:
        return


def lose(made: History) -> None:
    """Somebody else deletes an account or a group."""
    kind = made.one((USERS, GROUPS))
    table = made.office.target.table(kind)
    if table and made.often(0.5):
        made.office.target.remove(kind, made.one(sorted(table)))


def join_there(made: History) -> None:
    target = made.office.target
    if target.users and target.groups:
        target.join(made.one(sorted(target.groups)), (made.one(sorted(target.users)),), ())


def part_there(made: History) -> None:
    target = made.office.target
    group = made.one(sorted(target.groups)) if target.groups else ""
    inside = sorted(target.members.get(group, ()))
    if inside:
        target.join(group, (), (made.one(inside),))


def decide(made: History) -> None:
    if not _keys(made):
        return
    kind = made.one((OverrideKind.HOLD, OverrideKind.KEEP, OverrideKind.DENY, OverrideKind.PIN))
    made.number += 1
    now = made.office.clock.now()
    override = Override(
        f"o{made.number:04d}", kind, made.one(("", "hr-to-app")), USERS, made.one(_keys(made)),
        "title" if kind is OverrideKind.PIN else "", "Pinned", "r", "ann", "bob", now,
        made.one((None, now.replace(day=now.day + 1))),
    )  # fmt: skip
    made.office.store.overrides.add(override, [override_added(override)])


def speak(made: History) -> None:
    """Somebody gives a membership by name, or takes it."""
    members = [
        *((USERS, key) for key in _keys(made)),
        *((GROUPS, key) for key in _group_keys(made)),
    ]
    made.number += 1
    now = made.office.clock.now()
    override = Override(
        f"w{made.number:04d}", made.one((OverrideKind.REVOKE, OverrideKind.GRANT)),
        made.one(("", "hr-to-app")), *made.one(members), "",
        made.one([*_group_keys(made), "G99"]), "r", "ann", "bob", now,
        made.one((None, now.replace(day=now.day + 1))),
    )  # fmt: skip
    made.office.store.overrides.add(override, [override_added(override)])


def undecide(made: History) -> None:
    given = [one for one in made.office.store.overrides.all() if one.ended_at is None]
    if given:
        now, chosen = made.office.clock.now(), made.one(given)
        event = override_ended(chosen.id, now, "ann", "r")
        made.office.store.overrides.end(chosen.id, now, [event])
