"""What a SCIM system needs to be told, checked before anything runs."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Final
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, PrivateAttr, field_validator

from connectors._http import Limits, is_loopback
from connectors._scim_dialect import RFC, Dialect
from connectors._scim_dialect_file import DialectSettings, dialect_of
from connectors._settings import Settings, parse
from provisor.domain.schema import AttributeType, ObjectType, Writable
from provisor.errors import LiteralSecret, SettingInvalid
from provisor.ports.secret import Secret

_VISIBLE = re.compile(r"[\x21-\x7e]+")

PositiveSeconds = Annotated[float, Field(gt=0, le=3600)]


class DeclaredAttribute(Settings):
    """One attribute that the standard does not name, as its system describes it."""

    type: AttributeType = Field(AttributeType.STRING, strict=False)
    multi: bool = False
    required: bool = False
    unique: bool = False
    case_exact: bool = True
    writable: Writable = Field(Writable.ALWAYS, strict=False)


Declared = Mapping[str, DeclaredAttribute]


class DeclaredAttributes(Settings):
    """Further attributes by path, for each object type."""

    users: dict[str, DeclaredAttribute] = Field(default_factory=dict)
    groups: dict[str, DeclaredAttribute] = Field(default_factory=dict)


class ScimSettings(Settings):
    """The settings of one SCIM system."""

    url: str
    """The address that ends before `/Users`; a query string is kept on every call."""
    token: Secret
    """The bearer token."""
    page_size: int = Field(100, ge=1, le=10_000)
    """Objects to ask for in one page; the system may give fewer."""
    in_flight: int = Field(16, ge=1, le=256)
    """The most calls that are open at one time; the run's own limit may be lower."""
    time_out_seconds: PositiveSeconds = 30.0
    """How long to wait for a connection, and then for each next sign of life."""
    total_deadline_seconds: PositiveSeconds = 120.0
    """How long one call may take in all."""
    patience_seconds: float = Field(60.0, ge=0, le=3600)
    """How long one read or look-up may wait in all for a system that asks for pauses."""
    members_per_call: int | None = Field(None, ge=1, le=1000)
    """Members to add or remove in one call; the dialect's own number when it is left out."""
    dialect: DialectSettings = DialectSettings()
    """How the system wants to be spoken to, where that is not the RFC's own way."""
    dialect_path: str | None = None
    """A file with a dialect, as `provisor probe` saves it."""
    nested_groups: bool = True
    """Whether a group can be a member of a group."""
    projection: bool = True
    """Whether to ask only for the attributes that the rules use."""
    deltas: tuple[Annotated[ObjectType, Field(strict=False)], ...] = (
        ObjectType.USERS,
        ObjectType.GROUPS,
    )
    """Object types whose changes are asked for by the time of their last change."""
    overlap_seconds: int = Field(300, ge=0, le=86_400)
    """How far each delta looks back behind the last read, for clocks that differ."""
    attributes: DeclaredAttributes = DeclaredAttributes()
    """Attributes of the system's own extensions."""
    ca_file: str | None = None
    """A file of certificate authorities to trust instead of the public ones."""
    allow_plain_http: bool = False
    """Whether the token may travel unencrypted to another machine."""
    _spoken: Dialect = PrivateAttr(RFC)

    @property
    def spoken(self) -> Dialect:
        """The dialect in force: preset, file and single settings together."""
        return self._spoken

    def speaking(self, dialect: Dialect) -> ScimSettings:
        """Return the same settings in another dialect."""
        other = self.model_copy()
        other._spoken = dialect
        return other

    @field_validator("url")
    @classmethod
    def _usable(cls, url: str) -> str:
        _split(url)
        return url

    @field_validator("token")
    @classmethod
    def _sendable(cls, token: Secret) -> Secret:
        if not _VISIBLE.fullmatch(token.reveal()):
            raise ValueError("the token is empty or holds characters that no header can carry")
        return token

    @field_validator("ca_file")
    @classmethod
    def _loadable(cls, ca_file: str | None) -> str | None:
        try:
            ssl.create_default_context(cafile=ca_file)
        except OSError:
            raise ValueError("expected a file of certificates in PEM form") from None
        return ca_file

    @property
    def address(self) -> SplitResult:
        """The address, split."""
        return _split(self.url)

    @property
    def limits(self) -> Limits:
        """How long one call may take."""
        return Limits(self.time_out_seconds, self.total_deadline_seconds)


_SECRET_SETTINGS: Final = ("token",)


def scim_settings(settings: Mapping[str, object]) -> ScimSettings:
    """Return the checked settings of one system.

    Raises:
        LiteralSecret: the token stands in the file as plain text.
        UnknownName: a setting is not known.
        SettingInvalid: a setting is missing or cannot be used.
    """
    for name in _SECRET_SETTINGS:
        if isinstance(settings.get(name), str):
            raise LiteralSecret(
                "a secret stands in the configuration as plain text",
                where=name,
                safe="it was not used; treat it as known to everybody who read the file",
                next=f"write `{name}: {{env: NAME}}`, or `file` or `keyring` instead of `env`",
            )
    checked = _checked(parse(ScimSettings, settings))
    dialect = dialect_of(checked.dialect, checked.dialect_path)
    room = checked.members_per_call
    checked._spoken = dialect if room is None else replace(dialect, members_per_call=room)
    return checked


def _checked(settings: ScimSettings) -> ScimSettings:
    address = settings.address
    if address.scheme == "http" and not (
        settings.allow_plain_http or is_loopback(address.hostname or "")
    ):
        raise SettingInvalid(
            "the token would travel unencrypted to another machine",
            where="url",
            found="expected an address that begins with `https://`",
            safe="nothing was sent",
            next="use https, or set `allow_plain_http: true` for a network that you trust",
        )
    return settings


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("expected an address such as `https://app.example/scim/v2`")
    if "@" in parts.netloc:
        raise ValueError("expected an address without a name or password in it")
    if parts.fragment or not _VISIBLE.fullmatch(url):
        raise ValueError("expected an address without `#`, blanks or letters outside ASCII")
    return parts
