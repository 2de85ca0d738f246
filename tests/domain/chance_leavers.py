"""People who left some time ago: most accounts are as the policy wants them, some only nearly."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from provisor.domain.departing import set_values
from provisor.domain.expressions import Circumstances
from provisor.domain.leaving import Gone, Leave, LeavePolicy
from provisor.domain.link import Absence, Link, LinkState
from provisor.domain.override import Override, OverrideKind
from provisor.domain.record import Value, as_text
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import ObjectType
from tests.domain.worlds import NOON

AROUND = Circumstances(now="2031-04-07T12:00:00Z", default_domain="x.org")
HOUR = timedelta(hours=1)
Row = dict[str, Value]


@dataclass(slots=True)
class Workforce:
    """One object type of a world that is being made up."""

    rules: ObjectRules
    rows: list[Row]
    accounts: Sequence[Row]
    links: list[Link]
    absences: dict[str, Absence]
    overrides: dict[tuple[ObjectType, str], tuple[Override, ...]]


def leave_long_ago(chance: random.Random, force: Workforce) -> None:
    """Let many linked people have left; with most of them nothing is to be done any more."""
    share = chance.choice((0.0, 0.0, 0.2, 0.8))
    rows = {as_text(row[force.rules.key]): row for row in force.rows}
    held = {as_text(account["id"]): account for account in force.accounts}
    for place, link in enumerate(force.links):
        if chance.random() < share:
            row, account = rows.get(link.key), held.get(link.native_id)
            force.links[place] = _left(chance, force, link, row, account)


def _left(
    chance: random.Random, force: Workforce, link: Link, row: Row | None, account: Row | None
) -> Link:
    why = _gone(chance, force, link, row)
    policy = force.rules.on_leave.policy(why)
    days = _days(chance, policy)
    gone = replace(
        link,
        state=LinkState.DISABLED if chance.random() < 0.9 else link.state,
        since=NOON - days + chance.choice((0, 0, 0, -1, 1)) * HOUR,
        leave=Leave(NOON - days + chance.choice((0, 0, 0, -1, 1)) * HOUR, why),
    )
    if account is not None:
        _as_the_policy_wants(force.rules, policy, row, account)
    return _nearly(chance, force, gone, account) if chance.random() < 0.35 else gone


def _gone(chance: random.Random, force: Workforce, link: Link, row: Row | None) -> Gone:
    """Let the source say that somebody is gone."""
    if row is None or chance.random() < 0.25:
        if row is not None and row in force.rows:
            force.rows.remove(row)
        begun = NOON - timedelta(hours=chance.choice((24, 24, 48, 23)))
        said = chance.random() < 0.5
        absence = Absence(link.identity, link.object_type, link.key, begun, 2, said)
        force.absences[link.key] = absence
        return Gone.ABSENT
    match chance.randrange(4):
        case 0:
            row["left"] = "2030-01-01"
        case 1:
            row["status"] = "paused"
            return Gone.OUT_OF_SCOPE
        case _:
            row["status"] = "terminated"
    return Gone.LEAVER


def _days(chance: random.Random, policy: LeavePolicy) -> timedelta:
    """Since when: long enough that all waiting is over, and mostly not so long that more is due."""
    least, most = policy.wait_days, policy.delete_after_days
    if most is None or most <= least:
        return timedelta(days=chance.choice((least, least + 1, 400)))
    return timedelta(days=chance.choice((least, (least + most) // 2, most - 1, most - 1, most)))


def _as_the_policy_wants(
    rules: ObjectRules, policy: LeavePolicy, row: Row | None, account: Row
) -> None:
    switch = rules.schema.switch
    if policy.disable and switch is not None:
        account[switch.attribute] = switch.off
    given = set_values(policy.sets, row, rules.schema, AROUND)
    account.update(given.values)


def _nearly(chance: random.Random, force: Workforce, link: Link, account: Row | None) -> Link:
    """Let one thing be otherwise."""
    rules, switch = force.rules, force.rules.schema.switch
    match chance.randrange(7):
        case 0 if account is not None and switch is not None:
            account[switch.attribute] = switch.on
        case 1 if account is not None:
            sets = [one.attribute for policy in rules.on_leave.policies for one in policy.sets]
            account[chance.choice(sets or ["title"])] = chance.choice(("moved", None, "x"))
        case 2 if link.leave is not None:
            return replace(link, leave=replace(link.leave, back=NOON - HOUR))
        case 3:
            return replace(link, leave=Leave(NOON - 24 * HOUR, chance.choice(list(Gone)[:4])))
        case 4:
            return replace(link, leave=None)
        case 5:
            kind = chance.choice((OverrideKind.HOLD, OverrideKind.KEEP, OverrideKind.DENY))
            given = Override(
                "o-leaver", kind, "", rules.object_type, link.key, "", None,
                "reason", "author", "approver", NOON, None,
            )  # fmt: skip
            force.overrides[rules.object_type, link.key] = (given,)
        case _:
            return replace(link, state=LinkState.ACTIVE)
    return link
