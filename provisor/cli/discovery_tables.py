"""How accounts look that are not simply right: whose they are, one too many, or unused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rich.table import Table
from rich.text import Text

from provisor.cli.rooms import console, print_json
from provisor.cli.shapes import finding_shape
from provisor.domain.discovery import AccountClass, Likeness, counted
from provisor.domain.dormancy import SignIn
from provisor.domain.plan import Proposal
from provisor.domain.schema import ObjectType
from provisor.engine.asking.discovery import Discovered, Discovery, DormancyReport, Used

MOST_ROWS = 100
"""Rows in a table; `--json` has all."""
_QUIET = frozenset({AccountClass.ASSIGNED, AccountClass.PROTECTED})


def print_findings(proposal: Proposal, doubts: Sequence[str], *, as_json: bool) -> None:
    """Print accounts that are nobody's, contested, protected or held; all of them counted."""
    tallies = proposal.accounts
    if as_json:
        print_json(
            {
                "accounts": [finding_shape(finding) for finding in proposal.findings],
                "counts": {
                    kind.value: {"seen": tally.seen, **tally.classes}
                    for kind, tally in tallies.items()
                },
                "doubts": list(doubts),
            }
        )
        return
    out = console()
    if proposal.findings:
        table = _table("class", "object", "account", "name", "")
        for one in proposal.findings[:MOST_ROWS]:
            cells = (one.kind, one.object_type.value, one.native_id, one.name, one.detail)
            table.add_row(*map(Text, cells))
        out.print(table)
        _print_more(len(proposal.findings))
    else:
        out.print("every account belongs to somebody")
    for kind, tally in tallies.items():
        classes = ", ".join(f"{count} {name}" for name, count in tally.classes.items() if count)
        out.print(f"{kind.value}: {tally.seen} = {classes or 'nothing'}")
    _print_doubts(doubts)


def print_classes(found: Discovery, *, as_json: bool) -> None:
    """Print every account in its class."""
    if as_json:
        print_json(
            {
                "job": found.job,
                "target": found.target,
                "counts": _class_counts(found),
                "accounts": [_account_shape(one) for one in found.accounts],
                "doubts": list(found.doubts),
            }
        )
        return
    shown = [one for one in found.accounts if one.kind not in _QUIET or one.register]
    table = _table("class", "object", "account", "name", "whose")
    for one in shown[:MOST_ROWS]:
        cells = (one.kind.value, one.object_type.value, one.native_id, one.name, _whose(one))
        table.add_row(*map(Text, cells))
    out = console()
    if shown:
        out.print(table)
        _print_more(len(shown))
    for name, counts in _class_counts(found).items():
        classes = ", ".join(f"{n} {word}" for word, n in counts.items() if n and word != "seen")
        out.print(f"{name}: {counts['seen']} = {classes or 'nothing'}")
    _print_doubts(found.doubts)


def _class_counts(found: Discovery) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for kind in (one for one in ObjectType if one in found.managed):
        classes = [one.kind for one in found.accounts if one.object_type is kind]
        counts[kind.value] = {"seen": len(classes), **counted(classes)}
    return counts


def _whose(one: Discovered) -> str:
    if one.register:
        return one.register
    if one.owners:
        return f"linked with {', '.join(one.owners)}"
    return "; ".join(f"{like.key} by {like.rule}" for like in one.likes[:3])


def _account_shape(one: Discovered) -> dict[str, object]:
    return {
        "object": one.object_type.value,
        "target_id": one.native_id,
        "name": one.name,
        "class": one.kind.value,
        "owners": list(one.owners),
        "register": one.register,
        "matches": [_like_shape(like) for like in one.likes],
    }


def _like_shape(like: Likeness) -> dict[str, object]:
    return {"key": like.key, "rule": like.rule, "decides": like.decides, "in_scope": like.here}


