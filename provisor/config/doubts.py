"""What of a job is allowed and hardly does what was meant; each doubt is one sentence.

Enters: settings beside descriptions. Leaves: doubts for `check` to print. Never an error.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from provisor.config.attribute_settings import MatchSettings, TermSettings
from provisor.config.cross_references import UNIQUE_NAME, is_call
from provisor.config.fitting import Pair, source_reads
from provisor.config.places import MARGIN, SettingPath
from provisor.domain.expressions.nodes import Attribute as Read
from provisor.domain.expressions.nodes import walk
from provisor.domain.flow import Apply
from provisor.domain.schema import AttributeType, ObjectType
from provisor.errors import nearest

_NAMES = frozenset(
    {"displayname", "nickname", "cn", "commonname", "sn", "surname", "givenname", "familyname"}
    | {"firstname", "lastname", "middlename", "fullname", "preferredname", "legalname", "name"}
)
_OF_MANY = frozenset(
    {"country", "city", "location", "locality", "office", "state", "region", "language", "locale"}
    | {"department", "division", "company", "organization", "cost_center", "costcenter", "manager"}
    | {"title", "job_title", "jobtitle", "gender", "birth_date", "birthdate", "date_of_birth"}
)
"""What is no name and yet shared: beside a name it makes a namesake rarer, and not the same."""


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


def doubts(pair: Pair) -> Iterator[Doubt]:
    """Yield a doubt for each setting that works and hardly does what was meant."""
    yield from _doubtful_matches(pair)
    for name, written in pair.rules.attributes.items():
        if written.apply is Apply.ALWAYS and is_call(written.tree, UNIQUE_NAME):
            what = (
                f"`{UNIQUE_NAME}` renames an account when its person's name changes; say "
                "`apply: on_create` where a name is for good"
            )
            yield doubt(pair, what, pair.path("attributes", name))
        attribute = pair.target.attribute(name)
        refers = attribute is not None and attribute.type is AttributeType.REFERENCE
        if refers and written.reference is None:
            what = (
                f"`{name}` holds the target's own ids of other objects, and the value is written "
                "as it is; say `reference: users` where it is the key of another record"
            )
            yield doubt(pair, what, pair.path("attributes", name))
    yield from _unseen(pair)


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
        unmapped = [term.attribute for term in entry.terms if not _is_told(pair, term)]
        if unmapped:
            what = f"nothing says what to compare `{unmapped[0]}` with"
            yield doubt(pair, f"{what}, so this rule of `match` finds nothing", path)
        # A group has no better identifier than its name; a person does.
        elif pair.object_type is ObjectType.USERS and entry.decides and _may_be_shared(pair, entry):
            named = " and ".join(f"`{term.attribute}`" for term in entry.terms)
            what = f"two people can have one {named}, and this rule of `match` decides"
            yield doubt(pair, f"{what}; say `decides: false`", path)


def _is_told(pair: Pair, term: TermSettings) -> object:
    known = term.attribute in pair.rules.attributes or term.attribute == pair.target.anchor
    return term.expression or known


def _may_be_shared(pair: Pair, entry: MatchSettings) -> bool:
    """Say whether everything that a rule compares is a name, made of names, or of many people."""
    return all(_tells_nobody_apart(pair, term) for term in entry.terms)


def _tells_nobody_apart(pair: Pair, term: TermSettings) -> bool:
    if is_a_name(term.attribute) or _is_of_many(term.attribute):
        return True
    mapping = pair.rules.attributes.get(term.attribute)
    tree = term.tree or (mapping.tree if mapping else None)
    read = {node.name for node in walk(tree) if isinstance(node, Read)} if tree else set()
    return bool(read) and all(is_a_name(name) or _is_of_many(name) for name in read)


def _is_of_many(attribute: str) -> bool:
    return attribute.lower().rpartition(".")[2] in _OF_MANY


def is_a_name(attribute: str) -> bool:
    """Say whether two people can well have one value of a target attribute."""
    path = attribute.lower()
    return path.replace("_", "").replace("-", "") in _NAMES or path.startswith("name.")


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
