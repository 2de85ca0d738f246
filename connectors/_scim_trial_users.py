"""How a system wants its users written: each form is sent, and believed when a look shows it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from connectors._scim_aftermath import has_status
from connectors._scim_dialect import AnchorKept, Booleans, Cleared, PatchStyle, Verbs, Wrapping
from connectors._scim_patch import message, operations
from connectors._scim_schema import ANCHOR, ENTERPRISE_URN
from connectors._scim_trial import Trial
from connectors._scim_wire import single, with_body
from provisor.domain.record import ABSENT, Value
from provisor.domain.schema import ObjectType
from provisor.errors import TargetProblem

MANAGER: Final = f"{ENTERPRISE_URN}:manager"
WRONG_VERSION: Final = 'W/"provisor-names-no-version"'

_SOUGHT: Final = ("userName", ANCHOR, "displayName", "emails.value", "name.familyName")
_PATCHES: Final = (
    (PatchStyle.PATHS, Verbs.LOWER),
    (PatchStyle.PATHS, Verbs.TITLE),
    (PatchStyle.NESTED, Verbs.LOWER),
    (PatchStyle.MERGED, Verbs.LOWER),
    (PatchStyle.NESTED, Verbs.TITLE),
    (PatchStyle.MERGED, Verbs.TITLE),
    (PatchStyle.PUT, Verbs.LOWER),
)
_SWITCHES: Final = (None, PatchStyle.PATHS, PatchStyle.NESTED, PatchStyle.MERGED)
_STALE: Final = 412


async def try_users(trial: Trial) -> tuple[str, str] | None:
    """Find out how users are written; return both users, or None where none can be made."""
    name = trial.fresh()
    ann = await trial.make_user(name)
    bob = await trial.make_user(trial.fresh()) if ann else ""
    if not bob:
        trial.found.remarks.append("no user could be made for the trial; only looked at")
        return None
    await _try_anchor(trial, ann, name)
    await _try_filters(trial, name)
    if not await _try_patches(trial, ann):
        return ann, bob
    await _try_switch(trial, ann)
    await _try_clearing(trial, ann)
    await _try_reference(trial, ann, bob)
    await _try_versions(trial, ann)
    return ann, bob


async def _try_anchor(trial: Trial, ann: str, name: str) -> None:
    if not trial.shows(await trial.seen(ann), trial.change(ANCHOR, name)):
        trial.found.settle("anchor", AnchorKept.DROPPED, "an externalId was not kept")
    elif await _is_found(trial, ANCHOR, name):
        trial.found.settle("anchor", AnchorKept.SEARCHABLE, "a filter by externalId found it")
    else:
        trial.found.settle("anchor", AnchorKept.KEPT, "no filter by externalId found it")


async def _is_found(trial: Trial, path: str, value: Value) -> bool:
    """Say whether a filter finds the one user who has the value, and nobody for another."""
    known = trial.schemas[ObjectType.USERS].known(path)
    finder = trial.finder(ObjectType.USERS)
    try:
        hits = await finder.by_value(known, value, trial.turns)
        others = await finder.unchecked(known, trial.fresh(), trial.turns)
    except TargetProblem:
        return False
    return len(hits) == 1 and not others


async def _try_filters(trial: Trial, name: str) -> None:
    values = {"emails.value": f"{name}@probe.invalid"}
    able = [p for p in _SOUGHT if await _is_found(trial, p, values.get(p, name))]
    if len(able) == len(_SOUGHT):
        reason = "each of five attributes was found by a filter"
        trial.found.settle("searchable", None, reason)
    else:
        trial.found.settle("searchable", tuple(able), f"{len(able)} of five could be found by")


async def _try_patches(trial: Trial, ann: str) -> bool:
    for style, verbs in _PATCHES:
        dialect = replace(trial.found.dialect, patch=style, verbs=verbs)
        text = trial.fresh()
        changes = (trial.change("displayName", text), trial.change("name.givenName", text))
        if await trial.holds(ann, dialect, *changes):
            trial.found.settle("patch", style, "two attributes sent so were kept")
            trial.found.settle("verbs", verbs, "a value sent so was kept")
            return True
    trial.found.remarks.append("no form of a change was kept: its users cannot be changed so")
    return False


async def _try_switch(trial: Trial, ann: str) -> None:
    for style in _SWITCHES:
        for booleans in Booleans:
            dialect = replace(trial.found.dialect, switch=style, booleans=booleans)
            off, on = trial.change("active", after=False), trial.change("active", after=True)
            if await trial.holds(ann, dialect, off) and await trial.holds(ann, dialect, on):
                trial.found.settle("booleans", booleans, "a user was switched off and on so")
                if style is not None:
                    trial.found.settle("switch", style, "a user was switched off and on so")
                return
    trial.found.remarks.append("no user could be switched off and on again")


async def _try_clearing(trial: Trial, ann: str) -> None:
    for cleared in Cleared:
        dialect = replace(trial.found.dialect, cleared=cleared)
        text = trial.fresh()
        if not await trial.holds(ann, dialect, trial.change("displayName", text)):
            break
        if await trial.holds(ann, dialect, trial.change("displayName", ABSENT, text)):
            trial.found.settle("cleared", cleared, "a value was taken away so")
            return
    trial.found.remarks.append("no form of taking a value away had an effect on a display name")


async def _try_reference(trial: Trial, ann: str, bob: str) -> None:
    for wrapping in Wrapping:
        dialect = replace(trial.found.dialect, reference=wrapping)
        if await trial.holds(ann, dialect, trial.change(MANAGER, bob)):
            trial.found.settle("reference", wrapping, "a manager written so was kept")
            await trial.holds(ann, dialect, trial.change(MANAGER, ABSENT, bob))
            return
    trial.found.remarks.append("no form of a manager was kept")


async def _try_versions(trial: Trial, ann: str) -> None:
    """A wrong version must be refused, and nothing may be written under it."""
    dialect, text = trial.found.dialect, trial.fresh()
    if dialect.patch is PatchStyle.PUT:
        return
    change = trial.change("displayName", text)
    call = single("PATCH", ObjectType.USERS, ann)
    call = with_body(call, message(operations([change], None, dialect)))
    reply = await trial.wire.deliver(replace(call, if_match=WRONG_VERSION), trial.turns)
    written = trial.shows(await trial.seen(ann), change)
    if has_status(reply, {_STALE}) and not written:
        trial.found.settle("etags", value=True, reason="a wrong version was refused")
    else:
        trial.found.settle("etags", value=False, reason="a wrong version was not refused")
