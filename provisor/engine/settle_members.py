"""What became of a change of members whose answer was lost: looked up member by member."""

from __future__ import annotations

from provisor.domain.link import Link, Membership
from provisor.engine.assembly import Assembly
from provisor.engine.carrying.carry_members import CHUNK, chunks, half_way
from provisor.engine.effects import outcome_of
from provisor.engine.job import Job
from provisor.ports.store import ActState, Effect, Unfinished


def settled_members(job: Job, assembly: Assembly, one: Unfinished, group: Link | None) -> Effect:
    """Return the end of a change of members, from what the target shows now.

    What the target shows of it is ours, also where the act stopped in the middle; members without
    an account are no part of it.

    Args:
        job: for the links and the moment.
        assembly: a complete read of the target.
        one: the act and its intent.
        group: its link; None where the group is gone.

    Cost: one look-up of links for each thousand members.
    """
    action, now = one.action.action, job.clock.now()
    present = assembly.members_of(group.native_id) if group is not None else frozenset()
    granted: list[Membership] = []
    revoked: list[Membership] = []
    left = expelled = 0
    for chunk in chunks(action, CHUNK):
        links = job.store.links.of_identities(job.rules.target, chunk.members)
        joined = [m for m in chunk.adds if m in links and links[m].native_id in present]
        gone = [m for m in chunk.removes if m in links and links[m].native_id not in present]
        granted += [Membership(action.subject, member) for member in joined]
        revoked += [Membership(action.subject, member) for member in gone]
        left += sum(1 for member in chunk.members if member in links) - len(joined) - len(gone)
        staying = sum(1 for native in chunk.outsiders if native in present)
        left += staying
        expelled += len(chunk.outsiders) - staying
    done = group is not None and not left
    if group is None:
        message = "the target shows no such group"
    else:
        whole = len(granted) + len(revoked) + left
        message = f"the target shows that {left} of {whole} members are not as meant"
    outcome = outcome_of(
        one.intent,
        ActState.DONE if done else ActState.FAILED,
        now,
        native_id=group.native_id if group is not None and done else None,
        code="" if done else "not_done",
        message="" if done else message,
        assurance="confirmed",
    )
    if group is None:
        return Effect(outcome)
    gone_so_far = len(revoked) + expelled
    counted = None if done else half_way(one.intent, action, len(granted), gone_so_far)
    return Effect(outcome, granted=tuple(granted), revoked=tuple(revoked), half_way=counted)
