"""Expressions and records as Hypothesis makes them up."""

from hypothesis import strategies as st

from provisor.domain.expressions import (
    Attribute,
    Blank,
    Call,
    Comparison,
    Concatenation,
    Flow,
    Keyword,
    Literal,
    Node,
    Operator,
    Variable,
)

NAMES = ("given", "surname", "title", "level", "active", "tags", "mail")
"""The attributes of made-up records: texts, but for a number, a truth and a list."""

CHARACTERS = st.one_of(
    st.sampled_from("abcXYZ .-'@019"),
    st.sampled_from("åéøßıİΣσςłŁœǅŉﬁᾳ"),
    st.sampled_from("\u0301\u0308\u0323\u0331\u1161\u3099"),
    st.sampled_from("\t\n\x1c\x85\xa0\u200b\u2003\ufeff李й𝒳🙂"),
    st.characters(exclude_categories=["Cs"]),
)
TEXTS = st.text(CHARACTERS, max_size=12)
WORDS = st.sampled_from(["", " ", "Elin", "O'Brien", "van der Hof", "True", "False", "12", "-3"])
LITERALS = st.text(
    CHARACTERS.filter(lambda c: c >= " " and c != "\x7f"), max_size=6
) | st.sampled_from(["", ".", "@", " ", "\\", '"', "True", "Elin"])

attributes = st.builds(Attribute, st.sampled_from(NAMES))
strange_attributes = st.builds(
    Attribute, st.text(CHARACTERS.filter(lambda c: c >= " " and c != "\x7f"), min_size=1)
    | st.sampled_from(["a]", "[", "a\\", 'emails[type eq "work"].value', "\\]["]),
)  # fmt: skip
numbers = st.builds(Literal, st.integers(-3, 12))
literals = st.builds(Literal, LITERALS) | numbers
blanks = st.just(Blank())
keywords = st.builds(Keyword, st.sampled_from(Flow))

PATTERNS = ("[a-z]+", "(?<x>[A-Z])(.)", "[^a-zA-Z.]", r"\s+", "(?<x>.*)@(?<y>.*)", "^.", "x*$")


def expressions(leaves=None, *, flows=True):
    """Trees over all functions, as `parse` would give them."""
    if leaves is None:
        leaves = attributes | literals | strange_attributes
    if flows:
        leaves = leaves | keywords
    return st.recursive(leaves, _grown, max_leaves=12)


def _grown(inner):
    maybe = inner | blanks
    condition = inner | st.builds(Comparison, st.sampled_from(Operator), inner, inner)
    counts = numbers | attributes
    unary = st.sampled_from(
        ["CBool", "CDate", "CNum", "CStr", "ConvertFromBase64", "ConvertToBase64",
         "ConvertToUTF8Hex", "Count", "IsDate", "IsGuid", "IsNumeric", "IsString", "Len",
         "NormalizeDiacritics", "NumFromDate", "PCase", "Split", "StripSpaces", "ToLower",
         "ToUpper", "Trim"]
    )  # fmt: skip
    return st.one_of(
        st.builds(lambda name, a: Call(name, (a,)), unary, inner),
        st.builds(
            lambda name, a, b: Call(name, (a, b)),
            st.sampled_from(["Append", "PCase", "Split"]), inner, inner,
        ),
        st.builds(
            lambda name, a, b: Call(name, (a, b)),
            st.sampled_from(["ToLower", "ToUpper"]), inner,
            st.sampled_from([Literal("tr-TR"), Literal("en"), Literal("az-Latn-AZ")]) | attributes,
        ),
        st.builds(
            lambda name, a: Call(name, (a,)),
            st.sampled_from(["CBool", "IsNullOrEmpty", "IsPresent", "Not"]), condition,
        ),
        st.builds(lambda a, n: Call("Left", (a, n)), inner, counts),
        st.builds(lambda a, n, m: Call("Mid", (a, n, m)), inner, counts, counts),
        st.builds(lambda a, n, d: Call("Word", (a, n, d)), inner, counts, inner),
        st.builds(lambda s, a: Call("Join", (s, *a)), maybe, _several(maybe, inner)),
        st.builds(lambda a: Call("Coalesce", tuple(a)), _several(maybe, inner)),
        st.builds(lambda c, a, b: Call("IIF", (c, a, b)), condition, maybe, maybe),
        st.builds(
            lambda a, d, cases: Call("Switch", (a, d, *(part for case in cases for part in case))),
            inner, maybe, st.lists(st.tuples(inner | literals, inner), min_size=1, max_size=3),
        ),
        st.builds(_concatenation, st.lists(inner, min_size=2, max_size=3)),
        _replacements(inner),
        _dates(inner),
        _named(inner),
        _bound(inner, condition),
    )  # fmt: skip


