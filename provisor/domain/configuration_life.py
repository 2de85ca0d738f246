"""The life of a configuration revision: proposed, approved, active, superseded; and its refusals.

Enters: what was proposed, shown and said. Leaves: where a revision stands. Nothing here is kept;
a stage follows from the facts and the moment, so that no row ever moves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from provisor.domain.approval import SCHEDULER, ApprovalPolicy, DecisionKind


class Stage(StrEnum):
    """Where a revision stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    ACTIVE = "active"
    SUPERSEDED = "superseded"
    """It was active, and another one is now."""
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    OVERTAKEN = "overtaken"
    """Another one became active since it was proposed: what was shown of it is no longer so."""


OPEN = frozenset({Stage.PROPOSED, Stage.APPROVED})
"""The stages in which people can speak about a revision."""


@dataclass(frozen=True, slots=True)
class ConfigurationRevision:
    """A whole configuration as somebody proposed it."""

    number: int
    """From 1, in the order of proposing."""
    digest: str
    """Of `document`; an earlier revision that is brought back has the digest that it had."""
    document: str
    """Canonical JSON of every job's rules and of the charter; secrets are references."""
    text: str
    """The file, word by word, but for secrets in comments."""
    author: str
    asserted: bool
    """Whether who the author is was only claimed."""
    hands: tuple[str, ...]
    """Everybody with a hand in it, the author first; none of them approves it."""
    reason: str
    proposed_at: datetime
    after: int
    """The revision that was active then; 0 where none was."""
    origin: int = 0
    """The earlier revision whose text it brings back; 0 for none."""


@dataclass(frozen=True, slots=True)
class Results:
    """What a revision would do, as it was worked out and shown to whoever approves it."""

    revision: int
    digest: str
    """Keyed digest of `body`: a vote names it."""
    made_by: str
    made_at: datetime
    body: str
    """Canonical JSON: who would gain and lose what, and what the cases gave."""


@dataclass(frozen=True, slots=True)
class Voice:
    """What somebody said about a revision, having these results before them."""

    revision: int
    kind: DecisionKind
    voter: str
    asserted: bool
    reason: str
    at: datetime
    expires_at: datetime
    results: str


@dataclass(frozen=True, slots=True)
class Activation:
    """A revision was made the active one."""

    revision: int
    actor: str
    asserted: bool
    reason: str
    at: datetime


Fact = ConfigurationRevision | Results | Voice | Activation


@dataclass(frozen=True, slots=True)
class Chronicle:
    """Everything that ever happened to configurations, each list oldest first."""

    revisions: tuple[ConfigurationRevision, ...] = ()
    results: tuple[Results, ...] = ()
    voices: tuple[Voice, ...] = ()
    activations: tuple[Activation, ...] = ()

    @property
    def length(self) -> int:
        """How many facts there are; it only grows."""
        return sum(map(len, (self.revisions, self.results, self.voices, self.activations)))

    @property
    def active(self) -> int:
        """The number of the active revision; 0 where none is."""
        return self.activations[-1].revision if self.activations else 0

    def revision(self, number: int) -> ConfigurationRevision | None:
        """Return the revision of a number."""
        return next((one for one in self.revisions if one.number == number), None)

    def results_of(self, number: int) -> Results | None:
        """Return what was worked out for a revision last."""
        own = [one for one in self.results if one.revision == number]
        return own[-1] if own else None

    def voices_of(self, number: int) -> tuple[Voice, ...]:
        """Return what was said about a revision."""
        return tuple(one for one in self.voices if one.revision == number)

    def activation_of(self, number: int) -> Activation | None:
        """Return when a revision became active."""
        return next((one for one in self.activations if one.revision == number), None)


def needed_for(revision: ConfigurationRevision, policy: ApprovalPolicy) -> int:
    """Return how many different people must approve; nobody knows who is behind a scheduler."""
    return 2 if policy.four_eyes and SCHEDULER in revision.hands else 1


def stage_of(chronicle: Chronicle, number: int, needed: int, now: datetime) -> Stage:
    """Return where a revision stands at a moment.

    Args:
        chronicle: everything that happened.
        number: of a revision in it.
        needed: how many different people must approve.
        now: approvals that expired do not count.
    """
    if chronicle.active == number:
        return Stage.ACTIVE
    if chronicle.activation_of(number) is not None:
        return Stage.SUPERSEDED
    said = {voice.kind for voice in chronicle.voices_of(number)}
    if DecisionKind.REJECT in said:
        return Stage.REJECTED
    if DecisionKind.CALL_OFF in said:
        return Stage.WITHDRAWN
    revision = chronicle.revision(number)
    if revision is None or revision.after != chronicle.active:
        return Stage.OVERTAKEN
    agreed = len(approvers_of(chronicle, number, now)) >= needed
    return Stage.APPROVED if agreed else Stage.PROPOSED


def approvers_of(chronicle: Chronicle, number: int, now: datetime) -> tuple[str, ...]:
    """Return whose approval of a revision counts, by name.

    Of a revision that was made active they are those of that moment. An approval counts while it
    has not expired, and only for the results that its voter saw. Names that differ in letter case
    are one person.
    """
    activation = chronicle.activation_of(number)
    moment = activation.at if activation is not None else now
    shown = chronicle.results_of(number)
    agreed: dict[str, str] = {}
    for voice in chronicle.voices_of(number):
        match voice.kind:
            case DecisionKind.APPROVE:
                agreed.pop(voice.voter.casefold(), None)
                if (
                    shown is not None
                    and voice.results == shown.digest
                    and voice.expires_at > moment
                ):
                    agreed[voice.voter.casefold()] = voice.voter
            case DecisionKind.WITHDRAW:
                agreed.pop(voice.voter.casefold(), None)
            case _:
                pass
    return tuple(agreed.values())


def stands_for(voices: Iterable[Voice], voter: str) -> Voice | None:
    """Return somebody's own approval, unless they took it back."""
    own = [voice for voice in voices if voice.voter.casefold() == voter.casefold()]
    return own[-1] if own and own[-1].kind is DecisionKind.APPROVE else None


def stages(
    chronicle: Chronicle, policy: ApprovalPolicy, now: datetime
) -> Iterator[tuple[ConfigurationRevision, Stage]]:
    """Yield every revision with its stage, the newest first."""
    for revision in reversed(chronicle.revisions):
        needed = needed_for(revision, policy)
        yield revision, stage_of(chronicle, revision.number, needed, now)
