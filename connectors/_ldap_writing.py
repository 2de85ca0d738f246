"""What each action asks of the directory: made, changed, renamed, switched, taken away.

Names of entries change hands, ids do not: a name is looked up by its id before the first request,
and where the server can, each write says which id the entry must have.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from connectors._ldap_directory import EVERYTHING, Directory, below
from connectors._ldap_driving import Act
from connectors._ldap_edits import edits_of, still_needed
from connectors._ldap_filters import AllOf, Equal, written
from connectors._ldap_names import Dn, rdn_text
from connectors._ldap_problems import problem_of
from connectors._ldap_seam import (
    ASSERTION,
    ASSERTION_FAILED,
    CONSTRAINT_VIOLATION,
    ENTRY_EXISTS,
    NO_SUCH_ATTRIBUTE,
    NO_SUCH_OBJECT,
    NOT_ON_NAME,
    POST_READ,
    SUCCESS,
    VALUE_EXISTS,
    Add,
    Answer,
    Delete,
    Entry,
    Modify,
    Only,
    Rename,
    Request,
    Scope,
    Search,
    Turned,
)
from connectors._ldap_settings import ACTIVE, GroupSettings, KindSettings
from connectors._ldap_switch import is_active, made_with, turns_of
from connectors._ldap_template import renamed
from connectors._ldap_values import id_octets, id_text, put_in
from connectors._outcomes import already_so, done, failed, refused_attribute, wanted
from provisor.domain.action import Operation
from provisor.domain.record import Value, as_text, each_of
from provisor.domain.schema import Attribute, AttributeType, ObjectSchema
from provisor.errors import (
    Ambiguous,
    Conflict,
    InvalidValue,
    NotFound,
    ReferenceMissing,
    TargetProblem,
    Unsupported,
)
from provisor.ports.connector import Work, Written

_MOVED: Final = (NO_SUCH_OBJECT, ASSERTION_FAILED)
"""The entry has another name by now, or is gone."""
_SO_ALREADY: Final = (NO_SUCH_ATTRIBUTE, VALUE_EXISTS)


@dataclass
class Known:
    """What was looked up for many actions at one time."""

    names: dict[str, str] = field(default_factory=dict)
    """Id to name."""
    anchors: dict[str, list[str]] = field(default_factory=dict)
    """Anchor to ids."""


Step = Generator[Request, Answer, Answer]


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes users, or groups."""

    directory: Directory
    kind: KindSettings
    schema: ObjectSchema
    known: Known

    # --- create -------------------------------------------------------------------------------

    def create(self, position: int, work: Work) -> Act:
        """Make an entry; one whose anchor is there already is ours, and is made no second time."""
        values = wanted(work, self.schema)
        self._refuse(values, Operation.CREATE)
        anchor = as_text(values.get(self.schema.anchor)) if self.schema.anchor else ""
        if anchor and anchor in self.known.anchors:
            return self._found_ours(position, self.known.anchors[anchor])
        add = self._add(values)
        answer = yield add
        if answer.code == SUCCESS:
            return done(position, (yield from self._id_behind(add, answer)))
        if answer.code in (ENTRY_EXISTS, CONSTRAINT_VIOLATION) and anchor:
            # Somebody made it between our look and this; it may have been ourselves.
            ours = yield from self._ids_of(self.schema.anchor, anchor)
            if ours:
                return self._found_ours(position, ours)
        name = as_text(values.get(self.schema.name)) if self.schema.name else ""
        held = answer.code == CONSTRAINT_VIOLATION and name
        if held and (yield from self._ids_of(self.schema.name, name)):
            what = f"another entry holds this `{self.schema.name}`"
            return failed(position, Conflict(what, where=self.directory.where))
        return failed(position, problem_of(answer.code, self.directory.where))

    def _add(self, values: Mapping[str, Value]) -> Add:
        dn = self._new_name(values)
        held = {"objectClass": tuple(one.encode() for one in self.kind.classes)}
        for name, value in values.items():
            if name != ACTIVE and (octets := self._octets(name, value)):
                held[name] = octets
        present = {name.lower() for name in held}
        for part in dn.rdns[0]:
            if part.attribute.lower() not in present:
                held[part.attribute] = (part.value.encode(),)
        if self.kind.disable is not None and self._switched():
            held |= made_with(self.kind.disable, values.get(ACTIVE, True))
        shows = (self.schema.key,) if POST_READ in self.directory.facts.controls else ()
        return Add(dn.text, held | self._nobody(), shows)

    def _new_name(self, values: Mapping[str, Value]) -> Dn:
        if self.kind.dn is None:
            what = "no entry is made: that needs `dn`"
            raise Unsupported(what, where=self.directory.where)
        try:
            dn = self.kind.dn.made(values)
        except KeyError as missing:
            name = str(missing.args[0])
        else:
            off = self.kind.moves_to is not None and not values.get(ACTIVE, True)
            return Dn((dn.rdns[0], *Dn.parse(self.kind.moves_to or "").rdns)) if off else dn
        what = f"the entry's name is made of `{name}`, which has no value"
        raise InvalidValue(what, attribute=name, where=self.directory.where)

    def _nobody(self) -> dict[str, tuple[bytes, ...]]:
        """Return the member that a new group has before it has any."""
        match self.kind:
            case GroupSettings(placeholder=str(nobody), by_login=False, member_attribute=members):
                return {members: (nobody.encode(),)}
            case _:
                return {}

    def _switched(self) -> bool:
        return self.schema.switch is not None and self.schema.switch.attribute == ACTIVE

    def _id_behind(self, add: Add, answer: Answer) -> Generator[Request, Answer, str | None]:
        octets = answer.shown.get(self.schema.key.lower(), ())
        if not octets:
            shown = yield Search(add.dn, Scope.BASE, EVERYTHING, (self.schema.key,))
            octets = (
                shown.entries[0].attributes.get(self.schema.key.lower(), ())
                if shown.entries
                else ()
            )
        return id_text(octets[0], self.schema.key) if octets else None

    def _found_ours(self, position: int, ids: Sequence[str]) -> Written:
        if len(ids) == 1:
            return already_so(position, ids[0])
        what = f"{len(ids)} entries carry the anchor of this one"
        return failed(position, Ambiguous(what, where=self.directory.where))

    def _ids_of(self, attribute: str, text: str) -> Generator[Request, Answer, list[str]]:
        """Return the ids of the entries that have a value, looked at again here."""
        octets = self._octets(attribute, text)
        tree = AllOf((Equal("objectClass", self.kind.classes[0]), Equal(attribute, octets[0])))
        asked = (self.schema.key, attribute)
        answer = yield Search(self.kind.base, Scope.SUBTREE, written(tree), asked)
        return [
            id_text(octets_of_id, self.schema.key)
            for entry in answer.entries
            if (octets_of_id := entry.first(self.schema.key)) is not None
        ]

    # --- change -------------------------------------------------------------------------------

    def change(self, position: int, work: Work) -> Act:
        """Change an entry by what differs; its name only where the settings allow that."""
        values = wanted(work, self.schema)
        self._refuse(values, work.action.operation)
        native_id = work.native_id or ""
        dn = self._named(native_id)
        changed = False
        if ACTIVE in values and self._switched():
            changed, dn = yield from self._switch(native_id, dn, values.pop(ACTIVE))
        if self.kind.rename and self.schema.name in values:
            moved, dn = yield from self._rename(native_id, dn, values)
            changed = changed or moved
        self._refuse_names(dn, values)
        turns = self._turns(work, values)
        if turns:
            answer = yield from self._modified(native_id, dn, turns)
            if answer.code != SUCCESS:
                attribute = turns[0].attribute if len(values) == 1 else ""
                problem = problem_of(answer.code, self.directory.where, attribute)
                return failed(position, problem, native_id)
            changed = True
        return (done if changed else already_so)(position, native_id)

    def _refuse_names(self, dn: str, values: Mapping[str, Value]) -> None:
        """Refuse to change a value that the entry's own name is made of: servers differ in that."""
        small = dn.lower()
        if not any(f"{name.lower()}=" in small for name in values):
            return
        rdn = Dn.parse(dn).rdns[0]
        for name, value in values.items():
            if not self._attribute(name).multi and renamed(rdn, name, as_text(value)) not in (
                None,
                rdn,
            ):
                raise problem_of(NOT_ON_NAME, self.directory.where)

    def _turns(self, work: Work, values: Mapping[str, Value]) -> tuple[Turned, ...]:
        before = {change.attribute: change.before for change in work.action.changes}
        turns: list[Turned] = []
        for name, value in values.items():
            attribute = self._attribute(name)
            old = before.get(name)
            held = self._octets(
                name, None if not each_of(old or None) else tuple(each_of(old or None))
            )
            turns += edits_of(attribute, held, self._octets(name, value))
        return tuple(turns)

    def _modified(self, native_id: str, dn: str, turns: tuple[Turned, ...]) -> Step:
        """Modify; where values are as they shall be already, only what is still needed is sent."""
        answer = yield Modify(dn, turns, self.only(native_id))
        if answer.code in _MOVED:
            dn = yield from self._found_again(native_id)
            answer = yield Modify(dn, turns, self.only(native_id))
        if answer.code in _SO_ALREADY:
            names = tuple(dict.fromkeys(turned.attribute for turned in turns))
            entry = yield from self._entry(dn, names)
            needed = still_needed(entry, turns, self.exact)
            if not needed:
                return Answer(SUCCESS)
            answer = yield Modify(dn, needed, self.only(native_id))
        return answer

    def exact(self, attribute: str) -> bool:
        """Say whether upper and lower case are two values."""
        known = self.schema.attribute(attribute)
        return known is not None and known.case_exact

    def _rename(
        self, native_id: str, dn: str, values: dict[str, Value]
    ) -> Generator[Request, Answer, tuple[bool, str]]:
        """Give the entry the name that its value asks for; what is done is taken from `values`."""
        name = self.schema.name
        rdn = renamed(Dn.parse(dn).rdns[0], name, as_text(values[name]))
        if rdn is None:
            return False, dn
        values.pop(name)
        if rdn == Dn.parse(dn).rdns[0]:
            return False, dn
        dn = yield from self._moved(native_id, dn, rdn_text(rdn), None)
        return True, dn

    def _moved(
        self, native_id: str, dn: str, rdn: str, superior: str | None
    ) -> Generator[Request, Answer, str]:
        answer = yield Rename(dn, rdn, superior, self.only(native_id))
        if answer.code in _MOVED:
            dn = yield from self._found_again(native_id)
            answer = yield Rename(dn, rdn, superior, self.only(native_id))
        if answer.code != SUCCESS:
            raise problem_of(answer.code, self.directory.where, self.schema.name)
        above = Dn.parse(superior) if superior is not None else Dn.parse(dn).parent
        return Dn((*Dn.parse(rdn).rdns, *above.rdns)).text

    def _switch(
        self, native_id: str, dn: str, active: Value
    ) -> Generator[Request, Answer, tuple[bool, str]]:
        """Switch the account by the server's own means."""
        switch = self.kind.disable
        if switch is None:
            return False, dn
        if switch.move is not None:
            if (not below(dn, switch.move)) is active:
                return False, dn
            place = self._home() if active else switch.move
            dn = yield from self._moved(native_id, dn, rdn_text(Dn.parse(dn).rdns[0]), place)
            return True, dn
        entry = yield from self._entry(
            dn, ("pwdAccountLockedTime", "nsAccountLock", "userAccountControl")
        )
        turns = turns_of(entry, switch, active)
        if not turns:
            return False, dn
        answer = yield Modify(dn, turns, self.only(native_id))
        if answer.code != SUCCESS and not (
            answer.code in _SO_ALREADY
            and is_active((yield from self._entry(dn, (turns[0].attribute,))), switch) is active
        ):
            raise problem_of(answer.code, self.directory.where, turns[0].attribute)
        return True, dn

    def _home(self) -> str:
        """Return where entries are that are on."""
        return self.kind.dn.dn.parent.text if self.kind.dn is not None else self.kind.base

    # --- delete -------------------------------------------------------------------------------

    def delete(self, position: int, work: Work) -> Act:
        """Take an entry away; what is not there is already so."""
        native_id = work.native_id or ""
        dn = self.known.names.get(native_id)
        if dn is None:
            return already_so(position, work.native_id)
        answer = yield Delete(dn, self.only(native_id))
        if answer.code in _MOVED:
            try:
                dn = yield from self._found_again(native_id)
            except NotFound:
                return already_so(position, native_id)
            answer = yield Delete(dn, self.only(native_id))
        if answer.code == SUCCESS:
            return done(position, native_id)
        return failed(position, problem_of(answer.code, self.directory.where), native_id)

    # --- names and values ---------------------------------------------------------------------

    def _named(self, native_id: str) -> str:
        if native_id not in self.known.names:
            raise NotFound("no entry has this native id", where=self.directory.where)
        return self.known.names[native_id]

    def only(self, native_id: str) -> Only | None:
        """Return what a write demands of the entry that it meets, where the server can check it."""
        octets = id_octets(native_id, self.schema.key)
        if octets is None or ASSERTION not in self.directory.facts.controls:
            return None
        return Only(self.schema.key, octets)

    def _found_again(self, native_id: str) -> Generator[Request, Answer, str]:
        """Return the name that an entry has by now.

        Raises:
            NotFound: it is gone.
        """
        octets = id_octets(native_id, self.schema.key) or b""
        condition = written(Equal(self.schema.key, octets))
        for base in (self.kind.base, self.kind.moves_to):
            if base is not None:
                answer = yield Search(base, Scope.SUBTREE, condition, (self.schema.key,))
                if len(answer.entries) == 1:
                    self.known.names[native_id] = answer.entries[0].dn
                    return answer.entries[0].dn
        raise NotFound("no entry has this native id", where=self.directory.where)

    def _entry(self, dn: str, attributes: tuple[str, ...]) -> Generator[Request, Answer, Entry]:
        answer = yield Search(dn, Scope.BASE, EVERYTHING, attributes)
        if answer.code != SUCCESS or not answer.entries:
            raise problem_of(answer.code or NO_SUCH_OBJECT, self.directory.where)
        return answer.entries[0]

    def _attribute(self, name: str) -> Attribute:
        return self.schema.attribute(name) or Attribute(name)

    def _octets(self, name: str, value: Value) -> tuple[bytes, ...]:
        """Return values in the directory's form; ids of others become their names."""
        attribute = self._attribute(name)
        where = self.directory.where
        if attribute.type is AttributeType.REFERENCE:
            ids = [as_text(one) for one in each_of(value)]
            absent = [one for one in ids if one and one not in self.known.names]
            if absent:
                what = f"`{name}` refers to an entry that is not in the directory"
                raise ReferenceMissing(what, where=where)
            return tuple(self.known.names[one].encode() for one in ids if one)
        try:
            return put_in(value, attribute, self.directory.facts.schema)
        except ValueError as unfit:
            what = f"`{name}`: {unfit}"
            problem: TargetProblem = InvalidValue(what, attribute=name, where=where)
        raise problem

    def _refuse(self, values: Mapping[str, Value], operation: Operation) -> None:
        refused = refused_attribute(values, self.schema, operation, self.directory.where)
        if refused is not None:
            raise refused
        for name in values:
            if name != ACTIVE and not self.directory.facts.schema.knows(name):
                what = f"the directory's schema has no attribute `{name}`"
                raise InvalidValue(what, attribute=name, where=self.directory.where)
