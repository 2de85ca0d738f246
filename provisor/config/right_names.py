"""What catalogue and duties say of each other: which attributes hold rights, names that lead on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from provisor.config.cross_references import unknown_name
from provisor.config.grouping import owner_mode
from provisor.config.model import ConfigurationSettings
from provisor.config.places import MEND, NOTHING_HAPPENED, Places, SettingPath
from provisor.config.right_settings import ClaimSettings, DutySettings, EntitlementSettings
from provisor.domain.rules import OwnerMode
from provisor.errors import ConfigurationError, SettingInvalid


def rights_of(settings: ConfigurationSettings, target: str) -> Mapping[str, OwnerMode]:
    """Return the attributes that hold rights of a target, each with its owner mode."""
    found: dict[str, OwnerMode] = {}
    for one in settings.entitlements.get(target, ()):
        if one.attribute is not None:
            found[one.attribute] = one.mode or found.get(one.attribute, OwnerMode.OURS)
    return dict(sorted(found.items()))


def contradicting_rights(
    settings: ConfigurationSettings, places: Places
) -> Iterator[ConfigurationError]:
    """Yield one error for each right that leads nowhere, or is classified twice."""
    for system, entries in settings.entitlements.items():
        if system not in settings.systems:
            where = places.where(("entitlements", system))
            yield unknown_name("system", system, settings.systems, where)
        yield from _classified_twice(system, entries, places)
    for name, duty in settings.duties.items():
        yield from _unknown_claims(name, duty, settings, places)


def _classified_twice(
    system: str, entries: tuple[EntitlementSettings, ...], places: Places
) -> Iterator[ConfigurationError]:
    seen: set[tuple[str, str]] = set()
    modes: dict[str, OwnerMode] = {}
    for place, one in enumerate(entries):
        where = places.where(("entitlements", system, place))
        if (one.kind, one.pattern) in seen:
            yield _contradiction("a right stands in the catalogue twice", where, one.pattern)
        seen.add((one.kind, one.pattern))
        if one.mode is None:
            continue
        if modes.setdefault(one.kind, one.mode) is not one.mode:
            found = f"`{one.mode.value}` and `{modes[one.kind].value}` for `{one.kind}`"
            yield _contradiction("the values of an attribute have one `mode`", where, found)


def _unknown_claims(
    name: str, duty: DutySettings, settings: ConfigurationSettings, places: Places
) -> Iterator[ConfigurationError]:
    for side, claims in (("one", duty.one), ("other", duty.other)):
        for place, claim in enumerate(claims):
            path: SettingPath = ("duties", name, side, place)
            where = places.where(path)
            if claim.target not in settings.systems:
                yield unknown_name("system", claim.target, settings.systems, where)
            elif claim.attribute is not None:
                known = rights_of(settings, claim.target)
                if claim.attribute not in known:
                    kind = f"attribute in the catalogue of `{claim.target}`"
                    yield unknown_name(kind, claim.attribute, known, where)
                    continue
            if claim.target in settings.systems and not _is_read(claim, settings):
                yield SettingInvalid(
                    f"nobody looks who holds what duty `{name}` names, so it keeps nothing apart",
                    where=where,
                    found=f"no job keeps {_kept(claim)} of `{claim.target}`",
                    safe=NOTHING_HAPPENED,
                    next=f"write a job with the target `{claim.target}`, or leave the right out",
                )


def _is_read(claim: ClaimSettings, settings: ConfigurationSettings) -> bool:
    jobs = [one for one in settings.jobs.values() if one.target == claim.target]
    if claim.attribute is not None:
        return any(one.users is not None for one in jobs)
    return any(owner_mode(one) is not None for one in jobs)


def _kept(claim: ClaimSettings) -> str:
    return "memberships in groups" if claim.attribute is None else "the users"


def _contradiction(what: str, where: str, found: str) -> SettingInvalid:
    return SettingInvalid(what, where=where, found=found, safe=NOTHING_HAPPENED, next=MEND)
