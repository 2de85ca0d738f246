"""Whether a job's limits name what its two systems have: departments, privileged accounts."""

from __future__ import annotations

from collections.abc import Iterator

from provisor.config.cross_references import unknown_name
from provisor.config.fitting import Pair
from provisor.config.model import JobSettings
from provisor.config.places import SettingPath
from provisor.config.written_conditions import written_leaves
from provisor.domain.schema import ObjectType
from provisor.errors import ConfigurationError


def counted_by(job: JobSettings) -> tuple[str, ...]:
    """Return the source attributes by whose values limits are counted, sorted."""
    return tuple(sorted({name for limit in job.limits.values() for name in limit.by}))


def unfenced(pair: Pair, job: JobSettings, document: object) -> Iterator[ConfigurationError]:
    """Yield one error for each attribute in limits that an object does not have.

    Args:
        pair: one object type of the job.
        job: its settings.
        document: the whole file as it was written.
    """
    yield from _unknown_changes(pair)
    if pair.object_type is not ObjectType.USERS:
        return
    if not pair.source.open:
        yield from _unknown_shares(pair, job)
    if job.privileged is not None and not pair.target.open:
        yield from _unknown_in_accounts(pair, document)


def _unknown_changes(pair: Pair) -> Iterator[ConfigurationError]:
    """Yield one error for each bound on an attribute that the rules never write."""
    written = {*pair.rules.attributes, pair.target.anchor, *_switch(pair)}
    written |= {name for _, policy in pair.rules.on_leave.policies() for name in policy.set}
    known = sorted(name for name in written if name)
    for name in pair.rules.limits:
        if name not in known:
            where = pair.places.where(pair.path("limits", name))
            yield unknown_name("attribute that these rules write", name, known, where)


def _switch(pair: Pair) -> tuple[str, ...]:
    return (pair.target.switch.attribute,) if pair.target.switch is not None else ()


def _unknown_shares(pair: Pair, job: JobSettings) -> Iterator[ConfigurationError]:
    for operation, limit in job.limits.items():
        for name in limit.by:
            if name not in pair.readable():
                where = pair.places.where(("jobs", pair.job, "limits", operation, "by", name))
                yield unknown_name("source attribute", name, pair.readable(), where)


def _unknown_in_accounts(pair: Pair, document: object) -> Iterator[ConfigurationError]:
    root: SettingPath = ("jobs", pair.job, "privileged", "users")
    for kind, name, path in written_leaves(_written(document, root), root):
        if kind == "attribute" and name not in pair.comparable():
            where = pair.places.where(path)
            yield unknown_name("target attribute", name, pair.comparable(), where)


def _written(document: object, path: SettingPath) -> object:
    """Return a setting as it stands in the file."""
    found = document
    for part in path:
        found = found.get(part) if isinstance(found, dict) else None
    return found
