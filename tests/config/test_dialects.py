"""Which dialect an expression is written in, and which domain is the default one."""

import pytest

from provisor.domain.expressions import Computed, evaluate
from provisor.domain.schema import ObjectType
from provisor.errors import ConfigurationError, ExpressionSyntax
from tests.config.samples import compiled, loaded, misfits, spoilt

CONNECT = """title: {expression: 'Replace([job_title], "-", "")', dialect: connect}"""
TITLE = 'title: {expression: "[job_title]", default: "Employee"}'


def mapping_of(rules, name):
    return next(m for m in rules.objects[ObjectType.USERS].mappings if m.attribute == name)


def test_a_mapping_says_in_which_dialect_it_is_written(tmp_path):
    mapping = mapping_of(compiled(tmp_path, spoilt(TITLE, CONNECT)).rules, "title")

    assert evaluate(mapping.expression, {"job_title": "a-b"}) == Computed("ab")


def test_a_match_rule_says_in_which_dialect_it_is_written(tmp_path):
    rule = """{attribute: displayName, expression: 'Join([given_name])', dialect: connect}"""
    rules = compiled(tmp_path, spoilt("{attribute: displayName, decides: false}", rule)).rules
    last = rules.objects[ObjectType.USERS].match[-1]

    assert evaluate(last.expression, {"given_name": ("a", "b")}) == Computed("a b")


def test_a_dialect_is_never_guessed(tmp_path):
    with pytest.raises(ExpressionSyntax) as caught:
        loaded(tmp_path, spoilt(TITLE, CONNECT.replace(", dialect: connect", "")))

    assert "`dialect: connect`" in caught.value.next
    assert "provisor.yaml line" in caught.value.where


def test_attributes_of_the_other_dialect_are_checked_too(tmp_path):
    text = spoilt(TITLE, CONNECT.replace("[job_title]", "[job_titel]"))
    (error,) = misfits(tmp_path, text)

    assert "job_titel" in error.what


def test_an_unknown_dialect_is_refused(tmp_path):
    with pytest.raises(ConfigurationError, match="dialect"):
        loaded(tmp_path, spoilt(TITLE, CONNECT.replace("dialect: connect", "dialect: sync")))


def test_the_default_domain_of_a_job_reaches_its_expressions(tmp_path):
    text = spoilt("    target: app\n", "    target: app\n    default_domain: example.org\n")
    text = spoilt(TITLE, "title: 'Join(\"@\", [job_title], DefaultDomain())'", text)
    rules = compiled(tmp_path, text).rules
    node = mapping_of(rules, "title").expression
    around = rules.objects[ObjectType.USERS].timeless

    assert rules.default_domain == "example.org"
    assert evaluate(node, {"job_title": "x"}, around) == Computed("x@example.org")
