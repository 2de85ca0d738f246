"""Secrets: drawn when the act goes out, held in memory only, handed over when it is done.

Never: a secret in the store, a log, a message or a digest. What is sealed is how it is drawn.
"""

from __future__ import annotations

import json
import secrets
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from provisor.domain.action import Action, Change, Draw
from provisor.domain.expressions import Circumstances, Computed, evaluate, parse
from provisor.domain.plan import PlannedAction
from provisor.domain.record import ABSENT, NOTHING, as_text
from provisor.errors import DeliveryFailed, ExpressionFailed
from provisor.ports.delivery import Delivery, Parcel
from provisor.ports.secret import Secret

Drawn = Mapping[str, Secret]
"""Attribute to what was drawn for it."""


def drawn_for(action: Action) -> Drawn:
    """Draw the secrets of one act from the operating system's random source.

    Raises:
        ExpressionFailed: an expression gives nothing that can be a secret.
    """
    return {draw.attribute: _drawn(draw) for draw in action.draws}


def _drawn(draw: Draw) -> Secret:
    chance = Circumstances(draw=secrets.token_bytes)
    result = evaluate(parse(draw.generator), NOTHING, chance)
    value = as_text(result.value) if isinstance(result, Computed) else ""
    if value:
        return Secret(value)
    raise ExpressionFailed(
        f"the expression for the secret `{draw.attribute}` gives no text",
        where=f"attribute `{draw.attribute}`",
        safe="the account was not made",
        next="mend the expression, then run `provisor check`",
    )


def with_secrets(action: Action, drawn: Drawn) -> Action:
    """Return the act as the connector gets it: with its secrets, and only for the wire."""
    changes = [Change(name, ABSENT, value.reveal()) for name, value in drawn.items()]
    return replace(action, changes=(*action.changes, *changes), draws=())


def hand_over(
    planned: PlannedAction, native_id: str, drawn: Drawn, deliveries: Mapping[str, Delivery]
) -> str:
    """Hand over the secrets of an account that was made.

    Returns:
        What went wrong, in words without a secret; nothing when all arrived.
    """
    failures = []
    for draw in planned.action.draws:
        if not draw.deliver:
            continue
        parcel = Parcel(
            target=planned.action.target,
            object_type=planned.action.object_type.value,
            key=planned.draft.key,
            account=planned.draft.name,
            native_id=native_id,
            attribute=draw.attribute,
            value=drawn[draw.attribute],
        )
        try:
            deliveries[draw.deliver].hand_over(parcel)
        except DeliveryFailed as failed:
            failures.append(f"`{draw.attribute}` by `{draw.deliver}`: {failed.what}")
    return undelivered(failures) if failures else ""


def undelivered(failures: Sequence[str]) -> str:
    """Return the sentence for an account whose owner has no secret."""
    return f"the account was made, but its secret reached nobody: {'; '.join(failures)}"


def lost_secrets(action: Action) -> str:
    """Return the sentence for a create of which nobody saw the end; nothing where none is due."""
    due = [draw for draw in action.draws if draw.deliver]
    return (
        undelivered([f"`{d.attribute}`: the run ended before it was handed over" for d in due])
        if due
        else ""
    )


@dataclass(frozen=True, slots=True)
class CommandDelivery:
    """A program of the organisation's own, started once per secret.

    It reads one JSON object from its standard input; what it prints is thrown away, because it may
    print the secret.
    """

    command: tuple[str, ...]
    seconds: int
    folder: Path
    """Where the program is started; relative paths begin there."""

    def hand_over(self, parcel: Parcel) -> None:
        """Start the program, give it the secret, and wait for its end.

        Raises:
            DeliveryFailed: it could not be started, was too slow, or said that it failed.
        """
        self._hand(_document(parcel))

    def tell(self, note: Mapping[str, str]) -> None:
        """Start the program, give it a note, and wait for its end.

        Raises:
            DeliveryFailed: it could not be started, was too slow, or said that it failed.
        """
        self._hand(json.dumps(dict(note), ensure_ascii=False).encode("utf-8"))

    def _hand(self, document: bytes) -> None:
        try:
            ended = subprocess.run(  # noqa: S603 - the command is the administrator's own
                self.command,
                input=document,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=self.folder,
                timeout=self.seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise DeliveryFailed(f"the program took more than {self.seconds} s") from None
        except OSError as problem:
            raise DeliveryFailed(f"the program cannot be started: {problem.strerror}") from None
        if ended.returncode != 0:
            raise DeliveryFailed(f"the program ended with exit code {ended.returncode}")


def _document(parcel: Parcel) -> bytes:
    return json.dumps(
        {
            "target": parcel.target,
            "object": parcel.object_type,
            "key": parcel.key,
            "account": parcel.account,
            "target_id": parcel.native_id,
            "attribute": parcel.attribute,
            "value": parcel.value.reveal(),
        },
        ensure_ascii=False,
    ).encode("utf-8")
