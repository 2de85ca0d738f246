"""An event loop beside the program: plain calls in front, many open requests behind."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import TypeVar

Result = TypeVar("Result")


class LoopThread:
    """An event loop in a thread of its own, so that plain calls can keep many requests open."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=name, daemon=True)
        self._thread.start()

    def start(self, work: Coroutine[object, object, Result]) -> Future[Result]:
        """Begin the work and return at once."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def run(self, work: Coroutine[object, object, Result]) -> Result:
        """Do the work to its end; an interrupted caller takes it back."""
        future = self.start(work)
        try:
            return future.result()
        finally:
            future.cancel()

    @property
    def is_open(self) -> bool:
        """Whether work can still be begun."""
        return self._thread.is_alive()

    def close(self) -> None:
        """Take back what is still under way, and stop the loop and its thread."""
        self.run(_take_back_everything())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _take_back_everything() -> None:
    loop = asyncio.get_running_loop()
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await loop.shutdown_asyncgens()
    await loop.shutdown_default_executor()
