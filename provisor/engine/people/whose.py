"""Whom somebody means: people over several sources answer to every key of theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from provisor.engine.chains.borrowing import own_source
from provisor.engine.job import Job
from provisor.errors import ProvisorError
from provisor.ports.people import JoinsPeople


def key_meant(job: Job, word: str) -> str:
    """Return the key of whom a word names: a person's own, or that of one of their records.

    Cost: where the source is made of several, one look at what is remembered of them.
    """
    source = own_source(job.source)
    if not isinstance(source, JoinsPeople):
        return word
    return source.person_of(word) or word


def key_of_several(jobs: Iterable[Callable[[], Job]], word: str) -> str:
    """Return the key of whom a word names in the first of several jobs that knows a person by it.

    Args:
        jobs: each opened when it is its turn; one that cannot be opened is passed over, and told
            by whoever acts on its target.
        word: what somebody called the person.
    """
    for opened in jobs:
        try:
            meant = key_meant(opened(), word)
        except ProvisorError:
            continue
        if meant != word:
            return meant
    return word
