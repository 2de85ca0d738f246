"""A progress bar on a terminal; imported only where there is one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
)


@contextmanager
def progress_bar() -> Iterator[Bar]:
    """Show a bar on standard error, and take it away at the end."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as rich:
        yield Bar(rich)


class Bar:
    """A progress bar of rich, as the rooms know it."""

    def __init__(self, rich: Progress) -> None:
        self._rich = rich
        self._task = rich.add_task("", visible=False)

    def begin(self, label: str, total: int | None) -> None:
        """Show the bar with a label."""
        self._rich.reset(self._task, description=label, total=total, visible=True)

    def advance(self, steps: int) -> None:
        """Move on."""
        self._rich.advance(self._task, steps)

    def end(self) -> None:
        """Take the bar away."""
        self._rich.update(self._task, visible=False)
