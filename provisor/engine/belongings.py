"""What memory adds to a plan: names that belong to somebody, and the seeds of random values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from provisor.domain.link import HeldName
from provisor.domain.register import unique_attributes
from provisor.domain.schema import ObjectType
from provisor.engine.assembly import Assembly, Side
from provisor.engine.job import Job

_YEAR = timedelta(days=365, hours=6)


def kept_names(
    job: Job, assembly: Assembly, now: datetime
) -> Mapping[ObjectType, tuple[HeldName, ...]]:
    """Return names that belong to somebody although the target does not show them.

    Those of linked people whose account is missing, and for some years those of accounts that we
    deleted: mail, lists and old permissions outlive their owner.

    Cost: one SELECT per object type, and one more for missing accounts.
    """
    found: dict[ObjectType, tuple[HeldName, ...]] = {}
    for object_type, rules in job.rules.objects.items():
        if not unique_attributes(rules):
            continue
        links = assembly.missing_links(Side.TARGET, object_type).missing
        missing = {link.identity for link in links}
        target, years = job.rules.target, job.rules.reserve_names_years
        found[object_type] = (
            *(job.store.names.of_identities(target, object_type, missing) if missing else ()),
            *(
                job.store.names.left_since(target, object_type, now - years * _YEAR)
                if years
                else ()
            ),
        )
    return found


class StoredSeeds:
    """The seeds of identities, read from the store when the first is asked for."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._expected: set[str] = set()
        self._known: dict[str, bytes] = {}

    def expect(self, identities: Collection[str]) -> None:
        """Tell whose seeds may be asked for, so that one look at the store serves all."""
        self._expected.update(identities)

    def seed(self, identity: str) -> bytes:
        """Return an identity's seed; of somebody unknown or erased it is empty."""
        if identity not in self._known:
            wanted = {identity, *self._expected} - self._known.keys()
            self._known |= dict.fromkeys(wanted, b"")
            self._known |= self._job.store.identities.subject_keys(wanted)
        return self._known[identity]
