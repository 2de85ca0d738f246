"""Taking back what a run did, in the office's words."""

from __future__ import annotations

from typing import Any

from provisor.domain.override import Override
from provisor.domain.undoing import Fate, undo_of
from provisor.engine.explain import Story, explain
from provisor.engine.run import Result
from provisor.engine.undoing.retrace import carried_out
from provisor.engine.undoing.undo import Order, Undone, undo
from tests.stories.workplace import Office


def run_of(result: Result) -> str:
    """The id of the run that a command made."""
    assert result.run is not None, "nothing was carried out"
    return result.run.id


def take_back(office: Office, reference: str, actor: str = "ann", **words: Any) -> Any:
    order = Order(words.pop("reason", "it was wrong"), **words)
    return undo(office.job(actor), carried_out(office.store, reference), order)


def taken_back(office: Office, reference: str, voter: str = "bob", **words: Any) -> Any:
    """Take back, let a second person approve, and carry out."""
    undone = take_back(office, reference, **words)
    assert undone.stored is not None, fates(undone)
    digest = undone.stored.plan.digest
    if undone.stored.status.value == "waiting":
        office.approve(digest, voter)
    office.apply(digest)
    return undone


def fates(undone: Undone) -> dict[tuple[str, str], Fate]:
    """Key and attribute (or operation) to what became of it."""
    return {(deed.key, deed.attribute or deed.operation.value): deed.fate for deed in undone.deeds}


def in_force(office: Office) -> list[Override]:
    return [one for one in office.store.overrides.all() if one.ended_at is None]


def of_undos(story: Story) -> list[str]:
    """The kinds of the decisions of undos that `explain` names."""
    return [one.kind.value for one in story.overrides if undo_of(one.id)]


def told_of(office: Office, key: str) -> Story:
    return explain(office.job(), key)
