"""The names that accounts show of which a plan looks at nothing else."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping

from provisor.domain.link import HeldName
from provisor.domain.marks import sent, shows
from provisor.domain.numbering import Form
from provisor.domain.schema import ObjectType
from provisor.engine.knowing.ground import Ground


class KnownNames:
    """What the last plan knew of unique names, less those of accounts that are looked at."""

    def __init__(
        self,
        ground: Ground,
        object_type: ObjectType,
        natives: Container[str],
        identities: Container[str],
    ) -> None:
        """Open them.

        Args:
            ground: what is known.
            object_type: whose names.
            natives: accounts that are looked at; what they show is known better there.
            identities: people who are looked at.
        """
        self._ground = ground
        self._type = object_type
        self._natives = natives
        self._identities = identities

    def forms(self, attribute: str, form: Form) -> Container[str]:
        """Return the form of every value; asked for one at a time."""
        return _Forms(self, attribute, form)

    def holders(
        self, attribute: str, form: Form, wanted: Collection[str]
    ) -> Mapping[str, frozenset[str]]:
        """Return, per wanted form, the native ids of the accounts that show it."""
        del form  # The marks are made of forms.
        marks = {shows(self._type, attribute, told): told for told in wanted}
        found = {
            marks[mark]: frozenset(native for native in natives if native not in self._natives)
            for mark, natives in self._ground.marked(marks.keys()).items()
        }
        return {told: natives for told, natives in found.items() if natives}

    def sent(self, attribute: str) -> Iterable[HeldName]:
        """Return what was sent for an attribute where the target keeps another form of it."""
        beginning = sent(self._type, attribute, "")
        for mark, identity in self._ground.knowledge.marked_like(self._ground.cycle, beginning):
            if identity not in self._identities:
                yield HeldName(attribute, mark.removeprefix(beginning), identity)


class _Forms:
    def __init__(self, names: KnownNames, attribute: str, form: Form) -> None:
        self._names = names
        self._attribute = attribute
        self._form = form

    def __contains__(self, told: object) -> bool:
        return isinstance(told, str) and bool(
            self._names.holders(self._attribute, self._form, [told])
        )
