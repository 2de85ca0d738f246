"""Which newcomers could be somebody whom the target knows already.

They share a value with a free account, or with one of somebody who left; about nobody else is there
anything to match.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from provisor.domain.columns.expressions import evaluate_columns
from provisor.domain.columns.forms import among
from provisor.domain.columns.joining import nowhere
from provisor.domain.columns.mapping import in_columns
from provisor.domain.columns.matching import FreeAccounts, compared_column
from provisor.domain.columns.newcomers import Newcomers
from provisor.domain.expressions import Node, candidates
from provisor.domain.matching import usable_rules
from provisor.domain.rules import MatchTerm, ObjectRules


def meeting(
    newcomers: Newcomers, identities: pl.Series, rules: ObjectRules, known: FreeAccounts
) -> pl.Series:
    """Say who shares a value with an account under some rule; generous.

    Source: `provisor.domain.seeking.seeker_of`.

    Args:
        newcomers: who has no account yet.
        identities: their identity ids; an account may carry one as its anchor.
        rules: for the match rules.
        known: accounts that are neither linked nor protected, and those of people who left.

    Cost: one look-up per rule; nothing where there are no accounts.
    """
    found = nowhere(newcomers.height)
    if not newcomers.height or not len(known.numbers):
        return found
    for position, rule in usable_rules(rules):
        shares = ~found
        for term, forms in zip(rule.terms, known.forms[position], strict=True):
            held = forms.drop_nulls().unique()
            shares &= _sharing(term, held, newcomers, identities, rules)
        found |= shares
    anchor = MatchTerm(rules.schema.anchor)
    if anchor.attribute:
        # An anchor that a leaver shares may keep an account from others, however rules compare it.
        held = compared_column(
            known.target.column(anchor.attribute).gather(known.numbers), anchor, rules.schema
        )
        found |= _sharing(anchor, held.drop_nulls().unique(), newcomers, identities, rules)
    return found


def _sharing(
    term: MatchTerm,
    held: pl.Series,
    newcomers: Newcomers,
    identities: pl.Series,
    rules: ObjectRules,
) -> pl.Series:
    """Say who may share a value with an account under one term of a rule."""
    shares = nowhere(newcomers.height)
    if not len(held):
        return shares
    column = newcomers.columns.get(term.attribute) if term.expression is None else None
    of_anchor = term.expression is None and term.attribute == rules.schema.anchor
    if of_anchor:
        shares |= among(compared_column(identities, term, rules.schema), held)
    if column is not None:
        shares |= among(compared_column(column.values, term, rules.schema), held)
        return shares if column.dropped is None or of_anchor else shares | column.dropped
    for node in _own(rules, term):
        if not in_columns(node, newcomers.listing):
            return ~nowhere(newcomers.height)
        listing = newcomers.listing
        result = evaluate_columns(
            listing.frame, {"": node}, absent=listing.absent, circumstances=rules.timeless
        )
        shares |= among(compared_column(result.columns[""].values, term, rules.schema), held)
    return shares


def _own(rules: ObjectRules, term: MatchTerm) -> Sequence[Node]:
    """Return what gives a value that does not always flow; of a choice all that it may give."""
    node = term.expression
    if node is None:
        node = next((m.expression for m in rules.mappings if m.attribute == term.attribute), None)
    if node is None:
        return ()
    return candidates(node) or (node,)
