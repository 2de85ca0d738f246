"""How one SCIM system wants to be spoken to: the RFC's own way, and where a system has another.

A dialect never changes what is written, only the form of the call and what an answer may mean.
Two forms can empty a group on a server that keeps to the RFC (`member_remove: values`) or that
shows only some of its members (`whole`): no dialect but a chosen one has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final


class PatchStyle(StrEnum):
    """How attributes of an object are changed."""

    PATHS = "paths"
    """PATCH, one operation per path."""
    NESTED = "nested"
    """PATCH, plain attributes together in one operation without a path, as a resource has them."""
    MERGED = "merged"
    """The same with paths for names (`"name.givenName"`), as no RFC has it."""
    PUT = "put"
    """Read, change, and PUT the whole object."""


class Verbs(StrEnum):
    """The letter case of `add`, `replace` and `remove`."""

    LOWER = "lower"
    TITLE = "title"


class Booleans(StrEnum):
    """How a truth value stands in a call."""

    JSON = "json"
    TEXT = "text"
    """`"True"` and `"False"`."""


class Cleared(StrEnum):
    """How a value is taken away."""

    REMOVE = "remove"
    NULL = "null"
    """`replace` with null."""
    EMPTY = "empty"
    """`replace` with empty text."""


class MemberAdd(StrEnum):
    """How members join a group."""

    VALUES = "values"
    """`add`, path `members`, `[{"value": id}]`."""
    WITH_REF = "with_ref"
    """The same with `"$ref": null` in each element."""
    PATHLESS = "pathless"
    """`add` without a path, `{"members": [{"value": id}]}`."""
    OBJECT = "object"
    """`add`, path `members`, and the object of the form without a path."""
    WHOLE = "whole"
    """The whole list of members is read, changed and written."""


class MemberRemove(StrEnum):
    """How members leave a group."""

    FILTER = "filter"
    """`remove`, path `members[value eq "id"]`, one operation for each."""
    VALUES = "values"
    """`remove`, path `members`, with the ids as value: by the RFC this removes everybody."""
    WHOLE = "whole"
    """The whole list of members is read, changed and written."""


class Wrapping(StrEnum):
    """How a reference such as the one to a superior is written."""

    VALUE = "value"
    """`{"value": id}`."""
    WITH_REF = "with_ref"
    """`{"value": id, "$ref": address}`."""
    LIST = "list"
    """`[{"$ref": null, "value": id}]`."""
    TEXT = "text"
    """The bare id."""


class Paging(StrEnum):
    """How a long list is asked for."""

    INDEX = "index"
    CURSOR = "cursor"
    ONE_ANSWER = "one_answer"


class AnchorKept(StrEnum):
    """What becomes of our immutable id, `externalId`."""

    SEARCHABLE = "searchable"
    """Kept, and found by a filter."""
    KEPT = "kept"
    """Kept and shown, and no filter finds it."""
    DROPPED = "dropped"
    """Not kept; it is never sent."""


class Deletion(StrEnum):
    """What DELETE does."""

    REMOVES = "removes"
    BIN = "bin"
    """The object is gone from sight, and its name stays reserved."""
    DEACTIVATES = "deactivates"
    """The object stays in sight, switched off."""
    REFUSED = "refused"
    """There is no DELETE; none is ever sent."""


@dataclass(frozen=True, slots=True)
class BulkLimits:
    """What one call to `/Bulk` may hold."""

    operations: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Dialect:
    """Every switch of a dialect; the defaults are the RFC's own forms."""

    patch: PatchStyle = PatchStyle.PATHS
    switch: PatchStyle | None = None
    """How `active` alone is changed, where that differs from `patch`."""
    verbs: Verbs = Verbs.LOWER
    booleans: Booleans = Booleans.JSON
    cleared: Cleared = Cleared.REMOVE
    reference: Wrapping = Wrapping.VALUE
    member_add: MemberAdd = MemberAdd.VALUES
    member_remove: MemberRemove = MemberRemove.FILTER
    members_per_call: int = 1000
    paging: Paging = Paging.INDEX
    searchable: tuple[str, ...] | None = None
    """Attributes that a filter may name, without their selectors; None: all."""
    anchor: AnchorKept = AnchorKept.SEARCHABLE
    delete: Deletion = Deletion.REMOVES
    bulk: BulkLimits | None = None
    etags: bool = False
    """Whether `If-Match` is kept to: then every change names the version that it was made for."""
    users: str = "/Users"
    groups: str = "/Groups"
    """Where objects of a type are, below the address of the system."""

    def may_filter_by(self, path: str) -> bool:
        """Say whether a filter may name the attribute.

        Example:
            >>> Dialect(searchable=("userName",)).may_filter_by("username")
            True
        """
        allowed = self.searchable
        return allowed is None or path.lower() in {one.lower() for one in allowed}

    def verb(self, word: str) -> str:
        """Return an operation's verb in the letter case of the dialect."""
        return word.title() if self.verbs is Verbs.TITLE else word

    @property
    def writes_whole_groups(self) -> bool:
        """Whether a membership change reads and writes all members of its group."""
        return MemberAdd.WHOLE is self.member_add or MemberRemove.WHOLE is self.member_remove


RFC: Final = Dialect()

_ENTRA: Final = replace(RFC, patch=PatchStyle.MERGED)
_ENTRA_LEGACY: Final = replace(
    RFC,
    verbs=Verbs.TITLE,
    booleans=Booleans.TEXT,
    reference=Wrapping.TEXT,
    member_add=MemberAdd.WITH_REF,
    member_remove=MemberRemove.VALUES,
)
_OKTA: Final = replace(RFC, patch=PatchStyle.PUT, switch=PatchStyle.MERGED, delete=Deletion.REFUSED)

PRESETS: Final[Mapping[str, Dialect]] = {
    "rfc": RFC,
    "entra": _ENTRA,
    "entra-legacy": _ENTRA_LEGACY,
    "okta": _OKTA,
}
"""Dialects by the client for which a system was built.

`entra` is what that client sends with its flag for compliant patches, `entra-legacy` what it sends
without, and `okta` whole objects by PUT, a patch for the switch, and never a DELETE.
"""
