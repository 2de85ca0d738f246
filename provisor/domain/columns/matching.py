"""Who could be matched with whom: the few on both sides that share a value under some rule.

Columns only leave out those who cannot meet: a rule finds nothing where no values are the same.
What is left is matched by `provisor.domain.matching`, so that there is one way to decide.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from provisor.domain.columns.expressions import evaluate_columns
from provisor.domain.columns.forms import among, filled, lowered, texts
from provisor.domain.columns.frames import Listing
from provisor.domain.columns.joining import nowhere
from provisor.domain.columns.mapping import in_columns
from provisor.domain.columns.operand import computed
from provisor.domain.expressions import Node
from provisor.domain.matching import Seeker, compared, rule_key, usable_rules
from provisor.domain.record import Record
from provisor.domain.rules import SOFT_DELETED, MatchRule, ObjectRules
from provisor.domain.schema import ObjectSchema


def protected_accounts(
    target: Listing, rules: ObjectRules, protected: Collection[str]
) -> pl.Series:
    """Say which accounts stand in the register of those that nobody touches.

    Source: `provisor.domain.composing.is_protected`.
    """
    if not protected:
        return nowhere(target.height)
    register = pl.Series(sorted(protected), dtype=pl.String)
    names = lowered(texts(target.column(rules.schema.name)).fill_null(""))
    return among(lowered(target.keys), register) | among(names, register)


@dataclass(frozen=True, slots=True)
class FreeAccounts:
    """Accounts that are neither linked nor protected, in the forms that rules compare."""

    target: Listing
    numbers: pl.Series
    """Their rows."""
    forms: Mapping[int, pl.Series]
    """Position of a rule to what it compares, one entry per free account."""

    def sought_by(self, seekers: Iterable[Seeker], rules: ObjectRules) -> list[Record]:
        """Return the accounts that share a value with one of the seekers under some rule."""
        listed = list(seekers)
        found = nowhere(len(self.numbers))
        for position, rule in usable_rules(rules):
            wanted = {_wanted(seeker, position, rule, rules.schema) for seeker in listed} - {None}
            found |= among(self.forms[position], pl.Series(list(wanted), dtype=pl.String))
        return self.target.records(self.numbers.filter(found))

    def records(self, natives: Collection[str]) -> list[Record]:
        """Return those of some native ids that are free accounts."""
        if not natives:
            return []
        keys = self.target.keys.gather(self.numbers)
        named = among(keys, pl.Series(sorted(natives), dtype=pl.String))
        return self.target.records(self.numbers.filter(named))


def free_accounts(target: Listing, numbers: pl.Series, rules: ObjectRules) -> FreeAccounts:
    """Bring free accounts into the forms that the rules compare.

    Cost: one pass per rule over these accounts.
    """
    forms = {
        position: compared_column(target.column(rule.attribute).gather(numbers), rule, rules.schema)
        for position, rule in usable_rules(rules)
    }
    return FreeAccounts(target, numbers, forms)


def compared_column(series: pl.Series, rule: MatchRule, schema: ObjectSchema) -> pl.Series:
    """Return the form in which two values are the same for a rule; null matches nothing.

    Source: `provisor.domain.matching.compared`.
    """
    if series.dtype == pl.List:
        only = pl.lit(series.list.len()) == 1
        series = computed(pl.when(only).then(pl.lit(series).list.first()))
    forms = filled(texts(series))
    attribute = schema.attribute(rule.attribute)
    return forms if attribute is not None and attribute.case_exact else lowered(forms)


def _wanted(seeker: Seeker, position: int, rule: MatchRule, schema: ObjectSchema) -> str | None:
    name = rule_key(position) if rule.expression is not None else rule.attribute
    return compared(seeker.desired.get(name), rule, schema)


def leavers_in_question(
    leavers: Listing, identities: pl.Series, rules: ObjectRules, free: FreeAccounts
) -> pl.Series:
    """Return the rows of unlinked leavers who share a value with a free account.

    Args:
        leavers: people who are said to be gone, without links.
        identities: their identity ids; an account may carry one as its anchor.
        rules: for the match rules.
        free: where their accounts may be.

    Cost: one evaluation of columns per rule; all of them where a rule cannot be told in columns.
    """
    everyone = pl.int_range(leavers.height, dtype=pl.UInt32, eager=True)
    found = nowhere(leavers.height)
    for position, rule in usable_rules(rules):
        held = free.forms[position].drop_nulls().unique()
        if not len(held):
            continue
        if rule.attribute == rules.schema.anchor:
            found |= among(compared_column(identities, rule, rules.schema), held)
        expression = _sought(rules, rule)
        if expression is None:
            continue
        if not in_columns(expression, leavers):
            return everyone
        values = _evaluated(expression, leavers, rule)
        found |= among(compared_column(values, rule, rules.schema), held)
    return everyone.filter(found)


def _sought(rules: ObjectRules, rule: MatchRule) -> Node | None:
    """Return what a leaver's account would hold; the last mapping of an attribute counts."""
    if rule.expression is not None:
        return rule.expression
    mappings = [m.expression for m in rules.mappings if m.attribute == rule.attribute]
    return mappings[-1] if mappings else None


def _evaluated(expression: Node, leavers: Listing, rule: MatchRule) -> pl.Series:
    """Compute for a comparison; a rule's own expression knows of no leaving."""
    frame, absent = leavers.frame, leavers.absent
    if rule.expression is None:
        gone = pl.repeat(value=True, n=leavers.height, dtype=pl.Boolean, eager=True)
        frame = frame.with_columns(gone.alias(SOFT_DELETED))
        absent = {name: mask for name, mask in absent.items() if name != SOFT_DELETED}
    return evaluate_columns(frame, {"": expression}, absent=absent).columns[""].values
