import ast

import pytest

from tests.house.tree import CODE, nodes, public_definitions, python_files, where

BOUNDARIES = {"provisor/cli/boundary.py", "flows/boundary.py"}
BLIND = {"Exception", "BaseException"}
WORLDLY_MODULES = {"time", "random", "secrets", "sqlite3", "socket"}
WORLDLY_CALLS = {"now", "utcnow", "today", "urandom", "uuid1", "uuid4"}
WORLDLY_OWNERS = {"date", "datetime", "os", "uuid"}


def names_in(node):
    """Every plain or dotted name below a node, by its last word; quoted annotations included."""
    found = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            found.add(part.id)
        elif isinstance(part, ast.Attribute):
            found.add(part.attr)
        elif isinstance(part, ast.Constant) and isinstance(part.value, str):
            found.update(part.value.replace("|", " ").replace("[", " ").replace("]", " ").split())
    return found


def is_blind(node):
    """Whether a piece of code catches everything: `except:`, `except Exception`, `suppress`."""
    if isinstance(node, ast.ExceptHandler):
        return node.type is None or bool(BLIND & names_in(node.type))
    called = names_in(node.func) if isinstance(node, ast.Call) else set()
    return "suppress" in called and any(BLIND & names_in(argument) for argument in node.args)


def worldly(node):
    """What a piece of code takes from clock, chance or the machine; empty if nothing."""
    if isinstance(node, ast.Import):
        return WORLDLY_MODULES & {alias.name.split(".")[0] for alias in node.names}
    if isinstance(node, ast.ImportFrom):
        origin = {(node.module or "").split(".")[0]} & WORLDLY_MODULES
        return origin | (WORLDLY_CALLS & {alias.name for alias in node.names})
    if isinstance(node, ast.Attribute) and WORLDLY_OWNERS & names_in(node.value):
        return WORLDLY_CALLS & {node.attr}
    return set()


def boolean_parameters(function):
    """The parameters of a function that are annotated as `bool`."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [
        argument.arg
        for argument in every
        if argument.annotation is not None and is_boolean(argument.annotation)
    ]


def is_boolean(annotation):
    """Whether an annotation says `bool` or `bool | None`, and not a wider union."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = ast.parse(annotation.value, mode="eval").body
    if isinstance(annotation, ast.BinOp):
        return names_in(annotation) | {"None"} == {"bool", "None"}
    return isinstance(annotation, ast.Name) and annotation.id == "bool"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("try: f()\nexcept: pass", True),
        ("try: f()\nexcept (ValueError, Exception): pass", True),
        ("with contextlib.suppress(BaseException): f()", True),
        ("try: f()\nexcept ValueError: pass", False),
        ("with contextlib.suppress(KeyError): f()", False),
    ],
)
def test_a_blind_catch_is_recognised(code, expected):
    assert expected == any(is_blind(node) for node in ast.walk(ast.parse(code)))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("import time", {"time"}),
        ("from uuid import uuid4", {"uuid4"}),
        ("datetime.datetime.now(UTC)", {"now"}),
        ("from datetime import datetime", set()),
        ("field(default_factory=datetime.now)", {"now"}),
        ("clock.now()", set()),
    ],
)
def test_a_look_at_the_world_is_recognised(code, expected):
    assert expected == set().union(*(worldly(node) for node in ast.walk(ast.parse(code))))


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        ("x: bool", ["x"]),
        ("*, x: bool | None = None", ["x"]),
        ("x: 'bool'", ["x"]),
        ("x: str | bool", []),
        ("x: tuple[bool, ...]", []),
        ("x: int", []),
    ],
)
def test_a_boolean_parameter_is_recognised(signature, expected):
    function = ast.parse(f"def f({signature}): ...").body[0]

    assert expected == boolean_parameters(function)


def test_everything_is_caught_at_the_two_boundaries_only():
    found = [
        where(path, node)
        for path in python_files(*CODE)
        for node in nodes(path, ast.ExceptHandler, ast.Call)
        if is_blind(node) and where(path) not in BOUNDARIES
    ]

    assert found == []


def test_rules_and_shapes_are_typed_without_any():
    found = [
        where(path, node)
        for path in python_files("provisor/domain", "provisor/ports", "provisor/errors.py")
        for node in nodes(path, ast.Name, ast.Attribute, ast.ImportFrom)
        if "Any" in names_in(node)
        or (isinstance(node, ast.ImportFrom) and "Any" in {alias.name for alias in node.names})
    ]

    assert found == []


def test_no_public_function_of_the_core_takes_a_boolean():
    found = [
        f"{where(path, node)} {node.name}({name})"
        for path in python_files("provisor/domain", "provisor/engine", "provisor/ports")
        for node in public_definitions(path)
        if not isinstance(node, ast.ClassDef)
        for name in boolean_parameters(node)
    ]

    assert found == []


def test_rules_take_time_and_chance_as_arguments():
    found = [
        f"{where(path, node)} {', '.join(sorted(worldly(node)))}"
        for path in python_files("provisor/domain")
        for node in nodes(path, ast.Import, ast.ImportFrom, ast.Attribute)
        if worldly(node)
    ]

    assert found == []


def test_everything_public_says_what_it_promises():
    modules = [
        where(path)
        for path in python_files("provisor", "connectors")
        if ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) is None
    ]
    names = [
        f"{where(path, node)} {node.name}"
        for path in python_files("provisor")
        for node in public_definitions(path)
        if not is_overload(node) and ast.get_docstring(node) is None
    ]

    assert modules + names == []


def is_overload(node):
    """Whether a definition is one of several faces of a function, or the setter of a property."""
    return any({"overload", "setter"} & names_in(mark) for mark in node.decorator_list)
