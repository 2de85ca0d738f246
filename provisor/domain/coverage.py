"""What of a job's rules cases can reach, and what one case did reach.

Four kinds of points: branches of mappings, clauses of `scope` and of `leaver` (each can hold and
fail), and match rules (each can find an account).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Final

from provisor.domain.expressions import Circumstances, attributes_of
from provisor.domain.expressions.inference import foresee, open_numbers
from provisor.domain.expressions.reaching import Branch, branches_of, reached_branches
from provisor.domain.flow import AttributeMapping
from provisor.domain.mapping import creating, flowing, map_values
from provisor.domain.matching import str_rule
from provisor.domain.misgivings import ENGINE
from provisor.domain.neighbourhood import surroundings_of
from provisor.domain.override import OverrideKind
from provisor.domain.plan import Draft
from provisor.domain.record import Record, as_text
from provisor.domain.rehearsal import Subject
from provisor.domain.rehearsing import Outcome
from provisor.domain.rules import SOFT_DELETED, JobRules, ObjectRules
from provisor.domain.schema import ObjectType
from provisor.domain.scope import AllOf, AnyOf, Condition, Not, Titled, judge, leaves_of
from provisor.domain.surroundings import Surroundings
from provisor.errors import AmbiguousMatch, AnswerRefused, ConditionUndecided, ProposedMatch

_UNDECIDED: Final = ConditionUndecided("").code
_QUESTIONS: Final = {kind("").code for kind in (AmbiguousMatch, AnswerRefused, ProposedMatch)}


class PointKind(StrEnum):
    """What kind of rule a point is of."""

    BRANCH = "branch"
    SCOPE = "scope"
    LEAVER = "leaver"
    MATCH = "match"


@dataclass(frozen=True, slots=True)
class Point:
    """Something that a case can reach."""

    kind: PointKind
    object_type: ObjectType
    rule: str
    """The target attribute, the clause, or the match rule."""
    place: int
    """Which branch of the expression, which clause of the condition, which rule."""
    way: str
    """Which way it goes: `IIF: when_true`, `holds`, `fails`, `finds`."""
    text: str = ""
    """The branch as it is written."""
    position: int = 0
    """Of the branch in its expression, from 0."""


def points_of(rules: JobRules) -> tuple[Point, ...]:
    """Return everything that cases of a job can reach, in the order of the rules.

    Branches that no record can take are left out: `check` warns of those that are odd.
    """
    return tuple(point for one in rules.objects.values() for point in _points(one))


def _points(rules: ObjectRules) -> Iterator[Point]:
    for kind, condition in _conditions(rules):
        for place, leaf in enumerate(leaves_of(condition)):
            for way in ("holds", "fails"):
                yield Point(kind, rules.object_type, str(leaf), place, way)
    for place, rule in enumerate(rules.match):
        yield Point(PointKind.MATCH, rules.object_type, str_rule(rule), place, "finds")
    for mapping in (one for one in rules.mappings if not rules.is_secret(one.attribute)):
        opened = open_numbers(foresee(mapping.expression, ENGINE))
        for branch in branches_of(mapping.expression):
            if branch.place in opened:
                yield _branch_point(rules, mapping, branch)


def _conditions(rules: ObjectRules) -> Iterator[tuple[PointKind, Condition]]:
    if rules.scope is not None:
        yield PointKind.SCOPE, rules.scope
    if rules.leaver is not None:
        yield PointKind.LEAVER, rules.leaver


def _branch_point(rules: ObjectRules, mapping: AttributeMapping, branch: Branch) -> Point:
    return Point(
        PointKind.BRANCH,
        rules.object_type,
        mapping.attribute,
        branch.place,
        branch.name,
        branch.text,
        branch.position,
    )


def reached(outcome: Outcome) -> frozenset[Point]:
    """Return every point that a case reached.

    Cost: for each record one evaluation per branch of its mappings, and a second judgement.
    """
    return frozenset(_reached(outcome))


def _reached(outcome: Outcome) -> Iterator[Point]:
    for object_type, rules in outcome.world.rules.objects.items():
        population = outcome.world.populations.get(object_type)
        around = surroundings_of(outcome.world, object_type)
        for record in population.records if population is not None else ():
            yield from _judged(rules, record, around, outcome)
            yield from _mapped(rules, record, outcome)
        yield from _matched(rules, outcome)


# --- conditions ----------------------------------------------------------------------------------


def _judged(
    rules: ObjectRules, record: Record, around: Surroundings, outcome: Outcome
) -> Iterator[Point]:
    said = outcome.world.overrides.get((rules.object_type, record.key), ())
    if any(one.kind is OverrideKind.DENY for one in said):
        return
    if rules.leaver is not None:
        yield from _looked_at(PointKind.LEAVER, rules, rules.leaver, record, around)
        if judge(rules.leaver, record, around).holds:
            return
    if rules.scope is not None:
        yield from _looked_at(PointKind.SCOPE, rules, rules.scope, record, around)


def _looked_at(
    kind: PointKind, rules: ObjectRules, whole: Condition, record: Record, around: Surroundings
) -> Iterator[Point]:
    """Yield how each clause came out that was looked at before the answer was certain."""
    waiting = [(whole, 0)]
    while waiting:
        condition, first = waiting.pop()
        match condition:
            case AllOf(parts) | AnyOf(parts):
                settles = isinstance(condition, AnyOf)
                opened: list[tuple[Condition, int]] = []
                for part in parts:
                    opened.append((part, first))
                    first += len(list(leaves_of(part)))
                    if judge(part, record, around).holds is settles:
                        break
                waiting.extend(reversed(opened))
            case Not(part) | Titled(_, part):
                waiting.append((part, first))
            case leaf:
                holds = judge(leaf, record, around).holds
                if holds is not None:
                    way = "holds" if holds else "fails"
                    yield Point(kind, rules.object_type, str(leaf), first, way)


# --- mappings ------------------------------------------------------------------------------------


def _mapped(rules: ObjectRules, record: Record, outcome: Outcome) -> Iterator[Point]:
    """Yield the branches that were computed for a record, up to the first problem."""
    subject = Subject(record.key, rules.object_type)
    problem = outcome.problems.get(subject)
    if outcome.departure(subject) is not None:
        yield from _meant_for_the_gone(rules, record, outcome)
        return
    if problem is not None and problem.code == _UNDECIDED:
        return
    made = outcome.creation(subject)
    tried = made is not None or (problem is not None and problem.code not in _QUESTIONS)
    values = {**record.values, SOFT_DELETED: False}
    for mapping in (*flowing(rules), *(creating(rules) if tried else ())):
        circumstances = _circumstances(mapping, made, subject, outcome)
        for branch in reached_branches(mapping.expression, values, circumstances):
            yield _branch_point(rules, mapping, branch)
        ended = map_values((mapping,), values, rules.schema, circumstances)
        if ended.problem is not None or ended.ignored:
            return


def _meant_for_the_gone(rules: ObjectRules, record: Record, outcome: Outcome) -> Iterator[Point]:
    """Yield the branches that a mapping has for somebody who is gone.

    Planning disables by the switch and computes none of them; a case with somebody who is gone is
    what they were written for.
    """
    values = {**record.values, SOFT_DELETED: True}
    for mapping in flowing(rules):
        if SOFT_DELETED in attributes_of(mapping.expression):
            circumstances = outcome.world.circumstances
            for branch in reached_branches(mapping.expression, values, circumstances):
                yield _branch_point(rules, mapping, branch)


def _circumstances(
    mapping: AttributeMapping, made: Draft | None, subject: Subject, outcome: Outcome
) -> Circumstances:
    """Return circumstances under which a name comes out as it did in the plan."""
    changes = made.action.changes if made is not None else ()
    held = outcome.account_values(subject.key, subject.object_type).get(mapping.attribute)
    wanted = next((c.after for c in changes if c.attribute == mapping.attribute), held)
    taken = partial(_is_another, as_text(wanted))
    return replace(outcome.world.circumstances, taken=taken, draw=bytes)


def _is_another(wanted: str, name: str) -> bool:
    return name != wanted


# --- matching ------------------------------------------------------------------------------------


def _matched(rules: ObjectRules, outcome: Outcome) -> Iterator[Point]:
    named = {
        rule
        for question in outcome.proposal.questions
        if question.object_type is rules.object_type
        for candidate in question.candidates
        for rule in candidate.rules
    }
    texts = [
        draft.action.rule
        for draft in outcome.proposal.drafts
        if draft.action.adopts and draft.action.object_type is rules.object_type
    ]
    for place, rule in enumerate(rules.match):
        text = str_rule(rule)
        if text in named or any(_adopted_by(text, words) for words in texts):
            yield Point(PointKind.MATCH, rules.object_type, text, place, "finds")


def _adopted_by(rule: str, words: str) -> bool:
    """Say whether the words of an action tell that a rule found its account."""
    first = f"match {rule}"
    return words == first or words.startswith(f"{first}; ") or words.endswith(f"({first})")
