"""Every leaf: its place, its hash, its form; and the tree over them against the stored head."""

from __future__ import annotations

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

from provisor.verifier.findings import Findings
from provisor.verifier.tree import BATCH, Tree

EVENT_SCHEMA = "provisor.event/1"

_KEYS = frozenset({"actor", "at", "facts", "kind", "schema"})
_TELLING = ("plan_sealed", "plan_refused", "intended", "outcome", "confirmed")
_DIGESTS = re.compile('"([0-9a-f]{64})"').findall

encode = json.JSONEncoder(
    ensure_ascii=False,
    allow_nan=False,
    sort_keys=True,
    separators=(",", ":"),
    check_circular=False,
).encode
"""Canonical text of what the leaves may hold; RFC 8785 for text, whole numbers and ASCII keys."""


class Told:
    """What the leaves tell: votes, digests per kind of event, and the seals of rows."""

    def __init__(self) -> None:
        self.seals: dict[tuple[str, int], object] = {}
        self.votes: set[str] = set()
        self._digests: dict[str, set[bytes]] = {kind: set() for kind in _TELLING}

    def hear(self, position: int, body: bytes, event: dict[str, Any]) -> None:
        """Take what one leaf tells."""
        kind, facts = event["kind"], event["facts"]
        if "seals" in facts:
            self.seals |= {(table, position): seal for table, seal in facts["seals"].items()}
        if kind in self._digests:
            # Digests are looked for in the bytes: whoever wrote them, wherever in the facts.
            self._digests[kind].update(map(bytes.fromhex, _DIGESTS(body.decode())))
        elif kind == "decided":
            self.votes.update(_texts(facts))

    def names(self, digest: bytes, *kinds: str) -> bool:
        """Say whether any leaf of these kinds names a digest."""
        return any(digest in self._digests[kind] for kind in kinds)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        yield from _texts(list(value.values()))


Leaf = tuple[int, bytes, bytes]
"""Position, bytes and stored hash."""


def check_leaves(store: sqlite3.Connection, tree: Tree, told: Told, findings: Findings) -> None:
    """Every leaf stands at its place, has its hash, and is a canonical event."""
    cursor = store.execute(
        "SELECT position, CAST(body AS BLOB), CAST(hash AS BLOB) FROM leaf ORDER BY position"
    )
    before = -1
    while leaves := cursor.fetchmany(BATCH):
        before = _check_places(leaves, before, findings)
        tree.extend(_checked_hashes(leaves, findings))
        events = _canonical_events([body for _, body, _ in leaves]) or _one_by_one(leaves)
        for (position, body, _), event in zip(leaves, events, strict=True):
            if event is None:
                findings.add_leaf(position, f"is no canonical JSON of {EVENT_SCHEMA}")
            else:
                told.hear(position, body, event)
    findings.checked["leaf"] = tree.size


def _check_places(leaves: Sequence[Leaf], before: int, findings: Findings) -> int:
    """Return the last position; it follows the one before without a gap."""
    for position, _, _ in leaves:
        if position != before + 1:
            findings.add_leaf(before + 1, f"is missing; the next one is {position:,}")
        before = position
    return before


def _checked_hashes(leaves: Sequence[Leaf], findings: Findings) -> list[bytes]:
    hashes = [hashlib.sha256(b"\x00" + body).digest() for _, body, _ in leaves]
    if hashes != [stored for _, _, stored in leaves]:
        for (position, _, stored), computed in zip(leaves, hashes, strict=True):
            if stored != computed:
                findings.add_leaf(position, "does not have the hash of its bytes")
    return hashes


def _one_by_one(leaves: Sequence[Leaf]) -> list[dict[str, Any] | None]:
    """Return each leaf's event, None for one that is not sound."""
    alone = [_canonical_events([body]) for _, body, _ in leaves]
    return [events[0] if events else None for events in alone]


def _canonical_events(bodies: Sequence[bytes]) -> list[dict[str, Any]]:
    text = b"[" + b",".join(bodies) + b"]"
    try:
        events = json.loads(text, parse_float=_refuse_fraction)
        sound = len(events) == len(bodies) and encode(events).encode() == text
    except (ValueError, RecursionError):
        return []
    return events if sound and all(_is_event(event) for event in events) else []


def _refuse_fraction(_: str) -> float:
    raise ValueError("a leaf holds whole numbers only")


def _is_event(event: object) -> bool:
    return (
        isinstance(event, dict)
        and event.keys() == _KEYS
        and event["schema"] == EVENT_SCHEMA
        and isinstance(event["facts"], dict)
    )


def check_head(
    store: sqlite3.Connection, tree: Tree, findings: Findings
) -> tuple[int, bytes, bytes]:
    """The head counts the leaves that are there and has their root; return the stored head."""
    ((size, frontier, root),) = store.execute("SELECT size, frontier, root FROM log_head")
    if size != tree.size:
        found = f"parts head and leaves: the head counts {size:,}, there are {tree.size:,}"
        findings.add_leaf(min(size, tree.size), found)
    elif frontier != b"".join(tree.edge) and findings.first_bad is None:
        findings.add_leaf(_first_difference(frontier, tree), "or a later one is not in the tree")
    if root != tree.root():
        findings.add("the stored root is not the root of the leaves")
    return size, frontier, root


def _first_difference(frontier: bytes, tree: Tree) -> int:
    """Return where the first subtree begins that the stored frontier has otherwise."""
    start = 0
    levels = [level for level in range(tree.size.bit_length(), -1, -1) if tree.size >> level & 1]
    for place, level in enumerate(levels):
        if frontier[place * 32 : place * 32 + 32] != tree.edge[place]:
            break
        start += 1 << level
    return start
