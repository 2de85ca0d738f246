"""The default domain: what a setting says, as a function gives it."""

from __future__ import annotations

from typing import Final

from provisor.domain.expressions.bounds import refuse
from provisor.domain.expressions.function import Function, Need, Trait, Type
from provisor.domain.record import Value


def default_domain(domain: str | None) -> Value:
    """Gives the domain that the job's setting `default_domain` names.

    Source: Entra, "DefaultDomain", where it is the default domain of the tenant.

    Example:
        >>> default_domain("contoso.com")
        'contoso.com'
    """
    if not domain:
        refuse(
            "`DefaultDomain` knows of no domain",
            then="set `default_domain` of the job",
        )
    return domain


DOMAINS: Final = (
    Function(
        "DefaultDomain",
        (),
        0,
        default_domain,
        'Join("@", "elin", DefaultDomain())',
        Trait.IMPURE,
        gives=Type.TEXT,
        needs=Need.DOMAIN,
    ),
)
"""The functions of this file, for the registry."""
