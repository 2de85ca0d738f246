import json

import pytest
import yaml

from provisor.domain.canonical import canonical, digest
from tests.config.samples import SAMPLE, TOKEN, compiled, spoilt


def digest_of(folder, text=SAMPLE):
    return compiled(folder, text).rules.configuration


SAME = {
    "key order": (SAMPLE, yaml.safe_dump(yaml.safe_load(SAMPLE), sort_keys=True)),
    "a remark": ("version: 1\n", "version: 1  # the first\n# and more\n"),
    "another schedule": ('"*/20 * * * *"', '"0 5 * * *"'),
    "another store": ("sqlite:///state/provisor.db", "sqlite:///other.db"),
    "who acts": ("mode: os", "mode: asserted"),
    "another job": (
        "entitlements: {}",
        "  more: {source: hr, target: app, "
        "users: {lifecycle: none, attributes: {level: '[level]'}}}\n"
        "entitlements: {}",
    ),
    "another system": ("jobs:\n", "  more: {connector: sql, url: sqlite:///x.db}\njobs:\n"),
    "an account elsewhere": ("accounts: {}", "accounts: {hr: [{account: a, kind: service}]}"),
    "a default, written out": ("target: app\n", "target: app\n    on_partial: refuse\n"),
    "a limit, written out": ("    limits: {", "    limits: {create: {count: 50, percent: 10}, "),
    "an expression, written out": ('"[given_name]"', '{expression: "[given_name]"}'),
    "an operator, spelt otherwise": ("operator: EQUALS", "operator: equals"),
}  # fmt: skip

OTHER = {
    "the time zone": ("Europe/Berlin", "Europe/Paris"),
    "a path": ("path: hr.csv", "path: hr2.csv"),
    "an address": ("8765/v2", "8766/v2"),
    "a reference": ("env: APP_TOKEN", "env: OTHER_TOKEN"),
    "the scope": ("value: active", "value: Active"),
    "any and all": ("{any: [{all: [{attribute: status", "{all: [{all: [{attribute: status"),
    "the leavers": ("value: terminated", "value: gone"),
    "a match": ("decides: true", "decides: false"),
    "the order of matches": ("match: [externalId, {", "match: [{attribute: title}, externalId, {"),
    "an expression": ('"[given_name]"', '"[surname]"'),
    "a default": ('"Employee"', '"Worker"'),
    "when it applies": ("apply: on_create", "apply: always"),
    "a new attribute": ("        title:", '        displayName: "[surname]"\n        title:'),
    "the leave": ("disable: now", "disable: never"),
    "the delete": ("delete_after_days: 30", "delete_after_days: 31"),
    "the memberships": ("memberships: ours", "memberships: add_only"),
    "a limit": ("{count: 20, percent: 5}", "{count: 20, percent: 6}"),
    "a limit of another operation": ("    limits: {", "    limits: {create: {count: 1}, "),
    "the guard": ("target: app\n", "target: app\n    guard: {rows: 11}\n"),
    "a partial read": ("target: app\n", "target: app\n    on_partial: presence\n"),
    "the urgent part": ("target: app\n", "target: app\n    urgent: {count: 1}\n"),
    "the absence": ("target: app\n", "target: app\n    absence: {hours: 1}\n"),
    "a canary": ("target: app\n", "target: app\n    canaries: [E1]\n"),
    "an empty source": ("target: app\n", "target: app\n    allow_empty: true\n"),
    "a protected account": ("accounts: {}", "accounts: {app: [{account: a, kind: service}]}"),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_what_is_no_rule_leaves_the_digest_alone(tmp_path, name):
    assert digest_of(tmp_path) == digest_of(tmp_path, spoilt(*SAME[name]))


@pytest.mark.parametrize("name", OTHER)
def test_every_rule_changes_the_digest(tmp_path, name):
    assert digest_of(tmp_path) != digest_of(tmp_path, spoilt(*OTHER[name]))


def test_moving_the_configuration_leaves_the_digest_alone(tmp_path):
    (tmp_path / "elsewhere").mkdir()

    assert digest_of(tmp_path) == digest_of(tmp_path / "elsewhere")


def test_what_stands_in_a_file_of_rules_counts_and_what_stands_in_data_does_not(tmp_path):
    text = spoilt(
        "    token: {env: APP_TOKEN}\n", "    token: {env: APP_TOKEN}\n    dialect_path: d.yaml\n"
    )
    (tmp_path / "d.yaml").write_text("verbs: lower\n")
    (tmp_path / "hr.csv").write_text("employee_id\n")
    before = digest_of(tmp_path, text)
    (tmp_path / "hr.csv").write_text("employee_id\nE1\n")
    same = digest_of(tmp_path, text)
    (tmp_path / "d.yaml").write_text("verbs: capitalised\n")
    changed = digest_of(tmp_path, text)

    assert before == same
    assert len({before, changed, digest_of(tmp_path)}) == 3


def test_the_document_is_what_the_digest_is_made_of(tmp_path):
    job = compiled(tmp_path)

    assert digest(json.loads(job.document)) == job.rules.configuration
    assert canonical(json.loads(job.document)).decode() == job.document


def test_the_document_holds_references_and_never_secrets(tmp_path):
    document = compiled(tmp_path).document

    assert '{"env":"APP_TOKEN"}' in document
    assert TOKEN not in document
    assert str(tmp_path) not in document


def test_names_and_numbers_of_every_kind_have_a_canonical_form(tmp_path):
    more = "connector: scim\n    größe: {weite: 1.50, ok: true, nothing: null, list: [1, x]}"

    document = json.loads(compiled(tmp_path, spoilt("connector: scim", more)).document)

    assert document["target"]["settings"]["gr\\xf6\\xdfe"] == {
        "weite": "1.50",
        "ok": True,
        "nothing": None,
        "list": [1, "x"],
    }
