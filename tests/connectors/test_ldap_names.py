"""LDAP: no value of a person gets out of its place in a name or a filter."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors._ldap_filters import AllOf, AnyOf, Equal, Filter, Not, Present, written
from connectors._ldap_names import Dn, Part, rdn_text
from connectors._ldap_template import Template, renamed
from tests.connectors.filter_reader import read_filter

BASE = "ou=people,dc=lab,dc=test"
TEMPLATE = Template.parse(f"uid={{uid}}+cn={{cn}},ou={{ou}},{BASE}")
HOSTILE = ',+"\\<>;=# ()*&|!\0\n\r\x7f/é王🙂aA0'
texts = st.text(st.sampled_from(HOSTILE) | st.characters(codec="utf-8"), min_size=1, max_size=20)
filters = st.recursive(
    st.builds(Equal, st.sampled_from(["cn", "uid"]), st.binary(max_size=12))
    | st.builds(Present, st.just("mail")),
    lambda some: (
        st.builds(Not, some)
        | st.builds(AllOf, st.lists(some, min_size=1, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(some, min_size=1, max_size=3).map(tuple))
    ),
    max_leaves=8,
)


@given(texts, texts, texts)
def test_a_made_name_reads_back_as_the_values_it_was_made_of(uid: str, cn: str, ou: str) -> None:
    dn = TEMPLATE.made({"uid": uid, "cn": cn, "ou": ou})
    read = Dn.parse(dn.text)

    assert read == dn
    assert read.rdns[:2] == ((Part("uid", uid), Part("cn", cn)), (Part("ou", ou),))
    assert read.is_under(Dn.parse(BASE))


@given(filters)
def test_a_written_filter_reads_back_as_the_tree_it_was_written_from(tree: Filter) -> None:
    assert read_filter(written(tree)) == tree


def test_a_hundred_thousand_hostile_values_stay_in_their_places() -> None:
    chance = random.Random(7)
    base = Dn.parse(BASE)
    template = Template.parse(f"uid={{uid}},{BASE}")
    for _ in range(100_000):
        value = "".join(chance.choices(HOSTILE, k=chance.randrange(1, 9)))
        read = Dn.parse(template.made({"uid": value}).text)
        assert (read.rdns[0], read.parent) == ((Part("uid", value),), base)
        tree = Equal("uid", value.encode())
        assert read_filter(written(tree)) == tree


@pytest.mark.parametrize(
    "text", ["elin", "=x", "uid=a\\", 'uid="a', "uid=#zz", "u id=a", "uid=\\ff"]
)
def test_what_is_no_name_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        Dn.parse(text)

    assert text not in str(refused.value)


def test_names_are_equal_whatever_their_case_blanks_and_ways_of_escaping() -> None:
    one = Dn.parse(r"UID=Ek\2C  Anna+cn=X,OU=People")
    other = Dn.parse('cn=x+uid="ek, anna" , ou=people')

    assert one.key == other.key


def test_a_renamed_entry_keeps_the_other_parts_of_its_name() -> None:
    rdn = Dn.parse("uid=elin+cn=Elin Ek,ou=people").rdns[0]

    assert rdn_text(renamed(rdn, "UID", "e,e") or ()) == "uid=e\\,e+cn=Elin Ek"
    assert renamed(rdn, "mail", "x") is None


def test_an_attribute_that_is_no_name_never_reaches_a_filter() -> None:
    with pytest.raises(ValueError, match="no name"):
        written(Equal("cn=*)(uid", "x"))


def test_a_blank_at_the_ends_of_an_id_is_sent_as_a_part_of_it() -> None:
    """Readers strip blanks there: they would look for an id that is shorter."""
    assert written(Equal("objectGUID", b" id ")) == "(objectGUID=\\20id\\20)"
