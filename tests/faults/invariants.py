"""What must hold whatever goes wrong, each as a question to the target's journal and raw rows.

Every check names its invariant in the sentences that it finds; none asks the product.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from provisor.domain.record import Value
from provisor.domain.schema import ObjectType
from provisor.verifier import verify
from tests.faults.evidence import Evidence, Planned, Promise
from tests.faults.journal import Deed
from tests.faults.life import CANARY, PROTECTED, STRANGER, USERS, Life

Picture = tuple[Mapping[str, Mapping[str, Value]], Mapping[str, frozenset[str]]]
"""Accounts by key, and the keys of the members of each group."""

OF_VALUES = frozenset({"update", "clear", "disable", "enable", "rename", "grant", "revoke"})
GONE_BY_HAND = "E0023"
"""Whose account somebody else deletes; it is made again."""
MOST_CYCLES = 2
"""Cycles after the last fault within which everything is as it should be."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One trial when it has come to rest."""

    life: Life
    deeds: tuple[Deed, ...]
    """What was done to the target in this trial."""
    evidence: Evidence
    wanted: Picture
    cycles: int
    """How many it took to rest."""
    last_calls: tuple[str, ...]
    """The calls of the cycle after that."""


def picture_of(life: Life) -> Picture:
    """Return what the target holds, without what chance gives."""
    left_out = {"id", "password"}
    world = life.watched
    people = [row for row in world.users.values() if row.get("externalId")]
    accounts = {
        str(row["externalId"]): {n: v for n, v in row.items() if n not in left_out}
        for row in people
    }
    groups = {
        world.key_of(native): frozenset(world.key_of(one) for one in world.members.get(native, ()))
        for native in world.groups
    }
    return accounts, groups


def i1_one_account_each(scene: Scene) -> Iterator[str]:
    """Nobody has two accounts, or had them at any moment."""
    users = scene.life.watched.users.values()
    held = Counter(str(row["externalId"]) for row in users if row.get("externalId"))
    yield from (f"{n} accounts of {key}" for key, n in held.items() if n > 1)
    alive: Counter[tuple[ObjectType, str]] = Counter()
    for deed in scene.life.watched.deeds:
        place = deed.object_type, deed.key
        alive[place] += {"create": 1, "remove": -1}.get(deed.verb, 0)
        if alive[place] > 1 and deed.key != GONE_BY_HAND:
            yield f"{deed.key} was made twice"


def i2_promised_before(scene: Scene) -> Iterator[str]:
    """Every change of the target was sealed in a plan, and promised before it was sent."""
    for deed in scene.deeds:
        if not list(open_promises(scene.evidence, deed)):
            yield f"{_named(deed)} was in no plan, or nothing open promised it"


def i3_allowed_before(scene: Scene) -> Iterator[str]:
    """What waits for a decision is not done before one approves exactly that."""
    evidence = scene.evidence
    for deed in scene.deeds:
        promised = [planned for _, planned in open_promises(evidence, deed)]
        if promised and all(_is_unapproved(evidence, one, deed) for one in promised):
            yield f"{_named(deed)} was done before anybody approved it"


def _is_unapproved(evidence: Evidence, planned: Planned, deed: Deed) -> bool:
    if not planned.is_gated(deed.moment.showings):
        return False
    given = evidence.approvals.get(planned.digest, ())
    return not any(one <= deed.moment.decisions for one in given)


def i4_nobody_lost_by_absence(scene: Scene) -> Iterator[str]:
    """Nobody is switched off or deleted whom the truth does not let go."""
    for deed in scene.deeds:
        is_loss = deed.verb == "remove" or deed.values.get("active") is False
        if is_loss and deed.object_type is USERS and deed.key not in deed.moment.losing:
            yield f"{_named(deed)}, and nothing was wrong with them"


def i5_nothing_forgotten(scene: Scene) -> Iterator[str]:
    """Every promise has its end, and the store knows of none without."""
    newest: dict[bytes, Promise] = {}
    for promise in scene.evidence.promises:
        newest[promise.digest] = promise
    left = sum(1 for one in newest.values() if not one.ended)
    if left or scene.evidence.unsettled:
        yield f"{left} promises without an end, {scene.evidence.unsettled} called unfinished"


def i6_log_holds(scene: Scene) -> Iterator[str]:
    """The independent verifier finds nothing."""
    yield from verify(scene.life.path).problems


