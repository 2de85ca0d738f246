"""Who is or will be in the target after this plan: what memberships are resolved against."""

from __future__ import annotations

from dataclasses import dataclass, field

from provisor.domain.composing import Composed, Standing
from provisor.domain.drafting import Subject
from provisor.domain.record import as_text, is_blank
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import ObjectType


@dataclass(slots=True)
class Roster:
    """Carried people and groups by source key, and those whose memberships stay as they are."""

    carried: dict[ObjectType, dict[str, Subject]] = field(default_factory=dict)
    keepers: set[str] = field(default_factory=set)

    def enter(self, rules: ObjectRules, standing: Standing, composed: Composed) -> None:
        """Enter one identity, if it has or gets an account."""
        subject = subject_after(rules, standing, composed)
        if subject is None:
            return
        if keeps_memberships(standing, composed):
            self.keepers.add(standing.identity)
        self.carried.setdefault(rules.object_type, {})[standing.key] = subject


def keeps_memberships(standing: Standing, composed: Composed) -> bool:
    """Say whether nothing is given to or taken from this identity: gone, held, or set aside."""
    return standing.departure is not None or composed.account in ("held", "protected")


def subject_after(rules: ObjectRules, standing: Standing, composed: Composed) -> Subject | None:
    """Return the account that the identity has once the plan is carried out, or None."""
    created = next((d for d in composed.drafts if d.action.native_id is None), None)
    if created is not None:
        action = created.action
        return Subject(standing.identity, standing.key, created.name, action.anchor, None)
    account = standing.account
    if account is None:
        return None
    name = as_text(account.values.get(rules.schema.name))
    return Subject(
        standing.identity, standing.key, name, anchor_after(rules, standing), account.key
    )


def anchor_after(rules: ObjectRules, standing: Standing) -> str:
    """Return the anchor that the account has or is given in this plan."""
    held = standing.account.values.get(rules.schema.anchor) if standing.account else None
    if not is_blank(held):
        return as_text(held)
    if standing.link is not None and standing.link.anchor:
        return standing.link.anchor
    mapped = standing.mapped.values.get(rules.schema.anchor) if standing.mapped else None
    return as_text(mapped) if not is_blank(mapped) else standing.identity
