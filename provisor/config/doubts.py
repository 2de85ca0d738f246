"""What of a job is allowed and hardly does what was meant; each doubt is one sentence.

Enters: settings beside descriptions. Leaves: doubts for `check` to print. Never an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from provisor.config.cross_references import UNIQUE_NAME, calls
from provisor.config.fitting import Pair, source_reads
from provisor.config.model import JobSettings
from provisor.config.object_settings import Leaving
from provisor.config.places import MARGIN, SettingPath
from provisor.domain.rules import Apply
from provisor.domain.schema import ObjectType
from provisor.errors import nearest

_NAMES = frozenset(
    {"displayname", "nickname", "cn", "commonname", "sn", "surname", "givenname", "familyname"}
    | {"firstname", "lastname", "first_name", "last_name", "display_name", "full_name", "fullname"}
)


class Level(StrEnum):
    """How much a doubt asks of whoever reads it."""

    WARNING = "warning"
    """Something is probably not as it was meant."""
    NOTE = "note"
    """Good to know; nothing has to be done."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that is allowed and hardly does what was meant, with its place."""

    what: str
    where: str
    """File, line, where it is known the column, and the setting."""
    shown: str = ""
    """The line of the file with a caret, for what stands inside an expression."""
    level: Level = Level.WARNING

    def __str__(self) -> str:
        return f"{self.what}: {self.where}" + (f"\n{MARGIN}{self.shown}" if self.shown else "")


def doubts(pair: Pair, job: JobSettings) -> Iterator[Doubt]:
    """Yield a doubt for each setting that works and hardly does what was meant."""
    yield from _doubtful_matches(pair)
    for name, written in pair.rules.attributes.items():
        if written.apply is Apply.ALWAYS and calls(written.expression, UNIQUE_NAME):
            what = f"`{UNIQUE_NAME}` gives a new name each time; say `apply: on_create`"
            yield doubt(pair, what, pair.path("attributes", name))
    yield from _unseen(pair)
    leave = pair.rules.on_leave
    if leave.disabling(pair.object_type) is Leaving.NOW and pair.target.switch is None:
        what = f"`{job.target}` cannot disable {pair.object_type.value}"
        yield doubt(
            pair, f"{what}; those who leave keep their access until it is deleted", pair.path()
        )
    if leave.disabling(pair.object_type) is Leaving.NEVER and leave.delete_after_days is not None:
        yield doubt(pair, "what is never disabled is never deleted either", pair.path("on_leave"))


def doubt(
    pair: Pair,
    what: str,
    path: SettingPath,
    position: int | None = None,
    level: Level = Level.WARNING,
) -> Doubt:
    """Return a doubt with its place, and with the line of the file where it has a position."""
    shown = pair.places.shown(path, position) if position is not None else ""
    return Doubt(what, pair.places.where(path, position), shown, level)


def _doubtful_matches(pair: Pair) -> Iterator[Doubt]:
    for place, entry in enumerate(pair.rules.match):
        path = pair.path("match", place)
        mapped = entry.expression or entry.attribute in pair.rules.attributes
        if not mapped and entry.attribute != pair.target.anchor:
            what = f"nothing says what to compare `{entry.attribute}` with"
            yield doubt(pair, f"{what}, so this rule of `match` finds nothing", path)
        # A group has no better identifier than its name; a person does.
        elif pair.object_type is ObjectType.USERS and entry.decides and is_a_name(entry.attribute):
            what = f"two people can have one `{entry.attribute}`, and this rule of `match` decides"
            yield doubt(pair, f"{what}; say `decides: false`", path)


def is_a_name(attribute: str) -> bool:
    """Say whether two people can well have one value of a target attribute."""
    path = attribute.lower()
    return path in _NAMES or path.startswith("name.") or path == "name"


def _unseen(pair: Pair) -> Iterator[Doubt]:
    """Doubt attributes of an open source that its last complete read did not offer."""
    if not (pair.source.open and pair.seen):
        return
    for name, path, position in source_reads(pair):
        if name not in pair.readable():
            near = nearest(name, pair.readable())
            hint = f"; did you mean `{near}`?" if near else ""
            what = f"the last complete read had no attribute `{name}`{hint}"
            yield doubt(pair, what, path, position)
