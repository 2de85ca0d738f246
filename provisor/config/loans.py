"""Values of other jobs that a job reads: which they are, and whether they can be had.

Enters: settings beside descriptions. Leaves: names that are borrowed, and one error per misfit.
"""

from __future__ import annotations

from collections.abc import Iterator

from provisor.config.cross_references import rules_of, unknown_name
from provisor.config.fitting import Pair, match_terms, misfit, source_reads
from provisor.config.model import JobSettings
from provisor.config.places import SettingPath
from provisor.domain.borrowing import Loan, loan_of
from provisor.domain.expressions import Node, attributes_of
from provisor.domain.schema import AttributeType
from provisor.errors import ConfigurationError


def lenders_of(job: JobSettings) -> frozenset[str]:
    """Return the jobs whose values the mappings and match rules of a job read."""
    return frozenset(loan.job for loan in loans_of(job))


def loans_of(job: JobSettings) -> frozenset[Loan]:
    """Return the values of other jobs that the mappings and match rules of a job read."""
    trees = [
        tree
        for _, rules in rules_of(job)
        for tree in (
            *(written.tree for written in rules.attributes.values()),
            *(term.tree for entry in rules.match for term in entry.terms),
        )
        if tree is not None
    ]
    loans = (loan_of(name, job.after) for tree in trees for name in attributes_of(tree))
    return frozenset(loan for loan in loans if loan is not None)


def borrowed_in(tree: Node, pair: Pair) -> tuple[str, ...]:
    """Return what an expression borrows, sorted."""
    names = attributes_of(tree)
    return tuple(sorted(name for name in names if loan_of(name, pair.lenders) is not None))


def borrowed_by(pair: Pair) -> tuple[str, ...]:
    """Return everything that mappings and match rules of a type of object borrow, sorted."""
    found = {name for one in pair.rules.attributes.values() for name in borrowed_in(one.tree, pair)}
    for term, _ in match_terms(pair):
        found |= set(borrowed_in(term.tree, pair)) if term.tree is not None else set()
    return tuple(sorted(found))


def unfit_loans(pair: Pair, settings: JobSettings) -> Iterator[ConfigurationError]:
    """Yield one error for everything that no other job can lend, or that must not be borrowed."""
    usable = set(borrowed_by(pair))
    for name, path, position in source_reads(pair):
        loan = loan_of(name, pair.lenders)
        if loan is None:
            continue
        if name not in usable or _decides(pair, path):
            yield misfit(
                f"`{name}` decides here who has an account, and is a value of another job",
                pair.places.where(path, position),
                found="mappings and rules of `match` may wait for it; nothing else may",
                next="ask for an attribute of the source",
            )
        else:
            yield from _unlent(pair, loan, path, position, settings)
    yield from _of_the_owner(pair)


def _decides(pair: Pair, path: SettingPath) -> bool:
    inside = path[len(pair.path())] if len(path) > len(pair.path()) else ""
    return inside not in ("attributes", "match")


def _unlent(
    pair: Pair, loan: Loan, path: SettingPath, position: int | None, settings: JobSettings
) -> Iterator[ConfigurationError]:
    lender, where = pair.lenders[loan.job], pair.places.where(path, position)
    if lender.source != settings.source:
        yield misfit(
            f"the job `{loan.job}` goes by the keys of another source",
            where,
            found=f"it reads `{lender.source}`, and this job `{settings.source}`; nothing says who "
            "is whom",
            next="let both jobs read one source, which may be several systems joined",
        )
    elif lender.schema is None:
        yield misfit(f"the job `{loan.job}` keeps no {pair.object_type.value}", where)
    elif (attribute := lender.schema.attribute(loan.attribute)) is None:
        known = {one.name for one in lender.schema.attributes}
        if not lender.schema.open:
            yield unknown_name(f"attribute of `{loan.job}`'s target", loan.attribute, known, where)
    elif attribute.type is AttributeType.SECRET:
        yield misfit(f"`{loan.name}` is a secret, which no other job is told", where)


def _of_the_owner(pair: Pair) -> Iterator[ConfigurationError]:
    """Refuse to write what only the job that owns the accounts may write."""
    if pair.rules.owns_accounts:
        return
    switch = pair.target.switch.attribute if pair.target.switch is not None else ""
    for name in pair.rules.attributes:
        if name in {pair.target.anchor, switch}:
            what = "mark an account" if name == pair.target.anchor else "switch an account"
            yield misfit(
                f"`{name}` would {what}, which is for the job that owns it",
                pair.places.where(pair.path("attributes", name)),
                found="`lifecycle: none`",
                next=f"leave `{name}` out",
            )
    for term, inside in match_terms(pair):
        if term.tree is None and term.attribute not in pair.rules.attributes:
            yield misfit(
                f"nothing says what `{term.attribute}` is compared with",
                pair.places.where(pair.path(*inside)),
                found="`lifecycle: none`, and no mapping of the attribute",
                next=f'write `{{attribute: {term.attribute}, expression: "[…]"}}`',
            )
