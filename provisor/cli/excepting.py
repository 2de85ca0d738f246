"""Exceptions from duties: which one, for whom, until when, and by whose consent."""

from __future__ import annotations

from provisor.config.right_names import rights_of
from provisor.domain.duties import DUTY
from provisor.domain.override import OverrideKind
from provisor.domain.rules import OwnerMode
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


def takes_attribute(kind: str, attribute: str) -> bool:
    """Say whether an attribute says something for an override of a kind.

    Example:
        >>> takes_attribute("grant", "roles"), takes_attribute("hold", "roles")
        (True, False)
    """
    speaking = (OverrideKind.PIN, OverrideKind.GRANT, OverrideKind.REVOKE)
    return kind in speaking or is_from_duty(kind, attribute)


def refuse_no_right(wiring: Wiring, kind: str, attribute: str, job: str) -> None:
    """Refuse a word about a value of an attribute that holds no rights, or keeps what is given.

    Args:
        wiring: for the catalogues.
        kind: of the override.
        attribute: that it is about; empty for a membership.
        job: the one that it binds; empty for every job.

    Raises:
        UnknownName: no catalogue names the attribute.
        CommandInvalid: a job would give the value and never take it back.
    """
    if kind not in (OverrideKind.GRANT, OverrideKind.REVOKE) or not attribute:
        return
    settings = wiring.configuration.settings
    entries = settings.entitlements.values()
    known = {one.attribute for listed in entries for one in listed if one.attribute is not None}
    if attribute not in known:
        near = nearest(attribute, known)
        raise UnknownName(
            f"no attribute with rights is called `{attribute}`",
            where="--attribute",
            found=f"known here: {', '.join(sorted(known)) or 'none'}",
            safe="nothing was kept",
            next=f"did you mean `{near}`?" if near else "leave it out for a membership",
        )
    keeping = sorted(
        name
        for name, one in settings.jobs.items()
        if job in ("", name)
        and rights_of(settings, one.target).get(attribute) is OwnerMode.ADD_ONLY
    )
    if kind == OverrideKind.GRANT and keeping:
        raise CommandInvalid(
            f"{len(keeping)} job(s) give values of `{attribute}` and never take them back",
            where="--kind grant",
            found=f"`mode: add_only` in the catalogue, for {', '.join(keeping)}",
            safe="nothing was kept",
            next="name another job, or give the right at the source",
        )
