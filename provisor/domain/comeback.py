"""How somebody who had left came back."""

from __future__ import annotations

from enum import StrEnum


class Return(StrEnum):
    """How somebody who had left came back."""

    REINSTATED = "reinstated"
    """The leave was withdrawn."""
    REHIRED = "rehired"
    """They begin again: nothing of before comes back by itself."""
