"""The whole configuration as one document: every job's rules, and the charter of the file.

A revision's digest covers it. As with a job: not in it are schedules, the store, remarks, secrets,
and where the file lies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from provisor.config.configuration import Configuration
from provisor.config.revision import job_document
from provisor.domain.canonical import Json, canonical_text, digest
from provisor.domain.charter import Charter
from provisor.domain.redaction import without_remarked_secrets

SCHEMA = "provisor.configuration/1"


@dataclass(frozen=True, slots=True)
class Written:
    """A configuration, ready to be proposed."""

    digest: str
    document: str
    """Canonical JSON of what the digest covers."""
    text: str
    """The file, without secrets in its remarks."""
    jobs: Mapping[str, tuple[str, str]]
    """Job name to the digest and the document of its own configuration."""


def written(configuration: Configuration, text: str) -> Written:
    """Return a configuration as it is proposed.

    Args:
        configuration: the file, checked.
        text: the same file, as it was written.
    """
    jobs = {name: job_document(configuration, name) for name in configuration.jobs}
    document: Json = {
        "schema": SCHEMA,
        "charter": _charter(configuration),
        "jobs": {key_of(name): body for name, body in jobs.items()},
    }
    return Written(
        digest(document),
        canonical_text(document),
        without_remarked_secrets(text),
        {name: (digest(body), canonical_text(body)) for name, body in jobs.items()},
    )


def charter_of(configuration: Configuration) -> Charter:
    """Return what a file says of votes, identities and revisions."""
    said = configuration.settings.revisions
    return Charter(said.run, canonical_text(_charter(configuration)), said.expiry_hours)


def key_of(name: str) -> str:
    """Return the key under which a job stands in documents; keys are ASCII."""
    return name.encode("unicode_escape").decode("ascii")


def _charter(configuration: Configuration) -> dict[str, Json]:
    settings = configuration.settings
    votes, said = settings.approvals, settings.revisions
    return {
        "approvals": {
            "four_eyes": votes.four_eyes,
            "expiry_hours": votes.expiry_hours,
            "destructive_expiry_hours": votes.destructive_expiry_hours,
        },
        "identity": {"mode": settings.identity.mode.value},
        "revisions": {"run": said.run.value, "expiry_hours": said.expiry_hours},
    }
