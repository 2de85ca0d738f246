"""Pieces of exported synchronization schemas, and what they become."""

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

from provisor.cli.drafts import proven_draft
from provisor.config.entra.export_file import spelled

SAMPLE = Path(__file__).parents[2] / "examples" / "entra" / "schema.json"


def sample():
    """The sample, to be spoilt."""
    return copy.deepcopy(_sample())


@cache
def _sample():
    return json.loads(SAMPLE.read_text(encoding="utf-8"))


def attribute(name):
    return {"expression": f"[{name}]", "name": name, "parameters": [], "type": "Attribute"}


def constant(value):
    return {"expression": json.dumps(value), "name": value, "parameters": [], "type": "Constant"}


def function(expression, name, **parameters):
    listed = [{"key": key, "value": value} for key, value in parameters.items()]
    return {"expression": expression, "name": name, "parameters": listed, "type": "Function"}


def flow(target, source, **more):
    """One attributeMapping."""
    told = {
        "defaultValue": None,
        "exportMissingReferences": False,
        "flowBehavior": "FlowWhenChanged",
        "flowType": "Always",
        "matchingPriority": 0,
        "source": source,
        "targetAttributeName": target,
    }
    return told | more


def clause(name, operator, *values):
    return {
        "operatorName": operator,
        "sourceOperandName": name,
        "targetOperand": {"values": list(values)},
    }


def group(*clauses, name=""):
    return {"name": name, "clauses": list(clauses)}


LOGIN = flow("userName", attribute("userPrincipalName"), matchingPriority=1)
SWITCH = flow("active", function("Not([IsSoftDeleted])", "Not", source=attribute("IsSoftDeleted")))


def mapping(*flows, kind="User", **more):
    """One objectMapping."""
    told = {
        "attributeMappings": list(flows),
        "enabled": True,
        "flowTypes": "Add, Update, Delete",
        "metadata": [],
        "name": f"{kind}s",
        "scope": None,
        "sourceObjectName": kind,
        "targetObjectName": kind,
    }
    return told | more


def rule(*mappings, **more):
    told = {
        "id": "r",
        "name": "OUT",
        "editable": True,
        "metadata": [],
        "priority": 1,
        "sourceDirectoryName": "Directory",
        "targetDirectoryName": "App",
        "objectMappings": list(mappings),
    }
    return told | more


def schema(*rules):
    """A schema whose two directories define what the pieces above use."""
    wanted = {
        "Directory": ("objectId", "accountEnabled", "userPrincipalName", "manager", "aliases"),
        "App": ("id", "userName", "active"),
    }
    directories = [
        {
            "name": name,
            "objects": [
                {"name": kind, "attributes": [_defined(a) for a in attributes], "metadata": []}
                for kind in ("User", "Group")
            ],
        }
        for name, attributes in wanted.items()
    ]
    return {"id": "s", "directories": directories, "synchronizationRules": list(rules)}


def _defined(name):
    return {
        "name": name,
        "anchor": name in ("objectId", "id"),
        "type": "Reference" if name == "manager" else "String",
        "multivalued": name == "aliases",
    }


def of_users(*flows, **more):
    """The job of one user mapping: its settings, and the report."""
    return of_schema(schema(rule(mapping(*flows, **more))), "users")


def of_schema(tree, *path):
    """Part of the first job's settings, and the report."""
    draft, proven = proven_draft(tree, "schema.json")
    settings: Any = draft.jobs[0].settings if draft.jobs else {}
    for step in path:
        settings = settings.get(step, {})
    return settings, proven


def verdicts(proven, ending):
    """The verdicts and reasons of all keys whose path ends so."""
    return [
        (line.verdict.value, line.why)
        for line in proven.report.lines
        if spelled(line.path).endswith(ending)
    ]


def key_paths(value, path=()):
    """Every key of a tree, by its path."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, key)
            yield from key_paths(inner, (*path, key))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from key_paths(inner, (*path, place))
