"""A kill as the command line words it, and as it is shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from rich.console import Console
from rich.table import Table
from rich.text import Text

from provisor.cli.rooms import console, print_json
from provisor.domain.schema import ObjectType
from provisor.engine.emergency.kill import PERSON_KILLED, Door, Doors, Killed, Warrant, kill
from provisor.engine.emergency.notes import tell_somebody
from provisor.engine.emergency.strike import OUT, Struck
from provisor.engine.emergency.whom import Places, find_person
from provisor.engine.people.whose import key_of_several
from provisor.errors import DONE, SOMETHING_LEFT, CommandInvalid
from provisor.ports.acts import APART, DESPITE_FREEZE
from provisor.wiring import Wiring

MOST = 10
"""People in one command: whoever means more means a plan."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Why, and how far."""

    reason: str
    despite_freeze: bool


def kill_people(wiring: Wiring, people: Sequence[str], wish: Wish, *, as_json: bool) -> int:
    """Take all access from a few people, print what became of it, and return the exit code.

    Everybody is found before anybody is touched.
    """
    if len(people) > MOST:
        raise CommandInvalid(
            f"{len(people)} people are too many for one command",
            where="PERSON",
            found=f"at most {MOST} were expected",
            safe="nothing was changed",
            next="name them in several commands, or mend the feed and run the job",
        )
    doors = _doors(wiring)
    opening = [door.opened for door in doors.values()]
    places = _places(wiring)
    found = [
        find_person(wiring.store, meant, places)
        for meant in dict.fromkeys(key_of_several(opening, word) for word in people)
    ]
    epoch = DESPITE_FREEZE if wish.despite_freeze else APART
    warrant = Warrant(wiring.actor, wish.reason, epoch)
    killed = [
        kill(wiring.store, wiring.clock, person, doors, warrant)
        for person in {one.identity: one for one in found}.values()
    ]
    unheard = {tell_somebody(wiring.deliveries(), _note(one, warrant)) for one in killed} - {""}
    for problem in sorted(unheard):
        warning = f"nobody was told by the delivery `emergency`: {problem}; the alert stands"
        Console(stderr=True, highlight=False, soft_wrap=True).print(Text(warning, style="yellow"))
    if as_json:
        print_json({"killed": [shape_of(one) for one in killed]})
    else:
        _print(killed)
    return DONE if all(one.is_out for one in killed) else SOMETHING_LEFT


def _note(killed: Killed, by: Warrant) -> dict[str, str]:
    """Return what the emergency delivery is handed: ids and counts, no name of a person."""
    return {
        "kind": PERSON_KILLED,
        "override": killed.overrides[0].id,
        "by": by.actor.name,
        "out": "yes" if killed.is_out else "no",
        "accounts": str(len(killed.blows)),
        "reason": by.reason.strip(),
    }


def _doors(wiring: Wiring) -> Doors:
    """Return the job that owns the accounts of people in each target."""
    found: dict[str, Door] = {}
    for name in wiring.configuration.jobs:
        settings = wiring.configuration.job(name)
        owns = settings.users is not None and settings.users.owns_accounts
        if owns and settings.target not in found:
            found[settings.target] = Door(name, settings.source, partial(wiring.job, name))
    return found


def _places(wiring: Wiring) -> Places:
    jobs = [wiring.configuration.job(name) for name in wiring.configuration.jobs]
    sources = dict.fromkeys(job.source for job in jobs)
    return Places(tuple(sources), tuple(dict.fromkeys(job.target for job in jobs)))


def shape_of(killed: Killed) -> dict[str, object]:
    """Return the JSON shape of one kill."""
    return {
        "keys": list(killed.person.keys),
        "object": ObjectType.USERS.value,
        "overrides": [one.id for one in killed.overrides],
        "out": killed.is_out,
        "accounts": [
            {
                "target": blow.target,
                "job": blow.job,
                "account": blow.account,
                "state": blow.state.value,
                "message": blow.message,
            }
            for blow in killed.blows
        ],
    }


_NEXT = {
    Struck.FROZEN: "the same command with `--despite-freeze` sends it nevertheless",
    Struck.FAILED: "the next run of the job tries again; switch it off in the target meanwhile",
    Struck.UNCERTAIN: "say it again, or run the job: both look at the target first",
    Struck.PROTECTED: "Provisor never touches it: switch it off in the target",
    Struck.IMPOSSIBLE: "take the access in the target by hand",
}


def _print(killed: Sequence[Killed]) -> None:
    out = console()
    for one in killed:
        names = ", ".join(one.person.keys)
        said = ", ".join(override.id for override in one.overrides)
        jobs = sorted({override.job for override in one.overrides} - {""})
        where = f"in {', '.join(jobs)}" if jobs else "in every job"
        head = "is out" if one.is_out else "IS NOT OUT YET"
        out.print(Text(f"{names}: {head}; denied {where} by override {said}", style="bold"))
        table = Table(box=None, padding=(0, 2, 0, 0))
        for heading in ("target", "account", "state", "what"):
            table.add_column(heading, overflow="fold")
        for blow in one.blows:
            what = [blow.message, _NEXT.get(blow.state, "") if blow.state not in OUT else ""]
            cells = (blow.target, blow.account, blow.state.value, "; ".join(filter(None, what)))
            table.add_row(*(Text(cell) for cell in cells))
        out.print(table if one.blows else "no account of this person is linked anywhere")
