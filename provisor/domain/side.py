"""The two ends of a job."""

from __future__ import annotations

from enum import StrEnum


class Side(StrEnum):
    """Which end of a job."""

    SOURCE = "source"
    TARGET = "target"
