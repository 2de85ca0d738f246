"""The attributes of RFC 7643 as paths: what is listed, and what else parses against it.

Letters count in free text although the RFC calls it case-insensitive: `caseExact` rules filters and
uniqueness there, here it also decides whether `anna` corrected to `Anna` is a change.
Source: RFC 7643 sections 3.1, 4.1, 4.2, 4.3 and 8.7.1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from connectors._scim_dialect import AnchorKept, Dialect
from connectors._scim_paths import Path, Selector, parse
from connectors._scim_settings import Declared, DeclaredAttribute
from provisor.domain.schema import (
    Attribute,
    AttributeType,
    ObjectSchema,
    ObjectType,
    Switch,
    Writable,
)
from provisor.errors import UnknownName, nearest

USER_URN: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP_URN: Final = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE_URN: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"

KEY: Final = "id"
ANCHOR: Final = "externalId"

_STRING, _BOOLEAN = AttributeType.STRING, AttributeType.BOOLEAN
_TIME, _REFERENCE = AttributeType.TIME, AttributeType.REFERENCE

_VALUE: Final = {"value": _STRING, "display": _STRING, "primary": _BOOLEAN}


@dataclass(frozen=True, slots=True)
class Field:
    """One attribute as the engine knows it, with its place in a resource."""

    attribute: Attribute
    path: Path

    @property
    def wraps_value(self) -> bool:
        """Whether the value stands under `value` inside: references, and many plain values."""
        return self.path.selector is None and (
            self.attribute.type is AttributeType.REFERENCE
            or (self.attribute.multi and self.path.sub == "value")
        )


@dataclass(frozen=True, slots=True)
class _Complex:
    """A complex attribute of the core schema."""

    subs: Mapping[str, AttributeType]
    types: tuple[str, ...] = ()
    """The canonical values of `type`, when it has many elements."""
    many: bool = False
    writable: Writable = Writable.ALWAYS
    case_exact: bool = True


_NAME = dict.fromkeys(
    ("formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix"),
    _STRING,
)
_ADDRESS: Final = {
    **dict.fromkeys(
        ("formatted", "streetAddress", "locality", "region", "postalCode", "country"), _STRING
    ),
    "primary": _BOOLEAN,
}
_META: Final = {
    "created": _TIME,
    "lastModified": _TIME,
    "resourceType": _STRING,
    "version": _STRING,
    "location": _STRING,
}

_HIDDEN_META = _Complex(_META, writable=Writable.NEVER)
_PHONES = ("work", "home", "mobile", "fax", "pager", "other")
_MESSENGERS = ("aim", "gtalk", "icq", "xmpp", "msn", "skype", "qq", "yahoo")

_USER_COMPLEX: Final[Mapping[str, _Complex]] = {
    "name": _Complex(_NAME),
    "emails": _Complex(_VALUE, ("work", "home", "other"), many=True, case_exact=False),
    "phoneNumbers": _Complex(_VALUE, _PHONES, many=True),
    "ims": _Complex(_VALUE, _MESSENGERS, many=True),
    "photos": _Complex(_VALUE, ("photo", "thumbnail"), many=True),
    "addresses": _Complex(_ADDRESS, ("work", "home", "other"), many=True),
    "entitlements": _Complex(_VALUE, many=True),
    "roles": _Complex(_VALUE, many=True),
    "x509Certificates": _Complex(_VALUE, many=True),
    "groups": _Complex(_VALUE, many=True, writable=Writable.NEVER),
    "meta": _HIDDEN_META,
}

_KEY_AND_ANCHOR: Final = (
    Attribute(KEY, unique=True, case_exact=True, writable=Writable.NEVER),
    Attribute(ANCHOR, case_exact=True, identity_key=True),
)
_USER_SIMPLE: Final = (
    *_KEY_AND_ANCHOR,
    Attribute("userName", required=True, unique=True, identity_key=True),
    *(
        Attribute(name, case_exact=True)
        for name in (
            *("displayName", "nickName", "profileUrl", "title", "userType"),
            *("preferredLanguage", "locale", "timezone"),
        )
    ),
    Attribute("active", _BOOLEAN),
    Attribute("password", AttributeType.SECRET, case_exact=True),
)
_ENTERPRISE: Final = (
    *(
        Attribute(f"{ENTERPRISE_URN}:{name}", case_exact=True)
        for name in ("employeeNumber", "costCenter", "organization", "division", "department")
    ),
    Attribute(f"{ENTERPRISE_URN}:manager", _REFERENCE, case_exact=True),
)
_GROUP_SIMPLE: Final = (*_KEY_AND_ANCHOR, Attribute("displayName", required=True))

_IDENTITY_KEYS: Final = {
    'emails[type eq "work"].value',
    "emails[primary eq true].value",
}


class ScimSchema:
    """The fields of one object type: those listed, and those that a path names besides."""

    def __init__(
        self,
        urn: str,
        name: str,
        simple: Sequence[Attribute],
        complexes: Mapping[str, _Complex],
        declared: Declared,
    ) -> None:
        self.urn = urn
        self.name = name
        self._complexes = complexes
        listed = {a.name: Field(a, _path(a.name)) for a in simple}
        listed |= {
            f.attribute.name: f for name in complexes for f in _listed(name, complexes[name])
        }
        self.fields: Mapping[str, Field] = listed | {
            name: Field(_declared(name, declared[name]), _path(name)) for name in declared
        }
        self._simple = {field.path: field for field in self.fields.values()}

    @property
    def attributes(self) -> tuple[Attribute, ...]:
        """Every listed attribute."""
        return tuple(field.attribute for field in self.fields.values())

    def field(self, name: str) -> Field | None:
        """Return the field of that name, listed or parsed; None when there is none."""
        return self.fields.get(name) or self._parsed(name)

    def known(self, name: str) -> Field:
        """Return the field of that name.

        Raises:
            UnknownName: the schema has no such path.
        """
        field = self.field(name)
        if field is None:
            near = nearest(name, self.fields)
            what = f"the schema has no attribute `{name}`"
            raise UnknownName(
                what,
                where=self.urn,
                safe="nothing was sent",
                next=f"did you mean `{near}`?" if near else "declare it under `attributes`",
            )
        return field

    def _parsed(self, name: str) -> Field | None:
        path = parse(name)
        if path is None:
            return None
        same = self._simple.get(path.within("") if path.sub == "value" else path)
        if same is not None and (not path.sub or same.wraps_value):
            return Field(replace(same.attribute, name=name), same.path)
        shape = None if path.schema else self._complexes.get(path.attribute)
        if shape is None or not _fits(path, shape):
            return None
        return Field(_part(name, path, shape), path)


def _path(name: str) -> Path:
    """Return a listed name's path; a declared name that is no path is one bare attribute."""
    return parse(name) or Path(name)


