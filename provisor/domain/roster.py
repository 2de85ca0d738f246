"""Who is or will be in the target after this plan: what memberships are resolved against."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from provisor.domain.action import Operation
from provisor.domain.composed import Composed
from provisor.domain.drafting import Subject
from provisor.domain.excepting import EVERYTHING, excepts_all_of
from provisor.domain.override import OverrideKind
from provisor.domain.record import NOTHING, as_text, is_blank
from provisor.domain.reference import Lack
from provisor.domain.referring import Referrer
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import ObjectType
from provisor.domain.standing import Standing


@dataclass(slots=True)
class Roster:
    """Carried people and groups by source key, and those whose memberships stay as they are."""

    carried: dict[ObjectType, dict[str, Subject]] = field(default_factory=dict)
    keepers: set[str] = field(default_factory=set)
    givers: set[str] = field(default_factory=set)
    """Those who are gone, and from whom the memberships that we gave are taken back."""
    protected: set[str] = field(default_factory=set)
    """Groups that nobody touches, and so neither their members."""
    closed: set[str] = field(default_factory=set)
    """Groups whose members stay as they are."""
    fixed: set[str] = field(default_factory=set)
    """Those whom nobody touches because people said so: words about their memberships wait."""
    parting: set[str] = field(default_factory=set)
    """Groups that are on their way out: nobody joins them any more."""
    referrers: dict[ObjectType, list[Referrer]] = field(default_factory=dict)
    """Those whose references are looked at in the second pass."""
    unreachable: dict[str, Lack] = field(default_factory=dict)
    """Identities with an account to which no reference can lead, with why."""

    def enter(self, rules: ObjectRules, standing: Standing, composed: Composed) -> None:
        """Enter one identity, if it has or gets an account."""
        subject = subject_after(rules, standing, composed)
        if subject is None:
            return
        if composed.gives_back:
            self.givers.add(standing.identity)
        elif keeps_memberships(standing, composed):
            self.keepers.add(standing.identity)
        if is_fixed(standing, composed):
            self.fixed.add(standing.identity)
        if rules.object_type is ObjectType.GROUPS:
            self._close(standing, composed)
        self.carried.setdefault(rules.object_type, {})[standing.key] = subject
        if composed.sought:
            referrer = referrer_of(rules, subject, standing, composed)
            self.referrers.setdefault(rules.object_type, []).append(referrer)
        lack = lack_after(standing, composed)
        if lack is not None:
            self.unreachable[standing.identity] = lack

    def enter_created(
        self, object_type: ObjectType, subjects: Iterable[Subject], referrers: Iterable[Referrer]
    ) -> None:
        """Enter those for whom nothing but an account is made, and who of them refer to others."""
        self.carried.setdefault(object_type, {}).update((one.key, one) for one in subjects)
        self.referrers.setdefault(object_type, []).extend(referrers)

    def _close(self, standing: Standing, composed: Composed) -> None:
        """Note which groups are not open to changes of their members.

        A group whose own record is wrong is: bad data never keeps somebody's access.
        """
        if composed.account == "protected":
            self.protected.add(standing.identity)
        elif composed.account == "held" and composed.set_aside is None:
            self.closed.add(standing.identity)
        elif standing.departure is not None:
            self.parting.add(standing.identity)

    def located(self, object_type: ObjectType, key: str) -> str | Lack | None:
        """Return whom a source key names, why nobody can refer to them, or None for nobody."""
        subject = self.carried.get(object_type, {}).get(key)
        if subject is None:
            return None
        return self.unreachable.get(subject.identity, subject.identity)


def keeps_memberships(standing: Standing, composed: Composed) -> bool:
    """Say whether nothing is given to or taken from this identity: gone, held, or set aside.

    What people took of their rights by name changes nothing of that.
    """
    rests = standing.departure is not None or not standing.present or composed.set_aside is not None
    rests = rests or excepts_all_of(standing.overrides, EVERYTHING)
    return rests or composed.account in ("held", "protected")


def is_fixed(standing: Standing, composed: Composed) -> bool:
    """Say whether people keep an account and everything that it has: protected, held, or kept."""
    kinds = {one.kind for one in standing.overrides}
    kept = standing.departure is not None and OverrideKind.KEEP in kinds
    return composed.account == "protected" or OverrideKind.HOLD in kinds or kept


def referrer_of(
    rules: ObjectRules, subject: Subject, standing: Standing, composed: Composed
) -> Referrer:
    """Return somebody as the second pass sees them."""
    account = standing.account.values if standing.account is not None else NOTHING
    names = [mapping.attribute for mapping in rules.references]
    held = {name: account[name] for name in names if name in account}
    accepted = standing.link.accepted if standing.link is not None else {}
    return Referrer(subject, composed.sought, held, accepted)


def lack_after(standing: Standing, composed: Composed) -> Lack | None:
    """Say why no reference can lead to an account once the plan is carried out."""
    if any(draft.action.operation is Operation.DELETE for draft in composed.drafts):
        return Lack.DELETED
    linked = standing.link is not None or bool(composed.drafts)
    return None if linked else Lack.NO_ACCOUNT


def subject_after(rules: ObjectRules, standing: Standing, composed: Composed) -> Subject | None:
    """Return the account that the identity has once the plan is carried out, or None."""
    made = (d for d in composed.drafts if d.action.operation is Operation.CREATE)
    created = next(made, None)
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
