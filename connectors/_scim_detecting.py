"""Finding out how a system wants to be spoken to: what it says, and on request what it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connectors._http import Turns
from connectors._scim_announced import Findings, announced
from connectors._scim_dialect_file import written
from connectors._scim_schema import ScimSchema
from connectors._scim_settings import ScimSettings
from connectors._scim_trial import Trial
from connectors._scim_trial_ends import try_bulk, try_deletion, try_paging
from connectors._scim_trial_groups import try_groups
from connectors._scim_trial_users import try_users
from connectors._scim_wire import Wire
from provisor.domain.schema import ObjectType
from provisor.errors import TargetProblem
from provisor.ports.connector import Detected, Manner


async def detected(
    wire: Wire,
    settings: ScimSettings,
    schemas: Mapping[ObjectType, ScimSchema],
    turns: Turns,
    manner: Manner,
) -> Detected:
    """Return the dialect with reasons; whatever was made for the trial is removed.

    Raises:
        TargetProblem: the system does not answer.

    Cost: five calls for looking, about eighty for a trial.
    """
    found = await announced(wire, turns)
    if manner is Manner.TRYING:
        await _try(Trial(wire, settings, dict(schemas), turns, found))
    return Detected(_file(found), tuple(found.remarks), tuple(found.left))


async def _try(trial: Trial) -> None:
    said = trial.announced
    try:
        made = await try_users(trial)
        if made is not None:
            ann, bob = made
            await try_groups(trial, ann, bob)
            await try_paging(trial)
            await try_bulk(trial, ann, bob, said)
            await try_deletion(trial, bob)
    except TargetProblem as problem:
        trial.found.remarks.append(f"the trial ended early: {problem.what}")
    finally:
        await trial.clear_away()


def _file(found: Findings) -> str:
    text = written(found.dialect, found.reasons)
    return "".join((text, *(f"{line}\n" for line in _suggested(found))))


def _suggested(found: Findings) -> Iterator[str]:
    """Attributes of extensions are declared in the settings; here they stand to be copied."""
    if found.attributes:
        yield "# It lists attributes of extensions; to use them, declare under `attributes: users`:"
    for name, told in found.attributes.items():
        yield f"#   {name}: {told}"
