"""First loads by chance: many newcomers, few names, and a target that is empty, or nearly."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import TypeVar

from provisor.domain.expressions import parse
from provisor.domain.flow import Apply, AttributeMapping, WhenEmpty
from provisor.domain.leaving import Gone, Leave
from provisor.domain.link import HeldName, Link
from provisor.domain.numbering import Compare, Numbering
from provisor.domain.override import Override, OverrideKind
from provisor.domain.record import ABSENT, Value
from provisor.domain.reference import Reference
from provisor.domain.rules import AnchorPolicy, Case, JobRules, MatchRule, ObjectRules
from provisor.domain.schema import Attribute, AttributeType, ObjectSchema, ObjectType, Switch
from provisor.domain.scope import Clause, Operator
from provisor.domain.tenure import Tenure
from tests.domain.chance import ChanceWorld, Row
from tests.domain.worlds import NOON

USERS = ObjectType.USERS
T = TypeVar("T")

NAMES: tuple[Value, ...] = ("ann", "Ann", "bo", "Åsa", "åsa", "İ", "cy", "di", "ed", "fay")
TEXTS: dict[str, tuple[str, ...]] = {
    "externalId": (
        "[employee_id]", "[employee_id]", "[employee_id]", "[note]",
        'IIF([note] = "x", IgnoreAttributeFlow, [employee_id])',
    ),
    "userName": (
        "SelectUniqueValue(ToLower([name]))", "SelectUniqueValue(ToLower([name]))",
        'SelectUniqueValue([name], [nick], Join(".", [name], [number]))', "[name]",
        'IIF([note] = "drop", IgnoreAttributeFlow, [name])', 'Join("", [name], [number])',
    ),
    "mail": (
        "[mail]", "ToLower([mail])", "IgnoreFlowIfNullOrEmpty([mail])",
        'SelectUniqueValue(ToLower([mail]), Join("", [number], "@x.org"))',
    ),
    "displayName": ('Join(" ", [name], [number])', "NormalizeDiacritics([name])", "PCase([nick])"),
    "title": (
        "[title]", 'IIF([title] = "drop", IgnoreObjectFlow, [title])', "[tags]",
        'IIF([title] = "x", Error("no title"), [title])', "IgnoreFlowIfNullOrEmpty([title])",
    ),
    "level": ("[number]", "Len([name])", '"12"', "IgnoreFlowIfNullOrEmpty([number])"),
    "active": ("Not([IsSoftDeleted])", "IgnoreFlowIfNullOrEmpty([flag])", "[flag]"),
    "roles": ("[tags]", "[title]", 'Split([note], ",")'),
    "code": ("[number]", "Guid()", '"A"', "IgnoreFlowIfNullOrEmpty([nick])", "[title]"),
    "boss": ("[boss]", "IgnoreFlowIfNullOrEmpty([boss])"),
    "password": ('RandomString(12, 2, 2, 2, 2, "")',),
}  # fmt: skip
DEFAULTS: tuple[Value, ...] = ("Employee", "7", True)
_BARE = {"userName": 0, "mail": 0.2, "displayName": 0.3, "externalId": 0.2}
"""How often a mapping is missing; the others are every other time."""


def first_load(seed: int, people: int, accounts: int) -> ChanceWorld:
    """Make up a first load; the same arguments make the same one."""
    maker = _Maker(random.Random(seed))
    rules = maker.rules()
    world = ChanceWorld(JobRules("hr-to-app", "hr", "app", "0" * 64, {USERS: rules}))
    rows = [maker.person(f"E{number}") for number in range(people)]
    held = [maker.account(f"a{number}", rows) for number in range(accounts)]
    maker.random.shuffle(rows)
    world.rows = {("source", USERS): rows, ("target", USERS): held}
    world.links[USERS] = [maker.link(str(one["id"]), place) for place, one in enumerate(held[:2])]
    world.absences[USERS] = {}
    world.kept[USERS] = tuple(maker.kept() for _ in range(maker.one((0, 0, 2))))
    for number in range(people) if maker.often(0.3) else ():
        if maker.often(0.1):
            world.overrides[USERS, f"E{number}"] = (maker.said(f"E{number}"),)
    return world


class _Maker:
    def __init__(self, chance: random.Random) -> None:
        self.random = chance
        # Where everything goes well, all is decided in columns.
        self.trouble = self.one((0.0, 0.0, 0.02, 0.15))
        self.names = self.random.sample(NAMES, self.one((2, 4, 10)))

    def often(self, share: float) -> bool:
        return self.random.random() < share

    def one(self, choices: Sequence[T]) -> T:
        return self.random.choice(choices)

    # --- rules --------------------------------------------------------------------------------

    def rules(self) -> ObjectRules:
        switch = Switch("active", on=True, off=False)
        schema = ObjectSchema(
            USERS,
            tuple(self.attribute(name) for name in TEXTS),
            key="id",
            anchor=self.one(("externalId", "externalId", "externalId", "")),
            name=self.one(("userName", "userName", "userName", "displayName", "")),
            switch=self.one((switch, switch, None, Switch("title", "x", "off"))),
        )
        names = [name for name in TEXTS if not self.often(_BARE.get(name, 0.5))]
        self.random.shuffle(names)
        return ObjectRules(
            USERS,
            "employee_id",
            schema,
            tuple(self.mapping(name) for name in names),
            tuple(self.match_rule() for _ in range(self.one((0, 1, 2)))),
            leaver=Clause("status", Operator.EQUALS, "terminated"),
            tenure=self.one((Tenure(), Tenure(), Tenure(start="start", pre_start_days=30))),
            anchor_policy=self.one((AnchorPolicy.OURS, *AnchorPolicy)),
        )

    def attribute(self, name: str) -> Attribute:
        kinds = {
            "active": AttributeType.BOOLEAN,
            "level": AttributeType.INTEGER,
            "password": AttributeType.SECRET,
            "boss": AttributeType.REFERENCE,
        }
        return Attribute(
            name,
            kinds.get(name, AttributeType.STRING),
            multi=name == "roles",
            required=self.often(0.1),
            unique=name == "userName" or (name in ("mail", "code") and self.often(0.3)),
            case_exact=name == "externalId" or self.often(0.2),
        )

    def mapping(self, name: str) -> AttributeMapping:
        text = self.one(TEXTS[name])
        chosen = "SelectUnique" in text
        numbered = name in ("userName", "mail", "code") and self.often(0.4)
        once = self.often(0.9) if chosen else text == "Guid()" or self.often(0.2)
        return AttributeMapping(
            name,
            parse(text),
            text,
            self.one(DEFAULTS) if self.often(0.15) else ABSENT,
            Apply.ON_CREATE if once and name != "boss" else Apply.ALWAYS,
            when_empty=self.one(list(WhenEmpty)) if self.often(0.2) else None,
            unique=self.numbering() if numbered and text != "Guid()" else None,
            redacted=self.often(0.1),
            reference=Reference(USERS) if name == "boss" else None,
        )

    def numbering(self) -> Numbering:
        return Numbering(
            start=self.one((1, 2)),
            end=self.one((3, 4, 99)),
            pattern=self.one(("{name}{n}", "{n}{name}")),
            always=self.often(0.3),
            retries=self.one((None, 1)),
            never=self.one((frozenset(), frozenset({"ann", "bo2"}))),
            compare=self.one(list(Compare)),
        )

    def match_rule(self) -> MatchRule:
        name = self.one(("externalId", "mail", "mail", "userName", "displayName", "title"))
        own = parse("[nick]") if self.often(0.1) else None
        return MatchRule(name, self.often(0.7), own, self.one((Case.SCHEMA, *Case)))

    # --- rows ---------------------------------------------------------------------------------

    def cell(self, value: Value) -> Value:
        return self.one((None, "", "x", 7)) if self.often(self.trouble) else value

    def person(self, key: str) -> Row:
        number = self.random.randrange(60)
        row: Row = {
            "employee_id": key,
            "name": self.cell(self.one(self.names)),
            "nick": self.cell(self.one((*self.names, None))),
            "number": self.cell(number),
            "mail": self.cell(f"{self.one('nN')}{number}@x.org"),
            "title": self.cell(self.one(("Clerk", "Clerk", "Officer", "", None))),
            "tags": self.one((("a",), ("b", "a"), ())),
            "flag": self.cell(self.one((True, False))),
            "note": self.one((None,) * 8 + ("x",)) if self.trouble else "a,b",
            "boss": self.one((None, "E1", "E2", "E99")),
            "start": self.one(("2030-01-01", "2031-04-20", "2031-08-01", "2031-13-01", None)),
            "status": "terminated" if self.often(self.trouble) else "active",
        }
        if self.often(self.trouble):
            row["title"] = self.one(("drop", "x"))
        for name in [name for name in row if name != "employee_id"]:
            if self.often(self.trouble / 4):
                del row[name]
        return row

    def account(self, native: str, rows: Sequence[Row]) -> Row:
        """Make an account that shows something of somebody, or nothing."""
        like = self.one(rows) if rows else {}
        shown: Row = {
            "externalId": self.one((None, "", "foreign", like.get("employee_id"))),
            "userName": self.one((like.get("name"), f"{like.get('name')}2", "somebody", None)),
            "mail": self.one((like.get("mail"), "other@x.org", None)),
            "displayName": like.get("nick"),
            "title": "Clerk",
            "code": self.one((like.get("number"), "A", None)),
            "active": self.often(0.8),
        }
        return {"id": native, **{name: cell for name, cell in shown.items() if self.often(0.7)}}

    def link(self, native: str, place: int) -> Link:
        """Let an account be that of somebody whom the source does not name, or not any more."""
        key = self.one(("gone", f"E{self.random.randrange(20)}"))
        left = Leave(NOON - timedelta(days=40), Gone.LEAVER) if self.often(0.7) else None
        return Link(f"held-{place}", USERS, f"{key}-{place}", native, key, leave=left)

    def kept(self) -> HeldName:
        name = f"{self.one(self.names)}{self.one(('', '2'))}"
        return HeldName("userName", name, self.one(("nobody", "new-E1", "new-E2")))

    def said(self, key: str) -> Override:
        kind = self.one((OverrideKind.HOLD, OverrideKind.PIN, OverrideKind.LINK))
        attribute = "userName" if kind is OverrideKind.PIN else ""
        value = self.one((*self.names, "a0")) if kind is not OverrideKind.HOLD else None
        return Override(
            f"o-{key}", kind, "", USERS, key, attribute, value, "reason", "a", "b", NOON, None
        )
