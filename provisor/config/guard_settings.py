"""When a read is believed to be complete: of a job's sides, and of each source of people."""

from __future__ import annotations

from pydantic import Field

from provisor.config.attribute_settings import Settings
from provisor.config.field_types import Count, Percent


class GuardSettings(Settings):
    """How much a full read may differ from the last complete one and still be believed."""

    rows: Count = Field(
        10, description="A read is complete only while fewer rows than this are missing."
    )
    percent: Percent = Field(
        5, description="A read is complete only while less than this percentage is missing."
    )
    null_percent: Percent = Field(
        5, description="Percentage points of values that an attribute may lose."
    )
    repeated_percent: Percent = Field(
        1, description="Percent of rows with a repeated or empty key that a complete read may have."
    )
