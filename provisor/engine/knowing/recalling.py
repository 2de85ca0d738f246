"""What earlier plans found nothing to do about, as fingerprints: loaded, and kept.

They hold for one version of the program and of polars, one way to make numbers, and one set of
rules. Whatever is missing or of another making says nothing, and everybody is compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from provisor import __version__
from provisor.domain.columns.prints import (
    NOTHING_KNOWN,
    Memory,
    Prints,
    packed,
    test_vector,
    unpacked,
)
from provisor.domain.columns.quiet import Peace
from provisor.domain.imprint import imprint
from provisor.domain.rules import JobRules
from provisor.domain.schema import ObjectType
from provisor.ports.prints import Printed
from provisor.ports.store import Store

Recall = Callable[[JobRules], Mapping[ObjectType, Memory]]

FORMAT = 1
"""Counts up whenever another version of these rooms would judge a quiet row otherwise."""


def nothing_known(_rules: JobRules) -> Mapping[ObjectType, Memory]:
    """Remember nothing of earlier plans."""
    return {}


def recalling(store: Store) -> Recall:
    """Return what loads the fingerprints of a job, when they are asked for.

    Cost: one SELECT per object type; some milliseconds for a million people.
    """

    def recall(rules: JobRules) -> Mapping[ObjectType, Memory]:
        return {kind: Memory(_seed(store), _known(store, rules, kind)) for kind in rules.objects}

    return recall


def keep_prints(store: Store, rules: JobRules, peace: Mapping[ObjectType, Peace]) -> None:
    """Keep the fingerprints of all with whom nothing is to be done.

    Cost: 9 bytes per record; nothing where they are those that are kept already.
    """
    for kind, one in peace.items():
        if not one.prints.equals(_known(store, rules, kind)):
            printed = Printed(_seal(store, rules, kind), packed(one.prints))
            store.prints.keep(rules.job, kind.value, printed)


def _known(store: Store, rules: JobRules, kind: ObjectType) -> Prints:
    printed = store.prints.of(rules.job, kind.value)
    if printed is None or printed.seal != _seal(store, rules, kind):
        return NOTHING_KNOWN
    return unpacked(printed.body) or NOTHING_KNOWN


def _seed(store: Store) -> bytes:
    return store.installation.seed


def _seal(store: Store, rules: JobRules, kind: ObjectType) -> str:
    """Return what fingerprints hold for, besides what they are made of."""
    own = rules.objects[kind]
    said = (
        __version__,
        str(FORMAT),
        test_vector(_seed(store)),
        rules.configuration,
        imprint((own, rules.protected, rules.zone, rules.default_domain)),
    )
    return hashlib.sha256("\n".join(said).encode()).hexdigest()
