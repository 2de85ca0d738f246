"""Standings that need no evaluation: people whose row is missing, and open match questions."""

from __future__ import annotations

from provisor.domain.composing import Composed, Standing
from provisor.domain.lifecycle import Departure, Gone
from provisor.domain.link import Link
from provisor.domain.matching import Matches
from provisor.domain.override import Override, OverrideKind
from provisor.domain.plan import SetAside
from provisor.domain.record import Record
from provisor.domain.rules import ObjectRules
from provisor.errors import AmbiguousMatch, ProposedMatch, RecordProblem


def absent_standing(
    link: Link, account: Record | None, overrides: tuple[Override, ...], proven: object
) -> Standing:
    """Return the standing of a linked person whose row was not in the read.

    Only a proven absence, or a person who said so, makes a departure; else nothing follows.
    """
    denied = next((o for o in overrides if o.kind is OverrideKind.DENY), None)
    departure: Departure | None = None
    if denied is not None:
        departure = Departure(Gone.DENIED, f"override {denied.id}")
    elif proven:
        departure = Departure(Gone.ABSENT, "absent from two complete reads of the source")
    return Standing(
        key=link.key,
        identity=link.identity,
        values=None,
        departure=departure,
        mapped=None,
        link=link,
        account=account,
        overrides=overrides,
        present=departure is not None,
    )


def question_of(rules: ObjectRules, key: str, matches: Matches) -> Composed | None:
    """Return the set-aside record of an open match question, or None when there is none."""
    if key in matches.ambiguous:
        rule, natives = matches.ambiguous[key]
        return _question(rules, key, _ambiguous(rule, natives))
    if key in matches.proposed:
        rule, natives = matches.proposed[key]
        return _question(rules, key, _proposed(rule, natives, key))
    return None


def _question(rules: ObjectRules, key: str, problem: RecordProblem) -> Composed:
    parts = {**problem.parts(), "where": f"{rules.object_type.value} {key}, {problem.where}"}
    reason = SetAside(rules.object_type, key, problem.code, parts)
    return Composed(record="set_aside", set_aside=reason)


def _ambiguous(rule: str, natives: tuple[str, ...]) -> AmbiguousMatch:
    return AmbiguousMatch(
        f"match rule `{rule}` names {len(natives)} account(s) that cannot be told apart",
        where=f"match rule `{rule}`",
        found=f"accounts {', '.join(natives[:5])}; exactly one, claimed once, was expected",
        safe="neither the record nor these accounts are touched; the others continue",
        next="make the values differ, or decide with `provisor override add --kind link`",
    )


def _proposed(rule: str, natives: tuple[str, ...], key: str) -> ProposedMatch:
    return ProposedMatch(
        f"match rule `{rule}` only proposes, and it names {len(natives)} look-alike(s)",
        where=f"match rule `{rule}`",
        found=f"accounts {', '.join(natives[:5])}; a person has to say whether it is the same",
        safe="no account is taken over and none is made; the others continue",
        next=(
            f"`provisor override add --kind link --key {key} --value ID` takes the account, "
            "`--value new` makes a new one"
        ),
    )
