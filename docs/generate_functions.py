"""Write the reference page of the expression language from the registry of functions.

Run `.venv/bin/python docs/generate_functions.py`; a test holds the page equal to what it writes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from inspect import getdoc
from itertools import count
from pathlib import Path

from provisor.domain.expressions import (
    FUNCTIONS,
    Circumstances,
    Computed,
    Dialect,
    Function,
    Parameter,
    evaluate,
    parse,
)
from provisor.domain.expressions.bounds import (
    DEPTH,
    EXPRESSION_CHARACTERS,
    LIST_CHARACTERS,
    PATTERN_CHARACTERS,
    PATTERN_DEPTH,
    REGEX_SECONDS,
    SMALL_BYTES,
    STEPS,
    VALUE_BYTES,
    VALUES,
)
from provisor.domain.expressions.function import Need, Tier

PAGE = Path(__file__).parent / "reference" / "functions.md"

HEAD = f"""\
# Expressions and their functions

The expression language of mappings is that of Microsoft Entra, read strictly.
An expression is at most {EXPRESSION_CHARACTERS:,} characters long and nests at most {DEPTH}
levels deep.

| written | means |
|---|---|
| `[surname]` | a source attribute; `\\[`, `\\]` and `\\\\` inside stand for themselves, \
and brackets that balance need no escape: `[emails[type eq "work"].value]` |
| `"text"` | a text; `\\"` and `\\\\` are escapes, every other backslash stays: `"\\d+"` |
| `12`, `-3`, `&HF` | whole numbers; what does not fit into 64 bits, or has a fraction, is text |
| `Name(a, , c)` | a function; names are case-sensitive, an argument may be left blank, \
a comma at the end does no harm |
| `vbTextCompare` | a word that the function knows, with or without quotes |
| `$item` | a variable, where `Select`, `Where` or `With` has named it |
| `[a] & "-" & [b]` | texts put together, also with each value of a list; nothing is empty text |
| `[a] = "x"` | a comparison, where a function asks for a condition: `=` `<>` `>` `>=` `<` `<=` |
| `IgnoreAttributeFlow` | when it is reached, the target attribute is left as it is |
| `IgnoreObjectFlow` | when it is reached, the whole object is left as it is |

**Nothing, null and empty.** An expression that is only `[attribute]` leaves the target alone where
the record does not have the attribute, and writes null where it is null. Inside a function an
absent attribute is null.

**Text form.** Every value has one: `True` and `False`, digits, the values of a list with commas
between them, and empty text for null. `=`, `<>` and the keys of `Switch` compare text forms,
case-sensitive. The other operators compare whole numbers where both sides are numbers, dates in
time where both sides are dates as functions write them (`1/31/2025 12:00:00 AM`), otherwise text by
code point. A comparison with an attribute or a result that is null or empty never holds.

**Lists.** A function of one text works on each value of a list, and so does `&` where one of its
sides is a list; of several lists it takes the text forms.

**Complex values** travel as canonical JSON text. An object in a record that is tried out with
`provisor eval` becomes such a text, too.

**What else an answer depends on.** `Now()` is the time of the plan, the same for all records: a
mapping that writes it changes at every run. `DefaultDomain()` is the job's setting
`default_domain`. `Guid`, `RandomNum` and `RandomString` need a source of chance, which there
is only where a value is
drawn once; everywhere else they set the record aside.

**Dialects.** Connect sync has functions with the names of application provisioning and other
parameters. Which ones are meant is never guessed: `dialect: connect` beside the `expression` of a
mapping or of a match rule, `provisor eval --dialect connect`, or the key `dialect` of a case says
so; without it an expression is read as Entra writes it. In the dialect `connect` the bare words
`True`, `False`, `NULL`, `AuthoritativeNull`, `CRLF` and `IgnoreThisFlow` are known as well. Every
function that stands in one dialect only says so below; all others mean the same in both.

**Limits.** A function builds at most {VALUE_BYTES:,} bytes of text and works on at most {VALUES:,}
values of a list, which it makes at most {LIST_CHARACTERS:,} characters long in all. One record may
cost {STEPS:,} calls; a call with a text or list beyond {SMALL_BYTES} characters counts as several.
The regular expressions of an expression may search for
{REGEX_SECONDS} seconds in all. Beyond, the record is set aside.

