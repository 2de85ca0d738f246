"""Functions that take a text apart or put one together.

A list as first argument is changed value by value.
What a character is: one Unicode code point.
"""

from __future__ import annotations

from typing import Final

from provisor.domain.expressions.bounds import VALUE_BYTES, check_count, check_size, joined
from provisor.domain.expressions.function import (
    Argument,
    Dialect,
    Function,
    Parameter,
    Tier,
    Trait,
    Type,
    each,
    whole,
)
from provisor.domain.record import ABSENT, Value, as_text, is_blank

WHITE_SPACE: Final = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""The characters with the Unicode property White_Space: the set that .NET trims."""


def append(source: Argument, suffix: Argument) -> Value:
    """Puts `suffix` behind `source`; nothing counts as empty text.

    Source: Entra, "Append"; what a null source gives is our decision.

    Example:
        >>> append("elin", "@example.org"), append(None, "x")
        ('elin@example.org', 'x')
    """
    ending = as_text(suffix)
    return each("" if is_nothing(source) else source, lambda text: joined("", (text, ending)))


def join(separator: Argument, *sources: Argument) -> Value:
    """Joins its sources with `separator` between them; null and empty sources are left out.

    A list is expanded in its place.

    Source: Entra, "Join"; the published sample with an empty first source shows the leaving out.

    Example:
        >>> join(".", "Elin", None, "", ("van", "Dyk"), 7)
        'Elin.van.Dyk.7'
    """
    return joined(as_text(separator), present_texts(sources))


def present_texts(sources: tuple[Argument, ...]) -> list[str]:
    """Return the text of every source that is not blank, lists expanded.

    Example:
        >>> present_texts((None, "", ("a", ""), 0))
        ['a', '0']
    """
    texts: list[str] = []
    for source in sources:
        if isinstance(source, str):
            if source:
                texts.append(source)
        elif isinstance(source, tuple):
            check_count(source)
            texts.extend(as_text(item) for item in source if item != "")
        elif not is_blank(source):
            texts.append(as_text(source))
    return texts


def left(source: Argument, count: Argument) -> Value:
    """Gives the first `count` characters; a negative count gives the source unchanged.

    A null source gives empty text.

    Source: Entra, "Left".

    Example:
        >>> left("John Doe", 4), left("John Doe", -1), left("John", 99), left(None, 3)
        ('John', 'John Doe', 'John', '')
    """
    size = whole(count, "Left")
    return each(nothing_as_empty(source), lambda text: text if size < 0 else text[:size])


def mid(source: Argument, start: Argument, length: Argument = ABSENT) -> Value:
    """Gives `length` characters from `start`, counted from 1 and clipped at the end.

    Without a length it gives the rest.
    A null source gives empty text.
    A start below 1 or a negative length gives the source unchanged.
    A start behind the end gives empty text: `Mid([name], 2, 64)` of a name of one letter is its
    empty rest, where the variant of Connect sync would repeat the letter.

    Source: Entra, "Mid"; the rule for numbers below their range is that of Connect sync, and the
    form without a length is in the samples of cloud sync.

    Example:
        >>> mid("John Doe", 6, 999), mid("J", 2, 64), mid("John", 0, 2), mid("John", "2", "2")
        ('Doe', '', 'John', 'oh')
    """
    first = whole(start, "Mid")
    size = VALUE_BYTES if length is ABSENT else whole(length, "Mid")
    unchanged = first < 1 or size < 0
    return each(
        nothing_as_empty(source),
        lambda text: text if unchanged else text[first - 1 : first - 1 + size],
    )


def length_of(value: Argument) -> Value:
    """Counts the characters of a text; nothing has none.

    Source: Connect sync, "Len".

    Example:
        >>> length_of("John Doe"), length_of(None)
        (8, 0)
    """
    return len(as_text(value))


def strip_spaces(source: Argument) -> Value:
    """Removes every space (U+0020), wherever it stands.

    Source: Entra, "StripSpaces".

    Example:
        >>> strip_spaces(" van der  Hof ")
        'vanderHof'
    """
    return each(source, lambda text: text.replace(" ", ""))


def trim(source: Argument) -> Value:
    """Removes white space at both ends of a text, or of each value of a list.

    Source: cloud sync, "Trim"; the characters are those with the Unicode property White_Space.

    Example:
        >>> trim(" Test "), trim((" a", "b "))
        ('Test', ('a', 'b'))
    """
    return each(source, lambda text: text.strip(WHITE_SPACE))


def split(source: Argument, delimiter: Argument = ABSENT) -> Value:
    """Cuts a text at every `delimiter` into a list of trimmed values.

    Null stays null, and empty text gives an empty list.
    Without a delimiter the list holds the whole text.

    Source: Entra, "Split"; the published sample shows the trimming.

    Example:
        >>> split("PermissionSetOne, PermissionSetTwo", ","), split("", ",")
        (('PermissionSetOne', 'PermissionSetTwo'), ())
    """
    if is_nothing(source):
        return None
    text, cut = as_text(source), as_text(delimiter)
    if text == "":
        return ()
    values = text.split(cut) if cut else [text]
    check_count(values)
    return tuple(value.strip(WHITE_SPACE) for value in values)


def word(source: Argument, number: Argument, delimiters: Argument) -> Value:
    """Gives the word with this number, where any character of `delimiters` ends a word.

    Delimiters side by side count as one, so that no word is empty.
    Null, a number below 1 and too few words give empty text.

    Source: Entra, "Word"; that no word is empty is our reading.

    Example:
        >>> word("The quick  brown fox", 3, " "), word("The quick", 0, " "), word(None, 1, " ")
        ('brown', '', '')
    """
    place, cuts = whole(number, "Word"), as_text(delimiters)
    return each(nothing_as_empty(source), lambda text: _word(text, place, cuts))


def _word(text: str, place: int, cuts: str) -> str:
    if cuts:
        text = text.translate(dict.fromkeys(map(ord, cuts), cuts[0]))
    words = [found for found in text.split(cuts[0]) if found] if cuts else [text]
    return words[place - 1] if 1 <= place <= len(words) else ""


def concatenate(parts: tuple[Argument, ...]) -> Value:
    """Joins the text forms of all parts: what `&` does; nothing counts as empty text.

    One list among them is changed value by value; an empty one is nothing, and of several lists
    the text forms are joined.

    Source: Connect sync, "Understanding declarative provisioning expressions", for the list.

    Example:
        >>> concatenate(("t-", "elin", None, 7)), concatenate((("a", "b"), "@example.org"))
        ('t-elin7', ('a@example.org', 'b@example.org'))
    """
    lists = [place for place, part in enumerate(parts) if isinstance(part, tuple) and part]
    if len(lists) != 1:
        return _put_together(parts)
    (place,) = lists
    before, behind = _put_together(parts[:place]), _put_together(parts[place + 1 :])
    return each(parts[place], lambda text: joined("", (before, text, behind)))


def _put_together(parts: tuple[Argument, ...]) -> str:
    texts = [as_text(part) for part in parts]
    check_size(sum(map(len, texts)))
    return "".join(texts)


def is_nothing(value: Argument) -> bool:
    """Say whether a value is null or was left blank; empty text is something."""
    return value is None or value is ABSENT


def nothing_as_empty(source: Argument) -> Argument:
    """Return empty text for null, for the functions whose rule says so."""
    return "" if is_nothing(source) else source


_SOURCE = Parameter("source", type=Type.TEXT)
_VALUE = Parameter("value", type=Type.TEXT)

TEXT: Final = (
    Function(
        "Append",
        (_SOURCE, Parameter("suffix", type=Type.TEXT)),
        2,
        append,
        'Append("elin", ".test")',
        gives=Type.TEXT,
    ),
    Function(
        "Join",
        (
            Parameter("separator", required=False, type=Type.TEXT),
            Parameter("source", required=False, repeating=True),
        ),
        2,
        join,
        'Join(", ", "", "Doe", "John")',
        gives=Type.TEXT,
        dialect=Dialect.ENTRA,
    ),
    Function(
        "Left",
        (_SOURCE, Parameter("count", type=Type.WHOLE)),
        2,
        left,
        'Left("John Doe", 4)',
        gives=Type.TEXT,
    ),
    Function(
        "Len",
        (_VALUE,),
        1,
        length_of,
        'Len("John Doe")',
        gives=Type.WHOLE,
    ),
    Function(
        "Mid",
        (
            _SOURCE,
            Parameter("start", type=Type.WHOLE),
            Parameter("length", required=False, type=Type.WHOLE),
        ),
        2,
        mid,
        'Mid("John Doe", 6, 999)',
        gives=Type.TEXT,
        dialect=Dialect.ENTRA,
    ),
    Function(
        "Split",
        (_SOURCE, Parameter("delimiter", required=False, type=Type.TEXT)),
        1,
        split,
        'Split("blue, green", ",")',
        gives=Type.LIST,
        dialect=Dialect.ENTRA,
    ),
    Function(
        "StripSpaces",
        (_SOURCE,),
        1,
        strip_spaces,
        'StripSpaces("van der Hof")',
        Trait.PER_CHARACTER,
        gives=Type.TEXT,
    ),
    Function(
        "Trim",
        (_VALUE,),
        1,
        trim,
        'Trim(" Test ")',
        gives=Type.TEXT,
        tier=Tier.CLOUD_SYNC,
    ),
    Function(
        "Word",
        (
            _SOURCE,
            Parameter("number", type=Type.WHOLE),
            Parameter("delimiters", required=False, type=Type.TEXT),
        ),
        3,
        word,
        'Word("The quick brown fox", 3, " ")',
        gives=Type.TEXT,
    ),
)
"""The functions of this file, for the registry."""
