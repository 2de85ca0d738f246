import json
import subprocess
import sys

from tests.house.tree import ROOT, python_files

HEAVY = {
    "aiohttp",
    "alembic",
    "httpx",
    "numpy",
    "polars",
    "pydantic",
    "rich",
    "sqlalchemy",
    "typer",
}


def loaded_by(*modules):
    """The heavy packages that a fresh interpreter holds after it imported the modules."""
    program = (
        "import importlib, json, sys\n"
        "for name in sys.argv[1:]: importlib.import_module(name)\n"
        "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, *modules], cwd=ROOT, capture_output=True, check=True
    )
    return HEAVY & set(json.loads(answer.stdout))


def object_path():
    """All modules of the domain except the columnar executor."""
    for path in python_files("provisor/domain"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts[:3] != ("provisor", "domain", "columns"):
            yield ".".join(parts).removesuffix(".__init__")


def test_importing_provisor_is_light():
    assert set() == loaded_by("provisor")


def test_the_rules_load_without_polars_or_any_framework():
    assert set() == loaded_by(*object_path())


def test_the_ports_load_without_polars_or_any_framework():
    assert set() == loaded_by("provisor.ports", "provisor.errors")
