"""A feed that fails its proofs, or lies: nobody loses anything, or only a bounded number."""

from __future__ import annotations

import pytest

from provisor.domain.plan import Ruling
from provisor.errors import AuthFailed, Transient
from provisor.ports.store import PlanStatus


@pytest.fixture
def settled(office):
    """An office of forty people whose accounts are right."""
    office.hire_many(40)
    office.open_up()
    return office


def refused(office):
    """Run, and return why the plan was refused; nothing was written."""
    before = office.writes
    result = office.run()
    assert result.exit_code == 4
    assert result.stored.status is PlanStatus.REFUSED
    assert result.stored.plan.actions == ()
    assert office.writes == before
    reasons = [v.reason for v in result.stored.verdicts if v.result is Ruling.REFUSED]
    assert [a.kind for a in office.store.alerts.open()].count("read_incomplete") >= 1
    return " ".join(reasons)


def test_half_a_feed_takes_nothing_from_anybody(settled):
    for number in range(1, 21):
        settled.vanish(f"E{number:04d}")

    assert "20 rows were read, 40 in the last complete read" in refused(settled)


def test_an_empty_feed_takes_nothing_from_anybody(settled):
    for number in range(1, 41):
        settled.vanish(f"E{number:04d}")

    assert "empty" in refused(settled)


def test_a_cut_read_takes_nothing_from_anybody(settled):
    settled.source.faults.cut_reads.append(39)

    assert "ended after 39 of 40" in refused(settled)


def test_a_source_that_refuses_us_takes_nothing_from_anybody(settled):
    settled.source.faults.refused_reads.append(AuthFailed("the source does not accept us"))

    assert "auth_failed" in refused(settled)


def test_a_target_that_cannot_be_read_is_not_written(settled):
    settled.change("E0001", title="Chief")
    settled.target.faults.refused_reads.append(Transient("the target is busy"))

    assert "transient" in refused(settled)


def test_a_shifted_key_column_is_no_mass_leaving(settled):
    for row in settled.source.users.values():
        row["employee_id"] = f"X{row['employee_id']}"

    assert "40 of 40 linked objects are missing" in refused(settled)


def test_a_column_that_went_blank_clears_nobody(settled):
    for number in range(1, 41):
        settled.change(f"E{number:04d}", mail=None)

    assert "`mail` has 40 blank cells" in refused(settled)


def test_too_many_repeated_keys_are_no_feed(settled):
    twin = dict(settled._row("E0001"))
    settled.source.users["twin"] = twin

    assert "repeated or empty key" in refused(settled)


def test_a_target_that_lost_its_accounts_is_not_filled_again(settled):
    for native in list(settled.target.users)[:20]:
        del settled.target.users[native]

    assert "20 of 40 linked objects are missing" in refused(settled)


def test_a_whole_feed_closes_the_alert(settled):
    settled.source.faults.cut_reads.append(39)
    settled.run()
    settled.run()

    assert "read_incomplete" not in {a.kind for a in settled.store.alerts.open()}


def test_a_missing_row_disables_only_after_two_reads_a_day_apart(settled):
    settled.vanish("E0001")
    same_day = settled.run()
    settled.pass_hours(23)
    next_morning = settled.run()
    settled.pass_hours(2)
    after_a_day = settled.run()

    assert same_day.stored.plan.actions == next_morning.stored.plan.actions == ()
    assert after_a_day.exit_code == 0
    assert settled.account("E0001")["active"] is False


def test_a_row_that_comes_back_ends_its_absence(settled):
    settled.vanish("E0001")
    settled.run()
    settled.hire("E0001")
    settled.run()
    settled.vanish("E0001")
    settled.pass_hours(30)
    settled.run()

    assert settled.account("E0001")["active"] is True


def test_an_incomplete_read_never_counts_towards_an_absence(settled):
    settled.vanish("E0001")
    settled.run()
    settled.pass_hours(30)
    settled.source.faults.cut_reads.append(38)
    settled.run()

    assert settled.account("E0001")["active"] is True


def test_a_feed_that_lies_about_many_waits_for_a_person(settled):
    settled.changes = {"urgent_count": 5}
    for number in range(1, 41):
        settled.leave(f"E{number:04d}")
    result = settled.run()

    off = sum(row["active"] is False for row in settled.target.users.values())
    assert off == 5
    assert result.exit_code == 4
    assert result.waiting == 35


def test_many_small_cycles_do_not_walk_around_the_limit(settled):
    for number in range(1, 8):
        settled.change(f"E{number:04d}", status="on hold")
        settled.run()

    off = sum(row["active"] is False for row in settled.target.users.values())
    assert off == 2  # 5 % of forty, in 24 hours
    settled.pass_hours(25)
    settled.run()
    assert sum(row["active"] is False for row in settled.target.users.values()) <= 4


def test_presence_lets_joiners_through_and_takes_nothing(settled):
    from provisor.domain.rules import OnPartial

    settled.changes = {"on_partial": OnPartial.PRESENCE}
    settled.vanish("E0002")
    settled.leave("E0001")
    settled.hire("E0041")
    settled.change("E0003", mail=None)
    settled.pass_hours(48)
    settled.source.faults.cut_reads.append(40)
    settled.run()

    assert settled.accounts_of("E0041") == 1
    assert settled.account("E0001")["active"] is False
    assert settled.account("E0002")["active"] is True
    assert settled.account("E0003")['emails[type eq "work"].value'] == "e0003@example.org"
