"""Jobs in a row: which runs after which, whose values each reads, and whose accounts it writes to.

Enters: a checked configuration. Leaves: words and an order; nothing is asked of a system.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from provisor.config.configuration import Configuration
from provisor.config.cross_references import rules_of
from provisor.config.loans import loans_of
from provisor.config.model import JobSettings
from provisor.config.ownership import owner_of
from provisor.domain.schema import ObjectType


@dataclass(frozen=True, slots=True)
class Chain:
    """What ties one job to others."""

    after: tuple[str, ...]
    """The jobs that run before it."""
    reads: tuple[str, ...]
    """The values of those that it reads, sorted."""
    owners: Mapping[ObjectType, str | None]
    """By type the job that owns the accounts to which this one writes; None for nobody."""


def chain_of(configuration: Configuration, name: str) -> Chain:
    """Return what ties a job to others.

    Raises:
        UnknownName: there is no such job.
    """
    jobs, job = configuration.settings.jobs, configuration.job(name)
    owners = {kind: owner_of(jobs, job.target, kind) for kind, _ in rules_of(job)}
    return Chain(job.after, tuple(sorted(loan.name for loan in loans_of(job))), owners)


def in_order(jobs: Mapping[str, JobSettings]) -> tuple[str, ...]:
    """Return the jobs so that each stands behind those after which it runs, else as written.

    The owner of a target's accounts goes before the jobs that only add to them.

    Example:
        >>> in_order({})
        ()
    """
    before = {name: _before(name, jobs) for name in jobs}
    found: list[str] = []
    while len(found) < len(jobs):
        ready = [name for name in jobs if name not in found and before[name] <= set(found)]
        if not ready:
            # An owner that waits for a job which only adds to its accounts: `after` is obeyed.
            ready = [n for n in jobs if n not in found and set(jobs[n].after) <= set(found)]
        found.append(ready[0])
    return tuple(found)


def _before(name: str, jobs: Mapping[str, JobSettings]) -> set[str]:
    job = jobs[name]
    owners = {
        owner_of(jobs, job.target, kind) for kind, rules in rules_of(job) if not rules.owns_accounts
    }
    return {*job.after, *(owner for owner in owners if owner is not None)}
