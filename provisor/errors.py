"""The whole error tree, drawn first, sorted by what the caller must do next.

    ProvisorError
      ConfigurationError     mend a file; nothing ran                             exit 2
        SettingInvalid · UnknownName · ExpressionSyntax · SecretMissing · LiteralSecret
        CommandInvalid · StoreOlder
      RecordProblem          set this record aside; the others continue           exit 3
        ExpressionFailed · RequiredMissing · AmbiguousMatch · ProposedMatch
        AnswerRefused · ConditionUndecided (PersonInQuestion) · RepeatedKey · EmptyKey
        TypeMismatch
      TargetProblem          the other side answered, or did not                  exit 3
        RetryAfter · Transient · AuthFailed · PermissionDenied · QuotaExceeded · Conflict
        NotFound · Ambiguous · InvalidValue · ReferenceMissing · Unsupported · Pending
        Overtaken · SilentDrop · Uncertain
      Refusal                we chose not to; nothing was changed                 exit 4
        ReadIncomplete · DecisionMissing · SelfApproval · DecisionExpired · PlanUnknown
        PlanSuperseded · PlanApplied · Frozen · LeaseHeld · TargetQuarantined
        ConfigurationUnreviewed · ConfigurationUnchanged · RevisionUnknown · RevisionClosed
        ResultsRenewed · DayUnknown
      TrustBroken            stop everything, wake someone                        exit 5
        LogBroken · StoreDamaged · StoreNewer

Every error is a message of five parts, each a field: what happened with numbers, where, found
against expected, what is safe, what to do next. No part ever holds a secret or a personal value:
callers pass names of attributes, keys and counts, never contents.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import ClassVar, TypedDict, Unpack

DONE = 0
CONFIGURATION_WRONG = 2
SOMETHING_LEFT = 3
REFUSED_OR_WAITING = 4
TRUST_BROKEN = 5

_RANK = (TRUST_BROKEN, CONFIGURATION_WRONG, REFUSED_OR_WAITING, SOMETHING_LEFT, DONE)


def strictest(codes: Iterable[int]) -> int:
    """Return the exit code that outranks the others: 5 > 2 > 4 > 3 > 0.

    Example:
        >>> strictest([0, 3, 4, 2])
        2
        >>> strictest([])
        0
    """
    present = set(codes)
    return next((code for code in _RANK if code in present), DONE)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name most like `name`, or None when none is alike.

    Example:
        >>> nearest("departmnt", ["department", "displayName"])
        'department'
    """
    choices = {candidate.lower(): candidate for candidate in sorted(known)}
    found = get_close_matches(name.lower(), choices, n=1, cutoff=0.6)
    return choices[found[0]] if found else None


class Parts(TypedDict, total=False):
    """Four of a message's five parts; the first, what happened, is always said."""

    where: str
    found: str
    safe: str
    next: str


class ProvisorError(Exception):
    """Anything Provisor says no with; the five parts are fields, never only text."""

    exit_code: ClassVar[int] = CONFIGURATION_WRONG

    def __init__(
        self, what: str, *, where: str = "", found: str = "", safe: str = "", next: str = ""
    ) -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.found = found
        self.safe = safe
        self.next = next

    def __reduce__(self) -> tuple[object, ...]:
        """Survive a process boundary with every field."""
        return (_rebuild, (type(self), dict(self.__dict__)))

    @property
    def code(self) -> str:
        """The error's name in messages and JSON: `limit_exceeded` for `LimitExceeded`."""
        name = type(self).__name__
        return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")

    def parts(self) -> dict[str, str]:
        """Return the five parts, empty ones left out, in reading order."""
        fields = ("what", "where", "found", "safe", "next")
        return {name: text for name in fields if (text := getattr(self, name))}

    def __str__(self) -> str:
        lines = [f"{name + ':':7}{text}" for name, text in self.parts().items() if name != "what"]
        return "\n  ".join([self.what, *lines])


def _rebuild(kind: type[ProvisorError], fields: dict[str, object]) -> ProvisorError:
    error = kind.__new__(kind, fields["what"])
    Exception.__init__(error, fields["what"])
    error.__dict__.update(fields)
    return error


# --- mend a file; nothing ran ---------------------------------------------------------------


class ConfigurationError(ProvisorError):
    """The configuration is wrong; nothing was read and nothing was written."""

    exit_code = CONFIGURATION_WRONG


class SettingInvalid(ConfigurationError):
    """A setting has a value that cannot be used."""


class UnknownName(ConfigurationError):
    """A name (attribute, function, key, job, system, connector) is not known here."""


class ExpressionSyntax(ConfigurationError):
    """An expression cannot be read; `position` is the zero-based offset of the fault."""

    def __init__(
        self, what: str, *, position: int = 0, expression: str = "", **parts: Unpack[Parts]
    ) -> None:
        super().__init__(what, **parts)
        self.position = position
        self.expression = expression


class SecretMissing(ConfigurationError):
    """A secret reference leads nowhere: the variable, file or keyring entry is absent."""


class LiteralSecret(ConfigurationError):
    """A secret stands in the file itself; only references are accepted."""


class CommandInvalid(ConfigurationError):
    """A command was called with words that do not go together."""


# --- set this record aside; the others continue ---------------------------------------------


class RecordProblem(ProvisorError):
    """One record cannot be carried further; it counts as present and the others continue."""

    exit_code = SOMETHING_LEFT


class ExpressionFailed(RecordProblem):
    """A function refused its input: limit exceeded, wrong type, no unique value left."""


