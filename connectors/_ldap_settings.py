"""What a person writes about a directory: where it is, how we sign in, what its entries are."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from connectors._http import is_loopback
from connectors._ldap_names import Dn
from connectors._ldap_seam import Scope
from connectors._ldap_template import Template
from connectors._settings import Settings, parse
from provisor.domain.schema import AttributeType, ObjectType
from provisor.errors import LiteralSecret, SettingInvalid
from provisor.ports.secret import Secret

ACTIVE: Final = "active"
"""The switch, where the server keeps it in a form of its own."""

_PORTS: Final = {"ldap": 389, "ldaps": 636}
_MEMBERS: Final = {
    "groupofnames": "member",
    "groupofuniquenames": "uniqueMember",
    "posixgroup": "memberUid",
    "group": "member",
}


class Bind(StrEnum):
    """How we sign in."""

    SIMPLE = "simple"
    EXTERNAL = "external"
    ANONYMOUS = "anonymous"


class Library(StrEnum):
    """What speaks LDAP for us."""

    LDAP3 = "ldap3"
    PYTHON_LDAP = "python-ldap"


_PIPELINED: Final = 64
"""Requests on one connection; more make no server faster."""


def _name(text: str) -> str:
    return Dn.parse(text).text


DnText = Annotated[str, Field(min_length=1), AfterValidator(_name)]


def _template(text: object) -> object:
    return Template.parse(text) if isinstance(text, str) else text


def _by_name(attributes: object) -> object:
    """A bare list of attributes is a mapping without details."""
    return {name: {} for name in attributes} if isinstance(attributes, tuple) else attributes


class AttributeSettings(Settings):
    """What is known of one attribute, where it is not as the standards say."""

    type: AttributeType | None = Field(None, strict=False)
    multi: bool | None = None
    required: bool | None = None
    unique: bool = False
    case_exact: bool | None = None


class SwitchSettings(Settings):
    """How an account is switched off."""

    attribute: str | None = Field(None, min_length=1)
    on: str | int | bool | None = None
    off: str | int | bool | None = None
    by: Literal["ppolicy", "nsAccountLock", "userAccountControl"] | None = None
    """A lock of the server's own."""
    move: DnText | None = None
    """Where entries are moved to that are switched off."""

    @model_validator(mode="after")
    def _is_one_way(self) -> Self:
        if sum(one is not None for one in (self.attribute, self.by, self.move)) != 1:
            raise ValueError("expected one of `attribute`, `by` and `move`")
        if (self.attribute is None) != (self.on is None and self.off is None):
            raise ValueError("`on` and `off` are the values of `attribute`")
        if self.attribute is not None and (self.on is None or self.off is None):
            raise ValueError("`attribute` needs both `on` and `off`")
        return self


class KindSettings(Settings):
    """Users or groups: where they are, and what they are made of."""

    base: DnText
    scope: Scope = Field(Scope.SUBTREE, strict=False)
    classes: tuple[Annotated[str, Field(min_length=1)], ...] = Field(min_length=1)
    """Object classes of a new entry; entries of the first one are read."""
    dn: Annotated[Template | None, BeforeValidator(_template)] = None
    """The name of a new entry; without it none is made."""
    rename: bool = False
    """Whether an entry gets another name when the value changes that its name is made of."""
    anchor: str | None = Field(None, min_length=1)
    """The attribute that holds our immutable id."""
    name: str | None = Field(None, min_length=1)
    """The attribute that people log in with or see."""
    disable: SwitchSettings | None = None
    attributes: Annotated[dict[str, AttributeSettings], BeforeValidator(_by_name)] = Field(
        default_factory=dict
    )
    """Attributes that the standards do not name for these classes, or name otherwise."""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.dn is not None and not self.dn.is_under(self.base):
            raise ValueError("`dn` leads to a place outside `base`")
        if self.moves_to is not None and (self.dn is None or not self.dn.has_one_place):
            raise ValueError("`move` needs a `dn` whose later parts are the same for everybody")
        if self.rename and (self.dn is None or self.name is None):
            raise ValueError("`rename` needs `dn` and `name`")
        if self.rename and self.dn is not None and not self.dn.names(self.name or ""):
            raise ValueError("`rename` needs a `dn` whose first part is made of `name`")
        return self

    @property
    def moves_to(self) -> str | None:
        """Where entries are that were switched off, if elsewhere."""
        return self.disable.move if self.disable else None


class GroupSettings(KindSettings):
    """Groups, and how they name their members."""

    members: str | None = Field(None, min_length=1)
    """The attribute with the members; by default as the class has it."""
    placeholder: DnText | None = None
    """The entry that stands in groups which may not be empty; it is nobody."""

    @model_validator(mode="after")
    def _names_members(self) -> Self:
        if self.member_attribute == "":
            raise ValueError("`members` is needed: no class of these has an attribute that we know")
        return self

    @property
    def member_attribute(self) -> str:
        """The attribute with the members."""
        known = (_MEMBERS[c.lower()] for c in self.classes if c.lower() in _MEMBERS)
        return self.members or next(known, "")

    @property
    def by_login(self) -> bool:
        """Whether members are named by their login instead of by their entry."""
        return self.member_attribute.lower() == "memberuid"


class ObjectsSettings(Settings):
    """What there is."""

    users: KindSettings
    groups: GroupSettings | None = None


