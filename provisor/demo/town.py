"""The fictional company on each of three days, and its HR export as files.

Everything follows from one seed, so that two machines tell the same story.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import astuple, replace
from functools import cache
from pathlib import Path
from typing import Final

from provisor.demo.chance import Chance
from provisor.demo.changes import next_day
from provisor.demo.files import write_whole
from provisor.demo.grouping import company_groups, members_of
from provisor.demo.hiring import staff
from provisor.demo.people import COLUMNS, Day, Town

SEED: Final = 20_260_907


@cache
def town_on(day: Day) -> Town:
    """Return what the HR system exports on a day.

    Days 1 and 2 are whole. On day 3 the export breaks off: the second half of the people is
    missing, and nothing in the file says so.
    """
    match day:
        case 1:
            chance = Chance(SEED)
            people = staff(chance)
            return Town(people, company_groups(), members_of(people, chance))
        case 2:
            return next_day(town_on(1), Chance(SEED + 1))
        case 3:
            whole = town_on(2)
            return replace(whole, people=whole.people[: len(whole.people) // 2])


def write_feed(folder: Path, day: Day) -> None:
    """Write `hr.csv`, `groups.csv` and `members.csv` of a day; each appears whole or not at all.

    The same day always gives the same bytes.
    """
    town = town_on(day)
    _write(folder / "groups.csv", ("id", "name", "description"), map(astuple, town.groups))
    _write(folder / "members.csv", ("group_id", "employee_id"), town.members)
    _write(folder / "hr.csv", COLUMNS, map(astuple, town.people))


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    write_whole(path, text.getvalue())
