"""What people asked to take back is kept, found again and never changed."""

import pytest

from provisor.domain.event import EventKind
from provisor.domain.override import Override, OverrideKind
from provisor.domain.schema import ObjectType
from provisor.errors import UnknownName
from provisor.verifier import verify
from tests.stores.history import taken_back
from tests.stores.scenes import START, event


def pin(number):
    return Override(
        id=number,
        kind=OverrideKind.PIN,
        job="hr-to-app",
        object_type=ObjectType.USERS,
        key="E1",
        attribute="title",
        value="Clerk",
        reason="wrong",
        author="anna",
        approver="",
        created_at=START,
        expires_at=None,
    )


def test_an_undo_is_kept_with_its_decisions_and_read_again_as_it_was(store):
    made = taken_back("undo-7")
    store.undos.add(made, [pin("undo-7.1")], [event(EventKind.UNDO_ASKED, undo="undo-7")])

    assert store.undos.get("undo-7") == made
    assert [one.id for one in store.overrides.all()] == ["undo-7.1"]


def test_an_undo_that_was_never_asked_for_is_unknown(store):
    with pytest.raises(UnknownName):
        store.undos.get("undo-9")


def test_decisions_that_end_together_are_sealed_together(store, tmp_path):
    for number in range(1, 4):
        store.overrides.add(pin(f"undo-{number}.1"), [event(EventKind.OVERRIDE_ADDED)])
    store.overrides.exchange(["undo-2.1"], (), START, [event(EventKind.OVERRIDE_ENDED)])
    both = ["undo-1.1", "undo-3.1"]
    store.overrides.exchange(both, (), START, [event(EventKind.OVERRIDE_ENDED)])
    store.copy_to(str(tmp_path / "copy.db"))

    assert verify(tmp_path / "copy.db").problems == ()
