"""Which policy acts on somebody who is gone: the one that is written, and what a denial adds to it.

A source may be wrong about somebody, so a policy may wait; a person who denied somebody meant now.
"""

from __future__ import annotations

from dataclasses import replace

from provisor.domain.leaving import Gone, LeavePolicy
from provisor.domain.rules import Lifecycle, ObjectRules
from provisor.domain.schema import ObjectType


def policy_of(rules: ObjectRules, why: Gone) -> LeavePolicy:
    """Return what follows from a reason to be gone.

    A denial waits for no days but its own, and where the target cannot switch people off it takes
    what else lets them in.
    """
    policy = rules.on_leave.policy(why)
    if why is not Gone.DENIED or rules.lifecycle is Lifecycle.NONE:
        return policy
    if why not in rules.on_leave.apart:
        policy = replace(policy, wait_days=0)
    return replace(policy, takes_memberships=True) if takes_all(rules, why) else policy


def takes_all(rules: ObjectRules, why: Gone) -> bool:
    """Say whether rights are all that can be taken from somebody: nothing switches them off."""
    is_person = rules.object_type is ObjectType.USERS and rules.lifecycle is not Lifecycle.NONE
    return why is Gone.DENIED and is_person and rules.schema.switch is None
