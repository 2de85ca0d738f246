"""A second process for the tests of memory: it carries a plan out, in a race with others.

Usage: python -m tests.stores.worker STORE PLAN NAME LEASE_SECONDS
"""

import sys

from provisor.errors import LeaseHeld
from provisor.ports.store import Lease, Store
from provisor.stores.database import open_store
from tests.stores.scenes import (
    START,
    StandingClock,
    effects,
    intended_event,
    intents,
    outcome_event,
)

BATCH = 2


def step(store: Store, plan: str, name: str, lease: Lease) -> bool:
    """Promise, do and tell the next few acts; say whether there were any left."""
    stored = store.plans.get(plan)
    assert stored is not None
    # In this order: an act that somebody ends between the two questions is in the second answer.
    promised = {one.intent.action_id for one in store.acts.unfinished("app")}
    known = store.acts.outcomes(plan).keys()
    left = [one for one in intents(stored.plan, name) if one.action_id not in known | promised]
    if not left:
        return False
    batch = left[:BATCH]
    store.acts.intend(batch, lease.epoch, [intended_event(batch)])
    found = effects(batch)
    store.acts.conclude(found, [outcome_event(found)])
    return True


def main(url: str, plan: str, name: str, seconds: float) -> None:
    store = open_store(url, clock=StandingClock())
    going = True
    while going:
        try:
            lease = store.controls.acquire("app", name, START, seconds)
            going = step(store, plan, name, lease)
            store.controls.release(lease)
        except LeaseHeld:
            continue
    store.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]))
