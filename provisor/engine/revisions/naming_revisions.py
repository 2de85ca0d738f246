"""Which revision somebody means: by number, by digest, `latest` or `active`."""

from __future__ import annotations

from provisor.domain.configuration_life import Chronicle, ConfigurationRevision
from provisor.errors import RevisionUnknown

LEAST_DIGITS = 8


def found_in(chronicle: Chronicle, reference: str) -> ConfigurationRevision:
    """Return the revision that is meant; of several with one digest the newest.

    Raises:
        RevisionUnknown: nothing is called that.
    """
    found = _meant(chronicle, reference)
    if found is None:
        raise RevisionUnknown(
            f"`{reference}` names no revision",
            where="revisions of this store",
            found=f"there are {len(chronicle.revisions)}; expected a number, `latest`, `active`, "
            f"or at least {LEAST_DIGITS} digits of a digest",
            safe="nothing was changed",
            next="`provisor config history` lists them",
        )
    return found


def _meant(chronicle: Chronicle, reference: str) -> ConfigurationRevision | None:
    newest = tuple(reversed(chronicle.revisions))
    if reference == "latest":
        return newest[0] if newest else None
    if reference == "active":
        return chronicle.revision(chronicle.active)
    if reference.isdecimal() and len(reference) < LEAST_DIGITS:
        return chronicle.revision(int(reference))
    if len(reference) < LEAST_DIGITS:
        return None
    return next((one for one in newest if one.digest.startswith(reference)), None)
