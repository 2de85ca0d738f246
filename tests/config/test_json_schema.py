from provisor.config.json_schema import configuration_schema
from provisor.domain.scope import Operator


def parts(schema):
    """A schema and everything inside it."""
    yield schema
    inside = schema.values() if isinstance(schema, dict) else schema
    for part in inside if isinstance(schema, dict | list) else ():
        yield from parts(part)


def test_every_pointer_of_the_schema_leads_somewhere():
    schema = configuration_schema()
    pointers = {p["$ref"] for p in parts(schema) if isinstance(p, dict) and "$ref" in p}

    assert pointers
    assert {pointer.removeprefix("#/$defs/") for pointer in pointers} <= set(schema["$defs"])


def test_every_setting_has_a_sentence():
    schema = configuration_schema()
    groups = [g for g in [schema, *schema["$defs"].values()] if "properties" in g]

    silent = [
        (group["title"], name)
        for group in groups
        for name, setting in group["properties"].items()
        if "description" not in setting and "$ref" not in setting
    ]

    assert groups
    assert silent == []


def test_unknown_settings_are_wrong_except_a_connectors_own():
    definitions = configuration_schema()["$defs"]

    free = [name for name, part in definitions.items() if part.get("additionalProperties") is True]

    assert free == ["SystemSettings"]


def test_short_forms_are_right_for_an_editor():
    users = configuration_schema()["$defs"]["UserSettings"]["properties"]

    assert {"type": "string"} in users["attributes"]["additionalProperties"]["anyOf"]
    assert users["scope"]["anyOf"][0] == {"$ref": "#/$defs/Condition"}


def test_conditions_offer_every_operator():
    forms = configuration_schema()["$defs"]["Condition"]["anyOf"]
    offered = [form["properties"].get("operator", {}).get("enum", []) for form in forms[:-1]]

    every = [name for names in offered for name in names]

    assert sorted(every) == sorted(operator.value for operator in Operator)
