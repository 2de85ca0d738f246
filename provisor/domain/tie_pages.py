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

from provisor.domain.person import CorrelationRule, Forms, Ref, Tie, Ties, record_name

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
        for source, key, person, rule in _rows(unpacked(page))[1:]:
            persons[source, key] = person
            by[source, key] = rule
    return Ties(persons, dict(_forms(rules, forms)), frozenset(retired), by)


def owners_about(ties: Iterable[bytes], name: str) -> Iterator[tuple[Ref, str]]:
    """Yield whose those records are that a name may mean, the last word about each.

    A name means a record by its key, by source and key, or a person and so all of their records.

    Cost: two searches through the text of every page; lines that do not hold the name, or the key
    of one of the records, are not read.
    """
    texts = [unpacked(page) for page in ties]
    own = {name, name.partition(":")[2] or name}
    keys = {
        key
        for text in texts
        for source, key, person, _ in _rows_with(text, own)
        if name in (person, key, record_name((source, key)))
    }
    found: dict[Ref, str] = {}
    for text in texts:
        for source, key, person, _ in _rows_with(text, keys):
            if key in keys:
                found[source, key] = person
    yield from found.items()


def _rows_with(text: str, words: Iterable[str]) -> list[list[str]]:
    """Return the rows that hold one of some words as a cell, and perhaps a few more."""
    cells = ['"' + word.replace('"', '""') + '"' for word in words]
    lines = list(dict.fromkeys(line for cell in cells for line in _lines_with(text, cell)))
    # A cell that holds the end of a line is whole only among all rows.
    torn = any(line.count('"') % 2 for line in lines)
    return _rows(text)[1:] if torn else list(csv.reader(lines))


def _lines_with(text: str, cell: str) -> Iterator[str]:
    at = text.find(cell, text.find("\n"))
    while at >= 0:
        end = text.find("\n", at + len(cell)) % (len(text) + 1)
        yield text[text.rfind("\n", 0, at) + 1 : end]
        at = text.find(cell, end)


def _forms(rules: Sequence[CorrelationRule], pages: Iterable[bytes]) -> Iterator[tuple[Ref, Forms]]:
    for page in pages:
        (_, _, *marks), *rows = _rows(unpacked(page))
        places = [marks.index(rule.mark) if rule.mark in marks else None for rule in rules]
        for source, key, *found in rows:
            forms = tuple(None if n is None else found[n] or None for n in places)
            yield (source, key), forms


def _rows(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))
