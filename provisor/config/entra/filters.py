"""Scoping filters: an OR of ANDs, to the condition that a job writes as `scope`.

A clause that cannot be taken would have kept people out. Leaving it out alone would let them in,
so its whole group is left out; where no group is left, nobody is in scope until somebody decides.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from provisor.config.entra.parts import Part
from provisor.config.entra.resources import Verdict
from provisor.config.written_conditions import ConditionFault, read_condition
from provisor.domain.clause import OF_PATTERNS, WITHOUT_VALUE, Clause
from provisor.domain.rules import SOFT_DELETED

Written = dict[str, object]
"""A condition as it stands in a configuration file."""

_EARLY: Final = (
    "Entra leaves the accounts of those who fall out of this filter alone; here it is part of "
    "`scope`, and they are disabled. Filter at the source instead where that is not meant"
)
_CATEGORY: Final = (
    "an experimental filter of Entra that says which mapping an object belongs to; here it is "
    "part of `scope`"
)
_CLOSED: Final = (
    "no filter that can be taken is left, and without one everybody would be in scope; the draft "
    "asks for something that is never true, so that nobody is until the filter is written anew"
)
_WHOLE: Final = (
    "the pattern has to fit the whole value; Entra does not say whether it does there. "
    "`anchored: false` lets it fit any part"
)
_NEVER_EMPTY: Final = (
    "left out: who is gone at the source is never in scope, and asking for it is not needed"
)
_UNARY: Final = {operator.value for operator in WITHOUT_VALUE}


@dataclass(frozen=True, slots=True)
class Reader:
    """What reading filters needs to know of the source."""

    key: str
    """The source's natural key, which is never empty."""
    multivalued: Collection[str]
    """Source attributes with many values."""

    def scope(self, written: Part | None) -> Written | None:
        """Return who is in scope, or None when everybody is.

        Says in the ledger what became of every group and clause.
        """
        if written is None:
            return None
        sets = [
            self._any(written, name)
            for name in ("groups", "inputFilterGroups", "categoryFilterGroups")
        ]
        for name, why in (("inputFilterGroups", _EARLY), ("categoryFilterGroups", _CATEGORY)):
            if written.parts(name):
                written.say(name, Verdict.CHANGED, why)
        asked = [condition for condition in sets if condition is not None]
        if not asked:
            return None
        return asked[0] if len(asked) == 1 else {"all": asked}

    def _any(self, written: Part, name: str) -> Written | None:
        """Return one set of groups, of which one must hold; None when nothing is asked."""
        groups = [(group, self._all(group)) for group in written.parts(name)]
        if not any(group.parts("clauses") for group, _ in groups):
            for group, _ in groups:
                group.say("clauses", Verdict.CHANGED, "a filter that asks nothing is left out")
            return None
        kept = [condition for _, condition in groups if condition is not None]
        if kept:
            return {"any": kept}
        written.say(name, Verdict.UNSUPPORTED, _CLOSED)
        return {"any": [{"all": [self._never()]}]}

    def _never(self) -> Written:
        return {"attribute": self.key, "operator": "IS NULL"}

    def _all(self, group: Part) -> Written | None:
        """Return one group, of which every clause must hold; None when it cannot be taken."""
        clauses = group.parts("clauses")
        if not clauses:
            group.say("clauses", Verdict.CHANGED, "a filter that asks nothing is left out")
            return None
        read = [self._clause(clause) for clause in clauses]
        if any(fault for _, fault in read):
            group.leave("a clause cannot be taken, and without it more people would be in scope")
            return None
        asked: list[object] = [condition for condition, _ in read if condition is not None]
        if not asked:
            return {"all": [{"attribute": self.key, "operator": "IS NOT NULL"}]}
        title = group.text("name")
        return {"title": title, "all": asked} if title else {"all": asked}

    def _clause(self, clause: Part) -> tuple[Written | None, str]:
        """Return a clause, or None for one that needs no asking; and why it cannot be taken."""
        attribute = clause.text("sourceOperandName")
        operator = clause.text("operatorName")
        operand = clause.part("targetOperand")
        values = operand.texts("values") if operand is not None else ()
        if attribute == SOFT_DELETED:
            return self._about_the_gone(clause, operator, values)
        values = tuple(value for value in values if value)
        if len(values) > 1:
            return None, _fault(clause, f"{len(values)} values stand beside one operator")
        written: Written = {"attribute": attribute, "operator": operator}
        if values and _folded(operator) not in _UNARY:
            written["value"] = values[0]
        if attribute in self.multivalued and _folded(operator) not in _UNARY:
            # Entra's operators ask all values of an attribute that has many.
            written["quantifier"] = "every"
        try:
            read = read_condition(written)
        except ConditionFault as wrong:
            return None, _fault(clause, wrong.error.what)
        if isinstance(read, Clause):
            written["operator"] = read.operator.value
            if read.operator in OF_PATTERNS:
                clause.say("operatorName", Verdict.CHANGED, _WHOLE)
        return written, ""

    def _about_the_gone(
        self, clause: Part, operator: str, values: tuple[str, ...]
    ) -> tuple[Written | None, str]:
        asked = f"{operator} {' '.join(values)}".strip().lower()
        if asked in ("is false", "equals false"):
            clause.leave(_NEVER_EMPTY, Verdict.CHANGED)
            return None, ""
        return None, _fault(clause, f"`{SOFT_DELETED}` is computed, and cannot be asked for")


def _fault(clause: Part, why: str) -> str:
    clause.leave(why)
    return why


def _folded(operator: str) -> str:
    return operator.upper().replace("_", " ")
