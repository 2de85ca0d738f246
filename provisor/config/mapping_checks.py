"""A job's mappings read before anything runs: errors for what can never work, doubts for the rest.

Enters: settings beside descriptions, and the mappings made of them. Never: a record is seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from provisor.config.doubts import Doubt, Level, doubt
from provisor.config.fitting import Pair, match_terms
from provisor.config.leaving import leaving_mapping, settings_of
from provisor.config.places import MEND, NOTHING_HAPPENED, SettingPath
from provisor.domain.expressions.function import Type
from provisor.domain.expressions.prospect import Prospect, settled
from provisor.domain.expressions.remarks import Gravity, Remark
from provisor.domain.flow import AttributeMapping
from provisor.domain.misgivings import SourceWord, impossibilities, misgivings, oddities
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import Attribute, AttributeType
from provisor.errors import ConfigurationError, SettingInvalid

_TYPES: Final = {
    AttributeType.STRING: Type.TEXT,
    AttributeType.TIME: Type.TEXT,
    AttributeType.REFERENCE: Type.TEXT,
    AttributeType.INTEGER: Type.WHOLE,
}


def impossible_mappings(pair: Pair, rules: ObjectRules) -> Iterator[ConfigurationError]:
    """Yield one error for each part of a mapping that works for no record at all."""
    for path, remark in _impossible(pair, rules):
        yield SettingInvalid(
            remark.what,
            where=pair.places.where(path, remark.position),
            found=pair.places.shown(path, remark.position),
            safe=NOTHING_HAPPENED,
            next=remark.next or MEND,
        )


def _impossible(pair: Pair, rules: ObjectRules) -> Iterator[tuple[SettingPath, Remark]]:
    for mapping, path in _everything(pair, rules):
        for remark in impossibilities(mapping, rules.schema):
            yield path, remark
    for term, parts in match_terms(pair):
        for remark in oddities(term.tree) if term.tree is not None else ():
            if remark.gravity is Gravity.WRONG:
                yield pair.expression_path(*parts), remark


def _everything(pair: Pair, rules: ObjectRules) -> Iterator[tuple[AttributeMapping, SettingPath]]:
    """Yield every mapping with its place: of people who are here, and of those who are gone."""
    for mapping in rules.mappings:
        yield mapping, pair.expression_path("attributes", mapping.attribute)
    for name, written, inside in settings_of(pair):
        if written.expression is not None:
            yield leaving_mapping(name, written), pair.expression_path(*inside)


def doubtful_mappings(pair: Pair, rules: ObjectRules) -> Iterator[Doubt]:
    """Yield a doubt for each part of a mapping that works and hardly does what was meant."""
    for path, remark in _remarks(pair, rules):
        if remark.gravity is not Gravity.WRONG:
            what = f"{remark.what}; {remark.next}" if remark.next else remark.what
            level = Level.NOTE if remark.gravity is Gravity.NOTED else Level.WARNING
            yield doubt(pair, what, path, remark.position, level)


def _remarks(pair: Pair, rules: ObjectRules) -> Iterator[tuple[SettingPath, Remark]]:
    source = source_word(pair)
    for mapping, path in _everything(pair, rules):
        for remark in misgivings(mapping, rules.schema, source):
            yield path, remark
    for term, parts in match_terms(pair):
        for remark in oddities(term.tree, source) if term.tree is not None else ():
            yield pair.expression_path(*parts), remark


def source_word(pair: Pair) -> SourceWord:
    """Return what the source's description says of its attributes."""
    named = {attribute.name: attribute for attribute in pair.source.attributes}
    surely = {pair.source.key}
    return SourceWord(
        {name: _prospect(attribute, name in surely) for name, attribute in named.items()},
        frozenset(n for n, one in named.items() if not one.required and n not in surely),
    )


def _prospect(attribute: Attribute, surely: object) -> Prospect:
    blank = not (attribute.required or surely)
    if attribute.multi:
        return Prospect(Type.LIST, blank)
    if attribute.type is AttributeType.BOOLEAN:
        return settled((True, False, None) if blank else (True, False))
    return Prospect(_TYPES.get(attribute.type, Type.ANY), blank)
