"""Write the reference page of the expression language from the registry of functions.

Run `.venv/bin/python docs/generate_functions.py`; a test holds the page equal to what it writes.
"""

from __future__ import annotations

import json
from inspect import getdoc
from pathlib import Path

from provisor.domain.expressions import FUNCTIONS, Computed, Function, Parameter, evaluate, parse

PAGE = Path(__file__).parent / "reference" / "functions.md"

HEAD = """\
# Expressions and their functions

The expression language of mappings is that of Microsoft Entra, read strictly.
An expression is at most 10,000 characters long and nests at most 200 levels deep.

| written | means |
|---|---|
| `[surname]` | the source attribute; `\\[`, `\\]` and `\\\\` inside stand for themselves, and brackets that balance need no escape: `[emails[type eq "work"].value]` |
| `"text"` | a text; `\\"` and `\\\\` are escapes, every other backslash stays as written: `"\\d+"` |
| `12`, `-3`, `&HF` | whole numbers; what does not fit into 64 bits, or has a fraction, is text |
| `Name(a, , c)` | a function; names are case-sensitive, an argument may be left blank, a comma at the end does no harm |
| `[a] & "-" & [b]` | texts put together; nothing counts as empty text |
| `[a] = "x"` | a comparison, where a function asks for a condition: `=` `<>` `>` `>=` `<` `<=` |
| `IgnoreAttributeFlow` | when it is reached, the target attribute is left as it is |
| `IgnoreObjectFlow` | when it is reached, the whole object is left as it is |

**Nothing, null and empty.** An expression that is only `[attribute]` leaves the target alone where
the record does not have the attribute, and writes null where it is null. Inside a function an
absent attribute is null.

**Text form.** Every value has one: `True` and `False`, digits, the values of a list with commas
between them, and empty text for null. `=`, `<>` and the keys of `Switch` compare text forms,
case-sensitive. The other operators compare whole numbers where both sides are numbers, otherwise
text by code point. A comparison with an attribute or a result that is null or empty never holds.

**Lists.** A function of one text works on each value of a list.

**Limits.** A function builds at most 65,536 bytes of text and works on at most 10,000 values of a
list; a regular expression may search one text for 0.1 seconds. Beyond, the record is set aside.

**Regular expressions** are written as in .NET: `(?<name>…)` for a group, `${name}` and `$1` in a
replacement. Class subtraction (`[a-z-[aeiou]]`) and `(?'name'…)` are not read, and options such as
`(?i)` hold for the whole pattern.
"""

_SECTIONS = ("Source:", "Example:")


def page() -> str:
    """Return the whole page."""
    return "\n".join([HEAD, *(_section(function) for function in FUNCTIONS.values())])


def _section(function: Function) -> str:
    lines = [f"## `{_signature(function)}`", "", *_prose(function), ""]
    answer = evaluate(parse(function.example), {})
    value = answer.value if isinstance(answer, Computed) else None
    shown = json.dumps(value, ensure_ascii=False)
    lines += ["```", f"{function.example}  →  {shown}", "```", "", f"Source: {function.source}", ""]
    return "\n".join(lines)


def _prose(function: Function) -> list[str]:
    """Return what the definition says about itself, without its source and its doctests."""
    lines: list[str] = []
    for line in (getdoc(function.scalar) or "").splitlines():
        if line.startswith(_SECTIONS):
            break
        lines.append(line)
    return "\n".join(lines).strip().splitlines()


def _signature(function: Function) -> str:
    names = ", ".join(map(_named, function.parameters))
    return f"{function.name}({names}{', …' if function.repeating else ''})"


def _named(parameter: Parameter) -> str:
    return parameter.name if parameter.required else f"[{parameter.name}]"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