class RequiredMissing(RecordProblem):
    """A required target attribute has no value for this record."""


class AmbiguousMatch(RecordProblem):
    """A deciding rule names several accounts for one record, or one account for several."""


class ProposedMatch(RecordProblem):
    """A rule that only proposes found a look-alike; a person must say whether it is the same."""


class AnswerRefused(RecordProblem):
    """A person's answer to a match question cannot be kept; the question stays open."""


class ConditionUndecided(RecordProblem):
    """Scope or leaver rule cannot be judged: an unreadable value, or an unread membership."""


class PersonInQuestion(ConditionUndecided):
    """Whose record it is can only be said by people, so nothing is said about the person yet."""


class NameTaken(RecordProblem):
    """A value that only one account may have belongs to somebody else."""


class RepeatedKey(RecordProblem):
    """One key stands in several rows; all of them are set aside."""


class EmptyKey(RecordProblem):
    """A row has no key."""


class TypeMismatch(RecordProblem):
    """A mapped value does not have the type that the target's attribute asks for."""


# --- the other side answered, or did not ----------------------------------------------------


class TargetProblem(ProvisorError):
    """A system answered with a problem, or did not answer."""

    exit_code = SOMETHING_LEFT


class RetryAfter(TargetProblem):
    """The system asked to wait `seconds` before the next call."""

    def __init__(self, what: str, *, seconds: float = 0.0, **parts: Unpack[Parts]) -> None:
        super().__init__(what, **parts)
        self.seconds = seconds


class Transient(TargetProblem):
    """A passing fault before anything was done: wait and try again."""


class AuthFailed(TargetProblem):
    """The system did not accept our credentials."""


class PermissionDenied(TargetProblem):
    """The credentials are good, but this act is not allowed to them."""


class QuotaExceeded(TargetProblem):
    """The system has no seat, licence or room left."""


class Conflict(TargetProblem):
    """Another object holds the name or key; it is not ours."""


class NotFound(TargetProblem):
    """The object is not there."""


class Overtaken(TargetProblem):
    """The object changed since the plan was made; what others wrote is not overwritten."""


class Ambiguous(TargetProblem):
    """A point look-up named several objects."""


class InvalidValue(TargetProblem):
    """The system refused the value of `attribute`."""

    def __init__(self, what: str, *, attribute: str = "", **parts: Unpack[Parts]) -> None:
        super().__init__(what, **parts)
        self.attribute = attribute


class ReferenceMissing(TargetProblem):
    """The object that a value refers to is not in the target."""


class WatermarkRefused(TargetProblem):
    """The system cannot say what changed since a watermark; read everything."""


class Unsupported(TargetProblem):
    """The system cannot do this at all."""


class Pending(TargetProblem):
    """The system accepted the act and has not finished it."""


class SilentDrop(TargetProblem):
    """The system answered success and kept its own value of `attribute`."""

    def __init__(self, what: str, *, attribute: str = "", **parts: Unpack[Parts]) -> None:
        super().__init__(what, **parts)
        self.attribute = attribute


class DeliveryFailed(TargetProblem):
    """The account was made, but the secret that was drawn for it reached nobody."""


class Uncertain(TargetProblem):
    """Nobody knows whether it was done: look before any repetition."""


# --- we chose not to; nothing was changed ---------------------------------------------------


class Refusal(ProvisorError):
    """Provisor chose not to act; nothing was changed."""

    exit_code = REFUSED_OR_WAITING


class ReadIncomplete(Refusal):
    """A read does not prove that it saw everything; no conclusion is drawn from it."""


class DecisionMissing(Refusal):
    """The plan waits for a decision."""


class SelfApproval(Refusal):
    """The approver is the initiator, a subject, or the author of the configuration."""


class DecisionExpired(Refusal):
    """The decision's time is over."""


class PlanUnknown(Refusal):
    """No stored plan has this digest, or the digits fit several."""


class PlanSuperseded(Refusal):
    """A newer plan took this one's place, or the configuration changed since."""


class PlanApplied(Refusal):
    """The plan was carried out already; a plan is applied once."""


class Frozen(Refusal):
    """Writing is frozen, everywhere or for this target."""


class TargetQuarantined(Refusal):
    """The target failed again and again, and is left alone for a while."""


class LeaseHeld(Refusal):
    """Another worker is carrying out on this target."""


class ConfigurationUnreviewed(Refusal):
    """Jobs act under the active revision only, and the configuration is another one."""


class ConfigurationUnchanged(Refusal):
    """A configuration is proposed that means what the active revision means already."""


class RevisionUnknown(Refusal):
    """No stored configuration revision has this number or digest."""


class ResultsRenewed(Refusal):
    """What was seen of a revision is not the newest that was worked out of it."""


class DayUnknown(Refusal):
    """Both sides were not seen as a whole on that day."""


class RevisionClosed(Refusal):
    """The revision takes no votes and cannot become active: rejected, withdrawn or overtaken."""


# --- stop everything, wake someone ----------------------------------------------------------


class TrustBroken(ProvisorError):
    """The log or the store can no longer be believed; all writing is stopped."""

    exit_code = TRUST_BROKEN


class LogBroken(TrustBroken):
    """The audit log does not match its own tree."""


class StoreDamaged(TrustBroken):
    """The store does not hold what it must, or cannot be written."""


class StoreNewer(TrustBroken):
    """The store was written by a newer program; this one does not touch it."""


class StoreOlder(ConfigurationError):
    """The store needs `provisor upgrade` first."""
