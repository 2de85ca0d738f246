"""Configurations to begin with: one for each kind of system, whole and ready to be tried.

Each is put together from the texts in `parts/`; what several presets share stands there once.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import PurePosixPath
from string import Template
from typing import Final


@dataclass(frozen=True, slots=True)
class Preset:
    """One beginning: which texts it is made of, and the words of its target in them."""

    title: str
    parts: tuple[str, ...]
    """What `provisor.yaml` is put together from, in this order."""
    words: tuple[tuple[str, str], ...]
    application: str = ""
    """The text that makes the target ready, where it needs that; its suffix says what it is."""
    secret: str = ""
    """The environment variable that has to be set before the target is called."""


_SQL: Final = (("id", "id"), ("login", "login"), ("group_name", "name"))
_DIRECTORY: Final = (("id", "entryUUID"), ("login", "uid"), ("group_name", "cn"))
_SCIM: Final = (("id", "id"), ("login", "userName"), ("group_name", "displayName"))

PRESETS: Final = {
    "sqlite": Preset(
        "an SQLite file",
        ("head.yaml", "sqlite.yaml", "sql_job.yaml", "tail.yaml"),
        _SQL,
        "sqlite.sql",
    ),
    "postgresql": Preset(
        "the tables of a PostgreSQL database",
        ("head.yaml", "postgresql.yaml", "sql_job.yaml", "tail.yaml"),
        _SQL,
        "postgresql.sql",
        "APP_DATABASE",
    ),
    "mariadb": Preset(
        "the tables of a MariaDB or MySQL database",
        ("head.yaml", "mariadb.yaml", "sql_job.yaml", "tail.yaml"),
        _SQL,
        "mariadb.sql",
        "APP_DATABASE",
    ),
    "openldap": Preset(
        "an OpenLDAP directory",
        ("head.yaml", "openldap.yaml", "directory_job.yaml", "tail.yaml"),
        _DIRECTORY,
        "openldap.ldif",
        "LDAP_PASSWORD",
    ),
    "scim": Preset(
        "an application that speaks SCIM 2.0",
        ("head.yaml", "scim.yaml", "scim_job.yaml", "tail.yaml"),
        _SCIM,
        "",
        "APP_TOKEN",
    ),
}
"""By name; the first is taken where none is asked for."""

DEFAULT: Final = next(iter(PRESETS))


def laid_out(preset: Preset) -> dict[str, str]:
    """Return the files of a preset: their texts, by path below the folder that they go to."""
    words = {"title": preset.title, **dict(preset.words)}
    found = {
        "provisor.yaml": "".join(_part(part, words) for part in preset.parts),
        "tests/people.yaml": _part("people.yaml", words),
        ".gitignore": "state/\n",
    }
    for name in ("hr.csv", "groups.csv", "members.csv"):
        found[name] = _text(name)
    if preset.application:
        suffix = PurePosixPath(preset.application).suffix
        found[f"application{suffix}"] = _text(preset.application)
    return found


def _part(name: str, words: dict[str, str]) -> str:
    return Template(_text(name)).substitute(words)


def _text(name: str) -> str:
    return (files(__name__) / "parts" / name).read_text(encoding="utf-8")
