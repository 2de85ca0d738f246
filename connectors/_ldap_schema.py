"""What users and groups can hold: by the standards, and by what the settings add.

Source: RFC 4519 (attributes and classes), RFC 4524 (COSINE), RFC 2798 (inetOrgPerson),
RFC 2307 (POSIX accounts). Attributes are taken as holding one value although most may hold
several, for that is how people use them; `multi: true` says otherwise.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from connectors._ldap_settings import (
    ACTIVE,
    AttributeSettings,
    GroupSettings,
    KindSettings,
    LdapSettings,
)
from provisor.domain.schema import (
    Attribute,
    AttributeType,
    ObjectSchema,
    ObjectType,
    Switch,
    Writable,
)

_PERSON: Final = "cn sn description telephoneNumber seeAlso userPassword"
_ORGANIZATIONAL: Final = (
    "title x121Address registeredAddress destinationIndicator telexNumber preferredDeliveryMethod "
    "facsimileTelephoneNumber street postOfficeBox postalCode postalAddress ou st l "
    "physicalDeliveryOfficeName internationalISDNNumber"
)
_CLASSES: Final = {
    "person": _PERSON,
    "organizationalperson": f"{_PERSON} {_ORGANIZATIONAL}",
    "inetorgperson": (
        f"{_PERSON} {_ORGANIZATIONAL} audio businessCategory carLicense departmentNumber "
        "displayName employeeNumber employeeType givenName homePhone homePostalAddress initials "
        "jpegPhoto labeledURI mail manager mobile o pager photo preferredLanguage roomNumber "
        "secretary uid userCertificate userSMIMECertificate"
    ),
    "account": "uid description seeAlso l o ou host",
    "posixaccount": "cn uid uidNumber gidNumber homeDirectory loginShell gecos description",
    "shadowaccount": "uid shadowExpire shadowLastChange shadowMax shadowMin shadowWarning",
    "user": (
        f"{_PERSON} {_ORGANIZATIONAL} c co company department displayName employeeID "
        "employeeNumber employeeType givenName homeDirectory initials mail manager mobile "
        "sAMAccountName unicodePwd userAccountControl userPrincipalName "
        + " ".join(f"extensionAttribute{number}" for number in range(1, 16))
    ),
    "groupofnames": "cn description businessCategory o ou owner seeAlso",
    "groupofuniquenames": "cn description businessCategory o ou owner seeAlso",
    "posixgroup": "cn gidNumber description",
    "group": "cn description displayName sAMAccountName groupType mail managedBy",
}
_MUST: Final = {
    "person": "cn sn",
    "organizationalperson": "cn sn",
    "inetorgperson": "cn sn",
    "account": "uid",
    "posixaccount": "cn uid uidNumber gidNumber homeDirectory",
    "groupofnames": "cn",
    "groupofuniquenames": "cn",
    "posixgroup": "cn gidNumber",
}
_TYPES: Final = {
    **dict.fromkeys(("userpassword", "unicodepwd"), AttributeType.SECRET),
    **dict.fromkeys(
        ("manager", "secretary", "owner", "seealso", "managedby"), AttributeType.REFERENCE
    ),
    **dict.fromkeys(
        (
            *("uidnumber", "gidnumber", "shadowexpire", "shadowlastchange", "shadowmax"),
            *("shadowmin", "shadowwarning", "useraccountcontrol", "grouptype"),
        ),
        AttributeType.INTEGER,
    ),
}
_EXACT: Final = {"homedirectory", "loginshell", "userpassword", "unicodepwd", "labeleduri"}


def schemas_of(settings: LdapSettings) -> dict[ObjectType, ObjectSchema]:
    """Return the schemas; the same answer every time, for nobody is asked."""
    users = settings.objects.users
    schemas = {ObjectType.USERS: schema_of(ObjectType.USERS, users, settings.id)}
    groups = settings.objects.groups
    if groups is not None:
        schemas[ObjectType.GROUPS] = schema_of(ObjectType.GROUPS, groups, settings.id)
        pair = (Attribute("group"), Attribute("member"))
        schemas[ObjectType.MEMBERSHIPS] = ObjectSchema(ObjectType.MEMBERSHIPS, pair)
    return schemas


def schema_of(object_type: ObjectType, kind: KindSettings, key: str) -> ObjectSchema:
    """Return the schema of users or of groups; `key` is the server's own id."""
    declared = {name.lower(): (name, said) for name, said in kind.attributes.items()}
    duties = {name.lower(): name for name in (kind.anchor, kind.name) if name}
    switched = kind.disable.attribute if kind.disable else None
    if switched:
        duties[switched.lower()] = switched
    spelled = {name.lower(): name for name in _standard(kind)} | duties
    spelled |= {low: name for low, (name, _) in declared.items()}
    if isinstance(kind, GroupSettings):
        spelled.pop(kind.member_attribute.lower(), None)
    required = _required(kind)
    attributes = [
        _attribute(name, kind, declared.get(low, (name, AttributeSettings()))[1], low in required)
        for low, name in sorted(spelled.items())
    ]
    attributes.append(Attribute(key, case_exact=False, writable=Writable.NEVER))
    switch = _switch(kind)
    if switch is not None and switch.attribute == ACTIVE:
        attributes.append(Attribute(ACTIVE, AttributeType.BOOLEAN))
    return ObjectSchema(
        object_type,
        tuple(attributes),
        key=key,
        anchor=spelled.get((kind.anchor or "").lower(), ""),
        name=spelled.get((kind.name or "").lower(), ""),
        switch=switch,
    )


def _standard(kind: KindSettings) -> list[str]:
    named = (_CLASSES.get(one.lower(), "") for one in kind.classes)
    return [name for names in named for name in names.split()]


def _required(kind: KindSettings) -> set[str]:
    """Return what an entry must have; what its name is made of need not be mapped besides."""
    named = (_MUST.get(one.lower(), "") for one in kind.classes)
    return {name.lower() for names in named for name in names.split()}


def _attribute(name: str, kind: KindSettings, said: AttributeSettings, must: bool) -> Attribute:  # noqa: FBT001 - private
    low = name.lower()
    duty = low in {(kind.anchor or "").lower(), (kind.name or "").lower()}
    attribute = Attribute(
        name,
        said.type or _TYPES.get(low, AttributeType.STRING),
        multi=bool(said.multi),
        required=must if said.required is None else said.required,
        unique=said.unique or duty,
        case_exact=low in _EXACT if said.case_exact is None else said.case_exact,
        identity_key=duty,
    )
    if low == (kind.anchor or "").lower() and said.case_exact is None:
        return replace(attribute, case_exact=True)
    return attribute


def _switch(kind: KindSettings) -> Switch | None:
    said = kind.disable
    if said is None:
        return None
    if said.attribute is not None and said.on is not None and said.off is not None:
        return Switch(said.attribute, said.on, said.off)
    return Switch(ACTIVE, on=True, off=False)
