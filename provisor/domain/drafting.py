"""From a standing to drafts: which acts, in which wave, with which risk.

One desired state may need several acts on one account, because each operation class is judged
and approved apart: a value becoming null is never hidden in an update.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from provisor.domain.action import Action, Change, Draw, Operation, Reversible, Risk, Wave
from provisor.domain.comeback import Return
from provisor.domain.leaving import Gone
from provisor.domain.lifecycle import Departure
from provisor.domain.minting import swiftly
from provisor.domain.override import UNDO
from provisor.domain.plan import Draft
from provisor.domain.record import ABSENT, Values, as_text, is_blank
from provisor.domain.rules import AnchorPolicy, ObjectRules
from provisor.domain.schema import ObjectType

_WAVES = {
    Operation.DISABLE: Wave.DISABLE,
    Operation.RENAME: Wave.RENAME,
    Operation.CREATE: Wave.CREATE,
    Operation.UPDATE: Wave.ATTRIBUTES,
    Operation.CLEAR: Wave.ATTRIBUTES,
    Operation.ENABLE: Wave.ENABLE,
}


OF_UNDO = f"override {UNDO}"
"""What the rule begins with by which an undo denies somebody: leavers are not to wait for that."""


@swiftly
@dataclass(frozen=True, slots=True)
class Subject:
    """The person or group and the account that an act is about."""

    identity: str
    key: str
    name: str
    anchor: str | None
    native_id: str | None


def _draft(
    rules: ObjectRules,
    target: str,
    subject: Subject,
    operation: Operation,
    changes: Iterable[Change],
    rule: str,
    *,
    risk: Risk = Risk.ORDINARY,
    reversible: Reversible = Reversible.REVERSIBLE,
    adopts: bool = False,
    urgent: bool = False,
    leave_date: str = "",
    wave: Wave | None = None,
    bundle: str = "",
    draws: tuple[Draw, ...] = (),
    references: tuple[str, ...] = (),
    returns: Return | None = None,
) -> Draft:
    listed = tuple(changes)
    hidden = hidden_attributes(rules)
    action = Action(
        operation=operation,
        object_type=rules.object_type,
        target=target,
        subject=subject.identity,
        anchor=subject.anchor,
        native_id=subject.native_id,
        changes=listed,
        rule=rule,
        risk=risk,
        reversible=reversible,
        adopts=adopts,
        draws=draws,
        redacted=redacted_in(listed, hidden),
        references=references,
        returns=returns if operation is Operation.ENABLE else None,
    )
    place = wave or _WAVES[operation]
    return Draft(action, subject.key, subject.name, place, urgent, leave_date, bundle)


def redacted_in(changes: Iterable[Change], hidden: Collection[str]) -> tuple[str, ...]:
    """Return the changed attributes whose values are never shown, sorted."""
    return tuple(sorted(c.attribute for c in changes if c.attribute in hidden)) if hidden else ()


def hidden_attributes(rules: ObjectRules) -> set[str]:
    """Return the attributes whose values are never shown; asked for every draft."""
    leave, mappings = rules.on_leave, rules.mappings
    if leave.sets or leave.apart:
        mappings = (*mappings, *rules.leaving_mappings)
    return {mapping.attribute for mapping in mappings if mapping.redacted}


def draft_create(
    rules: ObjectRules,
    target: str,
    subject: Subject,
    desired: Values,
    rule: str,
    draws: tuple[Draw, ...] = (),
) -> Draft:
    """Draft a new account with every value it should have; blank ones are left out."""
    values = dict(desired)
    if rules.schema.anchor and values.get(rules.schema.anchor) is None:
        values[rules.schema.anchor] = subject.anchor
    switch = rules.schema.switch
    if switch is not None:
        values.setdefault(switch.attribute, switch.on)
    changes = [
        Change(name, ABSENT, value) for name, value in sorted(values.items()) if value is not None
    ]
    return _draft(rules, target, subject, Operation.CREATE, changes, rule, draws=draws)


def draft_changes(
    rules: ObjectRules,
    target: str,
    subject: Subject,
    changes: Iterable[Change],
    adoption: str = "",
    returns: Return | None = None,
) -> tuple[Draft, ...]:
    """Draft what makes an account right: rename, update, clear and enable, each apart.

    Args:
        rules: for the special attributes and the texts of the mappings.
        target: the target system's name.
        subject: the account.
        changes: from `differences`, possibly none.
        adoption: the match rule that found the account, empty for a linked one. The first
            draft of an adoption records the link; with nothing to change it is an update of
            nothing, so that approvers see every account that is taken over.
        returns: how the person came back who had left; None for whoever did not leave.
    """
    sorted_out = _by_operation(rules, changes)
    if adoption and not sorted_out:
        sorted_out = {Operation.UPDATE: []}
    bundle = f"{rules.object_type}:{subject.identity}" if Operation.RENAME in sorted_out else ""
    drafts = []
    for operation, group in sorted_out.items():
        drafts.append(
            _draft(
                rules,
                target,
                subject,
                operation,
                group,
                _rule_text(rules, group, adoption),
                risk=_risk(rules, group, adoption),
                adopts=bool(adoption),
                bundle=bundle,
                returns=returns,
            )
        )
    return tuple(drafts)


def _by_operation(rules: ObjectRules, changes: Iterable[Change]) -> dict[Operation, list[Change]]:
    sorted_out: dict[Operation, list[Change]] = {}
    for change in changes:
        sorted_out.setdefault(_operation(rules, change), []).append(change)
    return sorted_out


def _operation(rules: ObjectRules, change: Change) -> Operation:
    if change.after is None:
        return Operation.CLEAR
    switch = rules.schema.switch
    if switch is not None and change.attribute == switch.attribute:
        off = as_text(change.after) == as_text(switch.off)
        return Operation.DISABLE if off else Operation.ENABLE
    if change.attribute == rules.schema.name:
        return Operation.RENAME
    return Operation.UPDATE


def _rule_text(rules: ObjectRules, changes: Iterable[Change], adoption: str) -> str:
    texts = {mapping.attribute: mapping.text for mapping in rules.mappings}
    named = [f"{c.attribute}: {texts.get(c.attribute, 'anchor')}" for c in changes]
    return "; ".join([f"match {adoption}", *named] if adoption else named)


def _risk(rules: ObjectRules, changes: Iterable[Change], adoption: str) -> Risk:
    keyed = any(
        (attribute := rules.schema.attribute(change.attribute)) is not None
        and attribute.identity_key
        for change in changes
    )
    return Risk.IDENTITY_KEY if keyed or adoption else Risk.ORDINARY


def draft_disable(
    rules: ObjectRules,
    target: str,
    subject: Subject,
    departure: Departure,
    before: Values,
    adoption: str = "",
) -> Draft | None:
    """Draft switching an account off; nothing but the switch changes. None without a switch.

    It is urgent when the source said that a linked person left, or a person did: nobody has to
    vote on that.
    """
    switch = rules.schema.switch
    if switch is None:
        return None
    change = Change(switch.attribute, before.get(switch.attribute), switch.off)
    return _draft(
        rules,
        target,
        subject,
        Operation.DISABLE,
        [change],
        f"{departure.rule} (match {adoption})" if adoption else departure.rule,
        adopts=bool(adoption),
        urgent=departure.why in (Gone.LEAVER, Gone.ABSENT, Gone.DENIED)
        and departure.positive
        and not departure.rule.startswith(OF_UNDO)
        and not adoption
        and rules.object_type is ObjectType.USERS,
        leave_date=departure.leave_date,
    )


def draft_parting(
    rules: ObjectRules,
    target: str,
    subject: Subject,
    changes: Iterable[Change],
    departure: Departure,
) -> tuple[Draft, ...]:
    """Draft what the account of somebody who is gone is given besides, each operation apart."""
    return tuple(
        _draft(
            rules,
            target,
            subject,
            operation,
            group,
            f"{departure.rule}; sets {', '.join(change.attribute for change in group)}",
            risk=_risk(rules, group, ""),
        )
        for operation, group in _by_operation(rules, changes).items()
    )


def draft_delete(
    rules: ObjectRules, target: str, subject: Subject, before: Values, rule: str
) -> Draft:
    """Draft deleting an account, with everything that was seen of it as the before-image."""
    changes = [
        Change(name, value, ABSENT) for name, value in sorted(before.items()) if value is not None
    ]
    users = rules.object_type is ObjectType.USERS
    return _draft(
        rules,
        target,
        subject,
        Operation.DELETE,
        changes,
        rule,
        risk=Risk.DESTRUCTIVE,
        reversible=Reversible.FINAL,
        wave=Wave.DELETE_ACCOUNTS if users else Wave.DELETE_GROUPS,
    )


def draft_references(
    rules: ObjectRules, target: str, subject: Subject, changes: Iterable[Change]
) -> tuple[Draft, ...]:
    """Draft to whom an object refers: what is set or moved, and what is taken away, each apart.

    The object is named by its anchor alone, as groups are in acts on their members: it may be made
    in the same plan, and the act must keep its digest when it is planned again after that.

    Args:
        rules: for the texts of the mappings.
        target: the target system's name.
        subject: the object that refers.
        changes: values are identity ids, or native ids with `native:` before them.
    """
    unnamed = replace(subject, native_id=None)
    sorted_out: dict[Operation, list[Change]] = {}
    for change in changes:
        operation = Operation.CLEAR if change.after is None else Operation.UPDATE
        sorted_out.setdefault(operation, []).append(change)
    return tuple(
        _draft(
            rules,
            target,
            unnamed,
            operation,
            group,
            _rule_text(rules, group, ""),
            risk=_risk(rules, group, ""),
            wave=Wave.REFERENCES,
            references=tuple(change.attribute for change in group),
        )
        for operation, group in sorted_out.items()
    )


def creating_rule(rules: ObjectRules) -> str:
    """Return the rule of a create."""
    return f"scope: {describe_scope(rules)}"


def awaiting_rule(rules: ObjectRules) -> str:
    """Return the rule of a create before somebody's first day."""
    return f"{creating_rule(rules)}; switched on with `{rules.tenure.start}`"


def describe_scope(rules: ObjectRules) -> str:
    """Return the words that stand as a create's rule."""
    return "every record" if rules.scope is None else "in scope"


def keeps_anchor(rules: ObjectRules, account: Values) -> bool:
    """Say whether an account carries an anchor that is left as it is."""
    keeping = rules.anchor_policy is AnchorPolicy.KEEP_FOREIGN and bool(rules.schema.anchor)
    return keeping and not is_blank(account.get(rules.schema.anchor))
