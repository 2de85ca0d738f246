"""The log verified by its own verifier, which imports nothing else of Provisor."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from provisor.cli.rooms import console, print_json
from provisor.errors import DONE, TRUST_BROKEN
from provisor.verifier import Verification, verify
from provisor.wiring import Wiring, store_file


def verify_log(wiring: Wiring, *, as_json: bool) -> int:
    """Verify the whole log and print what was found; return the exit code."""
    found = _verified(wiring)
    broken = bool(found.problems)
    if as_json:
        print_json(
            {
                "intact": not broken,
                "size": found.size,
                "root": found.root,
                "first_bad": found.first_bad,
                "problems": list(found.problems),
            }
        )
    else:
        out = console()
        out.print(f"log: {found.size} leaves, root {found.root}")
        for problem in found.problems:
            out.print(problem)
        out.print(
            "broken: stop writing and keep a copy" if broken else "intact: log and state agree"
        )
    return TRUST_BROKEN if broken else DONE


def _verified(wiring: Wiring) -> Verification:
    """Verify the store's file, or a copy of what a server holds at this moment."""
    path = store_file(wiring.configuration)
    if path is not None:
        # The newest leaves may still stand in the write-ahead log: it is folded in by opening.
        wiring.store.log.head()
        return verify(path)
    with TemporaryDirectory(prefix="provisor-") as folder:
        copy = Path(folder) / "store.db"
        wiring.store.copy_to(str(copy))
        return verify(copy)
