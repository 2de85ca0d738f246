import hashlib
import random
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from provisor.stores.database import open_store
from provisor.stores.tables import SEALED as SEALED_IN_TABLES
from provisor.verifier import verify
from provisor.verifier.__main__ import main
from provisor.verifier.seals import SEALED
from provisor.verifier.tree import Tree, merkle_root
from tests.house.tree import ROOT, python_files
from tests.stores.history import live
from tests.stores.scenes import StandingClock, event
from tests.stores.vandal import delete, duplicate, flip, mutated, swap, tampering, truncate

# Certificate Transparency's reference leaves, and the roots of the trees over the first 0 to 8.
LEAVES = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]

ROUNDS = 100


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A store with every kind of fact, closed and in one file."""
    place = tmp_path_factory.mktemp("whole") / "provisor.db"
    store = open_store(f"sqlite:///{place}", clock=StandingClock())
    live(store)
    store.close()
    return place


@pytest.fixture
def place(tmp_path):
    return tmp_path / "provisor.db"


@pytest.fixture
def store(place):
    opened = open_store(f"sqlite:///{place}", clock=StandingClock())
    yield opened
    opened.close()


@pytest.fixture
def copy(whole, tmp_path):
    place = tmp_path / "copy.db"

    def again():
        shutil.copyfile(whole, place)
        return place

    return again


def test_a_whole_store_is_sound(whole):
    found = verify(whole)

    assert found.problems == ()
    assert found.first_bad is None
    assert found.sound
    assert (found.size, found.root) == (found.stored_size, found.stored_root)
    assert all(found.checked[table] for table in [*SEALED, "leaf"])


def test_a_new_store_is_sound(store, place):
    assert verify(place).problems == ()
    assert verify(place).root == ROOTS[0]


def test_a_store_can_be_checked_while_it_is_used(store, place):
    store.log.append([event()] * 3)

    assert verify(place).problems == ()
    assert verify(place).size == 3


@pytest.mark.parametrize("size", range(9))
def test_the_root_is_that_of_certificate_transparency(size):
    assert ROOTS[size] == merkle_root(LEAVES[:size]).hex()


def definition(hashes):
    """RFC 6962 section 2.1, word for word."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    left, right = definition(hashes[:split]), definition(hashes[split:])
    return hashlib.sha256(b"\x01" + left + right).digest()


@pytest.mark.parametrize("sizes", [range(131), [1023, 1024, 1025, 2048, 3000, 5121]])
def test_the_root_is_that_of_the_definition(sizes):
    hashes = [hashlib.sha256(b"\x00" + bytes([n % 256])).digest() for n in range(max(sizes))]
    for size in sizes:
        tree = Tree()
        for start in range(0, size, 1024):
            tree.extend(hashes[start : min(start + 1024, size)])

        assert tree.root() == definition(hashes[:size]), size


def test_the_verifier_seals_the_columns_that_the_tables_name():
    assert {name: tuple(columns.split()) for name, columns in SEALED.items()} == {
        table.name: columns for table, columns in SEALED_IN_TABLES.items() if table.name != "leaf"
    }


@pytest.mark.parametrize("mutation", [flip, delete, truncate, swap, duplicate])
def test_every_change_behind_its_back_is_found(copy, mutation):
    chance = random.Random(f"provisor {mutation.__name__}")
    missed, tried = [], 0
    while tried < ROUNDS:
        place = copy()
        table = mutated(place, mutation, chance)
        if table is None:
            continue
        tried += 1
        found = verify(place)
        if found.sound or (table == "leaf" and found.first_bad is None):
            missed.append((tried, table))

    assert missed == []


def test_a_change_of_a_leaf_names_the_first_bad_one(copy):
    place = copy()
    with tampering(place) as raw:
        raw.execute("UPDATE leaf SET body = CAST(replace(body, 'o', '0') AS BLOB) WHERE position=7")

    assert verify(place).first_bad == 7


def test_a_leaf_that_was_changed_together_with_its_hash_is_found(copy):
    place = copy()
    with tampering(place) as raw:
        ((body,),) = raw.execute("SELECT body FROM leaf WHERE position = 7")
        body = body.replace(b"ops", b"eve").replace(b"scheduler", b"schedules")
        hashed = hashlib.sha256(b"\x00" + body).digest()
        raw.execute("UPDATE leaf SET body = ?, hash = ? WHERE position = 7", (body, hashed))

    found = verify(place)
    assert found.first_bad is not None
    assert found.first_bad <= 7
    assert found.stored_root != found.root


