import ast

from tests.house.tree import CODE, definitions, python_files, where

FILE_LINES = 400
FUNCTION_LINES = 40


def body_lines(function):
    """Lines of a function from `def` to its end; what its docstring takes is free."""
    total = function.end_lineno - function.lineno + 1
    first = function.body[0]
    if ast.get_docstring(function, clean=False) is not None:
        total -= first.end_lineno - first.lineno + 1
    return total


def test_no_file_is_longer_than_400_lines():
    sizes = {
        where(path): len(path.read_text(encoding="utf-8").splitlines())
        for path in python_files(*CODE, "tests", "benchmarks")
    }

    assert {name: size for name, size in sizes.items() if size > FILE_LINES} == {}


def test_no_function_is_longer_than_40_lines():
    sizes = {
        f"{where(path, node)} {node.name}": body_lines(node)
        for path in python_files(*CODE)
        for node in definitions(path)
        if not isinstance(node, ast.ClassDef)
    }

    assert {name: size for name, size in sizes.items() if size > FUNCTION_LINES} == {}
