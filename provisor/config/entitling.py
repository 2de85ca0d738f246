"""Rights: from the catalogue and the duties to rules, and whether they fit the systems."""

from __future__ import annotations

from collections.abc import Iterator

from provisor.config.cross_references import unknown_name
from provisor.config.doubts import Doubt, Level, doubt
from provisor.config.fitting import Pair, misfit
from provisor.config.model import ConfigurationSettings, JobSettings
from provisor.config.right_settings import ClaimSettings
from provisor.domain.duties import Claim, Duty
from provisor.domain.entitlement import Catalogue, Entitlement
from provisor.domain.entitlement import Level as Grade
from provisor.domain.flow import Apply
from provisor.domain.protection import fits
from provisor.domain.schema import ObjectType, Writable
from provisor.errors import ConfigurationError
from provisor.ports.connector import Description

# --- what planning takes ----------------------------------------------------------------------


def catalogue_of(settings: ConfigurationSettings, target: str) -> Catalogue:
    """Return the catalogue of a target."""
    return Catalogue(
        tuple(
            Entitlement(
                one.kind,
                one.pattern,
                Grade(one.risk),
                one.owner or "",
                one.reviewer or "",
                one.longest_days,
            )
            for one in settings.entitlements.get(target, ())
        )
    )


def duties_of(settings: ConfigurationSettings, target: str) -> tuple[Duty, ...]:
    """Return the duties that name a target, by name."""
    return tuple(
        Duty(name, _claims(one.one), _claims(one.other), one.then, one.owner or "")
        for name, one in sorted(settings.duties.items())
        if any(claim.target == target for claim in one.claims())
    )


def _claims(written: tuple[ClaimSettings, ...]) -> tuple[Claim, ...]:
    return tuple(Claim(one.target, one.kind, one.pattern) for one in written)


# --- what does not fit ------------------------------------------------------------------------


def unfit_rights(
    pair: Pair, settings: ConfigurationSettings, job: JobSettings, target: Description
) -> Iterator[ConfigurationError]:
    """Yield one error for each attribute of rights that the target or the mapping cannot be."""
    if pair.object_type is not ObjectType.USERS:
        return
    told: set[str] = set()
    for place, one in enumerate(settings.entitlements.get(job.target, ())):
        if one.attribute is None or one.attribute in told:
            continue
        told.add(one.attribute)
        where = pair.places.where(("entitlements", job.target, place))
        yield from _unfit_attribute(pair, one.attribute, where, target)
        yield from _unfit_mapping(pair, one.attribute)


def _unfit_attribute(
    pair: Pair, name: str, where: str, target: Description
) -> Iterator[ConfigurationError]:
    known = pair.target.attribute(name)
    if known is None:
        yield unknown_name("target attribute", name, pair.comparable(), where)
    elif not known.multi:
        yield misfit(
            f"`{name}` holds one value; rights are values of an attribute that holds many",
            where,
            next="leave it out of the catalogue: it is mapped like any attribute",
        )
    elif known.writable is not Writable.ALWAYS or not target.capabilities.single_values:
        yield misfit(
            f"single values of `{name}` cannot be given and taken back in this target",
            where,
            next="leave it out of the catalogue",
        )


def _unfit_mapping(pair: Pair, name: str) -> Iterator[ConfigurationError]:
    written = pair.rules.attributes.get(name)
    plain = written is None or (
        written.apply is Apply.ALWAYS
        and written.unique is None
        and written.reference is None
        and written.deliver is None
    )
    if not plain:
        yield misfit(
            f"`{name}` holds rights, which are given and taken back one by one in every cycle",
            pair.places.where(pair.path("attributes", name)),
            found="`apply: on_create`, `unique`, `reference` or `deliver`",
            next="leave it out",
        )
    for inside, policy in pair.rules.on_leave.policies():
        if name in policy.set:
            yield misfit(
                f"`{name}` holds rights; what leavers keep of them `memberships` says",
                pair.places.where(pair.path("on_leave", *inside, "set", name)),
                next="write `memberships: remove`",
            )


# --- what is not classified -------------------------------------------------------------------


def unclassified(pair: Pair, settings: ConfigurationSettings, job: JobSettings) -> Iterator[Doubt]:
    """Yield what the settings name and the catalogue does not."""
    catalogue = catalogue_of(settings, job.target)
    if pair.object_type is ObjectType.GROUPS:
        yield from _unclassified_groups(pair, catalogue, job)
        return
    for name, one in sorted(settings.duties.items()):
        for claim in one.claims():
            if claim.target == job.target and not _covered(catalogue, claim):
                what = f"duty `{name}` names {claim.kind or 'group'} `{claim.pattern}` of "
                what += f"`{job.target}`, which the catalogue does not classify"
                yield doubt(pair, what, ("duties", name), level=Level.NOTE)


def _unclassified_groups(pair: Pair, catalogue: Catalogue, job: JobSettings) -> Iterator[Doubt]:
    if job.groups is None or not (catalogue or job.privileged):
        return
    if not catalogue.speaks_of(""):
        what = f"no group of `{job.target}` is classified in `entitlements`, so none is gated"
        yield doubt(pair, what, pair.path(), level=Level.NOTE)


def _covered(catalogue: Catalogue, claim: ClaimSettings) -> bool:
    return any(
        entry.attribute == claim.kind
        and (entry.pattern == claim.pattern or fits(entry.pattern, claim.pattern))
        for entry in catalogue.entries
    )
