"""Links that another system already knows: which source record owns which account.

Enters: a CSV file `key,account`, or a provisioning log that Microsoft Entra exports.
Leaves: pairs, each key and each account once. Never: an account is guessed.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Final, TextIO

from provisor.config.entra.json_stream import json_objects
from provisor.config.entra.provisioning_log import Claim, claim_of, folded, is_log_header
from provisor.config.places import NOTHING_HAPPENED
from provisor.domain.schema import ObjectType
from provisor.errors import SettingInvalid

Links = tuple[tuple[str, str], ...]
"""Source key and the target's own id of the account, sorted by key."""

_KEYS: Final = ("key", "sourcekey", "sourceid", "source")
_ACCOUNTS: Final = ("account", "accountid", "nativeid", "targetid", "target")
_DELIMITERS: Final = ",;\t"
_FORMS: Final = (
    "write two columns `key,account`, or export the provisioning log as JSON or CSV, unchanged"
)


def read_links(path: Path, object_type: ObjectType = ObjectType.USERS) -> Links:
    """Return which source record owns which account.

    In a log the newest entry of a source object counts, and a delete ends its link; entries that
    failed, or that speak of another type of object, say nothing.

    Args:
        path: a CSV file with the columns `key` and `account` (in any order, also under other usual
            names, or with no header at all), or a log as JSON, JSON Lines or CSV.
        object_type: whose links are wanted from a log; a plain file holds one type only.

    Raises:
        SettingInvalid: the file cannot be read, or two of its lines contradict each other.

    Cost: one pass; memory for the pairs, not for the file.
    """
    found: dict[str, Claim] = {}
    rivals: dict[str, Claim] = {}
    with _opened(path) as file:
        for claim in _claims(file, path.name, object_type):
            _keep(found, rivals, claim)
    _refuse_rivals(found, rivals.values(), path.name)
    kept = [claim for claim in found.values() if claim.account]
    _refuse_shared_accounts(kept, path.name)
    return tuple(sorted((claim.key, claim.account) for claim in kept))


@contextmanager
def _opened(path: Path) -> Iterator[TextIO]:
    """Open a file, and turn everything that reading it can raise into an error of ours."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield file
    except UnicodeDecodeError:
        problem = _invalid(
            "the file is not UTF-8",
            path.name,
            found="a byte that belongs to no character",
            next="save the file as UTF-8",
        )
    except csv.Error as wrong:
        problem = _invalid("the file is not valid CSV", path.name, found=str(wrong))
    except (OSError, ValueError) as wrong:
        reason = wrong.strerror if isinstance(wrong, OSError) else "its name cannot be a path"
        found = "a CSV or JSON file was expected"
        problem = _invalid(
            f"the file cannot be read: {reason}", str(path), found=found, next="name the file"
        )
    else:
        return
    raise problem


def _claims(file: TextIO, name: str, wanted: ObjectType) -> Iterator[Claim]:
    first = ""
    while not first.strip() and (line := file.readline(1_000_000)):
        first += line
    file.seek(0)
    if first.lstrip()[:1] in ("[", "{"):
        return _of_objects(file, name, wanted)
    return _of_rows(file, name, wanted, max(_DELIMITERS, key=first.count))


def _of_objects(file: TextIO, name: str, wanted: ObjectType) -> Iterator[Claim]:
    for line, told in json_objects(file, name):
        claim = claim_of(told, line, name, wanted)
        if claim is not None:
            yield claim


def _of_rows(file: TextIO, name: str, wanted: ObjectType, delimiter: str) -> Iterator[Claim]:
    reader = csv.reader(file, delimiter=delimiter, strict=True)
    rows = ((reader.line_num, row) for row in reader if any(cell.strip() for cell in row))
    first = next(rows, None)
    if first is None:
        raise _invalid("the file holds no link", name, found="no line with anything on it")
    header = [folded(cell) for cell in first[1]]
    if is_log_header(frozenset(header)):
        yield from _of_log(header, rows, name, wanted)
        return
    places = _columns(header)
    if places is not None:
        yield from _of_pairs(rows, places, name)
    elif len(header) == 2:
        yield from _of_pairs(chain([first], rows), (0, 1), name)
    else:
        raise _invalid(
            "nothing says which column holds the key and which the account",
            f"{name} line {first[0]}",
            found=f"{len(header)} column(s) of other names; `key` and `account` were expected",
            next=_FORMS,
        )


def _columns(header: list[str]) -> tuple[int, int] | None:
    """Return where key and account stand, or None when the first line is no header."""
    keys = [header.index(name) for name in _KEYS if name in header]
    accounts = [header.index(name) for name in _ACCOUNTS if name in header]
    return (keys[0], accounts[0]) if keys and accounts else None


def _of_log(
    header: list[str], rows: Iterable[tuple[int, list[str]]], name: str, wanted: ObjectType
) -> Iterator[Claim]:
    for line, row in rows:
        if len(row) != len(header):
            raise _uneven(line, name, len(row), len(header))
        claim = claim_of(dict(zip(header, row, strict=True)), line, name, wanted)
        if claim is not None:
            yield claim


def _of_pairs(
    rows: Iterable[tuple[int, list[str]]], places: tuple[int, int], name: str
) -> Iterator[Claim]:
    for line, row in rows:
        if len(row) <= max(places):
            raise _uneven(line, name, len(row), max(places) + 1)
        key, account = (row[place].strip() for place in places)
        if not (key and account):
            missing = "account" if key else "key"
            found = "an empty cell; a key and an account were expected"
            what = f"a line has no {missing}"
            raise _invalid(what, f"{name} line {line}", found=found, next="complete it")
        yield Claim(line, key, account)


def _keep(found: dict[str, Claim], rivals: dict[str, Claim], claim: Claim) -> None:
    """Remember the newest claim of a key, and one that is equally new and says otherwise."""
    known = found.get(claim.key)
    if known is None or _is_newer(claim, known):
        found[claim.key] = claim
        rivals.pop(claim.key, None)
    elif known.at == claim.at and known.account != claim.account:
        rivals.setdefault(claim.key, claim)


def _is_newer(claim: Claim, known: Claim) -> bool:
    return claim.at is not None and known.at is not None and claim.at > known.at


def _refuse_rivals(found: dict[str, Claim], rivals: Iterable[Claim], name: str) -> None:
    for rival in sorted(rivals, key=lambda one: one.line):
        raise _invalid(
            "two lines say different things about one key",
            f"{name} line {rival.line}",
            found=f"line {found[rival.key].line} names another account for it, or none",
            next="keep the line that is right",
        )


def _refuse_shared_accounts(claims: Iterable[Claim], name: str) -> None:
    owners: dict[str, Claim] = {}
    for claim in sorted(claims, key=lambda one: one.line):
        owner = owners.setdefault(claim.account, claim)
        if owner is not claim:
            raise _invalid(
                "one account is owned by two keys",
                f"{name} line {claim.line}",
                found=f"line {owner.line} names the same account for another key",
                next="find out whose account it is, and keep that line",
            )


def _uneven(line: int, name: str, found: int, expected: int) -> SettingInvalid:
    return _invalid(
        "a line has another number of columns than the header",
        f"{name} line {line}",
        found=f"{found} columns; {expected} were expected",
        next="put a value that holds the separator in quotes",
    )


def _invalid(what: str, where: str, *, found: str, next: str = _FORMS) -> SettingInvalid:
    return SettingInvalid(what, where=where, found=found, safe=NOTHING_HAPPENED, next=next)
