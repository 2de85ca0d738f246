"""Plans and decisions against their own digests and the leaves that name them."""

from __future__ import annotations

import hashlib
import hmac
import sqlite3
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from provisor.verifier.findings import Findings
from provisor.verifier.leaves import Told, encode
from provisor.verifier.tree import merkle_root

_PLAN_PREFIX = b"provisor-plan-v1\n"


def check_plans(store: sqlite3.Connection, told: Told, findings: Findings) -> None:
    """Every plan gives its digest, every action its own, and a leaf tells of the plan."""
    question = """
        SELECT p.number, p.digest, p.header, a.position, a.digest, a.body,
               a.label, a."key", a.name, a.leave_date, k."key"
        FROM "plan" p
        LEFT JOIN plan_action a ON a."plan" = p.number
        LEFT JOIN subject_key k ON k.identity = a.subject
        ORDER BY p.number, a.position
    """
    for (number, digest, header), group in groupby(store.execute(question), itemgetter(0, 1, 2)):
        actions = [row[3:] for row in group if row[3] is not None]
        if [row[0] for row in actions] != list(range(len(actions))):
            findings.add(f"plan {number}: actions are missing")
        if _plan_digest(header, [row[1] for row in actions]) != digest:
            findings.add(f"plan {number}: header and actions do not give its digest")
        if not told.names(bytes.fromhex(digest), "plan_sealed", "plan_refused"):
            findings.add(f"plan {number}: no leaf tells that it was sealed")
        for position, sealed, body, label, *shown, secret in actions:
            if not _is_as_sealed(secret, sealed, body) or not _is_labelled(secret, label, shown):
                findings.add(f"plan {number}: action {position} is not the one that was sealed")


def _plan_digest(header: bytes, digests: Sequence[bytes]) -> str:
    inner = hashlib.sha256(header).digest()
    return hashlib.sha256(_PLAN_PREFIX + inner + merkle_root(digests)).hexdigest()


def _is_as_sealed(secret: bytes | None, sealed: bytes, body: bytes) -> bool:
    return secret is not None and hmac.digest(secret, body, "sha256") == sealed


def _is_labelled(secret: bytes, label: bytes | None, shown: Sequence[str]) -> bool:
    """Say whether what names a person is what was sealed."""
    text = encode(["provisor.label/1", *shown]).encode()
    return label is None or hmac.digest(secret, text, "sha256") == label


def check_decisions(store: sqlite3.Connection, told: Told, findings: Findings) -> None:
    """Every decision is told of by a leaf."""
    for number, vote in store.execute("SELECT sequence, id FROM decision"):
        if vote not in told.votes:
            findings.add(f"decision {number}: no leaf tells that it was given")


def check_state(store: sqlite3.Connection, findings: Findings) -> None:
    """Lists shown with plans are those that were shown, and no row lost its owner."""
    for digest, body in store.execute("SELECT digest, body FROM document"):
        if hashlib.sha256(body.encode()).hexdigest() != digest:
            findings.add("a list shown with a plan is not the one that was shown")
    lost = sum(
        count
        for (count,) in store.execute(
            "SELECT count(*) FROM plan_showing WHERE set_aside NOT IN (SELECT digest FROM document)"
            " OR findings NOT IN (SELECT digest FROM document)"
            " UNION ALL SELECT count(*) FROM plan_reference"
            " WHERE listed NOT IN (SELECT digest FROM document)"
        )
    )
    if lost:
        findings.add(f"{lost:,} lists shown with plans are gone")
    torn = store.execute("PRAGMA foreign_key_check").fetchall()
    if torn:
        findings.add(f"{len(torn):,} rows belong to rows that are gone")
