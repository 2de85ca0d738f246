"""Exceptions from duties: which one, for whom, until when, and by whose consent."""

from __future__ import annotations

from provisor.domain.duties import DUTY
from provisor.domain.override import OverrideKind
from provisor.errors import CommandInvalid, UnknownName, nearest
from provisor.wiring import Wiring


def is_from_duty(kind: str, attribute: str) -> bool:
    """Say whether an override would except somebody from a duty.

    Example:
        >>> is_from_duty("except", "duty:buy-and-pay"), is_from_duty("except", "title")
        (True, False)
    """
    return kind == OverrideKind.EXCEPT and attribute.startswith(DUTY)


def refuse_exception(wiring: Wiring, attribute: str, days: int, approver: str) -> None:
    """Refuse an exception that names no duty, has no end, or is one person's word.

    Raises:
        UnknownName: there is no such duty.
        CommandInvalid: it would last for ever, or nobody else consents.
    """
    duties = wiring.configuration.settings.duties
    name = attribute.removeprefix(DUTY)
    if name not in duties:
        near = nearest(name, duties)
        raise UnknownName(
            f"no duty is called `{name}`",
            where="--attribute",
            found=f"known here: {', '.join(sorted(duties)) or 'none'}",
            safe="nothing was kept",
            next=f"did you mean `{DUTY}{near}`?" if near else "choose one of `duties`",
        )
    if not days:
        raise CommandInvalid(
            "an exception from a duty has an end",
            where="--days",
            found="none",
            safe="nothing was kept",
            next="say after how many days it ends",
        )
    alone = approver.strip().casefold() in ("", wiring.actor.name.casefold())
    if alone and wiring.configuration.approvals.four_eyes:
        raise CommandInvalid(
            "an exception from a duty needs somebody else's consent",
            where="--approver",
            found="nobody, or whoever asks for it",
            safe="nothing was kept",
            next="name who consents, and let the reason say why",
        )
