"""Acts that went out through a broken gate against the opening that they cite."""

from __future__ import annotations

import sqlite3

from provisor.verifier.findings import Findings

_CITED = """
    SELECT i.sequence, i.target, i.part, i.at, i.voted, c.opening,
           o.target, o.part, o.opened_at, o.expires_at, r.at
    FROM intent_opening c
    LEFT JOIN intent i ON i.sequence = c.intent
    LEFT JOIN opening o ON o.id = c.opening
    LEFT JOIN opening_review r ON r.opening = c.opening
    ORDER BY c.intent
"""


def check_openings(store: sqlite3.Connection, findings: Findings) -> None:
    """Every act that cites an opening went out while it was open, to its target, in its class."""
    rows = 0
    for number, target, part, at, _, cited, place, kind, opened, expires, reviewed in store.execute(
        _CITED
    ):
        rows += 1
        if place is None:
            findings.add(f"intent {number}: it cites an opening that nobody made ({cited})")
        elif (target, part) != (place, kind):
            findings.add(
                f"intent {number}: {part} on {target} went through opening {cited}, which is of "
                f"{kind} on {place}"
            )
        elif not opened <= at < expires or (reviewed is not None and at > reviewed):
            findings.add(f"intent {number}: opening {cited} was not open when it went out")
    findings.checked["opening_cited"] = rows


def check_reviews(store: sqlite3.Connection, findings: Findings) -> None:
    """Nobody reviewed the gate that they broke open, where acts went out under four eyes."""
    question = """
        SELECT o.id FROM opening o JOIN opening_review r ON r.opening = o.id
        WHERE lower(trim(o.actor)) = lower(trim(r.reviewer)) AND EXISTS (
            SELECT 1 FROM intent_opening c JOIN intent i ON i.sequence = c.intent
            JOIN plan_showing s ON s."plan" = i."plan"
            WHERE c.opening = o.id AND s.four_eyes = 1
        )
        ORDER BY o.sequence
    """
    for (opening,) in store.execute(question):
        findings.add(f"opening {opening}: it was reviewed by whoever broke it open")


def check_consents(store: sqlite3.Connection, findings: Findings) -> None:
    """Nobody agreed with their own override."""
    question = """
        SELECT o.id FROM override o JOIN override_consent c ON c.override = o.id
        WHERE lower(trim(o.author)) = lower(trim(c.approver))
    """
    for (override,) in store.execute(question):
        findings.add(f"override {override}: its author agreed with it")
