import re
import tomllib
from collections import defaultdict

import pytest

from tests.house.tree import ROOT

LOCKS = sorted((ROOT / "locks").glob("*.txt"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins(lock):
    """The packages of a lock: for each name its versions, with the hashes beside each."""
    found: dict[str, dict[str, list[str]]] = defaultdict(dict)
    text = lock.read_text(encoding="utf-8").replace("\\\n", " ")
    for line in text.splitlines():
        if pin := re.match(r"([a-z0-9._-]+)==([^\s;]+)", line):
            found[pin[1]][pin[2]] = re.findall(r"--hash=sha256:[0-9a-f]{64}", line)
    return found


def wanted(name):
    """The distributions that the project asks for in one set, by normalised name."""
    extra = PROJECT["optional-dependencies"].get(name, [])
    asked = [re.split(r"[^A-Za-z0-9._-]", text)[0] for text in PROJECT["dependencies"] + extra]
    return {re.sub(r"[-_.]+", "-", text).lower() for text in asked} - {"provisor"}


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.stem)
def test_every_pin_has_its_hashes(lock):
    bare = [name for name, versions in pins(lock).items() if not all(versions.values())]

    assert pins(lock)
    assert bare == []


@pytest.mark.parametrize(
    "lock", [lock for lock in LOCKS if lock.stem != "installer"], ids=lambda lock: lock.stem
)
def test_a_lock_holds_what_the_project_asks_for(lock):
    assert wanted(lock.stem) | {"hatchling", "editables"} <= set(pins(lock))


def test_a_package_has_the_same_versions_in_every_lock():
    seen: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for lock in LOCKS:
        for name, versions in pins(lock).items():
            seen[name].add(tuple(sorted(versions)))

    assert {name: versions for name, versions in seen.items() if len(versions) > 1} == {}
