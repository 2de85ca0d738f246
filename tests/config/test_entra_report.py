"""Every key of an export has exactly one line, and nothing is dropped without a word."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from provisor.config.entra.drafting import drafted, settled
from provisor.config.entra.report import Ledger, Report
from provisor.config.entra.resources import RESOURCES, Resource, Verdict, keys_of
from provisor.domain.schema import ObjectSchema, ObjectType
from provisor.errors import SettingInvalid
from tests.config.entra_samples import (
    LOGIN,
    SWITCH,
    attribute,
    flow,
    key_paths,
    mapping,
    of_schema,
    of_users,
    rule,
    sample,
    schema,
    verdicts,
)

KNOWN = {kind: ObjectSchema(kind, key="id") for kind in ObjectType}
NAMES = st.one_of(
    st.sampled_from(sorted({name for keys in RESOURCES.values() for name in keys})),
    st.text(max_size=6),
)
TREES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=6)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(NAMES, inner, max_size=4)),
    max_leaves=12,
)


def counted(report, tree):
    """Whether the lines are the keys, one by one, and the counts are the lines."""
    paths = [line.path for line in report.lines]
    assert paths == list(key_paths(tree))
    assert len(set(paths)) == len(paths)
    assert sum(report.counts.values()) == len(paths)
    assert sum(len(item.lines) for item in report.items) == len(paths)
    return True


@given(st.dictionaries(st.text(max_size=6), TREES, max_size=4))
def test_every_key_of_a_strange_tree_is_reported(tree):
    tree = {f"x-{name}": value for name, value in tree.items()}
    tree["synchronizationRules"] = [rule(mapping(LOGIN, SWITCH))]
    report = settled(drafted(tree, "x", KNOWN))

    assert counted(report, tree)
    strange = [line for line in report.lines if str(line.path[0]).startswith("x-")]
    annotations = [line for line in strange if "@odata." in str(line.path[-1])]
    assert {line.verdict for line in strange if line not in annotations} <= {Verdict.UNKNOWN}


@given(st.lists(st.dictionaries(NAMES, TREES, max_size=4), min_size=1, max_size=2), st.data())
def test_every_key_of_a_tree_of_known_names_is_reported_or_refused(objects, data):
    place = data.draw(st.sampled_from(["directories", "synchronizationRules"]))
    tree = {"synchronizationRules": [rule(mapping(LOGIN))], place: objects}
    try:
        report = settled(drafted(tree, "x", KNOWN))
    except SettingInvalid:
        with pytest.raises(SettingInvalid) as caught:
            drafted(tree, "x", KNOWN)
        assert caught.value.where
        assert caught.value.found
        assert caught.value.next
    else:
        assert counted(report, tree)


def test_every_key_of_the_sample_is_reported():
    tree = sample()
    _, proven = of_schema(tree)

    assert counted(proven.report, tree)
    assert verdicts(proven, "groupFilter")[0][0] == "unknown"
    assert proven.left == ()


def test_an_unknown_key_stands_in_the_report_wherever_it_is():
    tree = sample()
    for path in list(key_paths(sample())):
        holder = tree
        for step in path[:-1]:
            holder = holder[step]
        if isinstance(holder, dict):
            holder["surprise"] = {"inside": 1}
    report = settled(drafted(tree, "x", KNOWN))

    assert counted(report, tree)
    found = [line for line in report.lines if "surprise" in line.path]
    assert found
    assert {line.verdict for line in found} == {Verdict.UNKNOWN}


@pytest.mark.parametrize("resource", list(Resource))
def test_a_documented_key_of_another_form_is_refused(resource):
    tree = sample()
    for found in list(keys_of(sample(), "x")):
        if found.resource is not resource or found.key is None or "@odata" in str(found.path):
            continue
        spoilt = tree
        for step in found.path[:-1]:
            spoilt = spoilt[step]
        kept, spoilt[found.path[-1]] = spoilt[found.path[-1]], 0.5
        with pytest.raises(SettingInvalid) as caught:
            list(keys_of(tree, "x"))
        assert str(found.path[-1]) in caught.value.what
        spoilt[found.path[-1]] = kept
        return
    raise AssertionError(f"the sample shows no {resource}")


def test_the_gravest_word_about_a_key_stays():
    ledger = Ledger()
    ledger.say(("id",), Verdict.CHANGED, "first")
    ledger.say(("id",), Verdict.TAKEN, "milder")
    ledger.say(("id",), Verdict.UNSUPPORTED, "graver")
    report: Report = ledger.report(keys_of({"id": "x"}, "x"))

    assert [(line.verdict, line.why) for line in report.lines] == [(Verdict.UNSUPPORTED, "graver")]


def test_what_is_left_out_is_said_of_all_its_keys():
    _, proven = of_users(LOGIN, flow("title", None), flow("x", attribute(""), flowType="Sometimes"))

    assert verdicts(proven, "[1].targetAttributeName") == [
        ("idle", "it has neither a source nor a default, and nothing flows")
    ]
    whole = next(item for item in proven.report.items if item.path[-2:] == ("attributeMappings", 2))
    assert {line.verdict.value for line in whole.lines} == {"unsupported", "idle"}


def test_what_is_switched_off_is_said():
    off = mapping(LOGIN, enabled=False, name="off")
    on = mapping(LOGIN, SWITCH)
    settings, proven = of_schema(schema(rule(off, on)))

    assert list(settings["users"]["attributes"]) == ["userName", "active"]
    assert verdicts(proven, "objectMappings[0].enabled") == [
        ("idle", "it is switched off, and was not looked at")
    ]


def test_a_second_mapping_of_users_is_reported():
    _, proven = of_schema(schema(rule(mapping(LOGIN), mapping(SWITCH, sourceObjectName="Contact"))))

    assert "already" in verdicts(proven, "objectMappings[1].targetObjectName")[0][1]


def test_an_object_that_is_neither_user_nor_group_is_reported():
    _, proven = of_schema(schema(rule(mapping(LOGIN), mapping(SWITCH, kind="Device"))))

    assert "neither users nor groups" in verdicts(proven, "objectMappings[1].flowTypes")[0][1]


def test_attributes_of_directories_are_compared_with_what_the_connector_knows():
    tree = schema(rule(mapping(LOGIN, SWITCH)))
    app = tree["directories"][1]["objects"][0]["attributes"]
    app[1] |= {"caseExact": True, "mutability": "Immutable", "required": True, "multivalued": True}
    app[2] |= {"type": "Boolean", "defaultValue": "True", "flowNullValues": True}
    _, proven = of_schema(tree)
    name = "directories[1].objects[0].attributes[1]"

    assert verdicts(proven, f"{name}.required") == [("taken", "")]
    for trait in ("caseExact", "mutability", "multivalued"):
        assert verdicts(proven, f"{name}.{trait}")[0][0] == "changed"
    other = "directories[1].objects[0].attributes[2]"
    assert verdicts(proven, f"{other}.type") == [("taken", "")]
    assert verdicts(proven, f"{other}.defaultValue")[0][0] == "unsupported"
    assert verdicts(proven, f"{other}.flowNullValues")[0][0] == "unsupported"
    assert verdicts(proven, "directories[1].objects[1].attributes[1].name")[0][0] == "idle"