def _listed(name: str, shape: _Complex) -> Iterator[Field]:
    for sub in shape.subs:
        for path in _paths_of(name, sub, shape):
            yield Field(_part(str(path), path, shape), path)


def _paths_of(name: str, sub: str, shape: _Complex) -> Iterator[Path]:
    if not shape.many or (sub == "value" and not shape.types):
        yield Path(name, sub)
    for kind in shape.types:
        yield Path(name, sub, Selector("type", kind))
    if sub == "value" and "primary" in shape.subs and shape.writable is not Writable.NEVER:
        yield Path(name, sub, Selector("primary", value=True))


def _fits(path: Path, shape: _Complex) -> bool:
    if path.selector is not None and not shape.many:
        return False
    selectors = {*shape.subs, "type"}
    return path.sub in shape.subs and (
        path.selector is None or path.selector.attribute in selectors
    )


def _part(name: str, path: Path, shape: _Complex) -> Attribute:
    gathers = shape.many and path.selector is None
    # Writing all values of a typed attribute at once would lose every type and flag.
    loses = gathers and (bool(shape.types) or path.sub != "value")
    return Attribute(
        name,
        shape.subs[path.sub],
        multi=gathers,
        case_exact=shape.case_exact,
        writable=Writable.NEVER if loses else shape.writable,
        identity_key=name in _IDENTITY_KEYS,
    )


def _declared(name: str, told: DeclaredAttribute) -> Attribute:
    return Attribute(
        name,
        told.type,
        multi=told.multi,
        required=told.required,
        unique=told.unique,
        case_exact=told.case_exact,
        writable=told.writable,
    )


def user_schema(declared: Declared) -> ScimSchema:
    """Return the fields of users: core, enterprise extension and what the settings declare."""
    return ScimSchema(USER_URN, "userName", (*_USER_SIMPLE, *_ENTERPRISE), _USER_COMPLEX, declared)


def group_schema(declared: Declared) -> ScimSchema:
    """Return the fields of groups; members are memberships, not an attribute."""
    return ScimSchema(GROUP_URN, "displayName", _GROUP_SIMPLE, {"meta": _HIDDEN_META}, declared)


def anchor_in(dialect: Dialect) -> str:
    """Return the attribute that holds our immutable id; empty where the system keeps none."""
    return "" if dialect.anchor is AnchorKept.DROPPED else ANCHOR


def described(
    schemas: Mapping[ObjectType, ScimSchema], anchor: str
) -> Mapping[ObjectType, ObjectSchema]:
    """Return both schemas in the words of the port, and that of the pairs between them."""
    users, groups = schemas[ObjectType.USERS], schemas[ObjectType.GROUPS]
    return {
        ObjectType.USERS: ObjectSchema(
            ObjectType.USERS,
            users.attributes,
            key=KEY,
            anchor=anchor,
            name=users.name,
            switch=Switch("active", on=True, off=False),
        ),
        ObjectType.GROUPS: ObjectSchema(
            ObjectType.GROUPS, groups.attributes, key=KEY, anchor=anchor, name=groups.name
        ),
        ObjectType.MEMBERSHIPS: ObjectSchema(
            ObjectType.MEMBERSHIPS,
            tuple(Attribute(name, _REFERENCE, case_exact=True) for name in ("group", "member")),
        ),
    }
