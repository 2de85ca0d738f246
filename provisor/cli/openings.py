"""Gates that were broken open, as the command line words and shows them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from provisor.cli.rooms import console, print_json
from provisor.domain.event import moment
from provisor.engine.emergency.break_glass import Wanted, break_glass, review_opening
from provisor.ports.openings import Opening
from provisor.wiring import Wiring


def open_glass(wiring: Wiring, wanted: Wanted, *, as_json: bool) -> None:
    """Open a gate and print it."""
    wiring.configuration.system(wanted.target)
    now = wiring.clock.now()
    opening, unheard = break_glass(wiring.store, now, wiring.actor, wanted, wiring.deliveries())
    print_openings(wiring, [opening], as_json=as_json)
    if unheard:
        warning = f"nobody was told by the delivery `emergency`: {unheard}; the alert stands"
        Console(stderr=True, highlight=False, soft_wrap=True).print(Text(warning, style="yellow"))


def review_glass(wiring: Wiring, opening_id: str, reason: str, *, as_json: bool) -> None:
    """Keep a review and print the opening."""
    policy = wiring.configuration.approvals
    now = wiring.clock.now()
    reviewed = review_opening(wiring.store, now, wiring.actor, opening_id, reason, policy)
    print_openings(wiring, [reviewed], as_json=as_json)


def print_openings(wiring: Wiring, openings: Iterable[Opening], *, as_json: bool) -> None:
    """Print openings, oldest first."""
    listed, now = list(openings), wiring.clock.now()
    if as_json:
        print_json({"openings": [shape_of(wiring, one, now) for one in listed]})
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("id", "target", "part", "by", "state", "acts", "reason", "review"):
        table.add_column(heading, overflow="fold")
    for one in listed:
        review = f"{one.review.reviewer}: {one.review.reason}" if one.review is not None else ""
        names = (one.id, one.target, one.part, one.actor, state(one, now))
        table.add_row(*(Text(cell) for cell in (*names, f"{one.acts:,}", one.reason, review)))
    console().print(table if listed else "no gate was ever broken open")


def state(opening: Opening, now: datetime) -> str:
    """Return in words where an opening stands."""
    if opening.review is not None:
        return f"reviewed {moment(opening.review.at)}"
    if opening.is_open(now):
        return f"open until {moment(opening.expires_at)}"
    return "waits for a review" if opening.acts else "over, unused"


def shape_of(wiring: Wiring, opening: Opening, now: datetime) -> dict[str, object]:
    """Return the JSON shape of an opening."""
    review = opening.review
    return {
        "id": opening.id,
        "target": opening.target,
        "part": opening.part,
        "by": opening.actor,
        "reason": opening.reason,
        "opened_at": moment(opening.opened_at),
        "expires_at": moment(opening.expires_at),
        "open": opening.is_open(now),
        "state": state(opening, now),
        "actions": list(wiring.store.openings.actions(opening.id)),
        "reviewed_by": review.reviewer if review is not None else None,
        "reviewed_at": moment(review.at) if review is not None else None,
        "review": review.reason if review is not None else None,
    }
