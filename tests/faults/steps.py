"""What happens to the firm: one step for each thing that a year brings."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from provisor.domain.override import Override, OverrideKind
from provisor.domain.undoing import Fate
from provisor.engine.emergency.kill import Door, Warrant, kill
from provisor.engine.emergency.whom import Places, find_person
from provisor.engine.job import Actor
from provisor.engine.journal import override_added
from provisor.engine.undoing.retrace import carried_out
from provisor.engine.undoing.undo import Order, Undone, undo
from provisor.errors import Frozen
from provisor.ports.store import Freeze
from tests.faults.invariants import GONE_BY_HAND
from tests.faults.life import CANARY, POISON, USERS, Life


def nothing(_life: Life) -> None:
    """Nothing changes outside."""


@dataclass(frozen=True, slots=True)
class Step:
    """What changes outside, and what people do about it."""

    name: str
    act: Callable[[Life], object]
    feed: Callable[[Life], None] = nothing

    def __str__(self) -> str:
        return self.name


def first_day(life: Life) -> None:
    if not life.store.acts.newest_run():
        life.first_day()


def cycle(life: Life) -> None:
    life.cycle()


def join(life: Life) -> None:
    for number in (21, 22, 23):
        life.hire(f"E{number:04d}", surname=f"{CANARY}{number:04d}")
    life.join("G1", "E0021")


def move(life: Life) -> None:
    life.change("E0001", title="Boss", surname=f"{CANARY}Wed")
    life.change("E0002", mail="two@example.org")


def regroup(life: Life) -> None:
    life.join("G2", "E0001")
    life.part_from("G1", "E0002")
    life.found_group("G3", "Club", "E0005", "E0006")


def leave(life: Life) -> None:
    life.leave("E0003", end_date="2031-04-05")
    life.losing.add("E0003")


def drop(life: Life) -> None:
    life.vanish("E0004")
    for group in life.source.members.values():
        group.pop("E0004", None)


def stay_away(life: Life) -> None:
    """One read without somebody is no proof; another one a day later is."""
    life.pass_hours(25)
    life.losing.add("E0004")


def poison(life: Life) -> None:
    life.change("E0005", title=POISON)
    life.change("E0006", title="Sound")
    life.hire("E0024", surname=f"{CANARY}0024")


def around_poison(life: Life) -> None:
    """Two cycles beside a record that the target refuses; then somebody mends it."""
    life.change("E0005", title=POISON)
    for _ in range(2):
        life.cycle()
        life.pass_hours(1)
    life.minded("I10", life.account("E0006")["title"] == "Sound", "somebody waited")
    life.minded("I10", life.accounts_of("E0024") == 1, "a newcomer waited")
    life.change("E0005", title="Cured")
    life.cycle()


def leave_together(life: Life) -> None:
    for key in ("E0006", "E0007", "E0008", "E0021"):
        life.leave(key, end_date="2031-04-05")
        life.losing.add(key)


def change_under_a_freeze(life: Life) -> None:
    life.change("E0001", title="Cold")
    life.hire("E0025", surname=f"{CANARY}0025")


def freeze(life: Life) -> None:
    controls = life.store.controls
    if "thawed" not in life.marks:
        controls.freeze(Freeze("app", "ann", "odd", life.clock.now()), [])
        frozen = len(life.watched.deeds)
        with suppress(Frozen):
            life.cycle()
        life.minded("I9", len(life.watched.deeds) == frozen, "written under a freeze")
        life.marks["thawed"] = "yes"
    controls.unfreeze("app", [])
    life.cycle()


def lose_a_laptop(life: Life) -> None:
    life.losing.add("E0005")


def kill_somebody(life: Life) -> None:
    person = find_person(life.store, "E0005", Places(("hr",), ("app",)))
    doors = {"app": Door("hr-to-app", "hr", lambda: life.job("eve"))}
    warrant = Warrant(Actor("eve", asserted=True), "stolen laptop")
    kill(life.store, life.clock, person, doors, warrant)


def lie(life: Life) -> None:
    life.change("E0001", title="LIE")
    life.change("E0002", title="LIE")
    life.join("G3", "E0002")


def believe(life: Life) -> None:
    """The lie goes out."""
    run = life.cycle().run or life.store.acts.newest_run()
    assert run is not None
    life.marks["lied"] = run.id


def take_back(life: Life) -> None:
    """The run of the lie is taken back; what was left for now is asked for again."""
    if any(deed.fate is Fate.LEFT for deed in _take_back(life).deeds):
        _take_back(life)


def _take_back(life: Life) -> Undone:
    undone = undo(life.job(), carried_out(life.store, life.marks["lied"]), Order("the feed lied"))
    if undone.stored is not None:
        life.approved(undone.stored.plan.digest)
    return undone


def revoke(life: Life) -> None:
    """One membership is not given whatever the rules say."""
    now = life.clock.now()
    if all(one.id != "revoke-1" for one in life.store.overrides.all()):
        said = Override(
            "revoke-1", OverrideKind.REVOKE, "", USERS, "E0022", "", "G0",
            "because", "ann", "", now, None,
        )  # fmt: skip
        life.store.overrides.add(said, [override_added(said)])
    life.cycle()


def come_back(life: Life) -> None:
    life.change("E0003", status="active", end_date=None)


def meddle(life: Life) -> None:
    """Somebody changes the target by hand: a value, a member, and a whole account."""
    with life.watched.by_hand():
        life.target.set(USERS, life.native("E0001"), {"title": "Tampered"})
        group = next(n for n, row in life.target.groups.items() if row.get("externalId") == "G3")
        life.target.join(group, (), (life.native("E0002"),))
        life.target.remove(USERS, life.native(GONE_BY_HAND))


def grow_old(life: Life) -> None:
    life.pass_hours(24 * 45)


STEPS = (
    Step("first day", first_day),
    Step("joiners", cycle, join),
    Step("movers", cycle, move),
    Step("memberships", cycle, regroup),
    Step("a leaver", cycle, leave),
    Step("a row that vanishes", cycle, drop),
    Step("a row that stays away", cycle, stay_away),
    Step("a poisoned record", around_poison, poison),
    Step("leavers together", cycle, leave_together),
    Step("freeze", freeze, change_under_a_freeze),
    Step("kill", kill_somebody, lose_a_laptop),
    Step("a lie", believe, lie),
    Step("undo", take_back),
    Step("revoke", revoke),
    Step("a return", cycle, come_back),
    Step("changes by hand", cycle, meddle),
    Step("deletes", cycle, grow_old),
)
"""The life, in order; each step begins where the one before it came to rest."""
