"""What flows into one attribute of a target, and when."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from provisor.domain.expressions import Node
from provisor.domain.numbering import Numbering
from provisor.domain.oversight import DriftPolicy
from provisor.domain.record import ABSENT, Presence
from provisor.domain.reference import Reference


class Apply(StrEnum):
    """When a mapping flows."""

    ALWAYS = "always"
    ON_CREATE = "on_create"


class WhenEmpty(StrEnum):
    """What flows where an expression gives nothing: null, empty, or an attribute that is absent.

    Unset, a default is always used; without one null and empty clear, and absent keeps.
    """

    KEEP = "keep"
    """The attribute stays as it is."""
    CLEAR = "clear"
    """The attribute is emptied, also where the record lacks what the mapping reads."""
    DEFAULT_ON_CREATE = "default_on_create"
    """A new account gets the default; afterwards the attribute stays as it is."""
    DEFAULT_ALWAYS = "default_always"
    """The attribute is set to the default."""


@dataclass(frozen=True, slots=True)
class AttributeMapping:
    """One target attribute and the expression that fills it."""

    attribute: str
    expression: Node
    text: str
    """The expression as written; stands in plans as the rule."""
    default: Presence = ABSENT
    """Used where the expression gives nothing, as `when_empty` says; `ABSENT` when none is."""
    apply: Apply = Apply.ALWAYS
    when_empty: WhenEmpty | None = None
    unique: Numbering | None = None
    """How a value is numbered that another account has; None for a value that is taken as it is."""
    deliver: str = ""
    """Which delivery is handed the secret that this mapping draws; empty for none."""
    redacted: bool = False
    """Whether the value is written and never shown."""
    drift: DriftPolicy | None = None
    """What happens when others change the value; None for what the job says."""
    reference: Reference | None = None
    """What record the value names; None for a value that is taken as it is."""
    borrows: tuple[str, ...] = ()
    """Which of the attributes that it reads another job brings about."""
