"""Whom somebody means: people over several sources answer to every key of theirs."""

from __future__ import annotations

from provisor.engine.chains.borrowing import own_source
from provisor.engine.job import Job
from provisor.ports.people import JoinsPeople


def key_meant(job: Job, word: str) -> str:
    """Return the key of whom a word names: a person's own, or that of one of their records.

    Cost: where the source is made of several, one look at what is remembered of them.
    """
    source = own_source(job.source)
    if not isinstance(source, JoinsPeople):
        return word
    return source.person_of(word) or word
