"""A configuration file to settings that can be trusted; every problem with its file and line.

Enters: a path and the environment. Leaves: a `Configuration`, or the errors that stand in its way.
Never: a system is called, or a secret opened, while loading.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from provisor.config.circles import endless
from provisor.config.configuration import Configuration
from provisor.config.cross_references import contradictions
from provisor.config.joining import joined_contradictions
from provisor.config.model import ConfigurationSettings
from provisor.config.ownership import disputes
from provisor.config.people_settings import PEOPLE
from provisor.config.places import SettingPath
from provisor.config.right_names import contradicting_rights
from provisor.config.secret_references import literal_secret, literal_secrets, read_reference
from provisor.config.translation import translated
from provisor.config.yaml_document import Document, invalid, parse_document
from provisor.errors import ConfigurationError, SettingInvalid

CONNECTORS: Final = "provisor.connectors"
"""The group of entry points that connectors are found by."""
MOST_BYTES: Final = 4 * 1024 * 1024

_LINE: Final = re.compile(r" line (\d+)")


def load(path: Path, environment: Mapping[str, str]) -> Configuration:
    """Read and check a configuration file.

    Args:
        path: the file; relative paths inside it start at its folder.
        environment: variables that references to secrets may name; they are read later.

    Raises:
        ConfigurationError: the first problem in the order of the file.

    Cost: no system is called and no connector is imported.
    """
    return _checked(read_document(path), path, environment)


def load_text(text: str, path: Path, environment: Mapping[str, str]) -> Configuration:
    """Check a configuration that is not, or not yet, in a file.

    Args:
        text: what the file would hold.
        path: where it would be; relative paths inside it start at its folder.
        environment: as for `load`.

    Raises:
        ConfigurationError: the first problem in the order of the text.
    """
    return _checked(parse_document(text, path.name), path, environment)


def _checked(document: Document, path: Path, environment: Mapping[str, str]) -> Configuration:
    found = _problems(document)
    if isinstance(found, list):
        raise found[0]
    return Configuration(path.absolute(), found, document, environment)


def problems(path: Path) -> tuple[ConfigurationError, ...]:
    """Return everything that is wrong with a configuration file, in the order of the file."""
    try:
        found = _problems(read_document(path))
    except ConfigurationError as wrong:
        return (wrong,)
    return tuple(found) if isinstance(found, list) else ()


def read_document(path: Path) -> Document:
    """Read a file as strict YAML, without asking what it says.

    Raises:
        SettingInvalid: it cannot be read, or is no YAML.
    """
    return parse_document(_text(path), path.name)


def _text(path: Path) -> str:
    content = _content(path)
    if len(content) > MOST_BYTES:
        found = f"{len(content):,} bytes; at most {MOST_BYTES:,} were expected"
        raise invalid("the configuration file is too large", path.name, found=found)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = content.count(b"\n", 0, wrong.start) + 1
    raise invalid(
        "the configuration file is not UTF-8",
        f"{path.name} line {line}",
        next="save the file as UTF-8",
    )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        what, then = "there is no configuration file", "name it with `--config FILE`"
    except IsADirectoryError:
        what, then = "the configuration is a folder", "name the file inside it"
    except (OSError, ValueError) as wrong:
        reason = wrong.strerror if isinstance(wrong, OSError) else "its name cannot be a path"
        what, then = f"the configuration file cannot be read: {reason}", "check its permissions"
    raise invalid(what, str(path), next=then)


def _problems(document: Document) -> ConfigurationSettings | list[ConfigurationError]:
    """Return the checked settings, or what is wrong with them in the order of the file."""
    found = _secrets(document)
    try:
        settings = ConfigurationSettings.model_validate(document.value)
    except ValidationError as wrong:
        found += translated(wrong, ConfigurationSettings, document)
    else:
        connectors = _installed_connectors() | {PEOPLE}
        found += contradictions(settings, document.places, connectors)
        found += joined_contradictions(settings, document.places)
        found += contradicting_rights(settings, document.places)
        found += disputes(settings.jobs, document.places)
        found += endless(settings, document.places)
        if not found:
            return settings
    return sorted(found, key=_line)


def _installed_connectors() -> frozenset[str]:
    # A fifth of what importing this module would cost, and needed only once a file was read.
    from importlib.metadata import entry_points

    return frozenset(entry.name for entry in entry_points(group=CONNECTORS))


def _line(error: ConfigurationError) -> int:
    match = _LINE.search(error.where)
    return int(match[1]) if match else 0


def _secrets(document: Document) -> list[ConfigurationError]:
    """Return what is wrong with secrets: those that stand in the file, unreadable references."""
    found: list[ConfigurationError] = []
    for section in ("systems", "store"):
        written = document.value.get(section)
        for path, why in literal_secrets(written, (section,)):
            found.append(literal_secret(document.places.where(path), why))
    found += _unreadable_references(document.value.get("systems"), ("systems",), document)
    return found


def _unreadable_references(
    written: object, path: SettingPath, document: Document
) -> list[ConfigurationError]:
    parts: list[tuple[str | int, object]] = []
    if isinstance(written, Mapping):
        try:
            read_reference(written)
        except SettingInvalid as wrong:
            wrong.where = document.places.where(path)
            return [wrong]
        parts = list(written.items())
    elif isinstance(written, list):
        parts = list(enumerate(written))
    inner = (_unreadable_references(value, (*path, part), document) for part, value in parts)
    return [error for errors in inner for error in errors]
