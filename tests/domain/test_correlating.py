"""Laws of correlation: no order counts, nobody is lost, nothing moves by itself."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from provisor.domain.correlating import correlate
from provisor.domain.person import CorrelationRule, Joining, Sighting, Tie, Ties
from provisor.domain.tie_pages import form_page, owners_about, tie_page, ties_of
from provisor.domain.uniting import accounts_of, in_order, unite
from provisor.engine.people.people_look import only_one
from tests.domain.crowd import SOURCES, feeds, joining, learnt, rules, sightings, voices

ONE = CorrelationRule(("number",))
MAIL = CorrelationRule(("mail",))


@st.composite
def histories(draw):
    """Rules, what was known, and what is read now."""
    chosen = draw(rules())
    before, now = draw(feeds()), draw(feeds())
    seen = sightings(before, chosen)
    known = learnt(Ties(), correlate(joining(chosen), seen, Ties()), seen)
    return chosen, known, now


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(history, chance):
    chosen, known, now = history
    seen = sightings(now, chosen)
    shuffled = list(seen)
    chance.shuffle(shuffled)

    assert correlate(joining(chosen), shuffled, known) == correlate(joining(chosen), seen, known)


@given(histories())
def test_every_record_is_one_persons_or_in_question_and_never_both(history):
    chosen, known, now = history
    found = correlate(joining(chosen), sightings(now, chosen), known)

    placed = Counter(ref for refs in found.persons.values() for ref in refs)
    tied = Counter([*(t.ref for t in found.ties), *(q.ref for q in found.questions.values())])

    assert placed == Counter(now.keys())
    assert tied == Counter(ref for ref in now if ref not in known.persons)


@given(histories())
def test_what_was_known_stays_whatever_is_said_now(history):
    chosen, known, now = history
    found = correlate(joining(chosen), sightings(now, chosen), known)
    owners = {ref: person for person, refs in found.persons.items() for ref in refs}

    assert all(owners[ref] == known.persons[ref] for ref in now if ref in known.persons)


@given(histories())
def test_a_second_read_of_the_same_finds_nothing_new_and_asks_the_same(history):
    chosen, known, now = history
    seen = sightings(now, chosen)
    first = correlate(joining(chosen), seen, known)

    again = correlate(joining(chosen), seen, learnt(known, first, seen))

    assert again.ties == ()
    assert again.persons == first.persons
    assert again.questions.keys() == first.questions.keys()


@given(st.dictionaries(st.tuples(st.sampled_from(SOURCES), st.integers(1, 9)), st.booleans()))
def test_a_rule_on_unique_values_never_joins_two_records_of_one_source(records):
    """The value is the key itself, so that no source has it twice."""
    seen = [
        Sighting((source, str(key)), (str(key),), vouches=here)
        for (source, key), here in records.items()
    ]

    found = correlate(Joining(SOURCES, (ONE,)), seen, Ties())

    assert found.questions == {}
    for refs in found.persons.values():
        assert len({source for source, _ in refs}) == len(refs)


@given(histories())
def test_a_source_never_vouches_for_two_records_of_one_person_by_rules(history):
    chosen, known, now = history
    seen = sightings(now, chosen)
    vouching = {one.ref for one in seen if one.vouches}
    found = correlate(joining(chosen), seen, known)
    new = {tie.ref for tie in found.ties}

    for refs in found.persons.values():
        fresh = Counter(source for source, key in refs if (source, key) in vouching & new)
        assert max(fresh.values(), default=0) <= 1


@given(histories())
def test_keys_of_people_are_never_given_twice(history):
    chosen, known, now = history
    found = correlate(joining(chosen), sightings(now, chosen), known)
    refs_of: dict[str, list[Tie]] = {}
    for tie in found.ties:
        refs_of.setdefault(tie.person, []).append(tie)

    for person, ties in refs_of.items():
        founded = [tie for tie in ties if not tie.rule]
        assert len(founded) == (person not in known.persons.values())


@given(histories())
def test_pages_of_ties_and_forms_say_what_was_known(history):
    chosen, known, _ = history
    pages = [tie_page([])]
    pages += [tie_page(_as_ties(known))]

    again = ties_of(chosen, pages, [form_page(chosen, known.forms.items())], known.retired)

    assert again == known


STRANGE = ["E1", "a:b", 'O"Neil', "D'Arcy", "two\nlines", "E1\n", ",", "~2", "Ü"]


@given(
    st.lists(
        st.dictionaries(
            st.tuples(st.sampled_from(SOURCES), st.sampled_from(STRANGE)),
            st.sampled_from([*STRANGE, "hr:E1"]),
            min_size=1,
        ),
        max_size=3,
    ),
    st.sampled_from([*STRANGE, "hr:E1", "contractors:two\nlines", "hr"]),
)
def test_whom_a_name_means_is_found_in_pages_as_among_everybody(kept, name):
    pages = [tie_page(Tie(ref, person) for ref, person in page.items()) for page in kept]
    everybody = ties_of((), pages, ()).persons

    assert only_one(name, owners_about(pages, name)) == only_one(name, everybody.items())


def _as_ties(known):
    return [Tie(ref, person, known.rules[ref]) for ref, person in known.persons.items()]


# --- values ---------------------------------------------------------------------------------------


@given(feeds(), st.randoms(use_true_random=False))
def test_the_order_of_records_changes_no_value(feed, chance):
    listed = list(voices(feed).values())
    shuffled = list(listed)
    chance.shuffle(shuffled)

    assert unite(joining(), shuffled) == unite(joining(), listed)


@given(feeds())
def test_every_value_is_one_that_its_origin_said(feed):
    for name, origin in unite(joining(), list(voices(feed).values())).items():
        assert feed[origin.ref][name] == origin.value


@given(feeds())
def test_a_value_is_empty_only_where_everybody_who_is_believed_says_nothing(feed):
    for account in accounts_of(joining(), list(voices(feed).values())):
        if not account.chosen.value:
            assert not any(other.value for other in account.others)


@given(feeds())
def test_whoever_denies_the_person_is_believed_last(feed):
    ordered = in_order(joining(), voices(feed).values())

    assert [one.vouches for one in ordered] == sorted(
        (one.vouches for one in ordered), reverse=True
    )


# --- by example -----------------------------------------------------------------------------------


def met(*records, known=None, chosen=(ONE, MAIL)):
    seen = [Sighting(ref, forms, vouches) for ref, forms, vouches in records]
    return correlate(Joining(SOURCES, chosen), seen, known or Ties())


def test_the_first_rule_that_finds_somebody_answers():
    hr = (("hr", "1"), ("n1", None), True)
    other = (("hr", "2"), (None, "m2"), True)
    found = met(hr, other, (("contractors", "7"), ("n1", "m2"), True))

    assert found.persons["1"] == (("contractors", "7"), ("hr", "1"))
    assert found.questions == {}


def test_two_old_contracts_and_a_new_one_of_one_source_are_one_person():
    old = [(("hr", key), ("n1", None), False) for key in ("1", "2")]
    found = met(*old, (("hr", "3"), ("n1", None), True))

    assert found.persons == {"3": (("hr", "1"), ("hr", "2"), ("hr", "3"))}


def test_two_records_that_one_source_vouches_for_are_both_asked_about():
    found = met(*[(("hr", key), ("n1", None), True) for key in ("1", "2")])

    assert {q.candidates[0][0] for q in found.questions.values()} == {"hr:1", "hr:2"}
    assert found.ties == ()


def test_a_shared_mailbox_of_people_with_numbers_of_their_own_is_no_question():
    found = met(*[(("hr", key), (f"n{key}", "office@x"), True) for key in ("1", "2", "3")])

    assert (len(found.persons), found.questions) == (3, {})


def test_somebody_who_is_gone_is_recognised_by_what_was_read_last():
    known = Ties({("contractors", "7"): "contractors:7"}, {("contractors", "7"): ("n1", None)})
    found = met((("hr", "1"), ("n1", "m1"), True), known=known)

    assert found.persons == {"contractors:7": (("hr", "1"),)}


def test_a_key_that_somebody_has_is_not_given_again():
    known = Ties({("contractors", "7"): "1"}, retired=frozenset({"1~2"}))
    found = met((("hr", "1"), ("n9", None), True), known=known)

    assert [tie.person for tie in found.ties] == ["1~3"]
