"""The log verified by its own verifier, which imports nothing else of Provisor."""

from __future__ import annotations

from provisor.cli.rooms import console, print_json
from provisor.errors import DONE, TRUST_BROKEN, CommandInvalid
from provisor.verifier import verify
from provisor.wiring import Wiring, store_file


def verify_log(wiring: Wiring, *, as_json: bool) -> int:
    """Verify the whole log and print what was found; return the exit code."""
    path = store_file(wiring.configuration)
    if path is None:
        raise CommandInvalid(
            "the store is on a server; the verifier reads SQLite files",
            where="store.url",
            safe="nothing was changed",
            next="verify where the store is a file",
        )
    # The newest leaves may still stand in the write-ahead log: it is folded in by opening.
    wiring.store.log.head()
    found = verify(path)
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
