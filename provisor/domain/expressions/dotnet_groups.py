"""What is open, and what is not known yet, while a pattern of .NET is translated."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reference:
    """A group that is named before all groups are known."""

    name: str
    condition: bool = False


@dataclass(slots=True)
class Frame:
    """A group that is open, or the whole pattern."""

    options: frozenset[str]
    parts: int = 0
    atom: int = 0
    """How many parts the last thing has that can be repeated; 0 for nothing."""
    grouped: bool = False
    """Whether that thing is a group."""
    conditional: bool = False
    position: int = 0
    width: int = 0
    """The least number of characters that the current branch matches."""
    last_width: int = 0
    """The same for the last thing that can be repeated."""
    shortest: int | None = None
    """The same for the branches before; None when there were none."""
    looks: bool = False
    """Whether it matches no characters itself."""

    @property
    def least(self) -> int:
        """The least number of characters that the group matches."""
        if self.looks:
            return 0
        return self.width if self.shortest is None else min(self.width, self.shortest)
