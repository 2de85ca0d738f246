"""Whether what a mapping draws by chance may be drawn there: secrets, and values that are kept.

A plan holds no secret, and comes out the same when it is made again; so chance has few places.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from provisor.config.attribute_settings import AttributeSettings
from provisor.config.cross_references import unknown_name
from provisor.config.places import NOTHING_HAPPENED
from provisor.domain.drawing import is_random
from provisor.domain.expressions import FUNCTIONS, Call, Node, attributes_of
from provisor.domain.expressions.function import Need
from provisor.domain.expressions.nodes import walk
from provisor.domain.flow import Apply
from provisor.domain.schema import Attribute, AttributeType
from provisor.errors import ConfigurationError, SettingInvalid

_EXAMPLE = """`{expression: 'RandomString(16, 2, 2, 2, 2, "")', apply: on_create}`"""
_NUMBERED = frozenset({AttributeType.STRING})


def misdrawn(
    name: str,
    written: AttributeSettings,
    attribute: Attribute | None,
    deliveries: Collection[str],
    where: str,
) -> Iterator[ConfigurationError]:
    """Yield one error for each way in which a mapping draws what it must not.

    Args:
        name: of the target attribute.
        written: its mapping.
        attribute: what the target says of it; None when it says nothing.
        deliveries: the names that `deliver` may say.
        where: place of the mapping, for messages.
    """
    if attribute is not None and attribute.type is AttributeType.SECRET:
        yield from _secret(name, written, deliveries, where)
        return
    if written.deliver is not None:
        yield _misfit(
            f"`{name}` is no secret, and only secrets are delivered",
            where,
            next="leave `deliver` out, or declare the attribute as a secret of the target",
        )
    if written.apply is Apply.ALWAYS and is_random(written.tree):
        yield _misfit(
            f"the value for `{name}` would be another one in every cycle",
            where,
            found="a function of chance in a mapping that always flows",
            next="say `apply: on_create`: the value is drawn once, with the account",
        )
    if written.unique is not None and attribute is not None:
        yield from _unnumbered(name, attribute, where)


def _asks_for_more(tree: Node) -> bool:
    asked = {FUNCTIONS[part.name].needs for part in walk(tree) if isinstance(part, Call)}
    return bool(asked & {Need.CLOCK, Need.DOMAIN})


def _secret(
    name: str, written: AttributeSettings, deliveries: Collection[str], where: str
) -> Iterator[ConfigurationError]:
    tree = written.tree
    if not is_random(tree):
        yield _misfit(
            f"the target attribute `{name}` is a secret, and only chance may fill it",
            where,
            found="a fixed or computed value, which would stand in plans and logs",
            next=f"draw it, as in {_EXAMPLE}, or leave it out of `attributes`",
        )
    elif written.apply is not Apply.ON_CREATE:
        yield _misfit(
            f"the secret `{name}` would be drawn anew in every cycle",
            where,
            next="say `apply: on_create`: it is drawn once, with the account",
        )
    elif attributes_of(tree):
        yield _misfit(
            f"the secret `{name}` depends on source attributes",
            where,
            found="attributes in the expression; a secret is drawn while the account is made, "
            "from nothing that anybody knows",
            next=f"write an expression without attributes, such as {_EXAMPLE}",
        )
    elif _asks_for_more(tree):
        yield _misfit(
            f"the secret `{name}` depends on the plan",
            where,
            found="`Now` or `DefaultDomain`; a secret is drawn after the plan, from chance alone",
            next=f"write it with chance alone, such as {_EXAMPLE}",
        )
    for setting in ("default", "when_empty", "unique", "dialect"):
        if getattr(written, setting) is not None:
            what = f"`{setting}` means nothing for the secret `{name}`"
            yield _misfit(what, where, next=f"leave `{setting}` out")
    if written.deliver is not None and written.deliver not in deliveries:
        yield unknown_name("delivery", written.deliver, deliveries, where)


def _unnumbered(name: str, attribute: Attribute, where: str) -> Iterator[ConfigurationError]:
    if attribute.multi or attribute.type not in _NUMBERED:
        yield _misfit(
            f"values of `{name}` cannot be numbered",
            where,
            found="many values" if attribute.multi else f"type {attribute.type.value}",
            next="leave `unique` out; only a single text can have a number",
        )


def _misfit(what: str, where: str, *, next: str, found: str = "") -> SettingInvalid:
    return SettingInvalid(what, where=where, found=found, safe=NOTHING_HAPPENED, next=next)
