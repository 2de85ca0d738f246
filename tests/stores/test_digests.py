"""What `docs/reference/digest.md` promises to other implementations."""

import hashlib
import hmac
import json
import re
from types import MappingProxyType

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from provisor.domain.action import Operation, Reversible, Risk, action_of
from provisor.domain.canonical import canonical, merkle_root
from provisor.domain.plan import header_of, plan_digest
from provisor.domain.schema import ObjectType
from tests.house.tree import ROOT

PAGE = (ROOT / "docs/reference/digest.md").read_text(encoding="utf-8")


def vectors(kind):
    found = re.findall(rf"### \d+\. (.+?)\n\n```json {kind}\n(.+?)\n```", PAGE, re.DOTALL)
    return [pytest.param(json.loads(text), id=name) for name, text in found]


ACTIONS, PLANS = vectors("action"), vectors("plan")


def test_the_page_has_its_vectors():
    assert (len(ACTIONS), len(PLANS)) == (6, 4)


@pytest.mark.parametrize("vector", ACTIONS)
def test_an_action_has_the_digest_on_the_page(vector):
    action = action_of(json.loads(vector["canonical"]))
    key = bytes.fromhex(vector["subject_key"])

    assert canonical(action.body()).decode() == vector["canonical"]
    assert action.digest(key).hex() == vector["digest"]


@pytest.mark.parametrize("vector", ACTIONS)
def test_the_digest_of_an_action_is_the_formula_on_the_page(vector):
    key, text = bytes.fromhex(vector["subject_key"]), vector["canonical"].encode()

    assert rfc8785.dumps(json.loads(text)) == text
    assert hmac.new(key, text, hashlib.sha256).hexdigest() == vector["digest"]


@pytest.mark.parametrize("vector", PLANS)
def test_a_plan_has_the_digest_on_the_page(vector):
    body = json.loads(vector["canonical"])
    header = header_of(body)
    digests = [bytes.fromhex(digest) for digest in vector["actions"]]

    assert canonical(header.body()).decode() == vector["canonical"]
    assert plan_digest(header, digests) == vector["digest"]


@pytest.mark.parametrize("vector", PLANS)
def test_the_digest_of_a_plan_is_the_formula_on_the_page(vector):
    header = hashlib.sha256(vector["canonical"].encode()).digest()
    root = merkle_root(bytes.fromhex(digest) for digest in vector["actions"])

    sealed = hashlib.sha256(b"provisor-plan-v1\n" + header + root).hexdigest()
    assert sealed == vector["digest"]


@pytest.mark.parametrize("words", [Operation, ObjectType, Risk, Reversible])
def test_the_page_names_every_word_of_the_schema(words):
    assert [word.value for word in words if f"`{word.value}`" not in PAGE] == []


exact = st.integers(-(2**53) + 1, 2**53 - 1)
scalars = st.none() | st.booleans() | exact | st.text()
ascii_keys = st.text(st.characters(max_codepoint=127), max_size=5)
documents = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(ascii_keys, inner), max_leaves=20
)


@given(documents)
def test_canonical_bytes_are_those_of_an_independent_implementation(value):
    assert canonical(value) == rfc8785.dumps(value)


@given(documents)
def test_canonical_bytes_say_the_same_value(value):
    assert json.loads(canonical(value)) == value


@given(st.dictionaries(ascii_keys, scalars))
def test_the_order_of_keys_and_the_kind_of_container_change_nothing(value):
    turned = MappingProxyType(dict(reversed(value.items())))

    assert canonical([turned]) == canonical((value,))


@pytest.mark.parametrize("value", [2**53 + 1, -(2**53) - 1, 2**200])
def test_a_number_that_no_double_holds_travels_as_text(value):
    assert canonical([value]) == f'["{value}"]'.encode()


def test_words_of_an_enumeration_are_their_text():
    assert canonical({"a": [Operation.CREATE]}) == b'{"a":["create"]}'


@pytest.mark.parametrize(
    "value",
    [1.5, [float("nan")], {"a": object()}, b"x", {"a": {1, 2}}, {1: 2}, {"é": 1}, ["\ud800"]],
    ids=lambda value: type(value).__name__,
)
def test_what_has_no_canonical_form_is_refused(value):
    with pytest.raises((TypeError, ValueError)):
        canonical(value)
