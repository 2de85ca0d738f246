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
from provisor.domain.matching import Seeker, is_exact, usable_rules, wanted_form
from provisor.domain.record import Record
from provisor.domain.rules import SOFT_DELETED, MatchTerm, ObjectRules
from provisor.domain.schema import ObjectSchema


@dataclass(frozen=True, slots=True)
class FreeAccounts:
    """Accounts that are neither linked nor protected, in the forms that rules compare."""

    target: Listing
    numbers: pl.Series
    """Their rows."""
    forms: Mapping[int, tuple[pl.Series, ...]]
    """Position of a rule to what each of its terms compares, one entry per free account."""

    def sought_by(self, seekers: Iterable[Seeker], rules: ObjectRules) -> list[Record]:
        """Return the accounts that share a value with one of the seekers under some rule."""
        listed = list(seekers)
        found = nowhere(len(self.numbers))
        for position, rule in usable_rules(rules):
            form_of = wanted_form((position, rule), rules.schema)
            wanted = [form_of(seeker.desired) for seeker in listed]
            # Generous: what holds a part of one seeker and a part of another is looked at too.
            shares = ~nowhere(len(self.numbers))
            for place, forms in enumerate(self.forms[position]):
                sought = {form[place] for form in wanted if form is not None}
                shares &= among(forms, pl.Series(sorted(sought), dtype=pl.String))
            found |= shares
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
        position: tuple(
            compared_column(target.column(term.attribute).gather(numbers), term, rules.schema)
            for term in rule.terms
        )
        for position, rule in usable_rules(rules)
    }
    return FreeAccounts(target, numbers, forms)


def compared_column(series: pl.Series, term: MatchTerm, schema: ObjectSchema) -> pl.Series:
    """Return the form in which two values are the same for a rule; null matches nothing.

    Source: `provisor.domain.matching.compared`.
    """
    if series.dtype == pl.List:
        only = pl.lit(series.list.len()) == 1
        series = computed(pl.when(only).then(pl.lit(series).list.first()))
    forms = filled(texts(series))
    return forms if is_exact(term, schema) else lowered(forms)


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
        shares = ~nowhere(leavers.height)
        for term, forms in zip(rule.terms, free.forms[position], strict=True):
            shares &= _sharing(term, forms.drop_nulls().unique(), leavers, identities, rules)
        found |= shares
    return everyone.filter(found)


def _sharing(
    term: MatchTerm, held: pl.Series, leavers: Listing, identities: pl.Series, rules: ObjectRules
) -> pl.Series:
    """Say which leavers may share a value with an account under one term of a rule."""
    shares = nowhere(leavers.height)
    if not len(held):
        return shares
    if term.expression is None and term.attribute == rules.schema.anchor:
        shares |= among(compared_column(identities, term, rules.schema), held)
    expression = _sought(rules, term)
    if expression is None:
        return shares
    if not in_columns(expression, leavers):
        return ~nowhere(leavers.height)
    values = _evaluated(expression, leavers, term, rules)
    return shares | among(compared_column(values, term, rules.schema), held)


def _sought(rules: ObjectRules, term: MatchTerm) -> Node | None:
    """Return what a leaver's account would hold; the last mapping of an attribute counts."""
    if term.expression is not None:
        return term.expression
    mappings = [m.expression for m in rules.mappings if m.attribute == term.attribute]
    return mappings[-1] if mappings else None


def _evaluated(
    expression: Node, leavers: Listing, term: MatchTerm, rules: ObjectRules
) -> pl.Series:
    """Compute for a comparison; a rule's own expression knows of no leaving."""
    frame, absent = leavers.frame, leavers.absent
    if term.expression is None:
        gone = pl.repeat(value=True, n=leavers.height, dtype=pl.Boolean, eager=True)
        frame = frame.with_columns(gone.alias(SOFT_DELETED))
        absent = {name: mask for name, mask in absent.items() if name != SOFT_DELETED}
    result = evaluate_columns(frame, {"": expression}, absent=absent, circumstances=rules.timeless)
    return result.columns[""].values
