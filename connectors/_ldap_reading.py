"""Entries as rows: users, groups, and who is in which group."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from connectors._ldap_directory import Directory, name_key
from connectors._ldap_filters import Filter
from connectors._ldap_seam import Entry, Line
from connectors._ldap_settings import ACTIVE, GroupSettings, KindSettings
from connectors._ldap_switch import is_active, source_of
from connectors._ldap_values import id_text, taking_out
from provisor.domain.record import Scalar, Value, Values
from provisor.domain.schema import Attribute, AttributeType, ObjectSchema
from provisor.errors import ReadIncomplete, UnknownName, nearest
from provisor.ports.connector import Page, Regrouped

_LOOKED_UP_SINGLY: Final = 200
"""Members of changed groups that are looked up one by one; beyond, all names are read."""


@dataclass
class Names:
    """Which entry has which id; a name of nobody in our care is looked up once."""

    directory: Directory
    by_text: dict[str, str] = field(default_factory=dict)
    _by_key: dict[object, str | None] = field(default_factory=dict)
    _keyed: int = 0

    def id_of(self, dn: str) -> str | None:
        """Return the id behind a name as somebody wrote it; None when nobody is there."""
        known = self.by_text.get(dn)
        if known is not None:
            return known
        if self._keyed != len(self.by_text):
            self._by_key |= {name_key(name): one for name, one in self.by_text.items()}
            self._keyed = len(self.by_text)
        key = name_key(dn)
        if key not in self._by_key:
            with self.directory.line() as line:
                self._by_key[key] = self._looked_up(line, dn)
        return self._by_key[key]

    def _looked_up(self, line: Line, dn: str) -> str | None:
        placeholder = self.directory.settings.placeholder
        if placeholder is not None and name_key(placeholder) == name_key(dn):
            return None
        return self.directory.id_of(line, dn)


@dataclass(frozen=True, slots=True)
class View:
    """What is shown of each entry of users or groups."""

    directory: Directory
    kind: KindSettings
    schema: ObjectSchema
    attributes: tuple[Attribute, ...]
    names: Names

    @property
    def asked(self) -> tuple[str, ...]:
        """The attributes to ask the server for."""
        switch = self.kind.disable
        source = source_of(switch) if switch else None
        shown = (one.name for one in self.attributes if one.name != ACTIVE)
        sources = (source,) if source and any(a.name == ACTIVE for a in self.attributes) else ()
        return tuple(dict.fromkeys((*shown, *sources, self.directory.settings.id)))

    def rows(self, entries: Sequence[Entry]) -> list[dict[str, Value]]:
        """Return the values that each entry holds; what is absent has no key."""
        readers = [(one.name, self._reader(one)) for one in self.attributes]
        return [
            {name: value for name, read in readers if (value := read(entry)) is not None}
            for entry in entries
        ]

    def _reader(self, attribute: Attribute) -> Callable[[Entry], Value]:
        """Return what reads one attribute; decided once, not for each entry."""
        switch, name = self.kind.disable, attribute.name.lower()
        if attribute.name == ACTIVE and switch is not None:
            return lambda entry: is_active(entry, switch)
        if attribute.name == self.schema.key:
            return lambda entry: _id(entry.first(name), attribute.name)
        if attribute.type is AttributeType.REFERENCE:
            taken: Callable[[bytes], Scalar | None] = self._referred
        else:
            taken = taking_out(attribute, self.directory.facts.schema)
        shape = _several if attribute.multi else _single

        def read(entry: Entry) -> Value:
            octets = entry.attributes.get(name)
            if octets is None:
                return None
            return shape(tuple(one for o in octets if (one := taken(o)) is not None))

        return read

    def _referred(self, octets: bytes) -> str | None:
        return self.names.id_of(octets.decode("utf-8", "replace"))


def _id(octets: bytes | None, name: str) -> str | None:
    return None if octets is None else id_text(octets, name)


def _several(values: tuple[Scalar, ...]) -> Value:
    return values or None


def _single(values: tuple[Scalar, ...]) -> Value:
    """Return the one value; where there are more they are shown, for none of them is the one."""
    if len(values) > 1:
        return tuple(sorted(values, key=str))
    return values[0] if values else None


def view_of(
    directory: Directory, kind: KindSettings, schema: ObjectSchema, asked: Sequence[str]
) -> View:
    """Return what is shown when these attributes are asked for, or all when none is.

    Raises:
        UnknownName: the schema does not have an attribute, or it is a secret.
    """
    readable = {a.name: a for a in schema.attributes if a.type is not AttributeType.SECRET}
    for name in asked:
        if name not in readable:
            raise _unknown(name, schema, tuple(readable), directory.where)
    shown = (
        [readable[name] for name in sorted({*asked, schema.key})] if asked else readable.values()
    )
    return View(directory, kind, schema, tuple(shown), Names(directory))


def _unknown(name: str, schema: ObjectSchema, known: tuple[str, ...], where: str) -> UnknownName:
    near = nearest(name, known)
    return UnknownName(
        f"{schema.object_type.value} have no attribute `{name}` to read",
        where=where,
        found=f"known: {', '.join(known)}",
        next=f"did you mean `{near}`?" if near else "declare it under `attributes`",
    )


def read_objects(view: View, condition: Filter | None = None) -> Iterator[Page]:
    """Yield users or groups; what came to an end is whole.

    Raises:
        ReadIncomplete: not everything can be seen, or the server does not know an attribute.
        TargetProblem: the directory complained.
    """
    known = view.directory.facts.schema
    missing = [name for name in view.asked if not known.knows(name)]
    if missing:
        raise ReadIncomplete(f"the directory's schema has no attribute `{missing[0]}`")
    refers = any(one.type is AttributeType.REFERENCE for one in view.attributes)
    if refers and condition is None:
        view.names.by_text |= all_names(view.directory)
    for entries in view.directory.pages(view.kind, condition, view.asked):
        rows = view.rows(entries)
        if any(view.schema.key not in row for row in rows):
            raise ReadIncomplete(f"the directory gives entries without `{view.schema.key}`")
        yield Page(rows)


def all_names(directory: Directory) -> dict[str, str]:
    """Return the ids of all users and groups by their names as the server writes them."""
    kind = directory.settings.id
    names: dict[str, str] = {}
    for settings in (directory.settings.objects.users, directory.settings.objects.groups):
        for entries in directory.pages(settings, None, (kind,)) if settings else ():
            for entry in entries:
                octets = entry.first(kind)
                if octets is not None:
                    names[entry.dn] = id_text(octets, kind)
    return names


def read_members(
    directory: Directory, groups: GroupSettings, condition: Filter | None = None
) -> Iterator[Page | Regrouped]:
    """Yield who is in which group, as pairs of ids; placeholders and names of nobody are no pair.

    With a condition only groups that fit are told, each of them whole.

    Raises:
        ReadIncomplete: not everything can be seen.
        TargetProblem: the directory complained.
    """
    kind, attribute = directory.settings.id, groups.member_attribute
    names = Names(directory)
    logins: Mapping[str, str] = _logins(directory) if groups.by_login else {}
    if condition is None and not groups.by_login:
        names.by_text |= all_names(directory)
    for entries in directory.pages(groups, condition, (kind, attribute)):
        many = sum(len(entry.attributes.get(attribute.lower(), ())) for entry in entries)
        if many > _LOOKED_UP_SINGLY and not groups.by_login and not names.by_text:
            names.by_text |= all_names(directory)
        pairs: list[Values] = []
        told: list[str] = []
        for entry in entries:
            octets = entry.first(kind)
            if octets is None:
                raise ReadIncomplete(f"the directory gives groups without `{kind}`")
            told.append(id_text(octets, kind))
            ids = _members(entry, attribute, names, logins if groups.by_login else None)
            pairs += [{"group": told[-1], "member": one} for one in ids]
        if condition is not None and told:
            yield Regrouped(tuple(told))
        yield Page(pairs)


def _members(
    entry: Entry, attribute: str, names: Names, logins: Mapping[str, str] | None
) -> list[str]:
    held = entry.attributes.get(attribute.lower(), ())
    members = (one.decode("utf-8", "replace") for one in held)
    ids = (names.id_of(one) if logins is None else logins.get(one) for one in members)
    return [one for one in dict.fromkeys(ids) if one is not None]


def _logins(directory: Directory) -> dict[str, str]:
    kind = directory.settings.id
    found: dict[str, str] = {}
    for entries in directory.pages(directory.settings.objects.users, None, (kind, "uid")):
        for entry in entries:
            octets = entry.first(kind)
            for login in entry.attributes.get("uid", ()) if octets is not None else ():
                found[login.decode("utf-8", "replace")] = id_text(octets or b"", kind)
    return found