def _several(maybe, last):
    """One to three arguments of which the last is not blank: `parse` drops idle blanks."""
    return st.builds(lambda first, end: (*first, end), st.lists(maybe, max_size=2), last)


def _concatenation(parts):
    flat: list[Node] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, Concatenation) else [part])
    return Concatenation(tuple(flat))


def _named(inner):
    """Functions that ask for one text and little more."""
    unary = st.sampled_from(
        ["AppRoleAssignments", "CRef", "Error", "EscapeDNComponent", "IgnoreFlowIfNullOrEmpty",
         "IsEmpty", "IsNothing", "IsNull", "LCase", "LTrim", "RTrim", "Redact",
         "RemoveDuplicates", "UCase"]
    )  # fmt: skip
    binary = st.sampled_from(["Contains", "InStr", "InStrRev", "Prepend"])
    counted = st.sampled_from(["DNComponent", "DNComponentRev", "Item", "ItemOrNull", "Right"])
    return st.one_of(
        st.builds(lambda name, a: Call(name, (a,)), unary, inner),
        st.builds(lambda name, a, b: Call(name, (a, b)), binary, inner, inner),
        st.builds(lambda name, a, n: Call(name, (a, n)), counted, inner, numbers),
        st.builds(
            lambda a, n, c: Call("PadLeft", (a, n, c)), inner, numbers, st.just(Literal("é"))
        ),
        st.builds(
            lambda a, p: Call("ReplaceChars", (a, p)), inner, st.just(Literal("a:b,é:ee,X:"))
        ),
    )


def _bound(inner, condition):
    """Functions that name a variable, and bodies that use it."""
    item = Variable("x")
    body = st.one_of(
        st.just(item),
        st.just(Call("ToUpper", (item,))),
        st.builds(lambda a: _concatenation([item, a]), inner),
        st.builds(lambda a: Call("IIF", (Comparison(Operator.EQUAL, item, a), a, item)), inner),
    )
    test = condition | st.builds(Comparison, st.sampled_from(Operator), st.just(item), inner)
    return st.one_of(
        st.builds(lambda a, b: Call("Select", (item, a, b)), inner, body),
        st.builds(lambda a, b: Call("Where", (item, a, b)), inner, test),
        st.builds(lambda a, b: Call("With", (item, a, b)), inner, body),
    )


def _dates(inner):
    interval = st.sampled_from([Literal("yyyy"), Literal("m"), Literal("d"), Literal("ww")])
    date = st.sampled_from([Literal("2024-02-29"), Literal("3/16/2020 7:00:00 AM")]) | inner
    form = st.sampled_from([Literal("M/d/yyyy h:mm:ss tt"), Literal("yyyy-MM-dd")])
    return st.one_of(
        st.builds(lambda i, n, d: Call("DateAdd", (i, n, d)), interval, numbers | inner, date),
        st.builds(lambda i, d, e: Call("DateDiff", (i, d, e)), interval, date, date),
        st.builds(lambda d, f, g: Call("FormatDateTime", (d, f, g)), date, form, form),
        st.builds(lambda a, b: Call("BitAnd", (a, b)), numbers | inner, numbers | inner),
    )


def _replacements(inner):
    blank = Blank()
    patterns = st.builds(Literal, st.sampled_from(PATTERNS))
    # A pattern that is written down is checked while reading; these may be no patterns.
    found = inner.filter(lambda node: not isinstance(node, Literal))
    grouped = st.just(Literal("(?<x>[a-zA-Z]+)(.?)"))
    group = st.just(Literal("x"))
    new = inner | st.sampled_from([Literal(""), Literal("${x}-$1"), Literal("$$")])
    return st.one_of(
        st.builds(lambda s, o, n: Call("Replace", (s, o, blank, blank, n)), inner, inner, new),
        st.builds(
            lambda s, o, n: Call("Replace", (s, o, blank, blank, blank, blank, n)),
            inner, inner, inner,
        ),
        st.builds(
            lambda s, p, n: Call("Replace", (s, blank, p, blank, n)), inner, patterns | found, new
        ),
        st.builds(
            lambda s, p, g, n: Call("Replace", (s, blank, p, g, n)), inner, grouped, group, new
        ),
        st.builds(
            lambda s, p, g, n: Call("Replace", (s, blank, p, g, blank, n)),
            inner, grouped, group, inner,
        ),
    )  # fmt: skip


def records():
    """Records over `NAMES`; an attribute that is missing is absent."""
    text = st.none() | TEXTS | WORDS
    return st.fixed_dictionaries(
        {},
        optional={
            "given": text,
            "surname": text,
            "title": text,
            "mail": text,
            "level": st.none() | st.integers(-3, 12) | st.integers(-(2**63), 2**63 - 1),
            "active": st.none() | st.booleans(),
            "tags": st.none() | st.lists(TEXTS | WORDS, max_size=3).map(tuple),
        },
    )
