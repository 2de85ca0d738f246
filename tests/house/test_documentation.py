"""What a person can type, set, write or meet is described in README or docs."""

import importlib
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from tests.house.tree import ROOT


@cache
def manual() -> str:
    """README and everything under docs, as one text."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


def commands(group: Any, *path: str) -> Iterator[str]:
    """Every command of a command line that is not hidden, with its full path."""
    for name, command in group.commands.items():
        if command.hidden:
            continue
        if hasattr(command, "commands"):
            yield from commands(command, *path, name)
        else:
            yield " ".join([*path, name])


def settings(schema: Any) -> Iterator[str]:
    """Every name of a property, anywhere in a JSON Schema."""
    if isinstance(schema, Mapping):
        if isinstance(schema.get("properties"), Mapping):
            yield from schema["properties"]
        for part in schema.values():
            yield from settings(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from settings(part)


def family(kind: type[Any]) -> Iterator[type[Any]]:
    """A class and all that descend from it."""
    yield kind
    for child in kind.__subclasses__():
        yield from family(child)


def missing(names: Iterator[str] | list[str], pattern: str) -> list[str]:
    """The names that the manual does not hold in the given form."""
    return sorted(
        name for name in set(names) if not re.search(pattern.format(re.escape(name)), manual())
    )


def test_every_command_is_described():
    typer = importlib.import_module("typer.main")
    cli = importlib.import_module("provisor.cli")
    names = list(commands(typer.get_command(cli.app)))

    assert names
    assert missing(names, r"provisor {}\b") == []


def test_every_setting_is_described():
    config = importlib.import_module("provisor.config.json_schema")
    names = list(settings(config.configuration_schema()))

    assert names
    assert missing(names, r"(?m)`{0}[`:]|^\s*(?:- )?{0}:|[{{,]\s*{0}:") == []


def test_every_key_of_a_case_is_described():
    files = importlib.import_module("provisor.config.case_files")
    names = list(settings(files.case_file_schema()))

    assert names
    assert missing(names, r"(?m)`{0}[`:]|^\s*(?:- )?{0}:|[{{,]\s*{0}:") == []


def test_every_function_of_the_expressions_is_described():
    expressions = importlib.import_module("provisor.domain.expressions")
    names = list(expressions.FUNCTIONS)

    assert names
    assert missing(names, r"`{}[(`]|^#+ `?{}\b|\b{}\(".replace("{}", "{0}")) == []


def test_every_error_is_described():
    errors = importlib.import_module("provisor.errors")
    names = [
        kind.__name__ for kind in family(errors.ProvisorError) if kind.__module__ == errors.__name__
    ]

    assert names
    assert missing(names, r"`{}`") == []
