"""What is asked of a word about one membership before it is kept: a group, and a job that obeys."""

from __future__ import annotations

from provisor.domain.override import Override, OverrideKind
from provisor.domain.record import as_text
from provisor.domain.rules import OwnerMode
from provisor.domain.schema import ObjectType
from provisor.domain.speaking import is_word
from provisor.engine.own_affairs import Affair, is_known
from provisor.errors import CommandInvalid, UnknownName
from provisor.wiring import Wiring


def refuse_idle_word(wiring: Wiring, override: Override, *, seen: bool) -> None:
    """Refuse a word about a group that nobody knows, or that no job would take back.

    Args:
        wiring: for the jobs.
        override: as it would be kept.
        seen: whether a group that is still to come may be meant.

    Raises:
        UnknownName: no read and no link has shown the group.
        CommandInvalid: a job would give the membership and never take it back.
    """
    if not is_word(override):
        return
    names = [override.job] if override.job else list(wiring.configuration.jobs)
    jobs = [(name, wiring.configuration.job(name)) for name in names]
    modes = {name: wiring.compiled(name).rules.memberships for name, _ in jobs}
    keeping = sorted(name for name, mode in modes.items() if mode is OwnerMode.ADD_ONLY)
    if override.kind is OverrideKind.GRANT and keeping:
        raise CommandInvalid(
            f"{len(keeping)} job(s) give memberships and never take them back",
            where="--kind grant",
            found=f"`memberships: add_only` in {', '.join(keeping)}",
            safe="nothing was kept",
            next="name another job, or put the person into the group at the source",
        )
    places = tuple((name, job.source, job.target) for name, job in jobs)
    group = Affair(ObjectType.GROUPS, as_text(override.value), places)
    if not seen and not is_known(wiring.store, group):
        raise UnknownName(
            "no group with this key was seen yet",
            where="--value",
            found="a key that no read and no link has shown",
            safe="nothing was kept",
            next="`--unseen` keeps it for a group that is still to come",
        )
