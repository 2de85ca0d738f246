"""What a new account holds besides what always flows: in columns, for many newcomers at once.

Source: `provisor.domain.newcomers.new_values` and `provisor.domain.drafting.draft_create`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import reduce

import polars as pl

from provisor.domain.choosing import reads_null, rules_of, spare_of
from provisor.domain.columns.comparing import is_told_by_text, values_of
from provisor.domain.columns.expressions import evaluate_columns
from provisor.domain.columns.forms import blanks, filled, texts
from provisor.domain.columns.joining import marked, nowhere
from provisor.domain.columns.mapping import desired_columns, in_columns
from provisor.domain.columns.newcomers import Newcomers
from provisor.domain.columns.operand import computed
from provisor.domain.columns.tenures import awaited
from provisor.domain.drawing import is_random
from provisor.domain.expressions import Node
from provisor.domain.expressions.bounds import SMALL_BYTES
from provisor.domain.flow import AttributeMapping, WhenEmpty
from provisor.domain.mapping import default_of, field_of, is_needed
from provisor.domain.record import Scalar, Value, as_text
from provisor.domain.register import chooses
from provisor.domain.rules import SOFT_DELETED, ObjectRules
from provisor.domain.schema import AttributeType
from provisor.domain.standing import Setting
from provisor.errors import RecordProblem

_NO_TEXTS = frozenset({AttributeType.BOOLEAN, AttributeType.INTEGER})


@dataclass(slots=True)
class Beginning:
    """What the accounts of some newcomers begin with."""

    doubt: pl.Series
    """Who must be looked at one by one; a mask."""
    awaited: pl.Series
    """Whose first day is still to come; a mask."""
    columns: dict[str, pl.Series] = field(default_factory=dict)
    """Attribute to text forms, or lists of them; null for nothing. Without chosen names."""
    names: dict[str, tuple[pl.Series, ...]] = field(default_factory=dict)
    """Attribute for which a name is chosen to the name that each of its rules gives, or null."""

    def some(self, rows: pl.Series) -> Beginning:
        """Return that of some of them; a mask."""
        if rows.all():
            return self
        return Beginning(
            self.doubt.filter(rows),
            self.awaited.filter(rows),
            {name: column.filter(rows) for name, column in self.columns.items()},
            {name: tuple(c.filter(rows) for c in columns) for name, columns in self.names.items()},
        )


def beginning_of(newcomers: Newcomers, setting: Setting, identities: pl.Series) -> Beginning:
    """Work out what new accounts hold.

    Args:
        newcomers: whose accounts.
        setting: of the object type.
        identities: their identity ids.

    Cost: one evaluation of what is looked at for new accounts only.
    """
    begun = Beginning(nowhere(newcomers.height), nowhere(newcomers.height))
    if not newcomers.height:
        return begun
    if not _fits(setting, newcomers):
        return replace(begun, doubt=~begun.doubt)
    work = _Work(newcomers, setting, begun)
    work.flow()
    work.choose()
    work.switch()
    work.anchor(identities)
    return begun


# --- rules that columns can follow --------------------------------------------------------------


def _fits(setting: Setting, newcomers: Newcomers) -> object:
    """Say whether columns can follow the rules for new accounts."""
    rules = setting.rules
    if len({mapping.attribute for mapping in rules.mappings}) < len(rules.mappings) or rules.rights:
        return False
    # What is drawn depends on who it is for.
    given = all(
        _chosen_in_columns(one, rules, newcomers)
        if chooses(one)
        else is_told_by_text(field_of(one, rules.schema)) and not is_random(one.expression)
        for one in setting.occasions.creating
    )
    return given and _switch_fits(rules) and _anchor_fits(rules)


def _chosen_in_columns(
    mapping: AttributeMapping, rules: ObjectRules, newcomers: Newcomers
) -> object:
    attribute = rules.schema.attribute(mapping.attribute)
    if attribute is not None and (attribute.multi or attribute.type in _NO_TEXTS):
        return False
    return all(
        in_columns(rule, newcomers.listing) and not is_random(rule) for rule in rules_of(mapping)
    )


def _switch_fits(rules: ObjectRules) -> object:
    """Say whether both values of the switch can be told from their text forms."""
    switch = rules.schema.switch
    if switch is None:
        return True
    attribute = rules.schema.attribute(switch.attribute)
    chosen = any(chooses(m) for m in rules.mappings if m.attribute == switch.attribute)
    if chosen or switch.attribute == rules.schema.anchor or rules.is_reference(switch.attribute):
        return False
    if attribute is not None and attribute.multi:
        return False
    both: list[Scalar] = [switch.on, switch.off]
    told = values_of([as_text(one) for one in both], attribute)
    return [(type(one), one) for one in told] == [(type(one), one) for one in both]


def _anchor_fits(rules: ObjectRules) -> object:
    """Say whether the anchor is a text, so that an identity id can take its place."""
    anchor = rules.schema.anchor
    attribute = rules.schema.attribute(anchor) if anchor else None
    if anchor and rules.is_reference(anchor):
        return False
    return attribute is None or not (attribute.multi or attribute.type in _NO_TEXTS)


# --- columns -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Work:
    newcomers: Newcomers
    setting: Setting
    begun: Beginning

    @property
    def rules(self) -> ObjectRules:
        return self.setting.rules

    def flow(self) -> None:
        """Put together what always flows, and what is given once."""
        once = [m for m in self.setting.occasions.creating if not chooses(m)]
        around = self.setting.around
        given = desired_columns(self.newcomers.listing, once, self.rules.schema, around)
        self.begun.doubt |= given.stopped | given.ignored
        references = {mapping.attribute for mapping in self.rules.references}
        chosen = {m.attribute for m in self.setting.occasions.creating if chooses(m)}
        for name, column in {**self.newcomers.columns, **given.columns}.items():
            if name in references or name in chosen:
                continue
            series = column.values
            if column.dropped is not None:
                series = computed(pl.when(~pl.lit(column.dropped)).then(pl.lit(series)))
                series = self._completed(name, series, column.dropped)
            self.begun.columns[name] = series

    def _completed(self, name: str, series: pl.Series, gaps: pl.Series) -> pl.Series:
        """Give what does not flow what a new account gets in its place."""
        rules = self.rules
        completing = self.setting.occasions.completing
        mapping = next((one for one in completing if one.attribute == name), None)
        switch = rules.schema.switch
        if switch is not None and switch.attribute == name:
            self.begun.doubt |= gaps if mapping is not None else nowhere(len(gaps))
            return _replaced(series, gaps, as_text(switch.on))
        spare = self._spare(mapping) if mapping is not None else None
        needed = mapping is not None and is_needed(rules.schema.attribute(name), rules.schema)
        if isinstance(spare, tuple) or (spare is None and needed):
            self.begun.doubt |= gaps
        elif spare is not None:
            return _replaced(series, gaps, as_text(spare))
        return series

    def _spare(self, mapping: AttributeMapping) -> Value:
        """Return the default of a new account; no single value where it must be looked at."""
        if mapping.when_empty is not WhenEmpty.DEFAULT_ON_CREATE:
            return None
        try:
            return default_of(mapping, self.rules.schema)
        except RecordProblem:
            return ()

    def choose(self) -> None:
        """Work out what every rule gives for the names that are chosen."""
        for mapping in self.setting.occasions.creating:
            if chooses(mapping):
                rules = [self._given(mapping, rule) for rule in rules_of(mapping)]
                nameless = reduce(pl.Series.__and__, (names.is_null() for names in rules))
                self.begun.doubt |= nameless
                self.begun.names[mapping.attribute] = tuple(rules)

    def _given(self, mapping: AttributeMapping, rule: Node) -> pl.Series:
        """Return what one rule gives; null for nothing."""
        listing = self.newcomers.listing
        frame = listing.frame.with_columns(nowhere(listing.height).alias(SOFT_DELETED))
        absent = {name: mask for name, mask in listing.absent.items() if name != SOFT_DELETED}
        around = self.setting.around
        found = evaluate_columns(frame, {"": rule}, absent=absent, circumstances=around).columns[""]
        strange = nowhere(listing.height)
        if found.problems:
            strange |= marked(pl.Series(list(found.problems)), listing.height)
        if found.dropped is not None and not reads_null(mapping, rule):
            strange |= found.dropped
        if found.object_dropped is not None:
            strange |= found.object_dropped
        names = filled(texts(found.values))
        spare = spare_of(mapping)
        names = names.fill_null(spare) if spare else names
        self.begun.doubt |= strange | (names.str.len_bytes() > SMALL_BYTES).fill_null(value=False)
        return names

    def switch(self) -> None:
        """Switch accounts on, and those off whose person begins on a later day."""
        switch, tenure = self.rules.schema.switch, self.rules.tenure
        if switch is None:
            return
        listing = self.newcomers.listing
        said = awaited(tenure, listing, self.setting.moment)
        self.begun.doubt |= said.is_null() & ~blanks(listing.column(tenure.start))
        self.begun.awaited |= said.fill_null(value=False)
        on = pl.repeat(as_text(switch.on), listing.height, dtype=pl.String, eager=True)
        series = self.begun.columns.get(switch.attribute, on)
        off = as_text(switch.off)
        self.begun.columns[switch.attribute] = _replaced(series, self.begun.awaited, off)

    def anchor(self, identities: pl.Series) -> None:
        """Let an identity's own id stand for an anchor that no mapping gives."""
        anchor = self.rules.schema.anchor
        if anchor and anchor not in self.begun.names:
            series = self.begun.columns.get(anchor)
            given = identities if series is None else series.zip_with(~blanks(series), identities)
            self.begun.columns[anchor] = given


def _replaced(series: pl.Series, rows: pl.Series, text: str) -> pl.Series:
    """Put one text into some rows."""
    if not rows.any():
        return series
    return computed(pl.when(pl.lit(rows)).then(pl.lit(text)).otherwise(pl.lit(series)))