@pytest.mark.parametrize(
    "body",
    [
        b'{"actor": "a","at":"t","facts":{},"kind":"k","schema":"provisor.event/1"}',
        b'{"at":"t","actor":"a","facts":{},"kind":"k","schema":"provisor.event/1"}',
        b'{"actor":"a","at":"t","facts":{"n":1.5},"kind":"k","schema":"provisor.event/1"}',
        b'{"actor":"a","at":"t","facts":{},"kind":"k","schema":"provisor.event/2"}',
        b'{"actor":"a","at":"t","facts":{},"kind":"k","more":1,"schema":"provisor.event/1"}',
        b'{"actor":"a","at":"t","facts":[],"kind":"k","schema":"provisor.event/1"}',
        b'{"actor":"a","actor":"a","at":"t","facts":{},"kind":"k","schema":"provisor.event/1"}',
        b'{"actor":"\\u0061","at":"t","facts":{},"kind":"k","schema":"provisor.event/1"}',
        b'{"actor":"\xff","at":"t","facts":{},"kind":"k","schema":"provisor.event/1"}',
        b"[" * 100_000,
        b"",
    ],
)
def test_a_leaf_in_another_form_is_found(store, place, body):
    """Even where hash, tree and head were all made to fit."""
    store.log.append([event()] * 3)
    with tampering(place) as raw:
        hashed = hashlib.sha256(b"\x00" + body).digest()
        raw.execute("UPDATE leaf SET body = ?, hash = ? WHERE position = 1", (body, hashed))
        tree = Tree()
        tree.extend([row[0] for row in raw.execute("SELECT hash FROM leaf ORDER BY position")])
        raw.execute(
            "UPDATE log_head SET frontier = ?, root = ?", (b"".join(tree.edge), tree.root())
        )

    found = verify(place)
    assert found.first_bad == 1
    assert len(found.problems) == 1
    assert found.root == found.stored_root


def test_two_leaves_that_only_together_are_json_are_found(store, place):
    store.log.append([event()] * 3)
    with tampering(place) as raw:
        one, two = (row[0] for row in raw.execute("SELECT body FROM leaf LIMIT 2"))
        raw.execute("UPDATE leaf SET body = ? WHERE position = 0", (one[:-5],))
        raw.execute("UPDATE leaf SET body = ? WHERE position = 1", (one[-5:] + b"," + two,))

    assert verify(place).first_bad == 0


def test_rows_that_no_leaf_tells_of_are_found(copy):
    place = copy()
    with tampering(place) as raw:
        raw.execute(
            "INSERT INTO decision SELECT 99, 'd9', kind, plan, job, configuration,"
            " approver, reason, decided_at, expires_at, signature, NULL FROM decision LIMIT 1"
        )

    assert any("decision" in problem for problem in verify(place).problems)


def test_many_problems_are_counted_and_the_first_hundred_told(store, place):
    store.log.append([event()] * 300)
    with tampering(place) as raw:
        raw.execute("UPDATE leaf SET hash = zeroblob(32)")

    problems = verify(place).problems
    assert problems[-1].startswith("and 200 more")
    assert len(problems) == 101


def test_a_file_that_rots_never_makes_the_verifier_fail(copy):
    chance = random.Random(7)
    for _ in range(ROUNDS):
        place = copy()
        content = bytearray(place.read_bytes())
        for _ in range(20):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        place.write_bytes(content)

        assert isinstance(verify(place).problems, tuple)


@pytest.mark.parametrize("content", [b"", b"not a database at all", None])
def test_a_file_that_is_no_store_is_a_finding(tmp_path, content):
    place = tmp_path / "x.db"
    if content is not None:
        place.write_bytes(content)

    found = verify(place)
    assert len(found.problems) == 1
    assert (found.size, found.stored_size) == (0, None)


def test_a_store_on_a_read_only_medium_can_be_checked(copy):
    place = copy()
    with closing(sqlite3.connect(f"file:{place}?immutable=1", uri=True)):
        assert verify(place).sound


def test_the_report_says_sound_and_exits_with_zero(whole, capsys):
    assert main([str(whole)]) == 0
    assert "sound" in capsys.readouterr().out


def test_the_report_names_the_first_bad_leaf_and_exits_with_five(copy, capsys):
    place = copy()
    with tampering(place) as raw:
        raw.execute("DELETE FROM leaf WHERE position = 3")

    assert main([str(place)]) == 5
    report = capsys.readouterr().out
    assert "BROKEN" in report
    assert "leaf 3 is missing" in report


def test_it_runs_as_a_module_and_loads_nothing_else_of_provisor(whole):
    program = (
        "import sys, runpy; sys.argv[1:] = [sys.argv[1]]\n"
        "try: runpy.run_module('provisor.verifier', run_name='__main__')\n"
        "except SystemExit as end: code = end.code\n"
        "own = {n for n in sys.modules if n.split('.')[0] == 'provisor'}\n"
        "print(code, sorted(n for n in own if not n.startswith('provisor.verifier')))\n"
        "print('sqlalchemy' in sys.modules)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", program, str(whole)],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )

    assert answer.stdout.splitlines()[-2:] == ["0 ['provisor']", "False"]


def test_the_verifier_imports_the_standard_library_only():
    allowed = sys.stdlib_module_names | {"provisor"}
    for path in python_files("provisor/verifier"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith(("import ", "from ")):
                module = line.split()[1]
                assert module.split(".")[0] in allowed, line
                assert not module.startswith("provisor.") or "verifier" in module, line
