"""Newcomers from columns to accounts: names, rivals, drafts, and where they are counted.

Columns make the accounts of everybody with whom nothing is in doubt. The others are left to the
definition, which composes them in the same order of keys, among the same names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat

import polars as pl

from provisor.domain.columns.beginning import Beginning
from provisor.domain.columns.choosing import Choice, Choices
from provisor.domain.columns.comparing import values_of
from provisor.domain.columns.creating import Born, create_drafts
from provisor.domain.columns.forms import among, filled
from provisor.domain.columns.joining import marked, nowhere
from provisor.domain.columns.newcomers import Newcomers
from provisor.domain.columns.taking import in_form
from provisor.domain.composed import Composed
from provisor.domain.composing import set_aside
from provisor.domain.drafting import Subject
from provisor.domain.mapping import field_of
from provisor.domain.minting import minted
from provisor.domain.plan import Draft
from provisor.domain.proposing import Walk
from provisor.domain.record import NOTHING, Value, Values
from provisor.domain.referring import Referrer
from provisor.domain.rivalry import Staged
from provisor.domain.standing import Setting, Standing


class Births:
    """The accounts of newcomers with whom nothing is in doubt."""

    def __init__(
        self,
        newcomers: Newcomers,
        begun: Beginning,
        setting: Setting,
        identities: Sequence[str],
    ) -> None:
        """Begin with nobody.

        Args:
            newcomers: in order of their keys.
            begun: what their accounts hold, less the names that are chosen.
            setting: of the object type.
            identities: of the newcomers.
        """
        referring = {mapping.attribute for mapping in setting.rules.references}
        self._references = {
            name: column for name, column in newcomers.columns.items() if name in referring
        }
        self._begun = begun
        self._setting = setting
        self._identities = identities
        self._keys: list[str] = newcomers.listing.keys.to_list()
        chosen = [m for m in setting.occasions.creating if m.attribute in begun.names]
        choices = [Choice(one, begun.names[one.attribute], setting.names) for one in chosen]
        self.names = Choices(self._keys, identities, choices)
        """Names are chosen before somebody whose key comes later is composed."""

    def enter(self, staged: Sequence[Staged], walk: Walk) -> list[Staged]:
        """Write down everybody; return those about whose values there may be rivals.

        Args:
            staged: everybody who was composed one by one.
            walk: what is written into.
        """
        self.names.rest()
        for place, problem in self.names.problems.items():
            standing = self._standing(place)
            walk.enter(self._setting, standing, set_aside(standing, problem, self._setting))
        columns = dict(self._begun.columns)
        for name, texts in self.names.chosen.items():
            columns[name] = pl.Series(texts, dtype=pl.String)
        if self.names.problems:
            there = ~marked(pl.Series(list(self.names.problems)), len(self._keys))
            self._keep(there)
            columns = {name: column.filter(there) for name, column in columns.items()}
        born = Born(self._keys, self._identities, self._begun.awaited, columns)
        drafts = create_drafts(born, self._setting)
        rivals = self._contested(columns, staged).arg_true().to_list()
        sought = self._sought()
        self._enter_others(drafts, set(rivals), sought, walk)
        return [
            (self._standing(n), Composed((drafts[n],), "planned", "", sought=_at(sought, n)))
            for n in rivals
        ]

    def _keep(self, rows: pl.Series) -> None:
        """Go on with some of them; a mask."""
        numbers = rows.arg_true().to_list()
        self._references = {name: one.some(rows) for name, one in self._references.items()}
        self._begun = self._begun.some(rows)
        self._keys = [self._keys[number] for number in numbers]
        self._identities = [self._identities[number] for number in numbers]

    def _standing(self, place: int) -> Standing:
        """Return one of them as far as counting and rivals look."""
        key, identity = self._keys[place], self._identities[place]
        return Standing(key, identity, NOTHING, None, None, None, None)

    def _sought(self) -> Sequence[Values]:
        """Return to whom each of them shall refer; nothing where nobody refers to anybody."""
        rules = self._setting.rules
        if not rules.references:
            return ()
        found: list[dict[str, Value]] = [{} for _ in self._keys]
        for mapping in rules.references:
            column = self._references.get(mapping.attribute)
            if column is None:
                continue
            told = values_of(column.values.to_list(), field_of(mapping, rules.schema))
            gaps = column.dropped.to_list() if column.dropped is not None else [False] * len(told)
            for one, value, gap in zip(found, told, gaps, strict=True):
                if not gap:
                    one[mapping.attribute] = value
        return found

    def _contested(self, columns: Mapping[str, pl.Series], staged: Sequence[Staged]) -> pl.Series:
        """Say who would take a value that somebody has, keeps, or would take as well.

        Source: `provisor.domain.rivalry.without_rivals`, which decides about them.

        Cost: one pass per attribute whose values nobody may share.
        """
        rivals = nowhere(len(self._keys))
        names, rules = self._setting.names, self._setting.rules
        for attribute in sorted(set(names.attributes) - {rules.schema.anchor}):
            column = columns.get(attribute)
            if column is None or values_of(["7"], rules.schema.attribute(attribute)) != ["7"]:
                continue  # Only texts can be somebody's.
            taken = {*_taken(staged, attribute, self._setting)}
            if attribute in self.names.chosen and not taken:
                continue  # Nobody else had it when it was chosen.
            forms = in_form(filled(column), names.form_of(attribute))
            taken |= {*names.kept_forms(attribute)}
            taken |= names.holders(attribute, set(forms.drop_nulls().to_list())).keys()
            rivals |= forms.is_duplicated() & forms.is_not_null()
            rivals |= among(forms, pl.Series(sorted(taken), dtype=pl.String))
        return rivals

    def _enter_others(
        self, drafts: Sequence[Draft], rivals: set[int], sought: Sequence[Values], walk: Walk
    ) -> None:
        places = [n for n in range(len(drafts)) if n not in rivals]
        quiet = [drafts[n] for n in places] if rivals else drafts
        subjects = minted(
            Subject,
            len(quiet),
            identity=[self._identities[n] for n in places],
            key=[self._keys[n] for n in places],
            name=[draft.name for draft in quiet],
            anchor=[draft.action.anchor for draft in quiet],
            native_id=repeat(None),
        )
        asked = [sought[n] for n in places] if sought else []
        referrers = [
            Referrer(subject, one, {}, {})
            for subject, one in zip(subjects, asked, strict=bool(asked))
            if one
        ]
        object_type = self._setting.rules.object_type
        walk.ledger.count_created(object_type, quiet)
        walk.roster.enter_created(object_type, subjects, referrers)


def _at(sought: Sequence[Values], place: int) -> Values:
    return sought[place] if sought else {}


def _taken(staged: Iterable[Staged], attribute: str, setting: Setting) -> Iterable[str]:
    """Yield the forms of what others would hold afterwards."""
    for _, composed in staged:
        for draft in composed.drafts:
            for change in draft.action.changes:
                if change.attribute == attribute and isinstance(change.after, str):
                    yield setting.names.form(attribute, change.after)