**Regular expressions** are written as in .NET: `(?<name>…)` and `(?'name'…)` for groups,
`[a-z-[aeiou]]` for a set without another, `(?i)` and its like for a part of the pattern,
`\\p{{L}}`, `\\p{{IsGreek}}`, `\\A`, `\\Z`, `\\z`, `\\G`, `(?(name)yes|no)`. A replacement knows
`$1`, `${{name}}`, `$&`, `` $` ``, `$'`, `$+`, `$_` and `$$`. Balancing groups (`(?<a-b>…)`) are
refused. A pattern has at most {PATTERN_CHARACTERS:,} characters, and groups nest at most
{PATTERN_DEPTH} deep.
"""

LEFT_OUT = """\
## Left out, and why

- `CertExtensionOids`, `CertFormat`, `CertFriendlyName`, `CertHashString`, `CertIssuer`,
  `CertIssuerDN`, `CertIssuerOid`, `CertKeyAlgorithm`, `CertKeyAlgorithmParams`, `CertNameInfo`,
  `CertNotAfter`, `CertNotBefore`, `CertPublicKeyOid`, `CertPublicKeyParametersOid`,
  `CertSerialNumber`, `CertSignatureAlgorithmOid`, `CertSubject`, `CertSubjectNameDN`,
  `CertSubjectNameOid`, `CertThumbprint`, `CertVersion` and `IsCert` (Connect sync): they read X.509
  certificates, which no source here delivers and which would need a library of their own.
- Parameters such as `%Domain.FQDN%` (Connect sync): they belong to a connected directory.
  Write the value, or use `DefaultDomain()`.
- The operators `&&`, `||`, `+`, `-` and `*` (Connect sync): nest `IIF` for "and" and "or".
- A comparison as a value (Connect sync): `CBool([a] > 0)` gives its true or false.
- That a choice is made anew for each value of a list (Connect sync), as in
  `IIF(InStr([proxyAddresses], "SIP:") = 1, NULL, [proxyAddresses])`: write
  `Where($item, [proxyAddresses], InStr($item, "SIP:") <> 1)`.
- That `AppRoleAssignmentsComplex` only adds: a mapping says what the target should have, so that a
  role which is taken away at the source is taken away in the target.
"""

TIERS = {
    Tier.APP_PROVISIONING: "application provisioning",
    Tier.CLOUD_SYNC: "cloud sync",
    Tier.CONNECT_SYNC: "Connect sync",
    Tier.GRAPH: "the function list of Microsoft Graph",
}

_SECTIONS = ("Source:", "Example:")


def page() -> str:
    """Return the whole page."""
    sections = (_section(FUNCTIONS[key]) for key in sorted(FUNCTIONS, key=str.casefold))
    return "\n".join([HEAD, *sections, LEFT_OUT])


def _section(function: Function) -> str:
    connect = function.dialect is Dialect.CONNECT
    where = f" in the dialect `{Dialect.CONNECT}`" if connect else ""
    lines = [f"## `{_signature(function)}`{where}", "", *_prose(function), ""]
    lines += [*map(_described, function.parameters), f"- gives {function.gives.value}", ""]
    lines += ["```", f"{function.example}  →  {_answer(function)}", "```", ""]
    lines += [f"Of {TIERS[function.tier]}{_dialect(function)}.", ""]
    lines += [f"Source: {function.source}", ""]
    return "\n".join(lines)


def _described(parameter: Parameter) -> str:
    kind = " or ".join(f"`{word}`" for word in parameter.words) or parameter.type.value
    kind = "a variable" if parameter.name.startswith("$") else kind
    again = "; again and again" if parameter.repeating else ""
    blank = "" if parameter.required else "; may be left blank"
    compared = "; may be a comparison" if parameter.condition else ""
    return f"- `{parameter.name}`: {kind}{compared}{again}{blank}"


def _dialect(function: Function) -> str:
    if function.dialect is None:
        return ""
    if function.dialect is Dialect.ENTRA:
        return f"; not in the dialect `{Dialect.CONNECT}`"
    return f"; only in the dialect `{Dialect.CONNECT}`, where messages call it `{function.key}`"


def _answer(function: Function) -> str:
    known = Circumstances(
        now="2025-07-30T13:05:00Z", default_domain="contoso.com", draw=_foreseeable()
    )
    tree = parse(function.example, function.dialect or Dialect.ENTRA)
    answer = evaluate(tree, {}, known)
    value = answer.value if isinstance(answer, Computed) else None
    shown = json.dumps(value, ensure_ascii=False)
    return f"for example {shown}" if function.needs in {Need.CHANCE, Need.CLOCK} else shown


def _foreseeable() -> Callable[[int], bytes]:
    """Return a source of bytes that are the same in every run of this script."""
    numbers = count()

    def draw(size: int) -> bytes:
        return hashlib.sha256(str(next(numbers)).encode()).digest()[:size]

    return draw


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
