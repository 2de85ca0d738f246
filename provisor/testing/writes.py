"""What `apply` promises: one outcome per action, each effect once, nothing without a permit."""

from __future__ import annotations

import pytest

from provisor.domain.action import Operation
from provisor.domain.record import Value
from provisor.domain.schema import ObjectType
from provisor.errors import Conflict, InvalidValue, NotFound, Transient
from provisor.ports.connector import OutcomeState
from provisor.testing.bench import Bench
from provisor.testing.describes import Promises
from provisor.testing.pace import RefusingPace
from provisor.testing.walk import all_text_of, outcome, outcomes, problem_of, read_whole
from provisor.testing.works import change, delete, update

USERS = ObjectType.USERS
DONE, ALREADY_SO = OutcomeState.DONE, OutcomeState.ALREADY_SO

MARKED = "zq7-value-of-a-person"


class WritePromises(Promises):
    """What is asked happens once; what cannot happen says why, without naming a value."""

    @pytest.fixture
    def writer(self, bench: Bench) -> Bench:
        """Return the bench of a connector that writes; the test is skipped for others."""
        if not bench.connector.describe().capabilities.writes:
            pytest.skip("the connector is a source only")
        return bench

    def _texts(self, bench: Bench) -> list[Value]:
        return read_whole(bench.connector, USERS, [bench.text]).column(bench.text)

    def test_must_create_and_say_the_native_id(self, writer: Bench) -> None:
        """The id links the account from then on."""
        written = outcome(writer.connector, writer.new_user(1))
        keys = read_whole(writer.connector, USERS).column(writer.schema(USERS).key)

        assert written.state is DONE
        assert keys == [written.native_id]

    def test_must_show_what_it_made_where_it_claims_to(self, writer: Bench) -> None:
        """The answer then saves the read-back."""
        if not writer.connector.describe().capabilities.answers_with_resource:
            pytest.skip("answers do not carry the object")
        observed = outcome(writer.connector, writer.new_user(1)).observed

        assert observed is not None
        assert observed[writer.text] == writer.user(1)[writer.text]

    def test_must_give_an_outcome_for_every_action_of_a_mixed_batch(self, writer: Bench) -> None:
        """A bad action blocks itself only."""
        work = [
            writer.new_user(1),
            writer.new_user(2, **{"no-such-attribute": "x"}),
            update(USERS, "no-such-id", {writer.text: "x"}),
            delete(USERS, "no-such-id"),
            writer.new_user(3),
        ]
        states = [w.state for w in outcomes(writer.connector, work)]

        assert states == [DONE, OutcomeState.FAILED, OutcomeState.FAILED, ALREADY_SO, DONE]

    def test_must_do_the_same_create_once(self, writer: Bench) -> None:
        """What exists is taken as ours by its anchor, or refused."""
        first = outcome(writer.connector, writer.new_user(1))
        again = outcome(writer.connector, writer.new_user(1))

        assert len(self._texts(writer)) == 1
        if writer.anchor(USERS, 1) is None:
            assert isinstance(again.problem, Conflict)
        else:
            assert (again.state, again.native_id) == (ALREADY_SO, first.native_id)

    def test_should_do_a_create_once_that_stands_twice_in_a_batch(self, writer: Bench) -> None:
        """Also where rows travel together."""
        outcomes(writer.connector, [writer.new_user(1), writer.new_user(1)])

        assert len(self._texts(writer)) == 1

    def test_must_not_take_a_name_that_another_holds(self, writer: Bench) -> None:
        """Taking over would hand one person's account to another."""
        name = writer.schema(USERS).name
        if not name:
            pytest.skip("the system has no unique name")
        outcome(writer.connector, writer.new_user(1, **{name: "same"}))
        rival = outcome(writer.connector, writer.new_user(2, **{name: "same"}))

        assert isinstance(problem_of(rival), Conflict)
        assert len(self._texts(writer)) == 1

    def test_must_update_only_what_the_action_names(self, writer: Bench) -> None:
        """Neither another object nor another attribute."""
        placed = writer.put([writer.user(1), writer.user(2)])
        written = outcome(writer.connector, update(USERS, placed.users[0], {writer.text: "New"}))

        assert written.state is DONE
        assert sorted(map(str, self._texts(writer))) == ["New", str(writer.user(2)[writer.text])]

    def test_must_do_a_repeated_update_without_a_second_effect(self, writer: Bench) -> None:
        """A resumed apply repeats."""
        placed = writer.put([writer.user(1)])
        work = update(USERS, placed.users[0], {writer.text: "New"})
        states = [outcome(writer.connector, work).state for _ in range(2)]

        assert states[1] in (DONE, ALREADY_SO)
        assert self._texts(writer) == ["New"]

    def test_must_clear_a_value(self, writer: Bench) -> None:
        """A value taken away is null or empty afterwards."""
        placed = writer.put([writer.user(1)])
        clear = change(Operation.CLEAR, USERS, placed.users[0], {writer.text: None})

        assert outcome(writer.connector, clear).state is DONE
        assert self._texts(writer) in ([None], [""])

    def test_must_not_update_what_is_absent(self, writer: Bench) -> None:
        """An update that hits nothing is no success."""
        work = update(USERS, "no-such-id", {writer.text: "New"})

        assert isinstance(problem_of(outcome(writer.connector, work)), NotFound)

    def test_must_call_it_already_so_to_delete_what_is_absent(self, writer: Bench) -> None:
        """The wish is fulfilled."""
        assert outcome(writer.connector, delete(USERS, "no-such-id")).state is ALREADY_SO

    def test_must_delete_one_and_no_other(self, writer: Bench) -> None:
        """And the second time there is nothing left to do."""
        placed = writer.put([writer.user(1), writer.user(2)])
        states = [outcome(writer.connector, delete(USERS, placed.users[0])).state for _ in "ab"]
        key = writer.schema(USERS).key

        assert states == [DONE, ALREADY_SO]
        assert placed.users[0] not in read_whole(writer.connector, USERS).column(key)
        assert placed.users[1] in read_whole(writer.connector, USERS).column(key)

    @pytest.mark.parametrize("operation", [Operation.DISABLE, Operation.ENABLE])
    def test_must_switch_an_account(self, writer: Bench, operation: Operation) -> None:
        """Off and on again, by the values that the schema names."""
        switch = writer.schema(USERS).switch
        if switch is None:
            pytest.skip("accounts have no switch")
        ends = (switch.on, switch.off)
        before, after = ends if operation is Operation.DISABLE else ends[::-1]
        placed = writer.put([{**writer.user(1), switch.attribute: before}])
        work = change(operation, USERS, placed.users[0], {switch.attribute: after})

        assert outcome(writer.connector, work).state is DONE
        found = read_whole(writer.connector, USERS, [switch.attribute])
        assert found.column(switch.attribute) == [after]

    def test_must_refuse_to_write_an_attribute_that_it_does_not_know(self, writer: Bench) -> None:
        """And nothing of that action is written."""
        if writer.schema(USERS).open:
            pytest.skip("the system takes any attribute")
        placed = writer.put([writer.user(1)])
        work = update(USERS, placed.users[0], {"no-such-attribute": "x", writer.text: "New"})
        problem = problem_of(outcome(writer.connector, work))

        assert isinstance(problem, InvalidValue)
        assert problem.attribute == "no-such-attribute"
        assert self._texts(writer) == [writer.user(1)[writer.text]]

    def test_must_send_nothing_without_a_permit(self, writer: Bench) -> None:
        """Freeze is honoured before every write."""
        placed = writer.put([writer.user(1)])
        work = [
            writer.new_user(2),
            update(USERS, placed.users[0], {writer.text: "New"}),
            delete(USERS, placed.users[0]),
        ]
        written = outcomes(writer.connector, work, RefusingPace())

        assert [type(problem_of(w)) for w in written] == [Transient] * 3
        assert self._texts(writer) == [writer.user(1)[writer.text]]

    def test_must_report_what_it_did_not_send_when_permits_end(self, writer: Bench) -> None:
        """What is done and what is unsent add up."""
        work = [writer.new_user(n) for n in range(5)]
        written = outcomes(writer.connector, work, RefusingPace(after=2))
        unsent = [w for w in written if isinstance(w.problem, Transient)]
        done = [w for w in written if w.state is DONE]

        assert len(done) + len(unsent) == 5
        assert len(self._texts(writer)) == len(done)

    def test_must_name_no_value_in_any_error(self, writer: Bench) -> None:
        """Messages reach logs, mails and dashboards."""
        name = writer.schema(USERS).name or writer.text
        first = writer.new_user(1, **{name: MARKED, writer.text: MARKED})
        rival = writer.new_user(2, **{name: MARKED, writer.text: MARKED})
        unknown = writer.new_user(3, **{"no-such-attribute": MARKED})
        absent = update(USERS, "no-such-id", {writer.text: MARKED})
        written = outcomes(writer.connector, [first, rival, unknown, absent])
        said = "".join(all_text_of(w.problem) for w in written if w.problem)

        assert said
        assert MARKED not in said
