"""References to secrets: recognised anywhere, opened only for a connector, never literal.

Never: a secret, or what may be one, stands in a message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from provisor.config.places import NOTHING_HAPPENED, SettingPath
from provisor.errors import LiteralSecret, SecretMissing, SettingInvalid
from provisor.ports.secret import Secret

FORMS: Final = "`{env: NAME}`, `{file: PATH}` or `{keyring: {service: NAME, user: NAME}}`"
_WORDS: Final = (
    "token",
    "password",
    "passwd",
    "passphrase",
    "secret",
    "api_key",
    "apikey",
    "private_key",
    "authorization",
)
_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")
_CAPITAL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Name and password before `@`; a port and a path behind it are neither.
_NOT_AT_HAND: Final = "sqlite://"
"""Stands for a secret that nobody needs; also where an address is expected."""

_USER_AND_PASSWORD: Final = re.compile(r"://[^/?#@:\s]*:(?!\d{1,5}(?:[/?#]|$))\S+@")
_IN_A_QUERY: Final = re.compile(rf"://\S*[?&](?:\w+_)?(?:{'|'.join(_WORDS)})=[^&\s]", re.IGNORECASE)
_SHARED_MODES: Final = 0o077


@dataclass(frozen=True, slots=True)
class EnvironmentSecret:
    """A secret in an environment variable."""

    name: str


@dataclass(frozen=True, slots=True)
class FileSecret:
    """A secret that is the whole content of a file, but for a final line break."""

    path: str
    """As written: relative to the configuration file."""


@dataclass(frozen=True, slots=True)
class KeyringSecret:
    """A secret in the keyring of the operating system."""

    service: str
    user: str


SecretReference = EnvironmentSecret | FileSecret | KeyringSecret

Opener = Callable[[SecretReference, str, Path, Mapping[str, str]], Secret]
"""Fetches the secret that a reference names; `open_reference` or `opened_or_not`."""


def read_reference(written: object) -> SecretReference | None:
    """Return the reference that a setting is, or None when it is something else.

    Raises:
        SettingInvalid: it has the form of a reference, and its inside is wrong.

    Example:
        >>> read_reference({"env": "APP_TOKEN"})
        EnvironmentSecret(name='APP_TOKEN')
        >>> read_reference({"path": "hr.csv"}) is None
        True
    """
    if not isinstance(written, Mapping) or len(written) != 1:
        return None
    match next(iter(written.items())):
        case ("env", str(name)) if _VARIABLE.fullmatch(name):
            return EnvironmentSecret(name)
        case ("file", str(path)) if path and "\0" not in path:
            return FileSecret(path)
        case ("keyring", {"service": str(service), "user": str(user), **rest}) if not rest:
            return KeyringSecret(service, user)
        case ("env" | "file" | "keyring", _):
            raise SettingInvalid(
                "a reference to a secret cannot be read",
                found=f"expected {FORMS}",
                safe=NOTHING_HAPPENED,
                next="name the variable, the file or the keyring entry; never the secret itself",
            )
        case _:
            return None


def literal_secrets(written: object, path: SettingPath) -> Iterator[tuple[SettingPath, str]]:
    """Yield each setting that holds a secret itself, with what betrays it."""
    match written:
        case Mapping():
            for key, value in written.items():
                if _is_secret_name(key) and _is_literal(value):
                    yield (*path, key), f"`{key}` is given as it is"
                else:
                    yield from literal_secrets(value, (*path, key))
        case list():
            for place, value in enumerate(written):
                yield from literal_secrets(value, (*path, place))
        case str() if _USER_AND_PASSWORD.search(written) or _IN_A_QUERY.search(written):
            yield path, "a password stands inside the address"


def _is_secret_name(key: str) -> bool:
    folded = "_" + _CAPITAL.sub("_", key).lower().replace("-", "_")
    return folded.endswith(tuple(f"_{word}" for word in _WORDS))


def _is_literal(value: object) -> bool:
    if isinstance(value, list):
        return any(_is_literal(item) for item in value)
    return isinstance(value, str | int | float) and not isinstance(value, bool) and value != ""


def literal_secret(where: str, found: str) -> LiteralSecret:
    """Return the error for a secret in the file, without the secret."""
    return LiteralSecret(
        "a secret stands in the configuration itself; only references are accepted",
        where=where,
        found=found,
        safe=NOTHING_HAPPENED + "; the secret is not shown here",
        next=f"write {FORMS}, and replace the secret: who could read this file knows it",
    )


def open_reference(
    reference: SecretReference, where: str, folder: Path, environment: Mapping[str, str]
) -> Secret:
    """Fetch the secret that a reference names.

    Args:
        reference: what the configuration says.
        where: place of the setting, for messages.
        folder: the configuration's folder; relative files start there.
        environment: the variables that may be used.

    Raises:
        SecretMissing: there is nothing at its place, or it is empty.
    """
    match reference:
        case EnvironmentSecret(name):
            value = environment.get(name, "")
            return _present(value, where, f"the variable `{name}` is not set", f"set `{name}`")
        case FileSecret(path):
            return _present(_content(folder / path), where, f"no secret can be read from `{path}`")
        case KeyringSecret(service, user):
            value = _from_keyring(service, user, where)
            return _present(value, where, f"the keyring has no entry for `{user}` at `{service}`")


def opened_or_not(
    reference: SecretReference, where: str, folder: Path, environment: Mapping[str, str]
) -> Secret:
    """Fetch a secret from environment or file, or return a word where there is none.

    An operating system's keyring is left alone. For work in which no call is made.
    """
    if isinstance(reference, KeyringSecret):
        return Secret(_NOT_AT_HAND)
    try:
        return open_reference(reference, where, folder, environment)
    except SecretMissing:
        return Secret(_NOT_AT_HAND)


def _present(value: str, where: str, what: str, then: str = "put the secret there") -> Secret:
    if value:
        return Secret(value)
    raise SecretMissing(what, where=where, found="nothing", safe=NOTHING_HAPPENED, next=then)


def _content(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, ValueError):
        return ""


def _from_keyring(service: str, user: str, where: str) -> str:
    try:
        # The extra is optional, and its import looks for services of the desktop.
        import keyring
        import keyring.errors
    except ImportError:
        pass
    else:
        try:
            return keyring.get_password(service, user) or ""
        except keyring.errors.KeyringError:
            return ""
    raise SecretMissing(
        "the keyring cannot be opened: the package `keyring` is not installed",
        where=where,
        safe=NOTHING_HAPPENED,
        next="install it with `pip install 'provisor[keyring]'`, or use `{env: NAME}`",
    )


def open_to_others(reference: SecretReference, folder: Path) -> bool:
    """Say whether a secret's file can be read by more people than its owner."""
    if not isinstance(reference, FileSecret):
        return False
    try:
        return bool((folder / reference.path).stat().st_mode & _SHARED_MODES)
    except (OSError, ValueError):
        return False
