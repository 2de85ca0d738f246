"""Who has which account already, asked only when an account turns out to be there before us."""

from __future__ import annotations

from provisor.domain.link import Link
from provisor.domain.schema import ObjectType
from provisor.ports.store import Links


class Owners:
    """The identities of linked accounts of one target; read from the store when first asked."""

    def __init__(self, links: Links, target: str) -> None:
        self._links = links
        self._target = target
        self._known: dict[ObjectType, dict[str, str]] = {}

    def is_anothers(self, object_type: ObjectType, native_id: str, identity: str) -> object:
        """Say whether an account is linked with somebody else than this identity.

        Cost: all links of the target, once per object type.
        """
        if object_type not in self._known:
            columns = self._links.columns(self._target, object_type)
            pairs = zip(columns["native_id"], columns["identity"], strict=True)
            self._known[object_type] = {str(native): str(owner) for native, owner in pairs}
        owner = self._known[object_type].get(native_id)
        return owner is not None and owner != identity

    def note(self, link: Link) -> None:
        """Remember a link that was made meanwhile."""
        if link.object_type in self._known:
            self._known[link.object_type][link.native_id] = link.identity
