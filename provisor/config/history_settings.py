"""What may be written about the history: for how long it is kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from provisor.config.attribute_settings import Settings


class HistorySettings(Settings):
    """For how long the rows of earlier days are kept."""

    days: Annotated[int, Field(strict=True, ge=0, le=3_660)] = Field(
        400,
        description="Days for which the rows that both sides showed are kept, so that earlier "
        "days can be asked about; older ones are deleted. 0 keeps none.",
    )
