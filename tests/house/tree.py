"""The source tree as the house tests see it: files, their syntax trees, the names they define."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CODE = ("provisor", "connectors", "checks", "flows", "dashboards")

Function = ast.FunctionDef | ast.AsyncFunctionDef
Definition = Function | ast.ClassDef


def python_files(*folders: str) -> list[Path]:
    """All Python files below the folders that exist; a single file counts as its own folder."""
    found: set[Path] = set()
    for folder in folders:
        place = ROOT / folder
        found.update([place] if place.is_file() else place.rglob("*.py"))
    return sorted(path for path in found if "__pycache__" not in path.parts)


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of one file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def nodes(path: Path, *kinds: type[ast.AST]) -> Iterator[ast.AST]:
    """All nodes of the given kinds in one file."""
    return (node for node in ast.walk(parsed(path)) if isinstance(node, kinds))


def definitions(path: Path) -> Iterator[Definition]:
    """All functions and classes of one file, at any depth."""
    for node in nodes(path, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
        assert isinstance(node, Definition)
        yield node


def public_definitions(path: Path) -> Iterator[Definition]:
    """Functions and classes an outsider can name: no part of their path begins with `_`."""
    waiting: list[ast.Module | ast.ClassDef] = [parsed(path)]
    while waiting:
        for node in waiting.pop().body:
            if not isinstance(node, Definition) or node.name.startswith("_"):
                continue
            yield node
            if isinstance(node, ast.ClassDef):
                waiting.append(node)


def where(path: Path, node: ast.AST | None = None) -> str:
    """A place a person can jump to."""
    line = getattr(node, "lineno", None)
    name = path.relative_to(ROOT).as_posix()
    return name if line is None else f"{name}:{line}"


def words(name: str) -> list[str]:
    """The words of a snake_case or CamelCase name, lower case and singular."""
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+[0-9]*|[0-9]+", name)
    return [part.lower().removesuffix("s") for part in parts]


def committed_files() -> list[Path]:
    """Every file that git tracks and that is still there."""
    listing = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True
    )
    paths = (ROOT / name for name in listing.stdout.split("\0") if name)
    return [path for path in paths if path.is_file()]
