"""The connector contract: five verbs, a batch in, one outcome per action out.

A connector is plain synchronous Python. How it overlaps its calls is its own affair; it asks a
`Pace` before each call and sends nothing without a permit. It interprets no value and takes no
decision; it never raises anything but `ProvisorError`s, and a value never stands in a message.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

from provisor.domain.action import Action
from provisor.domain.membership import Pair
from provisor.domain.record import Record, Value, Values
from provisor.domain.schema import ObjectSchema, ObjectType
from provisor.errors import TargetProblem


class Anchoring(StrEnum):
    """How well the target keeps our immutable id."""

    STORED = "stored"
    """Kept and searchable: an uncertain create is settled by looking."""
    NATIVE_ONLY = "native_only"
    """Only the target's own id: an uncertain create waits for a person."""
    NONE = "none"


class Deltas(StrEnum):
    """What a system says of changes to objects of one type since a watermark."""

    NONE = "none"
    """Nothing: every read is a full one."""
    UNCHANGED = "unchanged"
    """Whether anything changed at all: a delta is empty, or its watermark is refused."""
    STATES = "states"
    """Whole rows as they are now, and what is gone."""
    STATES_WITHOUT_REMOVALS = "states_without_removals"
    """Whole rows as they are now; not all that is gone is said, so full reads look for it."""
    HINTS = "hints"
    """Only which keys changed, possibly late, repeated or out of order: each is looked up."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a system can do, known without asking it."""

    anchoring: Anchoring = Anchoring.NONE
    writes: bool = False
    finds: bool = False
    """Whether `find` answers point look-ups."""
    soft_delete_days: int | None = None
    """Days that a deleted object can be restored; None when deletion is final."""
    visible_after_seconds: float = 0.0
    """How long a write may stay invisible to reads."""
    acts_per_call: int = 1
    """How many neighbouring acts of one kind go into one call; a member counts as an act."""
    looks_before_create: int = 0
    """Calls, each with its own permit, that `apply` makes before it makes an object."""
    members_per_call: int = 1000
    single_values: bool = False
    """Whether single values of an attribute that holds many can be given and taken back."""
    nested_groups: bool = True
    """Whether a group can be a member of a group."""
    answers_with_resource: bool = False
    """Whether the answer to a write carries the object, so that read-back costs nothing."""
    deltas: Mapping[ObjectType, Deltas] = field(default_factory=dict)
    """The most that can be had; a read whose end has no watermark is followed by a full one."""

    def deltas_of(self, object_type: ObjectType) -> Deltas:
        """Return what is said of changes to objects of one type."""
        return self.deltas.get(object_type, Deltas.NONE)


@dataclass(frozen=True, slots=True)
class Description:
    """One system in our words; the same answer every time, without the network."""

    schemas: Mapping[ObjectType, ObjectSchema]
    capabilities: Capabilities


@dataclass(frozen=True, slots=True)
class Health:
    """The answer to one cheap signed-in call."""

    reachable: bool
    allowed: bool
    clock_offset_seconds: float | None = None
    """Their clock less ours; None when the answer carried no time."""
    found: str = ""
    """What was found out: version, dialect, totals; no secret, no person."""


@runtime_checkable
class ArrowTable(Protocol):
    """A columnar batch of any library: whatever speaks the Arrow PyCapsule stream."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Return a capsule with an Arrow C stream."""
        ...


Rows = Sequence[Values]
"""A batch as rows: one mapping of attribute to value per object; absent means no key."""


@dataclass(frozen=True, slots=True)
class Page:
    """One batch of a read.

    Users and groups carry the key under the schema's `key` (the native id for a target).
    Memberships carry exactly `group` and `member`: keys for a source, native ids for a target.
    """

    rows: Rows | ArrowTable
    declared_total: int | None = None
    """What the system says the whole count is, where it says so."""
    lines: tuple[int, int] | None = None
    """First and last line in the file, for messages."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Keys of objects that may have changed or gone; only a delta of `HINTS` has it."""

    keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Removed:
    """What is gone since the watermark; only a delta of `STATES` has it.

    Keys of objects, or pairs of memberships. What also stands in a page of the same delta is there.
    """

    keys: tuple[str, ...] = ()
    pairs: tuple[Pair, ...] = ()


@dataclass(frozen=True, slots=True)
class Regrouped:
    """Groups whose members a delta gives whole: a pair of theirs in none of its pages is gone."""

    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadEnd:
    """The last word of a read: complete, or why not."""

    complete: bool
    reason: str = ""
    """Empty when complete; otherwise a sentence with what was expected and seen."""
    watermark: str | None = None
    """Where the next delta may start, taken before the first row was read; None: nowhere.

    Opaque, without secrets and persons, at most 2,000 characters. It holds for the attributes that
    were asked for. What changed while the read went on may be told again, and is never lost.
    """
    version: str | None = None
    """What orders two reads in time: a file's modification time, a server's last change."""
    columns: tuple[str, ...] = ()
    """Every attribute that the system offered, also those not asked for."""
    expected_rows: int | None = None
    """A count from a control record, when there is one."""


ReadItem = Page | Changed | Removed | Regrouped | ReadEnd
"""What a read yields. A full one has only pages and its end; the pages of a delta are rows, and a
key stands in one of them, or in every row that has it: then it is set aside, as in a full read."""


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """What to read: one object type, only the attributes that the rules use."""

    object_type: ObjectType
    attributes: tuple[str, ...]
    """Sorted; the key, anchor, name and switch included. A connector may give more."""
    since: str | None = None
    """A watermark for a delta, as an earlier `ReadEnd` gave it; None for everything."""


