"""Check a store against its own audit log, from its bytes alone.

Standard library only, and nothing else of Provisor, so that no fault of the product can hide
itself here. It reads a SQLite store, changes nothing, and says what does not agree:

- every leaf: gap-free position, hash, canonical form, schema `provisor.event/1`;
- the RFC 6962 tree against the stored head;
- every fact row against the leaf that seals it;
- plans, decisions, intents and outcomes against one another and against the leaves that name them;
- acts that went through a gate somebody broke open against that opening, and second words
  against first ones;
- configurations that came into force against the approvals before them.

What it cannot see: a history that was replaced as a whole, head included. For that compare the
root with one that left the machine earlier.

Usage: `python -m provisor.verifier STORE.db`; exit code 0 when all agrees, 5 when not.
Source: RFC 6962 section 2.1; docs/reference/audit-log.md.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from provisor.verifier.acts import check_acts
from provisor.verifier.findings import Findings, Verification
from provisor.verifier.leaves import Told, check_head, check_leaves
from provisor.verifier.openings import check_consents, check_openings, check_reviews
from provisor.verifier.revisions import check_citations, check_revisions
from provisor.verifier.seals import check_seals
from provisor.verifier.state import check_decisions, check_plans, check_state
from provisor.verifier.tree import Tree
from provisor.verifier.votes import check_own_votes, check_votes

__all__ = ["Verification", "verify"]

Check = Callable[[sqlite3.Connection], None]


def verify(path: Path | str) -> Verification:
    """Check a SQLite store against its own audit log.

    Never raises for what it finds: a file that cannot be read is a finding too.

    Cost: every leaf and every fact row is read once; a few hundred bytes of memory per act.
    """
    findings, tree, told = Findings(), Tree(), Told()
    head: list[tuple[int, bytes, bytes]] = []
    checks = (
        lambda store: check_leaves(store, tree, told, findings),
        lambda store: head.append(check_head(store, tree, findings)),
        lambda store: check_seals(store, told, findings),
        lambda store: check_plans(store, told, findings),
        lambda store: check_decisions(store, told, findings),
        lambda store: check_revisions(store, findings),
        lambda store: check_citations(store, findings),
        lambda store: check_acts(store, told, findings),
        lambda store: check_votes(store, findings),
        lambda store: check_own_votes(store, findings),
        lambda store: check_openings(store, findings),
        lambda store: check_reviews(store, findings),
        lambda store: check_consents(store, findings),
        lambda store: check_state(store, findings),
    )
    try:
        with closing(_open(Path(path))) as store:
            store.execute("BEGIN")
            for check in checks if _has_log(store, findings) else ():
                _guarded(check, store, findings)
    except (sqlite3.Error, OSError, ValueError) as error:
        findings.add(f"the store cannot be opened: {type(error).__name__}")
    return Verification(
        size=tree.size,
        root=tree.root().hex(),
        stored_size=head[0][0] if head else None,
        stored_root=head[0][2].hex() if head else None,
        first_bad=findings.first_bad,
        problems=findings.sentences(),
        checked=findings.checked,
    )


def _has_log(store: sqlite3.Connection, findings: Findings) -> bool:
    tables = {name for (name,) in store.execute("SELECT name FROM sqlite_master")}
    if {"leaf", "log_head"} <= tables:
        return True
    findings.add("the file is no Provisor store: it holds no audit log")
    return False


def _guarded(check: Check, store: sqlite3.Connection, findings: Findings) -> None:
    try:
        check(store)
    except sqlite3.Error as error:
        findings.add(f"the store cannot be read to its end: {type(error).__name__}")
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        findings.add(f"a stored row has no meaning: {type(error).__name__}")


def _open(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise FileNotFoundError(path)
    place = f"file:{quote(str(path.absolute()))}?mode=ro"
    try:
        return _answering(place)
    except sqlite3.OperationalError:
        if path.with_name(f"{path.name}-wal").exists():
            raise
        # On a read-only medium SQLite cannot share; without a journal nobody writes.
        return _answering(f"{place}&immutable=1")


def _answering(place: str) -> sqlite3.Connection:
    store = sqlite3.connect(place, uri=True, isolation_level=None)
    try:
        store.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:
        store.close()
        raise
    return store
