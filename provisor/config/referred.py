"""Whether mappings may name other records: what they lead to, and where the value is written.

Enters: settings beside descriptions. Leaves: one error for each reference that cannot be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from provisor.config.attribute_settings import AttributeSettings
from provisor.config.cross_references import rules_of
from provisor.config.model import JobSettings
from provisor.config.object_settings import UserSettings
from provisor.config.places import NOTHING_HAPPENED, SettingPath
from provisor.domain.expressions.nodes import Attribute as Read
from provisor.domain.schema import Attribute, AttributeType, ObjectSchema, ObjectType, Writable
from provisor.errors import ConfigurationError, SettingInvalid

Looks = Iterator[tuple[ObjectType, str, SettingPath]]


def implied(rules: UserSettings) -> dict[str, ObjectType]:
    """Return the references that mappings declare: source attributes that hold a key as it is."""
    return {
        written.tree.name: ObjectType(written.reference)
        for written in rules.attributes.values()
        if written.reference is not None and not written.by and isinstance(written.tree, Read)
    }


def looks_by_name(job: str, settings: JobSettings) -> Looks:
    """Yield every attribute by which mappings name other records, with its place."""
    for object_type, rules in rules_of(settings):
        for name, written in rules.attributes.items():
            if written.reference is not None and written.by:
                path = ("jobs", job, object_type.value, "attributes", name, "by")
                yield ObjectType(written.reference), written.by, path


def misleading(
    written: AttributeSettings,
    name: str,
    target: ObjectSchema,
    known: Mapping[ObjectType, object],
    where: str,
) -> Iterator[ConfigurationError]:
    """Yield one error for each reason why a mapping cannot be a reference.

    Args:
        written: the mapping.
        name: of the target attribute.
        target: what the target holds.
        known: by object type, what the job has rules for.
        where: the mapping stands.
    """
    if written.reference is None:
        return
    if ObjectType(written.reference) not in known:
        yield _misfit(
            f"`{name}` refers to {written.reference}, and the job does not read them",
            where,
            found=f"a job without rules for `{written.reference}`",
            next=f"add `{written.reference}:` to the job, or leave `{name}` out",
        )
    switch = {target.switch.attribute} if target.switch is not None else set()
    if name in {target.anchor, target.name, target.key} | switch:
        yield _misfit(
            f"`{name}` says who an account is, or whether it is on, and cannot be a reference",
            where,
            next="leave `reference` out",
        )
    attribute = target.attribute(name)
    if attribute is not None:
        yield from _unwritable(attribute, where)


def _unwritable(attribute: Attribute, where: str) -> Iterator[ConfigurationError]:
    """References are written when every account is made; some attributes cannot wait."""
    name = attribute.name
    if attribute.type in (AttributeType.SECRET, AttributeType.BOOLEAN):
        kind = attribute.type.value
        yield _misfit(f"`{name}` is of type {kind}, and cannot be a reference", where)
    if attribute.required or attribute.writable is Writable.ON_CREATE:
        yield _misfit(
            f"`{name}` must be written while the account is made, and a reference is written "
            "afterwards",
            where,
            found="an attribute that is required, or written once"
            "; the other account may not be there yet",
            next="let the target take an account without it, or leave `reference` out",
        )


def contradiction(rules: UserSettings, name: str, where: str) -> Iterator[ConfigurationError]:
    """Yield an error where `references` and a mapping say different things of an attribute."""
    written = rules.attributes[name]
    if written.reference is None or not isinstance(written.tree, Read) or written.by:
        return
    said = rules.references.get(written.tree.name, written.reference)
    if said != written.reference:
        yield _misfit(
            f"`{written.tree.name}` refers to {said} and to {written.reference}",
            where,
            found=f"`references: {{{written.tree.name}: {said}}}` beside "
            f"`reference: {written.reference}`",
            next="let both say the same",
        )


def _misfit(what: str, where: str, *, found: str = "", next: str = "") -> SettingInvalid:
    then = next or "mend the file, then run `provisor check`"
    return SettingInvalid(what, where=where, found=found, safe=NOTHING_HAPPENED, next=then)
