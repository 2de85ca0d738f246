"""Whole worlds by chance: people, accounts, links, rules in every situation, small and strange."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import TypeVar

from provisor.domain.drawing import is_random
from provisor.domain.excepting import ACCOUNT, EVERYTHING, MEMBER
from provisor.domain.expressions import Circumstances
from provisor.domain.holding import GrantedValue, Grants
from provisor.domain.link import Absence, HeldName, Link, LinkState, Membership
from provisor.domain.mapping import map_values
from provisor.domain.override import NEW_ACCOUNT, Override, OverrideKind
from provisor.domain.record import Value, Values, as_text
from provisor.domain.register import unique_attributes
from provisor.domain.rules import SOFT_DELETED, JobRules, ObjectRules
from provisor.domain.schema import ObjectType
from tests.domain.chance_borrowing import borrow
from tests.domain.chance_conditions import referred, when
from tests.domain.chance_groups import crowd, furnish
from tests.domain.chance_leavers import Workforce, leave_long_ago
from tests.domain.chance_leaving import chance_leave, dated, told_by_source
from tests.domain.chance_people import question
from tests.domain.chance_references import refer
from tests.domain.chance_rights import endow
from tests.domain.chance_rules import chance_rules
from tests.domain.chance_words import speak
from tests.domain.worlds import NOON

USERS, GROUPS = ObjectType.USERS, ObjectType.GROUPS
Row = dict[str, Value]
T = TypeVar("T")

WORDS: tuple[Value, ...] = (
    "Anna", "anna", "ANNA", "Åsa", "åsa", "ÅSA", "İ", "i̇", "ß", "SS", "\u212a", "k", "ΣΑΣ", "σας",
    "Bo", "bo", "x", "drop", "Clerk", "", "Officer", "\ua7cb", "\u0264",
)  # fmt: skip
ODD: tuple[Value, ...] = (None, None, "", " ", 5, 0, True, False, (), ("",), ("a",), ("b", "a"))
NUMBERS: tuple[Value, ...] = (1, 2, 3, -1, 0, "7", "007", " 8 ", "x", True, 2**70, None)
TRUTHS: tuple[Value, ...] = (True, False, "true", "FALSE", "1", 0, "yes", None)
LISTS: tuple[Value, ...] = ((), ("a",), ("a", "b"), ("b", "a"), ("A", "a"), ("left",), (1, "x"))
TAME: dict[str, tuple[Value, ...]] = {
    "level": (1, 2, 3, 12), "active": (True, False), "flag": (True, False),
    "tags": (("a",), ("b",), ()), "roles": (("a",), ("a", "b"), ("left",)),
}  # fmt: skip
WILD: dict[str, tuple[Value, ...]] = {
    "level": NUMBERS, "active": TRUTHS, "flag": TRUTHS, "tags": LISTS, "roles": LISTS,
}  # fmt: skip
PERSON = ("login", "mail", "given", "surname", "title", "level", "active", "tags", "note")


@dataclass(slots=True)
class ChanceWorld:
    """One cycle's world as rows and links: what both executors are given."""

    rules: JobRules
    rows: dict[tuple[str, ObjectType], list[Row]] = field(default_factory=dict)
    """(`source` or `target`, object type) to rows."""
    links: dict[ObjectType, list[Link]] = field(default_factory=dict)
    absences: dict[ObjectType, dict[str, Absence]] = field(default_factory=dict)
    overrides: dict[tuple[ObjectType, str], tuple[Override, ...]] = field(default_factory=dict)
    members: dict[str, list[Row]] = field(default_factory=dict)
    granted: frozenset[Membership] = frozenset()
    absence_counts: bool = True
    kept: dict[ObjectType, tuple[HeldName, ...]] = field(default_factory=dict)
    grants: dict[str, dict[str, dict[str, GrantedValue]]] = field(default_factory=dict)

    def granting(self, identity: str) -> Grants:
        """What we gave to somebody."""
        return self.grants.get(identity, {})


def chance_world(seed: int, people: int, groups: int) -> ChanceWorld:
    """Make up a world; the same arguments make the same one."""
    maker = _Maker(random.Random(seed))
    world = ChanceWorld(chance_rules(maker.random, with_groups=groups > 0))
    maker.populate(world, USERS, people)
    if GROUPS in world.rules.objects:
        maker.populate(world, GROUPS, groups)
        furnish(world, maker.random)
        maker.enlist(world)
        crowd(world, maker.random)
    world.absence_counts = maker.often(0.9)
    refer(world, random.Random(seed))
    endow(world, random.Random(seed + 1))
    speak(world, random.Random(seed))
    borrow(world, random.Random(seed))
    question(world, random.Random(seed))
    return world