def i7_as_desired(scene: Scene) -> Iterator[str]:
    """What is there is what a life without faults has, and soon."""
    accounts, groups = picture_of(scene.life)
    wanted_accounts, wanted_groups = scene.wanted
    for key in sorted(accounts.keys() | wanted_accounts.keys()):
        if accounts.get(key) != wanted_accounts.get(key):
            yield f"{key} is {accounts.get(key)}, wanted {wanted_accounts.get(key)}"
    for key in sorted(groups.keys() | wanted_groups.keys()):
        if groups.get(key) != wanted_groups.get(key):
            yield f"group {key} has {groups.get(key)}, wanted {wanted_groups.get(key)}"
    if scene.cycles > MOST_CYCLES:
        yield f"it took {scene.cycles} cycles"


def i8_quiet_afterwards(scene: Scene) -> Iterator[str]:
    """A cycle when nothing changed writes nothing."""
    written = [call for call in scene.last_calls if call.startswith("target write")]
    if written:
        yield f"{len(written)} writes in a cycle without news"


def i9_frozen_is_frozen(scene: Scene) -> Iterator[str]:
    """Nothing is done while the store says that writing is frozen."""
    yield from (f"{_named(deed)} under a freeze" for deed in scene.deeds if deed.moment.frozen)


def i10_poison_stays_alone(scene: Scene) -> Iterator[str]:
    """Nobody waits for somebody whom the target refuses; the step itself looks."""
    yield from scene.life.seen_wrong


def i11_others_untouched(scene: Scene) -> Iterator[str]:
    """Protected accounts and those of nobody are never written."""
    world = scene.life.watched
    for deed in scene.deeds:
        members = deed.joined | deed.parted
        if deed.key.startswith("native:") or any(one.startswith("native:") for one in members):
            yield f"{_named(deed)}: not ours"
    rows = {str(row.get("userName")): row for row in world.users.values()}
    for name in (PROTECTED, STRANGER):
        if rows.get(name, {}).get("active") is not True:
            yield f"{name} is not as it was"


def i12_no_secret_told(scene: Scene) -> Iterator[str]:
    """No name in the log, in alerts or messages, and no password anywhere."""
    told = [str(error) for error in scene.life.told]
    loud = [text for text in (*scene.evidence.texts, *told) if CANARY.lower() in text.lower()]
    if loud:
        yield f"{len(loud)} texts name a person"
    words = {str(deed.values["password"]) for deed in scene.deeds if "password" in deed.values}
    kept = b"".join(path.read_bytes() for path in scene.life.folder.iterdir() if path.is_file())
    shown = sum(word.encode() in kept or any(word in text for text in told) for word in words)
    if shown:
        yield f"{shown} passwords are kept or told"


def _named(deed: Deed) -> str:
    return f"{deed.verb} of {deed.object_type.value} {deed.key} in `{deed.moment.step}`"


Check = Callable[[Scene], Iterable[str]]

INVARIANTS: dict[str, Check] = {
    "I1": i1_one_account_each,
    "I2": i2_promised_before,
    "I3": i3_allowed_before,
    "I4": i4_nobody_lost_by_absence,
    "I5": i5_nothing_forgotten,
    "I6": i6_log_holds,
    "I7": i7_as_desired,
    "I8": i8_quiet_afterwards,
    "I9": i9_frozen_is_frozen,
    "I10": i10_poison_stays_alone,
    "I11": i11_others_untouched,
    "I12": i12_no_secret_told,
}


def broken(scene: Scene) -> tuple[str, ...]:
    """Return a sentence for everything that does not hold."""
    return tuple(f"{name}: {one}" for name, check in INVARIANTS.items() for one in check(scene))


# --- which promise a deed keeps -----------------------------------------------------------------


def open_promises(evidence: Evidence, deed: Deed) -> Iterator[tuple[Promise, Planned]]:
    """Yield what was promised, and not yet ended, when a deed was done, and is that deed."""
    for promise in evidence.promises:
        is_made = promise.sequence <= deed.moment.intents
        is_open = not promise.ended or promise.ended > deed.moment.outcomes
        planned = evidence.planned.get((promise.digest, promise.plan))
        if is_made and is_open and planned is not None and fits(deed, planned):
            yield promise, planned


def fits(deed: Deed, planned: Planned) -> bool:
    """Say whether a deed is what was planned: the same object, and no value besides."""
    if planned.key != deed.key or planned.object_type != deed.object_type.value:
        return False
    match deed.verb:
        case "create":
            return planned.operation == "create" and _writes(deed, planned, frozenset({"id"}))
        case "change":
            return planned.operation in OF_VALUES | {"create"} and _writes(deed, planned)
        case "remove":
            return planned.operation == "delete"
        case _:
            is_members = planned.operation == "membership"
            return is_members and deed.joined <= planned.joins and deed.parted <= planned.parts_from


def _writes(deed: Deed, planned: Planned, besides: frozenset[str] = frozenset()) -> bool:
    given = {name: value for name, value in deed.values.items() if name not in besides}
    return all(name in planned.drawn or planned.values.get(name) == v for name, v in given.items())
