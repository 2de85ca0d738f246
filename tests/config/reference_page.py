"""The tables of the reference page, made from the settings themselves.

`python -m tests.config.reference_page` writes them between the marks of the page.
"""

import json
from pathlib import Path
from typing import Any

from provisor.config.json_schema import configuration_schema
from provisor.domain.bounds import DEFAULT_LIMITS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "configuration.md"
BEGIN = "<!-- settings: begin -->\n"
END = "<!-- settings: end -->\n"
FORMS = {"Condition": "condition", "Address": "address, or reference to a secret"}


def tables():
    """One heading and one table for every group of settings, from the top down."""
    schema = configuration_schema()
    groups: list[tuple[str, dict[str, Any]]] = []
    collect(schema, "", schema["$defs"], groups)
    pages = [table(path, group, schema["$defs"]) for path, group in groups]
    return "\n".join([*pages, default_limits()])


def default_limits():
    """The bounds that hold when a job names none."""
    lines = ["### Limits that hold when a job names none", ""]
    heads = (
        *("operation", "`count`", "`percent`", "`minimum_base`"),
        *("`month.percent`", "`two_approvers_above`"),
    )
    lines += [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for operation, limit in DEFAULT_LIMITS.items():
        month = limit.month.percent if limit.month else None
        cells = (limit.count, limit.percent, limit.minimum_base, month, limit.two_above)
        told = " | ".join("–" if cell is None else str(cell) for cell in cells)
        lines.append(f"| `{operation}` | {told} |")
    return "\n".join([*lines, ""])


def collect(group, path, definitions, groups):
    """Gather every group of settings below one, each once, with the first path to it."""
    if any(group is known for _, known in groups):
        return
    groups.append((path, group))
    for name, setting in group.get("properties", {}).items():
        for inner, step in groups_inside(setting, definitions):
            collect(inner, f"{path}.{name}{step}".lstrip("."), definitions, groups)


def groups_inside(setting, definitions):
    """The groups of settings that a setting holds, with the step that leads into them."""
    if "oneOf" in setting:
        # A system stands for itself, or is made of others: `connector` says which.
        joined, single = setting["oneOf"]
        yield from groups_inside(single, definitions)
        yield from ((inner, " with people") for inner, _ in groups_inside(joined, definitions))
        return
    for choice in setting.get("anyOf", [setting]):
        if choice.get("type") == "array":
            for inner, _ in groups_inside(choice["items"], definitions):
                yield inner, "[]"
        elif isinstance(choice.get("additionalProperties"), dict):
            for inner, step in groups_inside(choice["additionalProperties"], definitions):
                yield inner, f".NAME{step}"
        else:
            name = choice.get("$ref", "").removeprefix("#/$defs/")
            if name and name not in FORMS and "properties" in definitions[name]:
                yield definitions[name], ""


def table(path, group, definitions):
    """One group of settings in Markdown."""
    required = group.get("required", [])
    lines = [f"### `{path}`" if path else "### At the top", ""]
    lines += ["| setting | value | default | meaning |", "|---|---|---|---|"]
    for name, setting in group["properties"].items():
        kind = " or ".join(dict.fromkeys(kinds(setting, definitions)))
        default = "required" if name in required else default_of(setting)
        meaning = meaning_of(setting, definitions)
        lines.append(f"| `{name}` | {kind} | {default} | {meaning} |")
    return "\n".join([*lines, ""])


def meaning_of(setting, definitions):
    """The sentence of a setting; a group that is described by the same one carries it itself."""
    group = definitions.get(setting.get("$ref", "").removeprefix("#/$defs/"), {})
    return setting.get("description") or group["description"]


def default_of(setting):
    """What holds when nothing is written."""
    default = setting.get("default")
    return "–" if default is None or default == [] else f"`{json.dumps(default).strip(chr(34))}`"


def kinds(setting, definitions):
    """The kinds of value that a setting takes."""
    if "anyOf" in setting:
        return [kind for choice in setting["anyOf"] for kind in kinds(choice, definitions)]
    name = setting.get("$ref", "").removeprefix("#/$defs/")
    if name:
        words = definitions[name].get("enum")
        return [FORMS.get(name) or ("mapping" if words is None else choice_of(words))]
    if "const" in setting:
        return [f"`{setting['const']}`"]
    return plain_kinds(setting)


def plain_kinds(setting):
    """The kind of a setting that is no group."""
    match setting.get("type"):
        case "null":
            return []
        case "integer" if "maximum" in setting:
            return [f"{setting['minimum']} to {setting['maximum']:,}"]
        case "boolean":
            return ["`true` or `false`"]
        case "array":
            return ["list"]
        case "object":
            return ["mapping"]
        case _:
            return ["text"]


def choice_of(words):
    """Several fixed words."""
    return " or ".join(f"`{word}`" for word in words)


def rewritten(page):
    """The page with its tables made anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{tables()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
