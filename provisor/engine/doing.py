"""One act on its way."""

from __future__ import annotations

from dataclasses import dataclass, field

from provisor.domain.holding import GrantedValue
from provisor.domain.link import Link
from provisor.domain.plan import PlannedAction
from provisor.engine.referring import Natives
from provisor.ports.store import Intent

Given = dict[str, dict[str, GrantedValue]]
"""What we gave to one person, while more is given."""


@dataclass(frozen=True, slots=True)
class Doing:
    """One act on its way: what was intended, and the link it started from."""

    intent: Intent
    planned: PlannedAction
    link: Link | None
    decisions: tuple[str, ...] = ()
    sent_adds: tuple[str, ...] = ()
    """Identity ids of members that could be sent; the others have no account yet."""
    sent_removes: tuple[str, ...] = ()
    natives: Natives = field(default_factory=dict)
    """The native ids of everybody to whom the object refers, or referred."""
    grants: Given = field(default_factory=dict)
    """Of an act on rights: what we gave to the person."""
    denied: frozenset[str] = frozenset()
    """Identity ids of members whom somebody denied meanwhile: they are not sent."""
