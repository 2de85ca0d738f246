"""What a proposed configuration would do: who gains and who loses what, job by job.

Enters: jobs under the active configuration and under the proposed one. Leaves: the body of
`Results`, JSON in a fixed shape. Never: a plan is sealed, or anything kept.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from provisor.domain.canonical import Json, digest
from provisor.domain.configuration_life import Results
from provisor.domain.plan_difference import Difference, difference
from provisor.domain.schema import ObjectType
from provisor.domain.stakes import Stake, Stakes, counted, stakes_of
from provisor.engine.job import Job
from provisor.engine.what_if import Foreseen, foreseen
from provisor.ports.store import Observation, Store

RESULTS_SCHEMA = "provisor.results/1"
MOST_LISTED = 1_000
"""Gains and losses that are named, of each job; all are counted, and the digest covers all."""


@dataclass(frozen=True, slots=True)
class Pairing:
    """One job under both configurations."""

    name: str
    today: Job | None
    """None where the active configuration has no such job, or cannot be read any more."""
    then: Job | None
    """None where the proposed one has none: its accounts are kept by nobody then."""
    remark: str = ""


def consequences(
    pairings: Iterable[Pairing], cases: Json, *, after: int, configuration: str
) -> Json:
    """Work out the body of what a revision would do.

    Args:
        pairings: every job of either configuration.
        cases: what `provisor test` gave; None where there are no cases.
        after: the revision that is active now.
        configuration: digest of the proposed one.

    Cost: per job two full reads of both sides, and two passes of an executor.
    """
    return {
        "schema": RESULTS_SCHEMA,
        "after": after,
        "configuration": configuration,
        "what_if": [_of_job(pairing) for pairing in pairings],
        "tests": cases,
    }


def _of_job(pairing: Pairing) -> Json:
    today = foreseen(pairing.today) if pairing.today is not None else None
    then = foreseen(pairing.then) if pairing.then is not None else None
    found = difference(then.actions if then else (), today.actions if today else ())
    if then is None:
        # Without the job nothing is done any more: nobody gains or loses at once.
        found = Difference((), (), (), 0)
    about = pairing.then or pairing.today
    stakes = stakes_of(found, keys_of(about) if about is not None else {})
    return {
        "job": pairing.name,
        "remark": pairing.remark,
        "today": _told(today),
        "then": _told(then),
        "gained": _side(stakes.gained),
        "lost": _side(stakes.lost),
        "changed": len(found.changed),
        "unchanged": found.unchanged,
        "reads": [_read(one) for one in (then.reads if then is not None else ())],
    }


def keys_of(job: Job) -> Mapping[str, str]:
    """Return the source key of every identity that a job knows."""
    known = job.store.identities.known
    found = (known(job.rules.source, kind) for kind in (ObjectType.GROUPS, ObjectType.USERS))
    return {identity: key for keys in found for key, identity in keys.items()}


def _told(one: Foreseen | None) -> Json:
    if one is None:
        return None
    return {
        "configuration": one.configuration,
        "verdict": one.verdict.value,
        "parts": [
            {"part": part.part, "count": part.count, "verdict": part.verdict.value}
            for part in one.parts
        ],
        "set_aside": len(one.set_aside),
    }


def _side(stakes: Sequence[Stake]) -> Json:
    listed: list[Json] = [stake_body(one) for one in stakes]
    return {
        "count": len(stakes),
        "kinds": counted(stakes),
        "listed": listed[:MOST_LISTED],
        "digest": digest(listed),
    }


def stake_body(one: Stake) -> dict[str, Json]:
    """Return one gain or loss as JSON."""
    return {
        "object": one.object_type.value,
        "key": one.key,
        "what": one.what,
        "of": one.of,
        "how": one.how,
    }


def stakes_body(stakes: Stakes) -> dict[str, Json]:
    """Return gains and losses as JSON, at most 1,000 of each named."""
    return {
        side: {
            "count": len(listed),
            "kinds": counted(listed),
            "listed": [stake_body(one) for one in listed[:MOST_LISTED]],
        }
        for side, listed in (("gained", stakes.gained), ("lost", stakes.lost))
    }


def _read(one: Observation) -> Json:
    return {
        "system": one.system,
        "object_type": one.object_type.value,
        "rows": one.rows,
        "complete": one.complete,
        "digest": one.digest,
    }


@dataclass(frozen=True, slots=True)
class Age:
    """How old results are, and what was read since that is not what they were worked out from."""

    hours: int
    moved: tuple[str, ...]
    """System and object type of each such read."""


def age_of(store: Store, results: Results, now: datetime) -> Age:
    """Return how far data moved on since results were worked out.

    Cost: one look per read.
    """
    moved: dict[str, None] = {}
    for job in json.loads(results.body)["what_if"]:
        for read in job["reads"]:
            newest = store.observations.newest(read["system"], ObjectType(read["object_type"]))
            if newest is None or newest.ended_at <= results.made_at:
                continue
            if newest.digest != read["digest"]:
                moved[f"{read['system']} {read['object_type']}"] = None
    return Age(int((now - results.made_at).total_seconds() // 3600), tuple(moved))
