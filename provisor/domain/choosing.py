"""Names that nobody has: for a new account, and for one whose person is called something else now.

An account keeps its name for as long as that is a form of what the mapping gives; only then is a
new one chosen. The order in which people choose is that of their keys, never that of the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from provisor.domain.difference import Accepted, same
from provisor.domain.expressions import (
    Attribute,
    Circumstances,
    Computed,
    Evaluation,
    Node,
    candidates,
    evaluate,
)
from provisor.domain.expressions.bounds import bounded
from provisor.domain.expressions.uniqueness import NUMBERING, NoUniqueValue, none_left
from provisor.domain.flow import AttributeMapping
from provisor.domain.numbering import Form, Numbering
from provisor.domain.record import ABSENT, Presence, Value, Values, as_text, is_blank
from provisor.domain.schema import Attribute as Field

_ONE_RULE: Final = 1


def choose(mapping: AttributeMapping, values: Values, circumstances: Circumstances) -> Evaluation:
    """Return the first name of a mapping that is not taken.

    First every rule as it is, in order; then the first rule's name with numbers behind it, where
    the mapping numbers names.

    Args:
        mapping: one that chooses.
        values: the record's attributes.
        circumstances: `taken` says which names are.

    Raises:
        NoUniqueValue: every name is taken.
    """
    numbering = numbering_of(mapping)
    stem, tried = "", 0
    for rule in rules_of(mapping):
        result = _evaluated(rule, mapping, values, circumstances)
        if not isinstance(result, Computed):
            return result
        name = as_text(result.value) or spare_of(mapping)
        stem = stem or name
        if name and not (numbering is not None and numbering.always):
            tried += 1
            if not circumstances.taken(name):
                return Computed(name)
    if not stem and not candidates(mapping.expression):
        return Computed(None)
    for name in numbering.numbered(stem) if numbering is not None and stem else ():
        tried += 1
        if not circumstances.taken(name):
            return Computed(bounded(name))
    raise no_name_left(mapping, tried)


def no_name_left(mapping: AttributeMapping, tried: int) -> NoUniqueValue:
    """Return the error for a person for whom every name is taken.

    Args:
        mapping: one that chooses.
        tried: how many names were looked at.
    """
    problem = none_left(f"`{mapping.attribute}` has no name left", tried)
    problem.where = f"attribute `{mapping.attribute}`"
    return problem


def numbering_of(mapping: AttributeMapping) -> Numbering | None:
    """Return how a mapping numbers names: as it says, or as a single rule is numbered."""
    if mapping.unique is not None:
        return mapping.unique
    return NUMBERING if len(candidates(mapping.expression)) == _ONE_RULE else None


def name_to_keep(
    mapping: AttributeMapping,
    present: tuple[Presence, Field | None],
    desired: Value,
    accepted: Accepted,
    given: Callable[[], Iterator[str]],
    form: Form,
) -> Value:
    """Return the name that an account may keep, or null when it needs a new one.

    Args:
        mapping: one that chooses.
        present: what the account holds, and what the target says of the attribute.
        desired: what the mapping gives to somebody who has the choice.
        accepted: forms that the target once made of what was sent.
        given: gives every rule's name; asked only where the first does not decide.
        form: in which two names count as the same.
    """
    held, attribute = present
    if same(desired, held, attribute):
        return desired
    numbering = numbering_of(mapping)
    known = [as_text(held)] if isinstance(held, str) and held else []
    sent, kept = accepted.get(mapping.attribute, (None, None))
    if known and kept == held and isinstance(sent, str):
        known.insert(0, sent)
    for base in given() if known else ():
        for name in known:
            if form(name) == form(base) or (numbering and numbering.has_form(name, base, form)):
                return name
    return None


def names_given(
    mapping: AttributeMapping, values: Values, circumstances: Circumstances
) -> Iterator[str]:
    """Yield the name that each rule of a mapping gives, taken or not."""
    for rule in rules_of(mapping):
        result = _evaluated(rule, mapping, values, circumstances)
        name = as_text(result.value) if isinstance(result, Computed) else ""
        if name or spare_of(mapping):
            yield name or spare_of(mapping)


def rules_of(mapping: AttributeMapping) -> tuple[Node, ...]:
    """Return the expressions that give a mapping's names, in order."""
    return candidates(mapping.expression) or (mapping.expression,)


def _evaluated(
    rule: Node, mapping: AttributeMapping, values: Values, circumstances: Circumstances
) -> Evaluation:
    if isinstance(rule, Attribute) and reads_null(mapping, rule):
        return Computed(values.get(rule.name))
    return evaluate(rule, values, circumstances)


def reads_null(mapping: AttributeMapping, rule: Node) -> bool:
    """Say whether an attribute that the record lacks is null there, as inside any function."""
    return isinstance(rule, Attribute) and bool(candidates(mapping.expression))


def spare_of(mapping: AttributeMapping) -> str:
    """Return the default as a name to be numbered; `SelectUniqueValue` has none."""
    usable = mapping.default is not ABSENT and not is_blank(mapping.default)
    return as_text(mapping.default) if usable and not candidates(mapping.expression) else ""
