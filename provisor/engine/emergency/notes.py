"""Somebody is told at once: by the delivery called `emergency`, where one is configured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from provisor.errors import DeliveryFailed
from provisor.ports.delivery import Delivery, Teller

EMERGENCY: Final = "emergency"
"""The name of the delivery that is handed what cannot wait."""


def tell_somebody(hooks: Mapping[str, Delivery], note: Mapping[str, str]) -> str:
    """Hand a note to the emergency delivery.

    Returns:
        What went wrong, in words; empty where it arrived, or where there is no such delivery: the
        alert stands in the store either way.
    """
    hook: object = hooks.get(EMERGENCY)
    if not isinstance(hook, Teller):
        return ""
    try:
        hook.tell(note)
    except DeliveryFailed as failed:
        return failed.what
    return ""
