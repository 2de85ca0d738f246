"""Fingerprints: kept as they are, in parts, and lost without harm."""

from __future__ import annotations

from provisor.ports.prints import Printed

LARGE = bytes(range(256)) * 9_000


def test_fingerprints_come_back_whole_however_large_they_are(store):
    store.prints.keep("hr-to-app", "users", Printed("s" * 64, LARGE))
    store.prints.keep("hr-to-app", "groups", Printed("t" * 64, b""))

    assert store.prints.of("hr-to-app", "users") == Printed("s" * 64, LARGE)
    assert store.prints.of("hr-to-app", "groups") == Printed("t" * 64, b"")
    assert store.prints.of("hr-to-app", "memberships") is None
    assert store.prints.of("hr-to-crm", "users") is None


def test_fingerprints_are_kept_in_place_of_those_before(store):
    store.prints.keep("hr-to-app", "users", Printed("s" * 64, LARGE))
    store.prints.keep("hr-to-app", "users", Printed("u" * 64, b"less"))

    assert store.prints.of("hr-to-app", "users") == Printed("u" * 64, b"less")


def test_fingerprints_of_one_job_are_forgotten_alone(store):
    store.prints.keep("hr-to-app", "users", Printed("s" * 64, LARGE))
    store.prints.keep("hr-to-crm", "users", Printed("s" * 64, b"others"))
    store.prints.forget("hr-to-app")

    assert store.prints.of("hr-to-app", "users") is None
    assert store.prints.of("hr-to-crm", "users") == Printed("s" * 64, b"others")
