"""What only a person can say: which of these accounts is this record's, or none of them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from provisor.domain.schema import ObjectType
from provisor.errors import AmbiguousMatch, AnswerRefused, ProposedMatch, RecordProblem

_SHOWN = 5
_NEXT = (
    "`provisor matches JOB` shows record and accounts side by side; `provisor link JOB KEY ACCOUNT "
    "--reason TEXT` answers, with `new` for none of them"
)


class QuestionKind(StrEnum):
    """Why nobody but a person can say it."""

    AMBIGUOUS = "ambiguous"
    """A rule that decides cannot tell accounts, or records, apart."""
    PROPOSED = "proposed"
    """Accounts look like the record's, and no rule that decides names one."""
    FORMER = "former"
    """A rule that decides names the account of somebody who left, or whose row is missing: are the
    two one person?"""
    ANSWERED = "answered"
    """Somebody answered, and the answer cannot be kept."""


@dataclass(frozen=True, slots=True)
class MatchCandidate:
    """One account that may be the record's."""

    native_id: str
    rules: tuple[str, ...]
    """The rules that name it, in the order in which they are tried."""
    parted: bool = False
    """Somebody ended the link of just these two: no rule makes it again."""


@dataclass(frozen=True, slots=True)
class Question:
    """One record and the accounts that may be its own; open until somebody answers."""

    object_type: ObjectType
    key: str
    kind: QuestionKind
    candidates: tuple[MatchCandidate, ...]
    """By native id."""

    def problem(self) -> RecordProblem:
        """Return what is told about the record, which waits for the answer."""
        match self.kind:
            case QuestionKind.AMBIGUOUS:
                return self._ambiguous()
            case QuestionKind.PROPOSED:
                return self._proposed()
            case QuestionKind.FORMER:
                return self._former()
            case QuestionKind.ANSWERED:
                return self._answered()

    def _ambiguous(self) -> RecordProblem:
        count = len(self.candidates)
        return AmbiguousMatch(
            f"{self._rules()} names {count} account(s) that cannot be told apart",
            where=self._rules(),
            found=f"accounts {self._natives()}; exactly one, claimed once, was expected",
            safe="neither the record nor these accounts are touched; the others continue",
            next=f"make the values differ, or decide: {_NEXT}",
        )

    def _proposed(self) -> RecordProblem:
        count = len(self.candidates)
        return ProposedMatch(
            f"{self._rules()} only proposes, and {count} account(s) look alike",
            where=self._rules(),
            found=f"accounts {self._natives()}; a person has to say whether it is the same",
            safe="no account is taken over and none is made; the others continue",
            next=_NEXT,
        )

    def _former(self) -> RecordProblem:
        return ProposedMatch(
            f"{self._rules()} names the account of somebody who left, or whose row is missing",
            where=self._rules(),
            found=f"accounts {self._natives()}, linked with another key: the key of one person "
            f"may have changed to {self.key}, or it is somebody else",
            safe="no account is taken over, none is made, and none of these is switched off for "
            "a missing row; the others continue",
            next=f"if it is the same person, one `provisor link` moves everything over: {_NEXT}",
        )

    def _answered(self) -> RecordProblem:
        return AnswerRefused(
            "the answer to a match question cannot be kept",
            where=", ".join(rule for one in self.candidates for rule in one.rules),
            found=f"account {self._natives()} is not there, is linked, protected, or carries "
            "another anchor, or it was given to two records",
            safe="no account is taken over and none is made; the others continue",
            next=_NEXT,
        )

    def _rules(self) -> str:
        named = dict.fromkeys(rule for one in self.candidates for rule in one.rules)
        return f"match rule {' and '.join(f'`{rule}`' for rule in named)}"

    def _natives(self) -> str:
        return ", ".join(one.native_id for one in self.candidates[:_SHOWN])


def natives_in(questions: Iterable[Question]) -> frozenset[str]:
    """Return the native ids of all accounts about which a question is open."""
    return frozenset(one.native_id for question in questions for one in question.candidates)
