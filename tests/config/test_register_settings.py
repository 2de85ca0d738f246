"""What may be written about accounts of nobody, and what of it reaches the rules."""

from datetime import date

import pytest

from provisor.domain.schema import ObjectType
from provisor.errors import ConfigurationError
from tests.config.samples import compiled, loaded, spoilt

NONE = "accounts: {}"
BACKUP = (
    "{account: Backup, kind: service, owner: Anna, reviewer: Bo, purpose: copies, "
    "reviewed: 2031-04-07, review_days: 90}"
)


def register(folder, *entries):
    return compiled(folder, spoilt(NONE, f"accounts: {{app: [{', '.join(entries)}]}}")).rules


def test_class_owner_reviewer_reason_and_review_reach_the_rules(tmp_path):
    (known,) = register(tmp_path, BACKUP).register

    assert (known.account, known.kind, known.owner) == ("backup", "service", "Anna")
    assert (known.reviewer, known.purpose) == ("Bo", "copies")
    assert (known.reviewed, known.review_days) == (date(2031, 4, 7), 90)
    assert known.object_type is None


def test_that_somebody_looked_again_needs_no_new_approval_and_another_owner_does(tmp_path):
    before = register(tmp_path, BACKUP).configuration

    later = BACKUP.replace("2031-04-07", "2031-07-01")
    assert register(tmp_path, later).configuration == before
    assert register(tmp_path, BACKUP.replace("Anna", "Eve")).configuration != before


def test_a_range_by_condition_is_about_users(tmp_path):
    where = "{where: {attribute: title, operator: EQUALS, value: robot}, kind: shared}"
    (known,) = register(tmp_path, where).register

    assert known.object_type is ObjectType.USERS
    assert known.condition is not None


def test_check_says_what_nobody_answers_for(tmp_path):
    text = spoilt(NONE, f"accounts: {{app: [{BACKUP}, {{account: root, kind: break_glass}}]}}")

    (told,) = [one for one in compiled(tmp_path, text).doubts if "nobody answers" in one.what]
    assert told.where.startswith("provisor.yaml line 35")


@pytest.mark.parametrize(
    ("old", "new"), [("2031-04-07", "April"), ("90", "0"), ("reviewer: Bo", "reviewer: ''")]
)
def test_what_cannot_be_read_is_refused_with_its_line(tmp_path, old, new):
    with pytest.raises(ConfigurationError) as caught:
        loaded(tmp_path, spoilt(NONE, f"accounts: {{app: [{BACKUP.replace(old, new)}]}}"))

    assert "provisor.yaml line 35" in caught.value.where
