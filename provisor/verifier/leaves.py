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
_TELLING = ("plan_sealed", "plan_refused", "decided", "intended", "outcome", "confirmed")
_DIGEST = re.compile("[0-9a-f]{64}")

encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode
"""Canonical text of what the leaves may hold; RFC 8785 for text, whole numbers and ASCII keys."""


class Told:
    """What the leaves tell: texts per kind of event, and the seals of rows."""

    def __init__(self) -> None:
        self.seals: dict[tuple[str, int], object] = {}
        self._texts: dict[str, set[str | bytes]] = {kind: set() for kind in _TELLING}

    def hear(self, position: int, event: dict[str, Any]) -> None:
        """Take what one leaf tells."""
        seals = event["facts"].pop("seals", None)
        if isinstance(seals, dict):
            self.seals |= {(table, position): seal for table, seal in seals.items()}
        if event["kind"] in self._texts:
            self._texts[event["kind"]].update(_compact(t) for t in _texts(event["facts"]))

    def names(self, text: str | bytes, *kinds: str) -> bool:
        """Say whether any leaf of these kinds names an id or a digest."""
        sought = _compact(text) if isinstance(text, str) else text
        return any(sought in self._texts[kind] for kind in kinds)


def _compact(text: str) -> str | bytes:
    """A digest takes half the memory as bytes."""
    return bytes.fromhex(text) if _DIGEST.fullmatch(text) else text


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        yield from _texts(list(value.values()))


def check_leaves(store: sqlite3.Connection, tree: Tree, told: Told, findings: Findings) -> None:
    """Every leaf stands at its place, has its hash, and is a canonical event."""
    cursor = store.execute("SELECT position, body, hash FROM leaf ORDER BY position")
    before = -1
    while rows := cursor.fetchmany(BATCH):
        for position, _, _ in rows:
            if position != before + 1:
                findings.add_leaf(before + 1, f"is missing; the next one is {position:,}")
            before = position
        hashes = [hashlib.sha256(b"\x00" + body).digest() for _, body, _ in rows]
        if hashes != [stored for _, _, stored in rows]:
            for (position, _, stored), computed in zip(rows, hashes, strict=True):
                if stored != computed:
                    findings.add_leaf(position, "does not have the hash of its bytes")
        tree.extend(hashes)
        for position, event in _events(rows, findings):
            told.hear(position, event)
    findings.checked["leaf"] = tree.size


def _events(
    rows: Sequence[tuple[int, bytes, bytes]], findings: Findings
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield the events of leaves in canonical form; one reading for all, if all are sound."""
    together = _canonical_events([body for _, body, _ in rows])
    for offset, (position, body, _) in enumerate(rows):
        alone = together[offset : offset + 1] or _canonical_events([body])
        if alone:
            yield position, alone[0]
        else:
            findings.add_leaf(position, f"is no canonical JSON of {EVENT_SCHEMA}")


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
