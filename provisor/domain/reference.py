"""Attributes whose value is another record: how it is named, and why it may lead nowhere."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from provisor.domain.record import Presence, Value, as_text, each_of, is_blank
from provisor.domain.schema import Attribute, AttributeType, ObjectType

NATIVE: Final = "native:"
"""What stands before the native id of an object that is nobody of ours."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What the value of a mapping names: another record of the same source."""

    leads_to: ObjectType
    """`users` or `groups`."""
    by: str = ""
    """The source attribute of the other record that the value is; empty for its key."""


class Lack(StrEnum):
    """Why a reference cannot be written now; it is written as soon as it can be."""

    NOBODY = "nobody"
    """The source has no such record."""
    SEVERAL = "several"
    """Several records of the source have this value."""
    NO_ACCOUNT = "no_account"
    """The record has no account in this target: out of scope, set aside, or gone."""
    DELETED = "deleted"
    """The account is deleted by the same plan."""
    UNMADE = "unmade"
    """The other job, whose value it is, has made no account of the record yet."""
    UNSETTLED = "unsettled"
    """The other job has something to do about the value that waits, failed or is uncertain."""
    UNREAD = "unread"
    """The account of the other job is not in what could be read."""
    UNOWNED = "unowned"
    """The job that owns the accounts of this target has made none yet."""


OF_OTHER_JOBS: Final = frozenset({Lack.UNMADE, Lack.UNSETTLED, Lack.UNREAD, Lack.UNOWNED})
"""What is waited for until another job is done."""

LACK_WORDS: Final = {
    Lack.NOBODY: "the source has no such record",
    Lack.SEVERAL: "several records of the source have this value",
    Lack.NO_ACCOUNT: "the record has no account in the target",
    Lack.DELETED: "the account is deleted by the same plan",
    Lack.UNMADE: "waits: that job has made no account of the record yet",
    Lack.UNSETTLED: "waits: that job has a change of it that is not carried out yet",
    Lack.UNREAD: "waits: the account of that job could not be read",
    Lack.UNOWNED: "waits: nobody has made the account yet, and this job makes none",
}


@dataclass(frozen=True, slots=True)
class Pending:
    """One reference, or value of another job, that is left out of a plan, and told."""

    object_type: ObjectType
    key: str
    """Of the record that refers."""
    attribute: str
    value: str
    """What the source says of the other record, or the name of the value of another job."""
    lack: Lack


def texts_of(value: Presence) -> tuple[str, ...]:
    """Return the text form of everything that a reference names, each once, in order.

    Example:
        >>> texts_of(("b", "", "a", "b")), texts_of(7), texts_of(None)
        (('b', 'a'), ('7',), ())
    """
    return tuple(dict.fromkeys(as_text(one) for one in each_of(value) if not is_blank(one)))


def as_reference(attribute: Attribute) -> Attribute:
    """Return a field as references see it: texts, and never needed while an object is made."""
    return replace(attribute, type=AttributeType.REFERENCE, required=False, unique=False)


def is_native(name: str) -> bool:
    """Say whether a reference in a plan leads to an object that is nobody of ours."""
    return name.startswith(NATIVE)


def as_native(value: Value) -> Value:
    """Return native ids as references name them; a person may pin what an account shows.

    Example:
        >>> as_native(("u1", "u2")), as_native("u1"), as_native(None)
        (('native:u1', 'native:u2'), 'native:u1', None)
    """
    if isinstance(value, tuple):
        return tuple(f"{NATIVE}{as_text(one)}" for one in value)
    return None if is_blank(value) else f"{NATIVE}{as_text(value)}"


def as_shown(value: Value) -> Value:
    """Return references that name native ids as an account shows them.

    Example:
        >>> as_shown(("native:u1", "E2")), as_shown("native:u1")
        (('u1', 'E2'), 'u1')
    """
    if isinstance(value, tuple):
        return tuple(as_text(one).removeprefix(NATIVE) for one in value)
    return value.removeprefix(NATIVE) if isinstance(value, str) else value
