"""What `read` promises: everything, unchanged, and an honest last word."""

from __future__ import annotations

import pytest

from provisor.domain.record import is_blank
from provisor.domain.schema import ObjectType
from provisor.errors import ProvisorError, TargetProblem
from provisor.testing.bench import Bench
from provisor.testing.describes import Promises
from provisor.testing.walk import all_text_of, read_whole

USERS = ObjectType.USERS

TEXTS = {
    "letters": "Żółć Ærøskøbing 王小明 🙂",
    "apostrophe": "Siobhán O'Brien",
    "quotes": 'the "quiet" one',
    "backslash": "back\\slash",
    "wildcards": "100%_*?[a-z]",
    "markup": "<b>&amp;</b>",
    "separators": "a,b;c\td|e",
    "number": "007",
    "null": "NULL",
    "boolean": "false",
    "decomposed": "e\u0301",
}


class ReadPromises(Promises):
    """A read gives the whole truth, or says that it does not."""

    def test_must_call_a_whole_read_complete(self, bench: Bench) -> None:
        """A system that never says complete can never lose a leaver."""
        bench.put([bench.user(n) for n in range(3)])
        whole = read_whole(bench.connector, USERS, [bench.text])

        assert (whole.end.complete, whole.end.reason) == (True, "")
        assert len(whole.rows) == 3

    def test_must_give_keys_that_are_unique_and_stay_the_same(self, bench: Bench) -> None:
        """A key that moves is a leaver and a joiner."""
        placed = bench.put([bench.user(n) for n in range(25)])
        key = bench.schema(USERS).key
        first = read_whole(bench.connector, USERS).column(key)
        second = read_whole(bench.connector, USERS).column(key)

        assert sorted(placed.users) == sorted(map(str, first))
        assert sorted(map(str, first)) == sorted(map(str, second))

    def test_must_not_call_a_cut_read_complete(self, bench: Bench) -> None:
        """The gravest fault: half a list would disable the other half."""
        bench.put([bench.user(n) for n in range(25)])
        bench.cut_reads()
        try:
            end = read_whole(bench.connector, USERS, [bench.text]).end
        except TargetProblem:
            return  # a raised problem is no complete read either

        assert not end.complete
        assert end.reason

    def test_must_refuse_to_read_an_attribute_that_it_does_not_know(self, bench: Bench) -> None:
        """An ignored name reads as a column of nulls."""
        bench.put([bench.user(1)])
        if bench.schema(USERS).open:
            pytest.skip("the system takes any attribute")
        try:
            end = read_whole(bench.connector, USERS, ["no-such-attribute"]).end
        except ProvisorError as refused:
            said = all_text_of(refused)
        else:
            assert not end.complete
            said = end.reason

        assert "no-such-attribute" in said

    @pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
    def test_must_keep_text_as_it_is(self, bench: Bench, text: str) -> None:
        """A value that changes on its way is a difference in every cycle."""
        bench.put([{**bench.user(1), bench.text: text}])

        assert read_whole(bench.connector, USERS, [bench.text]).column(bench.text) == [text]

    def test_should_keep_line_breaks(self, bench: Bench) -> None:
        """Addresses have lines."""
        bench.put([{**bench.user(1), bench.text: "two\nlines"}])

        assert read_whole(bench.connector, USERS, [bench.text]).column(bench.text) == ["two\nlines"]

    def test_must_not_invent_a_value_for_null(self, bench: Bench) -> None:
        """Null is no text."""
        bench.put([{**bench.user(1), bench.text: None}])

        assert read_whole(bench.connector, USERS, [bench.text]).column(bench.text) == [None]

    def test_must_not_invent_a_value_for_empty_text(self, bench: Bench) -> None:
        """Some systems keep empty text as null; none may make more of it."""
        bench.put([{**bench.user(1), bench.text: ""}])
        found = read_whole(bench.connector, USERS, [bench.text]).column(bench.text)

        assert [is_blank(value) for value in found] == [True]

    def test_must_keep_many_values(self, bench: Bench) -> None:
        """Many values are a set; their order is free."""
        if bench.many is None:
            pytest.skip("the system has no many-valued attribute")
        values = ("b", "a", "O'Brien", "å")
        bench.put([{**bench.user(1), bench.many: values}])
        found = read_whole(bench.connector, USERS, [bench.many]).column(bench.many)

        assert isinstance(found[0], tuple)
        assert sorted(map(str, found[0])) == sorted(values)

    def test_should_offer_its_columns(self, bench: Bench) -> None:
        """A rule that names a vanished column is noticed by this."""
        bench.put([bench.user(1)])

        assert bench.text in read_whole(bench.connector, USERS, [bench.text]).end.columns
