"""One page of a listing: how it is asked for, what it must be, and the pages asked for ahead."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from connectors._http import NOT_FOUND, OK, Answer, Turns
from connectors._scim_answers import BAD_REQUEST, content_of, is_error, word_of
from connectors._scim_dialect import Paging
from connectors._scim_values import Resource, member
from connectors._scim_wire import Query, Wire, collection
from provisor.domain.record import ABSENT
from provisor.domain.schema import ObjectType
from provisor.errors import Unsupported

PAGES_AHEAD: Final = 4
"""Pages that are on their way while one is looked at."""

_NOTHING_THERE: Final = {BAD_REQUEST, NOT_FOUND}
"""How some systems answer a question for what lies behind the end."""


class CursorExpired(Exception):
    """The system gave a cursor, and let it expire before it was asked for."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One page as the system answered it."""

    resources: tuple[Resource, ...] = ()
    malformed: int = 0
    """Entries that are no objects."""
    total: int | None = None
    next_cursor: str = ""
    version: str | None = None
    """The system's own time of the answer."""


@dataclass(frozen=True, slots=True)
class Pages:
    """Asks one collection for pages; every question of one listing is the same but its place."""

    wire: Wire
    turns: Turns
    object_type: ObjectType
    query: Query
    size: int
    paging: Paging = Paging.INDEX

    async def first(self) -> Listed:
        """Return the first page.

        Source: RFC 9865 section 2.1: an empty cursor asks for the first page.
        """
        match self.paging:
            case Paging.CURSOR:
                return await self.after("")
            case Paging.ONE_ANSWER:
                call = collection(self.object_type, self.query)
                return self._listed(await self.wire.look(call, self.turns))
            case _:
                return await self.at(1)

    async def at(self, index: int) -> Listed:
        """Return the page that begins at a one-based index."""
        return self._listed(await self._answer(("startIndex", str(index))))

    async def behind(self, last: int) -> Listed:
        """Return what follows the last index; a refusal to look there means nothing does."""
        answer = await self._answer(("startIndex", str(last + 1)))
        return Listed() if answer.status in _NOTHING_THERE else self._listed(answer)

    async def after(self, cursor: str) -> Listed:
        """Return the page that a cursor leads to.

        Raises:
            CursorExpired: the system does not know the cursor any more.

        Source: RFC 9865 section 2.1: every other parameter stays as it was; 2.2: `expiredCursor`.
        """
        answer = await self._answer(("cursor", cursor))
        if cursor and answer.status == BAD_REQUEST and word_of(answer) == "expiredCursor":
            raise CursorExpired
        return self._listed(answer)

    async def _answer(self, place: tuple[str, str]) -> Answer:
        query = (place, ("count", str(self.size)), *self.query)
        return await self.wire.look(collection(self.object_type, query), self.turns)

    def _listed(self, answer: Answer) -> Listed:
        if answer.status == NOT_FOUND:
            what = f"the system has no {self.object_type.value} at this address"
            raise Unsupported(
                what,
                where=self.wire.where,
                found=f"status {answer.status}",
                next="check `url`: it must end before `/Users` and `/Groups`",
            )
        content = content_of(answer) if answer.status == OK else None
        page = None if content is None or is_error(content) else _page(content, answer)
        if page is None:
            raise self.wire.problem(answer, collection(self.object_type))
        return page


def _page(content: Resource, answer: Answer) -> Listed | None:
    """Return the page, or None when the object is no list: neither resources nor a total."""
    entries = member(content, "Resources")
    total = _whole_number(member(content, "totalResults"))
    if entries is None or entries is ABSENT:
        if total is None:
            return None
        entries = []
    if not isinstance(entries, list):
        return None
    resources = tuple(entry for entry in entries if isinstance(entry, dict))
    cursor = member(content, "nextCursor")
    return Listed(
        resources,
        malformed=len(entries) - len(resources),
        total=total,
        next_cursor=cursor if isinstance(cursor, str) else "",
        version=answer.at.strftime("%Y-%m-%dT%H:%M:%SZ") if answer.at else None,
    )


def _whole_number(found: object) -> int | None:
    if isinstance(found, bool):
        return None
    if isinstance(found, str) and found.isascii() and found.isdigit():
        return int(found)
    return found if isinstance(found, int) else None


class Ahead:
    """Pages by index, several on their way at a time as long as they fit together."""

    def __init__(self, pages: Pages, stride: int, total: int | None) -> None:
        self._pages = pages
        self._stride = max(stride, 1)
        self._last = total
        self._ask = 1
        self._asked: deque[tuple[int, asyncio.Task[Listed]]] = deque()

    async def at(self, index: int) -> Listed:
        """Return the page at the index; pages asked for at other places are given up."""
        if not self._asked or self._asked[0][0] != index:
            self.give_up()
            self._ask = index
        self._fill()
        return await self._asked.popleft()[1]

    def give_up(self) -> None:
        """Take back what is still on its way."""
        for _, task in self._asked:
            task.cancel()
        self._asked.clear()

    def _fill(self) -> None:
        wanted = 1 if self._last is None else 1 + PAGES_AHEAD
        while len(self._asked) < wanted:
            if self._asked and (self._last is None or self._ask > self._last + 1):
                return
            self._asked.append((self._ask, self._task(self._ask)))
            self._ask = self._following(self._ask)

    def _following(self, index: int) -> int:
        """The page behind the end is asked for too, exactly at its place."""
        following = index + self._stride
        if self._last is None or index > self._last:
            return following
        return min(following, self._last + 1)

    def _task(self, index: int) -> asyncio.Task[Listed]:
        is_behind = self._last is not None and index > self._last
        fetch: Callable[[int], Awaitable[Listed]] = (
            self._pages.behind if is_behind else self._pages.at
        )
        task = asyncio.ensure_future(fetch(index - 1 if is_behind else index))
        task.add_done_callback(_looked_at)
        return task


def _looked_at(task: asyncio.Task[Listed]) -> None:
    """A page that was given up may have failed; asyncio would report that as forgotten."""
    if not task.cancelled():
        task.exception()
