"""Accounts of people who left, and newcomers who may be the same people under another key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from provisor.domain.matching import (
    Form,
    Matches,
    Seeker,
    account_form,
    is_anchor_rule,
    str_rule,
    usable_rules,
    wanted_form,
)
from provisor.domain.question import MatchCandidate, Question, QuestionKind
from provisor.domain.record import Record
from provisor.domain.rules import MatchRule, ObjectRules


def ask_about_former(
    seekers: Iterable[Seeker], found: Matches, former: Iterable[Record], rules: ObjectRules
) -> Matches:
    """Let rules that decide propose the accounts of people who left; nothing else may take them.

    The anchor that such an account carries is its former owner's, and says nothing here.

    Args:
        seekers: unlinked people who are here.
        found: what they found among the accounts of nobody.
        former: accounts of people who left.
        rules: for the match rules.
    """
    accounts = list(former)
    open_ones = [s for s in seekers if s.key not in found.linked and not s.fresh]
    named: dict[str, dict[str, list[str]]] = {}
    for position, rule in usable_rules(rules) if accounts and open_ones else ():
        if not rule.decides or is_anchor_rule(rule, rules):
            continue
        holders = _holders(accounts, rule, rules)
        form_of = wanted_form((position, rule), rules.schema)
        for seeker in open_ones:
            form = form_of(seeker.desired)
            for native in holders.get(form, ()) if form is not None else ():
                named.setdefault(seeker.key, {}).setdefault(native, []).append(str_rule(rule))
    questions = dict(found.questions)
    for key, natives in named.items():
        questions[key] = _with_former(questions.get(key), key, natives, rules)
    return Matches(found.linked, questions)


def _with_former(
    asked: Question | None, key: str, named: Mapping[str, Sequence[str]], rules: ObjectRules
) -> Question:
    """Ask about former accounts, and about what is asked anyway."""
    new = [MatchCandidate(native, tuple(dict.fromkeys(named[native]))) for native in named]
    kind = asked.kind if asked is not None else QuestionKind.FORMER
    before = asked.candidates if asked is not None else ()
    candidates = sorted((*before, *new), key=lambda one: one.native_id)
    return Question(rules.object_type, key, kind, tuple(candidates))


def _holders(
    accounts: Iterable[Record], rule: MatchRule, rules: ObjectRules
) -> dict[Form, list[str]]:
    form_of = account_form(rule, rules.schema)
    holders: dict[Form, list[str]] = {}
    for account in accounts:
        form = form_of(account.values)
        if form is not None:
            holders.setdefault(form, []).append(account.key)
    return holders
