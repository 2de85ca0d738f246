"""What another configuration would have done on earlier days; as JSON and in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from rich.table import Table
from rich.text import Text

from provisor.cli.differences import print_what_if, what_if_shape
from provisor.cli.rooms import console, print_json
from provisor.cli.shapes import MOST_ACTIONS
from provisor.domain.event import moment
from provisor.domain.stakes import counted
from provisor.domain.stretches import Stretch, people_in
from provisor.engine.job import Job
from provisor.engine.past.over_time import ComparedDay, OverTime, PastWhatIf
from provisor.engine.revisions.consequences import stake_body

MOST_ROWS = 40
ASSUMED = (
    "names in use, memberships and rights given by us, rights held elsewhere, who is who: "
    "as they are now",
    "rows: as the systems were read then, whatever the other configuration says of reading",
    "limits: each day by itself",
)
"""What is not of the day, and said with every answer."""

Shape = dict[str, object]


def print_past(found: PastWhatIf, job: Job, keys: Mapping[str, str], *, as_json: bool) -> None:
    """Print two plans as of an earlier day."""
    head = {
        "read_at": moment(found.look.at),
        "links_at": _moment(found.links_at),
        "assumed": list(ASSUMED),
    }
    if as_json:
        print_json(what_if_shape(found.found, job.rules.job, keys) | {"as_of": head})
        return
    out = console()
    out.print(Text(f"as both sides were read at {_local(found.look.at, job)}"))
    links = f"as of {_local(found.links_at, job)}" if found.links_at else "there were none"
    out.print(Text(f"links: {links}; {'; '.join(ASSUMED)}"))
    print_what_if(found.found, job.rules.job, keys, as_json=False)


def print_over_time(found: OverTime, job: Job, *, as_json: bool) -> None:
    """Print day by day, and then per person, what would have been gained and lost."""
    if as_json:
        print_json(over_time_shape(found, job))
        return
    out = console()
    out.print(_day_table(found.days))
    gaps = sum(one.stakes is None for one in found.days)
    said = f"{len(found.days) - gaps} days compared, {gaps} gaps"
    begins = f"; the history begins at {_local(found.begins, job)}" if found.begins else ""
    out.print(Text(said + begins))
    for word, listed in (("gained", found.stretches.gained), ("lost", found.stretches.lost)):
        kinds = ", ".join(f"{n} {what}" for what, n in _kinds(listed).items()) or "nothing"
        out.print(
            Text(f"would have {word}: {kinds}, by {len(people_in(listed))} people and groups")
        )
    rows = [("+", one) for one in found.stretches.gained]
    rows += [("-", one) for one in found.stretches.lost]
    if rows:
        out.print(_stretch_table(rows))
    out.print(Text(f"links: as they were read with each day; {'; '.join(ASSUMED)}"))
    out.print("nothing was written, and nothing of this is kept")


def _day_table(days: Sequence[ComparedDay]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("day", "gained", "lost", ""):
        table.add_column(heading, justify="right" if heading in ("gained", "lost") else "left")
    for one in days:
        if one.stakes is None:
            table.add_row(str(one.day.date), "", "", Text(f"gap: {one.day.gap}"))
        else:
            table.add_row(
                str(one.day.date), str(len(one.stakes.gained)), str(len(one.stakes.lost)), ""
            )
    return table


def _stretch_table(rows: Sequence[tuple[str, Stretch]]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("", "who", "what", "by", "from", "to", "days"):
        table.add_column(heading, overflow="fold")
    for sign, one in rows[:MOST_ROWS]:
        stake = one.stake
        what = f"{stake.what} {stake.of}".strip()
        days = (str(one.first), str(one.last), str(one.days))
        table.add_row(*map(Text, (sign, stake.key, what, ", ".join(one.how), *days)))
    if len(rows) > MOST_ROWS:
        table.caption = f"and {len(rows) - MOST_ROWS} more; `--json` names up to {MOST_ACTIONS:,}"
    return table


def over_time_shape(found: OverTime, job: Job) -> Shape:
    """Return the shape of a comparison over a period; at most 1,000 things of each side."""
    return {
        "job": job.rules.job,
        "history_begins": _moment(found.begins),
        "days": [_day_shape(one) for one in found.days],
        "compared": sum(one.stakes is not None for one in found.days),
        "gaps": sum(one.stakes is None for one in found.days),
        "gained": _side_shape(found.stretches.gained),
        "lost": _side_shape(found.stretches.lost),
        "assumed": list(ASSUMED),
    }


def _day_shape(one: ComparedDay) -> Shape:
    look, stakes = one.day.look, one.stakes
    return {
        "date": one.day.date.isoformat(),
        "read_at": _moment(look.at if look is not None else None),
        "links_at": _moment(one.links_at),
        "gap": one.day.gap,
        "gained": counted(stakes.gained) if stakes is not None else {},
        "lost": counted(stakes.lost) if stakes is not None else {},
    }


def _side_shape(listed: Sequence[Stretch]) -> Shape:
    return {
        "count": len(listed),
        "kinds": _kinds(listed),
        "people": len(people_in(listed)),
        "listed": [
            stake_body(one.stake)
            | {"first": one.first.isoformat(), "last": one.last.isoformat(), "days": one.days}
            | {"how": ", ".join(one.how)}
            for one in listed[:MOST_ACTIONS]
        ],
    }


def _kinds(listed: Iterable[Stretch]) -> dict[str, int]:
    return dict(sorted(Counter(one.stake.what for one in listed).items()))


def _moment(at: datetime | None) -> str | None:
    return moment(at) if at is not None else None


def _local(at: datetime | None, job: Job) -> str:
    return f"{at.astimezone(job.rules.zone):%Y-%m-%d %H:%M}" if at is not None else "never"
