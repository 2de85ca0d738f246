"""The settings of revisions: which configurations jobs may act under."""

from __future__ import annotations

from pydantic import Field

from provisor.config.attribute_settings import Settings
from provisor.config.field_types import Hours
from provisor.domain.charter import REVISION_HOURS, Runs


class RevisionSettings(Settings):
    """How a configuration comes into force."""

    run: Runs = Field(
        Runs.ANY,
        description="`any`: jobs act under what the file says, and its first plan waits; `active`: "
        "for production, only under the active revision, which somebody else approved.",
    )
    expiry_hours: Hours = Field(
        REVISION_HOURS, description="Hours until an approval of a revision loses its force."
    )