class OutcomeState(StrEnum):
    """What became of one action, as far as the connector knows."""

    DONE = "done"
    ALREADY_SO = "already_so"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Written:
    """The connector's word on one action; exactly one per action of the batch."""

    position: int
    """Index in the batch that was given to `apply`."""
    state: OutcomeState
    native_id: str | None = None
    observed: Values | None = None
    """The object as the answer showed it, in the paths of the schema; None when it did not."""
    problem: TargetProblem | None = None
    """Why it did not end well; of a `DONE` one, what of it the system refused."""


class Ending(StrEnum):
    """How one call ended, as far as the target's limits are concerned."""

    ANSWERED = "answered"
    """Let in, whatever the answer says of the object."""
    THROTTLED = "throttled"
    """Not let in: too many at a time, or in a time."""
    FALTERED = "faltered"
    """No answer in time, or one that tells of the target's own trouble."""
    UNSENT = "unsent"
    """It had a permit and was not made."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the end of one call says of the target's limits."""

    ending: Ending = Ending.ANSWERED
    wait_seconds: float = 0.0
    """For how long the target asked to be left alone."""
    remaining: int | None = None
    """How many calls it still lets in until it counts anew; None where it does not say."""
    resets_seconds: float | None = None
    """When it counts anew."""


class Pace(Protocol):
    """Permission to call: asked before every single call."""

    def permit(self, calls: int = 1) -> bool:
        """Return True when the calls may be made now; False when writing must stop at once.

        It may block for a back-off. False means freeze, lost lease or deadline: the connector
        sends nothing more and reports what it has not sent as `FAILED` with `Transient`.
        """
        ...

    def back_off(self, seconds: float) -> None:
        """Tell that the system asked for a pause of that length; it does not block."""
        ...

    def heard(self, told: Heard) -> None:
        """Tell how a call that was permitted ended; it does not block.

        A connector that tells it of every call is held to the pace that its system can bear.
        """
        ...

    @property
    def in_flight(self) -> int:
        """The most calls that may be open at one time."""
        ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """What `find` looks for: exactly one of anchor or native id, or a value to match."""

    object_type: ObjectType
    anchor: str | None = None
    native_id: str | None = None
    match: tuple[str, Value] | None = None
    """An attribute and the value that it must have."""
    attributes: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class MemberChange:
    """The native ids behind one membership action, resolved by the engine."""

    adds: tuple[str, ...]
    removes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """One action together with what the engine resolved for the connector.

    Values of attributes that the action names under `references` are native ids of other objects
    here, before and after, as a read shows them; how the system writes them is the connector's
    affair. Every object that is named is in the target by now.
    """

    action: Action
    native_id: str | None
    """The target's id of the object; differs from the action's for objects made in this run."""
    members: MemberChange | None = None


class Connector(Protocol):
    """One system, spoken to in its own protocol and described in our words."""

    def describe(self) -> Description:
        """Return schema and capabilities; no network, the same answer every time."""
        ...

    def probe(self) -> Health:
        """Make one cheap authenticated call and say what it showed."""
        ...

    def read(self, request: ReadRequest) -> Iterator[ReadItem]:
        """Yield pages, then exactly one `ReadEnd`; problems before it raise `TargetProblem`.

        A delta may be empty, and the order of its items means nothing.

        Raises:
            WatermarkRefused: the system does not know `since`; only a full read helps.
        """
        ...

    def find(self, candidate: Candidate) -> tuple[Record, ...]:
        """Return every object that fits, re-checked here; the caller enforces at most one."""
        ...

    def apply(self, work: Sequence[Work], pace: Pace) -> Iterator[Written]:
        """Do the actions and yield one `Written` each, as they become known, in any order."""
        ...

    def close(self) -> None:
        """Let go of connections; calling twice is harmless."""
        ...


@runtime_checkable
class FindsMany(Protocol):
    """What a connector may offer besides: many look-ups for the price of few."""

    def find_many(self, candidates: Sequence[Candidate]) -> Iterator[tuple[Record, ...]]:
        """Yield what `find` returns for each candidate, in their order."""
        ...


def find_many(
    connector: Connector, candidates: Sequence[Candidate]
) -> Iterator[tuple[Record, ...]]:
    """Yield what fits each candidate, in their order: together where the connector can."""
    if isinstance(connector, FindsMany):
        return connector.find_many(candidates)
    return (connector.find(candidate) for candidate in candidates)


class Manner(StrEnum):
    """How far a system may be tried to find out how it wants to be spoken to."""

    LOOKING = "looking"
    """Only what it says of itself; nothing is written."""
    TRYING = "trying"
    """With accounts and a group made for the trial, changed, read back and removed."""


@dataclass(frozen=True, slots=True)
class Detected:
    """How a system wants to be spoken to, as far as it showed."""

    text: str
    """A file that the system's settings can name."""
    findings: tuple[str, ...] = ()
    """What else was seen, one sentence each; no person, no secret."""
    left_behind: tuple[str, ...] = ()
    """What was made for the trial and could not be removed: kind and native id."""


@runtime_checkable
class Detects(Protocol):
    """What a connector may offer besides: to find out the manners of its system."""

    def detect(self, manner: Manner) -> Detected:
        """Return how the system wants to be spoken to; whatever was made for that is removed.

        Raises:
            TargetProblem: the system cannot be asked.
        """
        ...


class Opener(Protocol):
    """What an entry point of group `provisor.connectors` names: settings in, connector out."""

    def __call__(self, name: str, settings: Mapping[str, object]) -> Connector:
        """Build a connector for the system `name`.

        `settings` is the system's part of the configuration; secrets are `Secret` values.

        Raises:
            ConfigurationError: a setting is unknown, missing or wrong.
        """
        ...
