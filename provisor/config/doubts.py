"""What of a job is allowed and hardly does what was meant; each doubt is one sentence.

Enters: settings beside descriptions. Leaves: sentences for `check` to print. Never an error.
"""

from __future__ import annotations

from collections.abc import Iterator

from provisor.config.cross_references import UNIQUE_NAME, calls
from provisor.config.fitting import Pair, source_reads
from provisor.config.model import JobSettings
from provisor.config.object_settings import Leaving
from provisor.domain.rules import Apply
from provisor.domain.schema import ObjectType
from provisor.errors import nearest

_NAMES = frozenset(
    {"displayname", "nickname", "cn", "commonname", "sn", "surname", "givenname", "familyname"}
    | {"firstname", "lastname", "first_name", "last_name", "display_name", "full_name", "fullname"}
)


def doubts(pair: Pair, job: JobSettings) -> Iterator[str]:
    """Yield a sentence for each setting that works and hardly does what was meant."""
    yield from _doubtful_matches(pair)
    for name, written in pair.rules.attributes.items():
        if written.apply is Apply.ALWAYS and calls(written.expression, UNIQUE_NAME):
            where = pair.places.where(pair.path("attributes", name))
            yield f"`{UNIQUE_NAME}` gives a new name each time; say `apply: on_create`: {where}"
    yield from _unseen(pair)
    leave = pair.rules.on_leave
    if leave.disabling(pair.object_type) is Leaving.NOW and pair.target.switch is None:
        where = pair.places.where(pair.path())
        what = f"`{job.target}` cannot disable {pair.object_type.value}"
        yield f"{what}; those who leave keep their access until it is deleted: {where}"
    if leave.disabling(pair.object_type) is Leaving.NEVER and leave.delete_after_days is not None:
        where = pair.places.where(pair.path("on_leave"))
        yield f"what is never disabled is never deleted either: {where}"


def _doubtful_matches(pair: Pair) -> Iterator[str]:
    for place, entry in enumerate(pair.rules.match):
        where = pair.places.where(pair.path("match", place))
        mapped = entry.expression or entry.attribute in pair.rules.attributes
        if not mapped and entry.attribute != pair.target.anchor:
            yield (
                f"nothing says what to compare `{entry.attribute}` with, so this rule of `match` "
                f"finds nothing: {where}"
            )
        # A group has no better identifier than its name; a person does.
        elif pair.object_type is ObjectType.USERS and entry.decides and _is_a_name(entry.attribute):
            yield (
                f"two people can have one `{entry.attribute}`, and this rule of `match` decides; "
                f"say `decides: false`: {where}"
            )


def _is_a_name(attribute: str) -> bool:
    path = attribute.lower()
    return path in _NAMES or path.startswith("name.") or path == "name"


def _unseen(pair: Pair) -> Iterator[str]:
    """Doubt attributes of an open source that its last complete read did not offer."""
    if not (pair.source.open and pair.seen):
        return
    for name, path, position in source_reads(pair):
        if name not in pair.readable():
            near = nearest(name, pair.readable())
            hint = f"; did you mean `{near}`?" if near else ""
            where = pair.places.where(path, position)
            yield f"the last complete read had no attribute `{name}`{hint}: {where}"
