"""Settings of what is done about a target that others change, held against that target."""

from __future__ import annotations

from collections.abc import Iterator

from provisor.config.cross_references import unknown_name
from provisor.config.fitting import Pair, misfit
from provisor.domain.flow import Apply
from provisor.domain.oversight import DriftPolicy
from provisor.errors import ConfigurationError


def unfit_oversight(pair: Pair) -> Iterator[ConfigurationError]:
    """Yield one error for each setting that would do nothing, or that names nothing."""
    yield from _dormant(pair)
    orphans = pair.rules.orphans
    if orphans is not None and orphans.disable and pair.target.switch is None:
        yield misfit(
            f"{pair.object_type.value} of this target cannot be switched off",
            pair.places.where(pair.path("orphans", "disable")),
            found="no switch; `disable: true` would do nothing",
            next="leave `orphans` out",
        )
    for name, written in pair.rules.attributes.items():
        waits = written.drift not in (None, DriftPolicy.REPAIR)
        if waits and written.apply is Apply.ON_CREATE:
            yield misfit(
                "what is written on creation only is never set right, so nothing waits",
                pair.places.where(pair.path("attributes", name, "drift")),
                found=f"`drift: {written.drift}` beside `apply: on_create`",
                next="leave `drift` out; `provisor drift` tells of such changes all the same",
            )


def _dormant(pair: Pair) -> Iterator[ConfigurationError]:
    dormant = pair.rules.dormant
    if dormant is None or pair.target.open:
        return
    known = frozenset(attribute.name for attribute in pair.target.attributes)
    for setting, name in (("attribute", dormant.attribute), ("created", dormant.created)):
        if name is not None and name not in known:
            where = pair.places.where(pair.path("dormant", setting))
            yield unknown_name("target attribute", name, known, where)
