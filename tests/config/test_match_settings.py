"""How existing accounts are recognised, as it is written, compiled and doubted."""

import pytest

from provisor.domain.expressions import unparse
from provisor.domain.rules import AnchorPolicy, Case
from provisor.domain.schema import ObjectType
from provisor.errors import SettingInvalid, UnknownName
from tests.config.samples import SAMPLE, compiled, misfits, spoilt

MATCH = (
    "match: [externalId, {attribute: 'emails[type eq \"work\"].value', decides: true}, "
    "{attribute: displayName, decides: false}]"
)
MAIL = 'emails[type eq "work"].value'


def with_match(written):
    """The sample with other rules for users."""
    return spoilt(MATCH, f"match: {written}")


def rules(folder, written):
    return compiled(folder, with_match(written)).rules.objects[ObjectType.USERS].match


def warnings(folder, written):
    found = [str(one) for one in compiled(folder, with_match(written)).warnings]
    return [sentence for sentence in found if "this rule of `match` decides" in sentence]


def test_a_composite_rule_keeps_its_terms_in_order(tmp_path):
    written = '[{all: [level, {attribute: title, expression: "[job_title]", case: exact}]}]'
    (rule,) = rules(tmp_path, written)

    assert rule.attributes == ("level", "title")
    assert rule.decides
    assert rule.terms[0].expression is None
    assert unparse(rule.terms[1].expression) == "[job_title]"
    assert [term.case for term in rule.terms] == [Case.SCHEMA, Case.EXACT]


def test_a_case_rule_stands_beside_an_attribute(tmp_path):
    (rule,) = rules(tmp_path, "[{attribute: externalId, case: ignore, decides: false}]")

    assert (rule.case, rule.decides, rule.also) == (Case.IGNORE, False, ())


@pytest.mark.parametrize(
    "written",
    [
        "[{decides: true}]",
        "[{attribute: title, all: [level]}]",
        '[{all: [level, title], expression: "[job_title]"}]',
        "[{all: [level, title], case: exact}]",
        "[{all: []}]",
        "[{attribute: title, case: sometimes}]",
    ],
)
def test_a_rule_that_compares_nothing_clear_is_refused(tmp_path, written):
    with pytest.raises(SettingInvalid):
        rules(tmp_path, written)


def test_an_unknown_attribute_of_a_composite_rule_is_named_with_its_nearest(tmp_path):
    (wrong,) = misfits(tmp_path, with_match("[{all: [level, titel]}]"))

    assert isinstance(wrong, UnknownName)
    assert "`titel`" in wrong.what
    assert wrong.next == "did you mean `title`?"


def test_an_unknown_source_attribute_of_a_composite_rule_is_named(tmp_path):
    text = with_match('[{all: [level, {attribute: title, expression: "[job_titel]"}]}]')
    (wrong,) = misfits(tmp_path, text)

    assert "`job_titel`" in wrong.what


def test_a_composite_rule_cannot_rest_on_a_name_that_avoids_every_account(tmp_path):
    with pytest.raises(SettingInvalid, match="SelectUniqueValue"):
        rules(tmp_path, "[{all: [level, userName]}]")


@pytest.mark.parametrize(
    "written",
    [
        "[name.givenName]",
        '[{all: [name.givenName, {attribute: displayName, expression: "[surname]"}]}]',
        "[{all: [name.givenName, title]}]",
        "[{attribute: userName, expression: 'Join(\".\", [given_name], [surname])'}]",
        '[{all: [title, {attribute: level, expression: "[surname]"}]}]',
    ],
)
def test_a_deciding_rule_that_a_namesake_fulfils_is_doubted(tmp_path, written):
    assert len(warnings(tmp_path, written)) == 1


@pytest.mark.parametrize(
    "written",
    [
        "[{attribute: name.givenName, decides: false}]",
        "[{all: [name.givenName, externalId]}]",
        '[{attribute: userName, expression: "[employee_id]"}]',
        '[{all: [name.givenName, {attribute: level, expression: "[employee_id]"}]}]',
    ],
)
def test_a_rule_that_proposes_or_rests_on_an_identifier_is_not_doubted(tmp_path, written):
    assert warnings(tmp_path, written) == []


def test_a_composite_rule_with_an_unmapped_attribute_is_doubted(tmp_path):
    found = [str(one) for one in compiled(tmp_path, with_match("[{all: [title, level]}]")).warnings]

    assert any("nothing says what to compare `level` with" in sentence for sentence in found)


def test_foreign_anchors_are_kept_only_where_somebody_says_so(tmp_path):
    keeping = spoilt("    source: hr\n", "    source: hr\n    anchor_policy: keep_foreign\n")
    policies = [
        compiled(tmp_path, text).rules.objects[ObjectType.USERS].anchor_policy
        for text in (SAMPLE, keeping)
    ]

    assert policies == [AnchorPolicy.OURS, AnchorPolicy.KEEP_FOREIGN]


def test_new_settings_change_no_digest_until_somebody_uses_them(tmp_path):
    document = compiled(tmp_path).document

    assert "anchor_policy" not in document
    assert '"case"' not in document
    assert '"all":[]' not in document
