"""What a system does with many writes in one call, with long lists, and with what is deleted."""

from __future__ import annotations

import asyncio
from typing import Final

from connectors._http import Answer
from connectors._scim_aftermath import has_status, made_by, succeeded
from connectors._scim_answers import id_of, resource_of
from connectors._scim_bulk import BulkDesk
from connectors._scim_dialect import Deletion, Dialect, Paging
from connectors._scim_pages import Listed, Pages
from connectors._scim_trial import Trial
from connectors._scim_wire import creation, single
from provisor.domain.schema import ObjectType
from provisor.errors import TargetProblem

_REFUSED_DELETE: Final = {400, 403, 405, 501}
_CONFLICT: Final = 409


async def try_bulk(trial: Trial, ann: str, bob: str, announced: Dialect) -> None:
    """Change both users in one call; two effects must show."""
    if announced.bulk is None:
        return
    desk, dialect = BulkDesk(trial.wire, announced.bulk), trial.found.dialect
    changes = [trial.change("displayName", trial.fresh()) for _ in "ab"]
    done = await asyncio.gather(
        *(
            trial.kept(one, dialect, [change], desk.deliver)
            for one, change in zip((ann, bob), changes, strict=True)
        )
    )
    if all(done) and desk.is_open:
        trial.found.settle("bulk", announced.bulk, "two changes in one call were kept")
    else:
        trial.found.settle("bulk", None, "announced, and two changes in one call were not kept")


async def try_deletion(trial: Trial, bob: str) -> None:
    """Delete one user, look for it, and make one of the same name."""
    name = await trial.name_of(bob)
    call = single("DELETE", ObjectType.USERS, bob)
    reply = await trial.wire.deliver(call, trial.turns)
    if isinstance(reply, Answer) and reply.status in _REFUSED_DELETE:
        reason = f"DELETE was answered with status {reply.status}"
        trial.found.settle("delete", Deletion.REFUSED, reason)
        return
    seen = await trial.seen(bob)
    if seen is not None:
        off = trial.shows(seen, trial.change("active", after=False))
        if off and succeeded(reply):
            reason = "a deleted user is in sight, switched off"
            trial.found.settle("delete", Deletion.DEACTIVATES, reason)
        else:
            trial.found.remarks.append("a deleted user is in sight as before")
        return
    trial.made.remove((ObjectType.USERS, bob))
    await _try_name_again(trial, name)


async def _try_name_again(trial: Trial, name: str) -> None:
    body = {
        "schemas": [trial.schemas[ObjectType.USERS].urn],
        "userName": name,
        "displayName": name,
        "active": True,
        "name": {"givenName": "Probe", "familyName": name},
    }
    call = creation(ObjectType.USERS, body)
    reply = await trial.wire.deliver(call, trial.turns)
    shown = resource_of(reply)
    native_id = id_of(shown) if shown is not None else made_by(reply, call.path)
    if native_id:
        trial.made.append((ObjectType.USERS, native_id))
        trial.found.settle("delete", Deletion.REMOVES, "the name could be given again")
    elif has_status(reply, {_CONFLICT}):
        trial.found.settle("delete", Deletion.BIN, "the name of a deleted user is reserved")
    else:
        trial.found.settle("delete", Deletion.REMOVES, "a deleted user is gone")


async def try_paging(trial: Trial) -> None:
    """Ask for one user, and for the one behind it; there are two at least."""
    first, second = await _page(trial, Paging.INDEX, 1), await _page(trial, Paging.INDEX, 2)
    by_cursor = await _page(trial, Paging.CURSOR, 1)
    if _is_next(first, second):
        trial.found.settle("paging", Paging.INDEX, "the second user was found by its index")
    elif any(page is not None and page.next_cursor for page in (first, by_cursor)):
        trial.found.settle("paging", Paging.CURSOR, "a page named the cursor of the next")
    elif first is not None and len(first.resources) > 1 and first.total == len(first.resources):
        trial.found.settle("paging", Paging.ONE_ANSWER, "all users came in one answer")
    else:
        trial.found.remarks.append("no way of asking for a second page was understood")


async def _page(trial: Trial, paging: Paging, index: int) -> Listed | None:
    pages = Pages(trial.wire, trial.turns, ObjectType.USERS, (), 1, paging)
    try:
        return await (pages.at(index) if index > 1 else pages.first())
    except TargetProblem:
        return None


def _is_next(first: Listed | None, second: Listed | None) -> bool:
    if first is None or second is None or not first.resources or not second.resources:
        return False
    return len(first.resources) == 1 and id_of(first.resources[0]) != id_of(second.resources[0])
