"""Enumerating a collection, provably: page by page to an end that the system itself declares.

A check that fails raises `ReadIncomplete` with numbers; nothing is concluded from what is missing.
Source: RFC 7644 section 3.4.2.4 (index) and RFC 9865 (cursor).
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from dataclasses import replace

from connectors._scim_answers import id_of
from connectors._scim_dialect import Paging
from connectors._scim_pages import Ahead, CursorExpired, Listed, Pages
from connectors._scim_values import Resource
from provisor.errors import ReadIncomplete


class Ledger:
    """What a listing has shown so far, and the checks that every page must pass."""

    def __init__(self) -> None:
        self.total: int | None = None
        self.version: str | None = None
        self._seen: set[str] = set()

    @property
    def count(self) -> int:
        """How many objects were seen."""
        return len(self._seen)

    @property
    def is_full(self) -> bool:
        """Whether as many objects were seen as the system declares."""
        return self.total is not None and self.count >= self.total

    def open(self, first: Listed) -> None:
        """Take what the first page says about the whole, and its objects."""
        self.total, self.version = first.total, first.version
        self.enter(first)

    def enter(self, page: Listed) -> None:
        """Take one page's objects.

        Raises:
            ReadIncomplete: the page does not fit what was seen before.
        """
        self._check_total(page)
        ids = [id_of(resource) for resource in page.resources]
        nameless = page.malformed + ids.count("")
        if nameless:
            what = f"{nameless} of {len(ids) + page.malformed} objects of a page have no id"
            raise ReadIncomplete(what)
        fresh = set(ids) - self._seen
        if len(fresh) < len(ids):
            repeated = len(ids) - len(fresh)
            page_says = f"{repeated} of {len(ids)} objects of a page were listed before"
            what = f"{page_says}, after {self.count} of {_declared(self.total)}"
            raise ReadIncomplete(what)
        self._seen |= fresh
        if self.total is not None and self.count > self.total:
            what = f"the system declares {self.total} objects and lists {self.count}"
            raise ReadIncomplete(what)

    def close(self) -> None:
        """Check that as many objects were seen as were declared, if any number was."""
        if self.total is not None and self.count != self.total:
            what = f"the list ends after {self.count} of {self.total} declared objects"
            raise ReadIncomplete(what)

    def knows(self, resources: Iterable[Resource]) -> bool:
        """Say whether all of the objects were seen before."""
        return all(id_of(resource) in self._seen for resource in resources)

    def unseen(self, page: Listed) -> Listed:
        """Take a page of a second listing, and return what the first had not shown."""
        fresh = tuple(one for one in page.resources if id_of(one) not in self._seen)
        self._seen.update(map(id_of, fresh))
        return replace(page, resources=fresh)

    def conclude(self, again: Ledger) -> None:
        """Check that a second listing showed what the first had shown; its total counts.

        Raises:
            ReadIncomplete: an object of the first listing is not in the second.
        """
        self.total = again.total
        if lost := self.count - again.count:
            what = f"{lost} of {self.count} objects were listed before a cursor expired, not after"
            raise ReadIncomplete(what)

    def _check_total(self, page: Listed) -> None:
        if page.total != self.total:
            totals = f"from {_declared(self.total)} to {_declared(page.total)}"
            what = f"the declared total changed {totals} while pages were read"
            raise ReadIncomplete(what)


def _declared(total: int | None) -> str:
    return "an undeclared number" if total is None else str(total)


async def listed(pages: Pages, ledger: Ledger) -> AsyncGenerator[Listed, None]:
    """Yield every page of a collection; the ledger holds what they showed.

    Raises:
        ReadIncomplete: the pages do not prove that they are all.
        TargetProblem: a page could not be had.
    """
    first = await pages.first()
    ledger.open(first)
    yield first
    if pages.paging is Paging.ONE_ANSWER and not first.next_cursor:
        ledger.close()
        return
    by_cursor = first.next_cursor or pages.paging is Paging.CURSOR
    rest = _by_cursor if by_cursor else _by_index
    async for page in rest(pages, ledger, first):
        yield page


async def _by_cursor(pages: Pages, ledger: Ledger, first: Listed) -> AsyncGenerator[Listed, None]:
    try:
        async for page in _followed(pages, ledger, first):
            yield page
    except CursorExpired:
        async for page in _anew(pages, ledger):
            yield page
    ledger.close()


async def _followed(pages: Pages, ledger: Ledger, first: Listed) -> AsyncGenerator[Listed, None]:
    cursor, used = first.next_cursor, set[str]()
    while cursor:
        if cursor in used:
            what = f"the system gave one cursor twice, after {ledger.count} objects"
            raise ReadIncomplete(what)
        used.add(cursor)
        page = await pages.after(cursor)
        ledger.enter(page)
        yield page
        cursor = page.next_cursor


async def _anew(pages: Pages, ledger: Ledger) -> AsyncGenerator[Listed, None]:
    """Begin again, once, and yield what was not shown before."""
    again = Ledger()
    try:
        first = await pages.first()
        again.open(first)
        yield ledger.unseen(first)
        async for page in _followed(pages, again, first):
            yield ledger.unseen(page)
    except CursorExpired:
        what = f"cursors expired twice, after {ledger.count} of {_declared(ledger.total)} objects"
        raise ReadIncomplete(what) from None
    again.close()
    ledger.conclude(again)


async def _by_index(pages: Pages, ledger: Ledger, first: Listed) -> AsyncGenerator[Listed, None]:
    ahead = Ahead(pages, len(first.resources), ledger.total)
    try:
        page = first
        while page.resources and not ledger.is_full:
            page = await ahead.at(ledger.count + 1)
            ledger.enter(page)
            yield page
        ledger.close()
        if ledger.total:
            await _check_end(pages, ledger, first, await ahead.at(ledger.count + 1))
    finally:
        ahead.give_up()


async def _check_end(pages: Pages, ledger: Ledger, first: Listed, behind: Listed) -> None:
    """Check that nothing follows the last declared object.

    Some systems start again from the first object there. That is an end only where an index counts
    at all; a system that ignores it, and calls one page the whole, must not be believed.
    """
    if not behind.resources:
        if behind.total not in {None, 0, ledger.total}:
            ledger.enter(behind)
        return
    if not ledger.knows(behind.resources):
        what = f"the system declares {ledger.total} objects and lists more"
        raise ReadIncomplete(what)
    if len(first.resources) < ledger.count or ledger.count == 1:
        return
    second = await pages.at(2)
    if second.resources and id_of(second.resources[0]) == id_of(first.resources[0]):
        same_page = f"with the same {len(second.resources)} objects wherever a page should begin"
        what = f"the system answers {same_page}; there may be more"
        raise ReadIncomplete(what)
