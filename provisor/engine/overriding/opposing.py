"""Two words that say the opposite: the later one ends the earlier, or is refused with its name.

Never are a `revoke` and a `grant` of one membership or right in force together for one person.
Words of undos stand for themselves: they end with their undo, and the revoke counts meanwhile.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from provisor.domain.override import Override, OverrideKind
from provisor.domain.record import as_text
from provisor.domain.undoing import undo_of
from provisor.engine import journal
from provisor.errors import AnswerRefused
from provisor.ports.store import Events, Store

_OPPOSITES = {
    OverrideKind.REVOKE: OverrideKind.GRANT,
    OverrideKind.GRANT: OverrideKind.REVOKE,
}


@dataclass(frozen=True, slots=True)
class Ended:
    """Earlier words that a new one ends, with what is written down of it."""

    overrides: tuple[Override, ...] = ()
    events: Events = ()


NOTHING_ENDED = Ended()


def opposed(store: Store, word: Override, now: datetime, actor: str) -> Ended:
    """Return the standing words that say the opposite of one and end when it comes into force.

    Args:
        store: with every word.
        word: as it would be kept, or as it is agreed to.
        now: the moment.
        actor: who brings it into force.

    Raises:
        AnswerRefused: an earlier word binds more jobs, and would be ended beyond what is meant.

    Cost: one small SELECT where it is such a word.
    """
    opposite = _OPPOSITES.get(word.kind)
    if opposite is None:
        return NOTHING_ENDED
    found = [o for o in store.overrides.standing(opposite) if _is_about(o, word, now)]
    for one in found:
        if word.job and one.job != word.job:
            raise _broader(one, word)
    reason = f"override {word.id} says the opposite"
    events = [journal.override_ended(one.id, now, actor, reason) for one in found]
    return Ended(tuple(found), events)


def _is_about(earlier: Override, word: Override, now: datetime) -> bool:
    end = earlier.lasts_until
    same = (earlier.object_type, earlier.key, earlier.attribute)
    return (
        same == (word.object_type, word.key, word.attribute)
        and _is_same_value(earlier, word)
        and (not earlier.job or not word.job or earlier.job == word.job)
        and (end is None or end > now)
        and not undo_of(earlier.id)
    )


def _is_same_value(earlier: Override, word: Override) -> bool:
    """Say whether both mean one group, or one value of a right in whatever letters."""
    one, other = as_text(earlier.value), as_text(word.value)
    return one == other or (word.attribute != "" and one.casefold() == other.casefold())


def _broader(earlier: Override, word: Override) -> AnswerRefused:
    return AnswerRefused(
        f"a `{earlier.kind.value}` of the same stands for every job",
        where=f"override {earlier.id}",
        found=f"a `{word.kind.value}` for {word.job} alone",
        safe="nothing was kept",
        next=f"say it for every job, or first `provisor override end {earlier.id} --reason TEXT`",
    )
