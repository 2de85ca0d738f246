"""The JSON shapes of `config`: revisions, what they change, and what they would do."""

from __future__ import annotations

import difflib
import json
from collections.abc import Mapping
from typing import Any

from provisor.cli.shapes import Shape
from provisor.config.whole_revision import charter_of
from provisor.domain.configuration_difference import Shift, shifts
from provisor.domain.configuration_guards import Weight
from provisor.domain.configuration_life import (
    Chronicle,
    ConfigurationRevision,
    Results,
    Stage,
    Voice,
    approvers_of,
)
from provisor.domain.event import moment
from provisor.domain.redaction import without_secrets
from provisor.engine.revisions.consequences import Age, age_of
from provisor.engine.revisions.desk import Standing
from provisor.engine.revisions.in_force import is_enforced
from provisor.wiring import Wiring


def standing_shape(wiring: Wiring, one: Standing) -> Shape:
    """Return the shape `revision`."""
    number = one.revision.number
    activation = one.chronicle.activation_of(number)
    return {
        **brief_shape(one.revision, one.stage, one.approvers),
        "needed": one.needed,
        "hands": list(one.revision.hands),
        "results": _results_shape(wiring, one.results),
        "voices": [_voice_shape(voice) for voice in one.chronicle.voices_of(number)],
        "activated": None
        if activation is None
        else {
            "by": activation.actor,
            "asserted": activation.asserted,
            "reason": activation.reason,
            "at": moment(activation.at),
        },
    }


def brief_shape(revision: ConfigurationRevision, stage: Stage, approvers: tuple[str, ...]) -> Shape:
    """Return what is told of a revision in a list."""
    return {
        "revision": revision.number,
        "digest": revision.digest,
        "stage": stage.value,
        "author": revision.author,
        "asserted": revision.asserted,
        "reason": revision.reason,
        "proposed_at": moment(revision.proposed_at),
        "after": revision.after or None,
        "origin": revision.origin or None,
        "approvers": list(approvers),
    }


def _voice_shape(voice: Voice) -> Shape:
    return {
        "kind": voice.kind.value,
        "by": voice.voter,
        "asserted": voice.asserted,
        "reason": voice.reason,
        "at": moment(voice.at),
        "expires_at": moment(voice.expires_at),
        "results": voice.results,
    }


def results_of(results: Results | None) -> dict[str, Any] | None:
    """Return the body of results; None where there are none."""
    if results is None:
        return None
    body: dict[str, Any] = json.loads(results.body)
    return body


def _results_shape(wiring: Wiring, results: Results | None) -> Shape | None:
    body = results_of(results)
    if results is None or body is None:
        return None
    age = aged(wiring, results)
    return {
        "digest": results.digest,
        "by": results.made_by,
        "at": moment(results.made_at),
        "hours": age.hours,
        "moved": list(age.moved),
        "what_if": body["what_if"],
        "tests": body["tests"],
    }


def aged(wiring: Wiring, results: Results) -> Age:
    """Return how old results are by now."""
    return age_of(wiring.store, results, wiring.clock.now())


def ordered_shifts(was: ConfigurationRevision | None, now: ConfigurationRevision) -> list[Shift]:
    """Return what a revision changes, loosened guards first."""
    order = (Weight.LOOSER, Weight.GUARD, Weight.TIGHTER, Weight.PLAIN)
    found = shifts(was.document if was is not None else "", now.document)
    return sorted(found, key=lambda shift: (order.index(shift.weight), shift.place))


def text_difference(was: ConfigurationRevision | None, now: ConfigurationRevision) -> list[str]:
    """Return the lines in which two texts differ, without secrets."""
    before = was.text.splitlines() if was is not None else []
    name = f"revision {was.number}" if was is not None else "nothing"
    after, theirs = now.text.splitlines(), f"revision {now.number}"
    lines = difflib.unified_diff(before, after, name, theirs, lineterm="")
    return [without_secrets(line) for line in lines]


def difference_shape(was: ConfigurationRevision | None, now: ConfigurationRevision) -> Shape:
    """Return the shape `config-diff`."""
    found = ordered_shifts(was, now)
    return {
        "revision": now.number,
        "against": was.number if was is not None else None,
        "looser": sum(shift.weight is Weight.LOOSER for shift in found),
        "changes": [
            {
                "place": shift.place,
                "turned": shift.turned.value,
                "was": shift.was,
                "now": shift.now,
                "weight": shift.weight.value,
                "words": shift.words,
            }
            for shift in found
        ],
        "text": text_difference(was, now),
    }


def cited_shape(wiring: Wiring, number: int | None) -> Shape | None:
    """Return who proposed and who approved the revision that something was done under."""
    if number is None:
        return None
    chronicle = wiring.store.configurations.chronicle()
    return _cited(chronicle, number, wiring)


def _cited(chronicle: Chronicle, number: int, wiring: Wiring) -> Shape | None:
    revision, activation = chronicle.revision(number), chronicle.activation_of(number)
    if revision is None:
        return None
    return {
        "revision": number,
        "digest": revision.digest,
        "author": revision.author,
        "approvers": list(approvers_of(chronicle, number, wiring.clock.now())),
        "active_since": moment(activation.at) if activation is not None else None,
        "asserted": revision.asserted,
    }


def cited_words(cited: Mapping[str, object] | None) -> str:
    """Say under which revision something is done, and by whose word.

    Example:
        >>> cited_words({"revision": 3, "author": "ann", "approvers": ["ben"],
        ...     "active_since": "2031-04-06T12:00:00.000Z", "asserted": False})
        'revision 3 by ann, approved by ben, active since 2031-04-06T12:00:00.000Z'
    """
    if cited is None:
        return ""
    listed = cited["approvers"]
    names = " and ".join(map(str, listed)) if isinstance(listed, list) and listed else "nobody"
    claimed = " (identities asserted)" if cited["asserted"] else ""
    return (
        f"revision {cited['revision']} by {cited['author']}, approved by {names}, "
        f"active since {cited['active_since']}{claimed}"
    )


def in_force_shape(wiring: Wiring) -> Shape:
    """Return which revision is active, and whether only that may act."""
    active = wiring.store.configurations.active()
    return {
        "active": cited_shape(wiring, active.number if active is not None else None),
        "enforced": is_enforced(charter_of(wiring.configuration), active),
    }


def in_force_lines(wiring: Wiring) -> list[str]:
    """Say which revision is active, where revisions are used at all."""
    told = in_force_shape(wiring)
    active = told["active"]
    words = cited_words(active) if isinstance(active, dict) else ""
    if not words and not told["enforced"]:
        return []
    alone = "; only it may act" if told["enforced"] else "; other configurations may act, too"
    return [f"configuration: {words or 'no revision is active'}{alone}"]
