"""Ties and forms as bytes: compressed CSV, which both executors read and write.

A page of ties has the columns `source`, `key`, `person` and `rule`; later pages overrule earlier
ones. A page of forms has `source`, `key` and one column per rule, named by the rule's mark, so
that what was compared under other rules is never taken for what is compared now.
"""

from __future__ import annotations

import csv
import io
import zlib
from collections.abc import Iterable, Iterator, Sequence

from provisor.domain.person import CorrelationRule, Forms, Ref, Tie, Ties

TIE_COLUMNS = ("source", "key", "person", "rule")
FORM_COLUMNS = ("source", "key")
_LEVEL = 1


def packed(text: str) -> bytes:
    """Return a page of this text."""
    return zlib.compress(text.encode(), _LEVEL)


def unpacked(page: bytes) -> str:
    """Return the text of a page."""
    return zlib.decompress(page).decode()


def tie_page(ties: Iterable[Tie]) -> bytes:
    """Return a page of ties."""
    return _page(TIE_COLUMNS, ((*tie.ref, tie.person, tie.rule) for tie in ties))


def form_page(rules: Sequence[CorrelationRule], forms: Iterable[tuple[Ref, Forms]]) -> bytes:
    """Return a page of forms."""
    columns = (*FORM_COLUMNS, *(rule.mark for rule in rules))
    return _page(columns, ((*ref, *(form or "" for form in own)) for ref, own in forms))


def _page(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    # Everything is quoted: what ends a line is not the same to all who read it.
    writer = csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(columns)
    writer.writerows(rows)
    return packed(text.getvalue())


def ties_of(
    rules: Sequence[CorrelationRule],
    ties: Iterable[bytes],
    forms: Iterable[bytes],
    retired: Iterable[str] = (),
) -> Ties:
    """Return what pages say, the last word about each record.

    Args:
        rules: in force now.
        ties: pages of ties, oldest first.
        forms: pages of forms, oldest first.
        retired: keys of people that are part of somebody else.
    """
    persons: dict[Ref, str] = {}
    by: dict[Ref, str] = {}
    for page in ties:
        for source, key, person, rule in _rows(page)[1:]:
            persons[source, key] = person
            by[source, key] = rule
    return Ties(persons, dict(_forms(rules, forms)), frozenset(retired), by)


def owners_about(ties: Iterable[bytes], name: str) -> Iterator[tuple[Ref, str]]:
    """Yield whose those records are that a name may mean, the last word about each.

    Cost: one look through the text of every page; lines that do not hold the name are not read.
    """
    wanted = (name, name.partition(":")[2] or name)
    found: dict[Ref, str] = {}
    for page in ties:
        _, *lines = unpacked(page).split("\n")
        about = (line for line in lines if any(word in line for word in wanted))
        for source, key, person, _ in csv.reader(about):
            found[source, key] = person
    yield from found.items()


def _forms(rules: Sequence[CorrelationRule], pages: Iterable[bytes]) -> Iterator[tuple[Ref, Forms]]:
    for page in pages:
        (_, _, *marks), *rows = _rows(page)
        places = [marks.index(rule.mark) if rule.mark in marks else None for rule in rules]
        for source, key, *found in rows:
            forms = tuple(None if n is None else found[n] or None for n in places)
            yield (source, key), forms


def _rows(page: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(unpacked(page), newline="")))
