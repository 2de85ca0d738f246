"""Pages of ties, and words about people, in every kind of store."""

from dataclasses import replace

from provisor.domain.event import EventKind
from provisor.domain.holding import GrantedValue, Held
from provisor.domain.link import Link, Membership
from provisor.domain.override import Consent, Override, OverrideKind
from provisor.domain.person import CorrelationRule, PersonWord, Tie, WordKind
from provisor.domain.schema import ObjectType
from provisor.domain.tie_pages import form_page, tie_page, ties_of
from provisor.ports.overrides import Handover
from provisor.ports.people import Move, PeopleNews
from tests.stores.scenes import START, event

USERS = ObjectType.USERS
RULES = (CorrelationRule(("mail",)), CorrelationRule(("surname", "born"), decides=False))
C1 = ("contractors", "C1")
WORD = PersonWord(
    *("w1", WordKind.MERGE, "people", USERS, "E1", "contractors:C1"),
    *("one person", "anna", "bert", START),
    moved='{"refs":[]}',
)


def keep(store, since, ties=None, forms=None, whole=False):
    pages = tie_page(ties) if ties else None, form_page(RULES, forms) if forms else None
    news = PeopleNews(since, *pages, whole=whole)
    told = [event(EventKind.PEOPLE_CORRELATED)] if ties else []
    return store.people.keep("people", USERS, news, START, told)


def remembered(store, rules=RULES):
    found = store.people.remembered("people", USERS)
    return found, ties_of(rules, found.ties, found.forms)


def test_the_last_word_about_a_record_counts(store):
    assert keep(store, 0, [Tie(C1, "contractors:C1")], [(C1, ("a@b", None))])
    first, _ = remembered(store)
    assert keep(store, first.newest, [Tie(C1, "E1", "mail")], [(C1, ("c@d", "lee\x1f1990"))])

    _, ties = remembered(store)

    assert ties.persons == {C1: "E1"}
    assert ties.rules == {C1: "mail"}
    assert ties.forms == {C1: ("c@d", "lee\x1f1990")}


def test_forms_of_other_rules_say_nothing(store):
    keep(store, 0, [Tie(C1, "E1")], [(C1, ("a@b", "lee\x1f1990"))])

    _, ties = remembered(store, (CorrelationRule(("mail",), exact=True), RULES[1]))

    assert ties.forms == {C1: (None, "lee\x1f1990")}


def test_whoever_was_slower_keeps_nothing(store):
    keep(store, 0, [Tie(C1, "contractors:C1")])

    assert not keep(store, 0, [Tie(C1, "E1")], [(C1, ("a@b", None))])
    assert not store.people.decide(WORD, PeopleNews(0), (), Handover(), [])

    found, ties = remembered(store)
    assert (ties.persons, found.forms) == ({C1: "contractors:C1"}, ())
    assert store.people.words("people") == ()


def test_forms_that_are_written_anew_take_the_place_of_all_pages(store):
    for number in range(50):
        keep(store, 0, forms=[(("hr", str(number)), ("a", None))])
    found, ties = remembered(store)
    assert found.crowded
    keep(store, 0, forms=ties.forms.items(), whole=True)

    again, same = remembered(store)

    assert (len(again.forms), again.crowded) == (1, False)
    assert same == ties


def test_a_system_knows_nothing_of_the_people_of_another(store):
    keep(store, 0, [Tie(C1, "E1")])

    assert store.people.remembered("others", USERS).ties == ()
    assert store.people.words("others") == ()


def test_a_decision_comes_back_as_it_was_given(store):
    assert store.people.decide(
        WORD, PeopleNews(0), (), Handover(), [event(EventKind.PEOPLE_MERGED)]
    )

    assert store.people.words("people") == (WORD,)


def test_an_account_moves_with_names_and_memberships_and_back(store):
    known = store.identities.assign("people", USERS, ["E1", "contractors:C1"], START)
    stays, joins = known["E1"], known["contractors:C1"]
    link = Link(joins, USERS, "contractors:C1", "n1", "a1")
    store.links.put("app", [link], [])
    store.links.put_memberships("app", [Membership("g1", joins)], [])
    move = Move("app", link, stays, "E1")

    store.people.decide(WORD, PeopleNews(0), [move], Handover(), [event(EventKind.PEOPLE_MERGED)])
    moved = replace(link, identity=stays, key="E1")
    assert store.links.of_target("app", USERS) == (moved,)
    assert store.links.memberships("app") == {Membership("g1", stays)}

    back = replace(WORD, id="w2", kind=WordKind.SPLIT, undoes="w1")
    again = Move("app", moved, joins, "contractors:C1")
    store.people.decide(back, PeopleNews(0), [again], Handover(), [event(EventKind.PEOPLE_SPLIT)])
    assert store.links.of_target("app", USERS) == (link,)
    assert store.links.memberships("app") == {Membership("g1", joins)}


def test_an_account_moves_with_its_rights_and_their_ends_and_back(store):
    known = store.identities.assign("people", USERS, ["E1", "contractors:C1"], START)
    stays, joins = known["E1"], known["contractors:C1"]
    link = Link(joins, USERS, "contractors:C1", "n1", "a1")
    store.links.put("app", [link], [])
    given = GrantedValue(joins, "roles", "reader", START, "Reader")
    held = Held(joins, "roles", "deputy")
    store.rights.begin("app", [given])
    store.rights.end("app", {held: START})
    store.rights.turn("app", [held], [], START)
    bank = GrantedValue(joins, "roles", "reader", START)
    store.rights.begin("bank", [bank])

    move = Move("app", link, stays, "E1")
    store.people.decide(WORD, PeopleNews(0), [move], Handover(), [event(EventKind.PEOPLE_MERGED)])

    theirs = replace(held, identity=stays)
    assert store.rights.granted("app") == (replace(given, identity=stays),)
    assert store.rights.ended("app") == {theirs: START}
    assert store.rights.holders("app", "roles") == {theirs: START}
    assert store.rights.granted("bank") == (bank,)

    back = replace(WORD, id="w2", kind=WordKind.SPLIT, undoes="w1")
    again = Move("app", replace(link, identity=stays, key="E1"), joins, "contractors:C1")
    store.people.decide(back, PeopleNews(0), [again], Handover(), [event(EventKind.PEOPLE_SPLIT)])
    assert store.rights.granted("app") == (given,)
    assert store.rights.ended("app") == {held: START}
    assert store.rights.holders("app", "roles") == {held: START}


def said(number, key, consent=None):
    given = (OverrideKind.KEEP, "j", USERS, key, "", None, "r", "ann", "", START, None)
    return Override(number, *given, needs_consent=True, consent=consent)


def test_whoever_was_slower_hands_no_word_over(store):
    store.overrides.add(said("1", "contractors:C1"), [])
    keep(store, 0, [Tie(C1, "contractors:C1")])
    handover = Handover(("1",), (said("2", "E1"),))

    assert not store.people.decide(WORD, PeopleNews(0), (), handover, [])

    assert [(one.id, one.ended_at) for one in store.overrides.all()] == [("1", None)]


def test_a_word_that_is_handed_over_keeps_the_second_persons_consent(store):
    agreed = Consent("bert", "seen", START)
    store.overrides.exchange((), [said("1", "E1", agreed)], START, [event()])

    (kept,) = store.overrides.all()

    assert (kept.consent, kept.waits) == (agreed, False)