class LdapSettings(Settings):
    """Settings of a system that is a directory."""

    url: str
    """`ldap://` or `ldaps://`, a host, and a port where it is not the usual one."""
    start_tls: bool | None = None
    """Whether `ldap://` is encrypted before anything is said; true unless on this machine."""
    ca_file: str | None = None
    """A file of certificate authorities to trust instead of the public ones."""
    certificate_path: str | None = None
    """Our own certificate, in PEM form."""
    key_path: str | None = None
    """Its key, where it is not in the same file."""
    bind: Bind | None = Field(None, strict=False)
    bind_dn: DnText | None = None
    password: Secret | None = None
    allow_plain_text: bool = False
    """Whether passwords and persons may travel unencrypted to another machine."""
    id: Literal["entryUUID", "nsUniqueId", "objectGUID"] = "entryUUID"
    """The server's own immutable id of an entry."""
    page_size: int = Field(500, ge=1, le=100_000)
    """Entries to ask for in one page; fewer where the server refuses that many."""
    connections: int = Field(4, ge=1, le=64)
    """The most connections at one time; the run's own limit may be lower."""
    library: Library = Field(Library.LDAP3, strict=False)
    """What speaks LDAP: `ldap3`, or `python-ldap`, which writes over one connection."""
    time_out_seconds: float = Field(30.0, gt=0, le=3600)
    """How long to wait for a connection, and for each answer."""
    overlap_seconds: int = Field(60, ge=0, le=86_400)
    """How far each delta looks back behind the moment of the last read."""
    leave_referrals: bool = False
    """Whether a read is whole although parts of its base lie on other servers."""
    nested_groups: bool = True
    """Whether a group can be a member of a group."""
    objects: ObjectsSettings

    @field_validator("url")
    @classmethod
    def _usable(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            usable = parts.scheme in _PORTS and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable or parts.path.strip("/") or parts.query or "@" in parts.netloc:
            raise ValueError("expected an address such as `ldaps://directory.example`")
        return url

    @field_validator("ca_file")
    @classmethod
    def _loadable(cls, ca_file: str | None) -> str | None:
        try:
            ssl.create_default_context(cafile=ca_file)
        except OSError:
            raise ValueError("expected a file of certificates in PEM form") from None
        return ca_file

    @model_validator(mode="after")
    def _signs_in(self) -> Self:
        if self.binding is Bind.SIMPLE and (self.bind_dn is None or self.password is None):
            raise ValueError("expected `bind_dn` and `password`, or another `bind`")
        if self.binding is Bind.SIMPLE and self.password is not None and not self.password.reveal():
            raise ValueError("the password is empty: a server takes that for nobody")
        if self.binding is Bind.EXTERNAL and self.certificate_path is None:
            raise ValueError("`bind: external` needs `certificate_path`")
        if self.encrypted and self.start_tls:
            raise ValueError("`start_tls` belongs to `ldap://`: `ldaps://` is encrypted already")
        return self

    @property
    def host(self) -> str:
        """The server's name, which its certificate must have."""
        return urlsplit(self.url).hostname or ""

    @property
    def port(self) -> int:
        """The server's port."""
        parts = urlsplit(self.url)
        return parts.port or _PORTS[parts.scheme]

    @property
    def encrypted(self) -> bool:
        """Whether the connection is encrypted from its first byte on."""
        return urlsplit(self.url).scheme == "ldaps"

    @property
    def starts_tls(self) -> bool:
        """Whether the connection becomes encrypted before anything is said."""
        if self.encrypted:
            return False
        wanted = self.start_tls
        return not (is_loopback(self.host) or self.allow_plain_text) if wanted is None else wanted

    @property
    def binding(self) -> Bind:
        """How we sign in."""
        return self.bind or Bind.SIMPLE

    def shared_out(self, room: int) -> tuple[int, int]:
        """Return over how many connections `room` requests go, and how many over each."""
        match self.library:
            case Library.LDAP3:
                return min(room, self.connections), 1
            case Library.PYTHON_LDAP:
                return 1, min(room, _PIPELINED)

    def context(self) -> ssl.SSLContext:
        """Return what proves the server to us, and us to the server."""
        context = ssl.create_default_context(cafile=self.ca_file)
        if self.certificate_path is not None:
            context.load_cert_chain(self.certificate_path, self.key_path)
        return context

    def of(self, object_type: ObjectType) -> KindSettings | None:
        """Return what is said of users or of groups; None where there are none."""
        match object_type:
            case ObjectType.USERS:
                return self.objects.users
            case ObjectType.GROUPS:
                return self.objects.groups
            case ObjectType.MEMBERSHIPS:
                return None

    @property
    def placeholder(self) -> str | None:
        """The entry that is nobody."""
        return self.objects.groups.placeholder if self.objects.groups else None


def ldap_settings(settings: Mapping[str, object]) -> LdapSettings:
    """Return the checked settings of one system.

    Raises:
        LiteralSecret: the password stands in the file as plain text.
        UnknownName: a setting is not known.
        SettingInvalid: a setting is missing or cannot be used.
    """
    if isinstance(settings.get("password"), str):
        raise LiteralSecret(
            "a secret stands in the configuration as plain text",
            where="password",
            safe="it was not used; treat it as known to everybody who read the file",
            next="write `password: {env: NAME}`, or `file` or `keyring` instead of `env`",
        )
    checked = parse(LdapSettings, settings)
    local = is_loopback(checked.host) or checked.allow_plain_text
    if not (checked.encrypted or checked.starts_tls or local):
        raise SettingInvalid(
            "passwords and persons would travel unencrypted to another machine",
            where="start_tls",
            found="expected `ldaps://`, or `start_tls: true`",
            safe="nothing was sent",
            next="encrypt, or set `allow_plain_text: true` for a network that you trust",
        )
    return _with_own_certificate(checked)


def _with_own_certificate(settings: LdapSettings) -> LdapSettings:
    try:
        settings.context()
    except OSError:
        raise SettingInvalid(
            "our own certificate cannot be loaded",
            where="certificate_path",
            found="expected a certificate and its key in PEM form",
        ) from None
    return settings