class _Maker:
    """Choices that one seed decides."""

    def __init__(self, chance: random.Random) -> None:
        self.random = chance
        # So that worlds in which nobody left long ago are what they would be anyway.
        self.apart = random.Random(chance.getrandbits(64))
        # Most worlds are nearly tame, so that something is settled in them; some are wild.
        self.wildness = self.one((0.0, 0.02, 0.1, 0.4))
        # Some worlds are brown fields, where accounts are still to be recognised.
        self.linked = self.one((0.8, 0.8, 0.3))

    def often(self, share: float) -> bool:
        return self.random.random() < share

    def one(self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    def cell(self, attribute: str) -> Value:
        if self.often(self.wildness):
            return self.one(ODD)
        pools = WILD if self.often(2 * self.wildness) else TAME
        return self.one(pools.get(attribute, WORDS))

    # --- one object type ----------------------------------------------------------------------

    def populate(self, world: ChanceWorld, object_type: ObjectType, count: int) -> None:
        rules = world.rules.objects[object_type]
        prefix = "E" if object_type is USERS else self.one(("G", "E"))
        keys = [self.key(prefix, number) for number in range(count)]
        rows = [self.person(rules, key) for key in keys]
        letters = "aA" if object_type is USERS or self.often(0.2) else "gG"
        natives = [f"{self.one(letters)}{number}" for number in range(count + 2)]
        links: list[Link] = []
        world.links[object_type] = links
        accounts: list[Row] = []
        for row, native in zip(rows, natives, strict=False):
            self.account_of(rules, row, native, accounts, links)
        accounts += [self.stranger(rules, native, rows) for native in natives[count:]]
        world.kept[object_type] = self.keep(rules, keys)
        world.absences[object_type] = self.vanish(rows, links, object_type)
        absences, overrides = world.absences[object_type], world.overrides
        force = Workforce(rules, rows, accounts, links, absences, overrides)
        leave_long_ago(self.apart, force)
        self.swap(rows, links, rules.key, object_type)
        self.held = {as_text(account["id"]): account for account in accounts}
        self.decide(world, object_type, [*keys, "E99"], [*natives, NEW_ACCOUNT])
        self.repeat(rows, rules.key)
        self.repeat(accounts, rules.schema.key)
        self.random.shuffle(rows)
        self.random.shuffle(accounts)
        world.rows["source", object_type] = rows
        world.rows["target", object_type] = accounts

    def keep(self, rules: ObjectRules, keys: Sequence[str]) -> tuple[HeldName, ...]:
        """Let some names belong to somebody whom no account shows."""
        names = unique_attributes(rules)
        owners = [identity(rules.object_type, key) for key in keys] + ["somebody who left"]
        return tuple(
            HeldName(self.one(names), self.name(), self.one(owners))
            for _ in range(self.one((0, 0, 3)) if names else 0)
        )

    def name(self) -> str:
        number = self.random.randrange(30)
        return self.one((f"n{number}", f"N{number}2", f"N{number}@X.org", f"{self.one(WORDS)}"))

    def key(self, prefix: str, number: int) -> str:
        return self.one((f"{prefix}{number}", f"{prefix.lower()}{number}", f"É{prefix}{number}"))

    def person(self, rules: ObjectRules, key: str) -> Row:
        row: Row = {rules.key: key}
        if rules.object_type is GROUPS:
            row["name"] = f"{self.one(('Staff', 'staff', 'Åre'))} {self.random.randrange(6)}"
        for name in PERSON:
            row[name] = self.cell(name)
        if not self.often(self.wildness):
            number = self.random.randrange(30)
            row |= {"login": f"N{number}", "mail": f"{self.one('nN')}{number}@x.org"}
        row["status"] = self.one(("active",) * 6 + ("terminated", "paused", "Active"))
        row["end_date"] = self.one((None, None, "2031-01-02", "2030-12-31"))
        row["start"] = when(self.random, self.wildness)
        row["manager"] = referred(self.random, self.wildness)
        row |= dated(self.random, self.wildness)
        for name in list(row):
            if name != rules.key and self.often(self.wildness / 3):
                del row[name]
        return row

    def account_of(
        self, rules: ObjectRules, row: Row, native: str, accounts: list[Row], links: list[Link]
    ) -> None:
        """Give a person an account as our rules would make it, or nearly, or none."""
        key = as_text(row[rules.key])
        account = self.perturbed(rules, {**self.right(rules, row), "id": native})
        if self.often(0.88):
            accounts.append(account)
        if self.often(self.linked):
            links.append(self.link(rules, key, native, (row, account)))

    def right(self, rules: ObjectRules, row: Row) -> Values:
        """Return what the account should hold."""
        values = {**row, SOFT_DELETED: False}
        foreseen = [m for m in rules.mappings if not is_random(m.expression)]
        around = Circumstances(now="2031-04-07T12:00:00Z", default_domain="x.org")
        mapped = map_values(foreseen, values, rules.schema, around)
        switch = rules.schema.switch
        found = dict(mapped.values)
        if switch is not None:
            found.setdefault(switch.attribute, switch.on)
            if self.often(0.15):
                found[switch.attribute] = switch.off
        if rules.schema.anchor and found.get(rules.schema.anchor) is None and self.often(0.5):
            found[rules.schema.anchor] = identity(rules.object_type, as_text(row[rules.key]))
        return found

    def perturbed(self, rules: ObjectRules, account: Row) -> Row:
        """Let some values differ: in case, in emptiness, in kind, or really."""
        for name in [a.name for a in rules.schema.attributes] + ["extra"]:
            if name == "id" or self.often(0.97 - self.wildness / 4):
                continue
            value = account.get(name)
            match self.random.randrange(6):
                case 0:
                    account.pop(name, None)
                case 1:
                    account[name] = self.one((None, "", ()))
                case 2 if isinstance(value, str):
                    account[name] = self.one((value.upper(), value.lower(), value.swapcase()))
                case 3:
                    account[name] = as_text(value) if name in account else None
                case 4 if isinstance(value, tuple):
                    account[name] = value[::-1]
                case _:
                    account[name] = self.cell(name)
        return account

    def stranger(self, rules: ObjectRules, native: str, rows: Sequence[Row]) -> Row:
        """Make an account of nobody, or one that only looks like somebody's."""
        like = self.right(rules, self.one(rows)) if rows and self.often(0.6) else {}
        names = [attribute.name for attribute in rules.schema.attributes]
        account = {name: value for name, value in like.items() if self.often(0.6)}
        account |= {name: self.cell(name) for name in names if self.often(0.2)}
        return {**account, "id": native}

    def link(self, rules: ObjectRules, key: str, native: str, rows: tuple[Row, Row]) -> Link:
        disabled = self.often(0.25)
        days = self.one((0, 29, 30, 31, 400))
        accepted = {}
        row, account = rows
        for attribute in [mapping.attribute for mapping in rules.mappings]:
            if self.often(0.15):
                sent = self.right(rules, row).get(attribute)
                if self.often(0.5):
                    account[attribute] = self.cell(attribute)
                kept = account.get(attribute) if self.often(0.8) else self.cell(attribute)
                accepted[attribute] = (sent, kept)
        return Link(
            identity=f"identity-{rules.object_type.value}-{key}",
            object_type=rules.object_type,
            key=key,
            native_id=native,
            anchor=self.one((key, key, None, "")),
            state=LinkState.DISABLED if disabled else LinkState.ACTIVE,
            since=NOON - timedelta(days=days, hours=self.one((0, 1))) if self.often(0.8) else None,
            accepted=dict(sorted(accepted.items())),
            leave=chance_leave(self.random) if self.often(0.3) else None,
        )

    # --- what goes wrong ----------------------------------------------------------------------

    def vanish(
        self, rows: list[Row], links: list[Link], object_type: ObjectType
    ) -> dict[str, Absence]:
        """Let some rows be missing, proven or not; let two links claim one key."""
        gone = [row for row in rows if self.often(0.12)]
        for row in gone:
            rows.remove(row)
        if links and self.often(0.1):
            twin = self.one(links)
            links.append(
                Link(f"{twin.identity}-2", object_type, twin.key, self.one(("a0", "z9")), None)
            )
        absences = {}
        for one in links:
            if self.often(0.5):
                since = NOON - timedelta(hours=self.one((1, 23, 24, 48)))
                reads = self.random.randrange(4)
                said = told_by_source(self.random)
                absences[one.key] = Absence(one.identity, object_type, one.key, since, reads, said)
        return absences

    def swap(self, rows: list[Row], links: list[Link], key: str, object_type: ObjectType) -> None:
        """Let somebody without a link have the identity of a link whose row is missing."""
        linked = {one.key for one in links}
        keys = {as_text(row[key]) for row in rows}
        newcomers = sorted(keys - linked)
        absent = [place for place, one in enumerate(links) if one.key not in keys]
        if object_type is USERS and newcomers and absent and self.often(0.2):
            place = self.one(absent)
            owner = identity(object_type, self.one(newcomers))
            links[place] = replace(links[place], identity=owner)

    def repeat(self, rows: list[Row], key: str) -> None:
        """Let some rows have another row's key, or none."""
        for row in rows[1:]:
            if self.often(0.02):
                row[key] = self.one((rows[0].get(key), None, "", 7))
        if rows and self.often(0.05):
            rows.append({name: self.cell(name) for name in ("mail", "title")})

    def decide(
        self, world: ChanceWorld, object_type: ObjectType, keys: list[str], natives: list[str]
    ) -> None:
        """Let people decide something about a few."""
        if self.often(0.4):
            return
        for key, own in zip(keys, natives, strict=False):
            if self.often(0.85):
                continue
            kinds = self.random.sample([*OverrideKind, OverrideKind.LINK], self.one((1, 1, 2)))
            world.overrides[object_type, key] = tuple(
                self.override(world, object_type, key, kind, [*natives, *[own] * len(natives)])
                for kind in kinds
            )

    def override(
        self,
        world: ChanceWorld,
        object_type: ObjectType,
        key: str,
        kind: OverrideKind,
        natives: list[str],
    ) -> Override:
        rules = world.rules.objects[object_type]
        attribute = self.one([mapping.attribute for mapping in rules.mappings])
        pin = kind is OverrideKind.PIN
        value = self.cell(attribute) if pin else self.one(natives)
        job = self.one(("", world.rules.job))
        if kind is OverrideKind.EXCEPT:
            return self.exception(rules, key, attribute, self.held.get(natives[-1], {}))
        return Override(
            f"o-{kind.value}", kind, job, object_type, key, attribute if pin else "", value,
            "reason", "author", "approver", NOON, None,
        )  # fmt: skip

    def exception(self, rules: ObjectRules, key: str, attribute: str, account: Values) -> Override:
        """Let something that others changed stay: a value, all of an account, a membership."""
        switch = rules.schema.switch.attribute if rules.schema.switch is not None else attribute
        name = self.one((ACCOUNT, EVERYTHING, MEMBER, attribute, attribute, switch))
        value = account.get(name) if self.often(0.8) else self.cell(name)
        if name == MEMBER:
            value = identity(USERS, f"{self.one('eE')}{self.random.randrange(8)}")
        return Override(
            "o-except", OverrideKind.EXCEPT, "", rules.object_type, key, name, value,
            "reason", "author", "approver", NOON, None,
        )  # fmt: skip

    # --- memberships --------------------------------------------------------------------------

    def enlist(self, world: ChanceWorld) -> None:
        """Make memberships on both sides that agree on most."""
        groups = self.ends(world, GROUPS)
        members = [*self.ends(world, USERS), *groups]
        known = [(g, m) for g in groups for m in members if self.often(0.3)]
        odd = [("G77", "n77", "i77"), ("", "", ""), ("E1", "a1", "")]
        strange = [(self.one([*groups, *odd]), self.one([*members, *odd])) for _ in range(3)]
        world.members = {"source": [], "target": []}
        granted = set()
        for group, member in [*known, *(strange if self.often(0.5) else [])]:
            times = self.one((0, 0, 1, 1, 1, 2))
            world.members["source"] += [{"group": group[0], "member": member[0]}] * times
            if self.often(0.8):
                world.members["target"].append({"group": group[1], "member": member[1]})
            if self.often(0.8):
                granted.add(Membership(group[2], member[2]))
        for rows in world.members.values():
            self.random.shuffle(rows)
        world.granted = frozenset(granted)

    def ends(self, world: ChanceWorld, object_type: ObjectType) -> list[tuple[str, str, str]]:
        """Return (key, native id, identity) of links, and of records without one."""
        linked = [(one.key, one.native_id, one.identity) for one in world.links[object_type]]
        key = world.rules.objects[object_type].key
        rows = world.rows["source", object_type]
        keys = {as_text(row.get(key)) for row in rows} - {
            one.key for one in world.links[object_type]
        }
        return linked + [(one, "n0", f"new-{one}") for one in sorted(keys)]


def identity(object_type: ObjectType, key: str) -> str:
    """The identity id of an unlinked key."""
    return f"identity-{object_type.value}-{key}" if key.startswith("e") else f"new-{key}"