def print_duplicates(found: Discovery, *, as_json: bool) -> None:
    """Print accounts of which there is one too many."""
    if as_json:
        print_json(_duplicates_shape(found))
        return
    out = console()
    table = _table("kind", "object", "rule", "keys", "accounts")
    for kind, one in found.duplicates[:MOST_ROWS]:
        words = one.kind.value.replace("_", " ")
        cells = (words, kind.value, one.rule, ", ".join(one.keys), ", ".join(one.accounts))
        table.add_row(*map(Text, cells))
    out.print(table if found.duplicates else "no account is one too many")
    _print_more(len(found.duplicates))
    for name, several, managed in _rates(found):
        out.print(f"{name}: {several} of {managed} with an account have several")
    _print_doubts(found.doubts)


def _rates(found: Discovery) -> Iterable[tuple[str, int, int]]:
    for object_type, managed in found.managed.items():
        keys = {
            key
            for kind, one in found.duplicates
            if kind is object_type and len(one.accounts) > 1
            for key in one.keys
        }
        owners = {key for a in found.accounts for key in a.owners if a.object_type is object_type}
        yield object_type.value, len(keys & owners), managed


def _duplicates_shape(found: Discovery) -> dict[str, object]:
    counts: dict[str, int] = {}
    for _, one in found.duplicates:
        counts[one.kind.value] = counts.get(one.kind.value, 0) + 1
    return {
        "job": found.job,
        "target": found.target,
        "counts": dict(sorted(counts.items())),
        "duplicates": [
            {
                "kind": one.kind.value,
                "object": kind.value,
                "rule": one.rule,
                "keys": list(one.keys),
                "accounts": list(one.accounts),
            }
            for kind, one in found.duplicates
        ],
        "rate": {kind: {"several": n, "managed": base} for kind, n, base in _rates(found)},
        "doubts": list(found.doubts),
    }


def print_dormant(report: DormancyReport, *, as_json: bool) -> None:
    """Print who uses which account, as far as the target says."""
    counts = {kind.value: report.count(kind) for kind in SignIn}
    known = report.count(SignIn.DORMANT) + report.count(SignIn.ACTIVE)
    on = len(report.accounts) - report.count(SignIn.OFF)
    if as_json:
        print_json(
            {
                "job": report.job,
                "target": report.target,
                "attribute": report.rule.attribute,
                "after_days": report.rule.days,
                "counts": {"seen": len(report.accounts), **counts},
                "rate": {
                    "dormant": report.count(SignIn.DORMANT),
                    "known": known,
                    "unknown": report.count(SignIn.UNKNOWN),
                    "on": on,
                },
                "accounts": [_used_shape(one) for one in report.accounts],
                "doubts": list(report.doubts),
            }
        )
        return
    out = console()
    shown = [one for one in report.accounts if one.usage.kind in (SignIn.DORMANT, SignIn.NEVER)]
    table = _table("class", "account", "name", "owner", "days", "age")
    for one in shown[:MOST_ROWS]:
        days, age = _days(one.usage.days), _days(one.usage.age)
        words = one.usage.kind.value.replace("_", " ")
        table.add_row(*map(Text, (words, one.native_id, one.name, one.key, days, age)))
    out.print(table if shown else f"nobody is away for more than {report.rule.days} days")
    _print_more(len(shown))
    sums = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count)
    out.print(f"users: {len(report.accounts)} = {sums or 'nothing'}")
    out.print(
        f"dormant: {counts['dormant']} of {known} that are on and known; "
        f"not known: {counts['unknown']} of {on} that are on"
    )
    _print_doubts(report.doubts)


def _used_shape(one: Used) -> dict[str, object]:
    return {
        "target_id": one.native_id,
        "name": one.name,
        "key": one.key,
        "class": one.usage.kind.value,
        "days": one.usage.days,
        "age_days": one.usage.age,
    }


def _days(days: int | None) -> str:
    return "" if days is None else str(days)


def _table(*headings: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def _print_more(count: int) -> None:
    if count > MOST_ROWS:
        console().print(f"and {count - MOST_ROWS} more; `--json` lists them all")


def _print_doubts(doubts: Iterable[str]) -> None:
    for doubt in doubts:
        text = f"not complete: {doubt}; the list may not be, either"
        console().print(Text(text, style="red"))
