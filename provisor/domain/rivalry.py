"""One value, two accounts: whoever may not have it is set aside before anything is written.

A target that refuses the second account would do so again in every cycle. Whoever has the value in
the target keeps it; of several newcomers the first by key gets it. A value that its holder gives up
in the same plan is free.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from provisor.domain.composed import Composed
from provisor.domain.composing import set_aside
from provisor.domain.departing import kept_for_leaver
from provisor.domain.record import Presence
from provisor.domain.register import Register
from provisor.domain.standing import Setting, Standing
from provisor.errors import NameTaken

Staged = tuple[Standing, Composed]
Name = tuple[str, str]
"""(attribute, form)"""


@dataclass(frozen=True, slots=True)
class _Wish:
    """What one identity would take and give up."""

    place: int
    key: str
    identity: str
    native: str | None
    takes: tuple[Name, ...]
    frees: frozenset[Name]
    pinned: frozenset[str]


def without_rivals(staged: Sequence[Staged], setting: Setting) -> Sequence[Staged]:
    """Set aside everybody who would take what somebody else has.

    Args:
        staged: everybody with whom something is done, in any order.
        setting: of the object type.

    Cost: one look at each change; one pass over the accounts per attribute that anybody takes.
    """
    attributes = set(setting.names.attributes) - {setting.rules.schema.anchor}
    wishes = [w for n, one in enumerate(staged) if (w := _wish(n, one, setting, attributes))]
    if not wishes:
        return staged
    refused = _refused(sorted(wishes, key=lambda wish: wish.key), setting)
    if not refused:
        return staged
    settled = list(staged)
    for place, name in refused.items():
        standing, composed = staged[place]
        told = set_aside(standing, _problem(name), setting)
        certain = kept_for_leaver(composed.drafts) if standing.departure is not None else ()
        if certain:
            told = replace(told, drafts=certain, account="planned")
        settled[place] = (standing, replace(told, remembered=composed.remembered))
    return settled


def _wish(
    place: int, staged: Staged, setting: Setting, attributes: Collection[str]
) -> _Wish | None:
    standing, composed = staged
    takes: list[Name] = []
    frees: set[Name] = set()
    for draft in composed.drafts:
        for change in draft.action.changes:
            if change.attribute in attributes:
                before = _name(change.attribute, change.before, setting.names)
                after = _name(change.attribute, change.after, setting.names)
                if before != after:
                    takes += after
                    frees.update(before)
    if not takes and not frees:
        return None
    native = standing.account.key if standing.account is not None else _moved(standing, setting)
    pinned = frozenset(one.attribute for one in standing.overrides)
    return _Wish(
        place, standing.key, standing.identity, native, tuple(takes), frozenset(frees), pinned
    )


def _moved(standing: Standing, setting: Setting) -> str | None:
    """Return the account of somebody whose linked one is missing, where one carries their anchor.

    A target whose only id is the name shows a rename so: one account is gone, another came. Making
    the account finds it there by its anchor, and what it holds is nobody else's.
    """
    link, anchor = standing.link, setting.rules.schema.anchor
    if link is None or not link.anchor or anchor not in setting.names.attributes:
        return None
    form = setting.names.form(anchor, link.anchor)
    natives = setting.names.holders(anchor, {form}).get(form, frozenset())
    return next(iter(natives)) if len(natives) == 1 else None


def _name(attribute: str, value: Presence, names: Register) -> tuple[Name, ...]:
    return ((attribute, names.form(attribute, value)),) if isinstance(value, str) and value else ()


def _refused(wishes: Iterable[_Wish], setting: Setting) -> Mapping[int, Name]:
    """Return who cannot have what, by place; refusing one keeps what they would have freed."""
    left = list(wishes)
    holders = _holders(left, setting.names)
    refused: dict[int, Name] = {}
    while True:
        fallen = _fallen(left, holders, setting.names)
        if not fallen:
            return refused
        refused |= fallen
        left = [wish for wish in left if wish.place not in fallen]


def _fallen(
    left: Sequence[_Wish], holders: Mapping[Name, frozenset[str]], names: Register
) -> dict[int, Name]:
    """Go through the wishes once, in order; whoever comes first gets a name that is free."""
    freed = {(wish.native, name) for wish in left for name in wish.frees}
    given: set[Name] = set()
    fallen: dict[int, Name] = {}

    def is_lost(name: Name, wish: _Wish) -> bool:
        others = holders.get(name, frozenset()) - {wish.native}
        held = any((native, name) not in freed for native in others)
        return name in given or held or _is_kept(name, wish, names)

    for wish in left:
        lost = next((name for name in wish.takes if is_lost(name, wish)), None)
        if lost is None:
            given.update(wish.takes)
        else:
            fallen[wish.place] = lost
    return fallen


def _is_kept(name: Name, wish: _Wish, names: Register) -> bool:
    """Say whether a name belongs to somebody who left; a person may hand it on by a pin."""
    attribute, form = name
    return attribute not in wish.pinned and names.is_kept(attribute, form, wish.identity)


def _holders(wishes: Iterable[_Wish], names: Register) -> Mapping[Name, frozenset[str]]:
    wanted: dict[str, set[str]] = {}
    for wish in wishes:
        for attribute, form in wish.takes:
            wanted.setdefault(attribute, set()).add(form)
    return {
        (attribute, form): natives
        for attribute, forms in wanted.items()
        for form, natives in names.holders(attribute, forms).items()
    }


def _problem(name: Name) -> NameTaken:
    attribute = name[0]
    return NameTaken(
        f"the value for `{attribute}` belongs to somebody else",
        where=f"attribute `{attribute}`",
        found="another account has it, a record before this one gets it, or it is kept for "
        "somebody who left",
        safe="the record is set aside and counts as present; the others continue",
        next=f"correct the record at its source, let the mapping number the value (`unique`), "
        f"or hand it on with `provisor override add --kind pin --attribute {attribute}`",
    )
