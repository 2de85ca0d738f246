"""The bytes of many creates at once, from the columns that their accounts are made of.

Source: `provisor.domain.action_bytes.action_bytes`, one action at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from json.encoder import encode_basestring as _quoted

import polars as pl

from provisor.domain.action_bytes import change_frame, creation_frame
from provisor.domain.columns.operand import computed

_SPECIAL = r'["\\\x00-\x1f]'
"""What does not stand in a JSON text as it is."""


def quoted(column: pl.Series) -> pl.Series:
    r"""Return every text as it stands in canonical JSON; null stays null.

    Cost: one pass, and one call per text with quotes, backslashes or control characters.

    Example:
        >>> quoted(pl.Series(['a', 'b"', None])).to_list()
        ['"a"', '"b\\""', None]
    """
    found = computed(pl.concat_str(pl.lit('"'), pl.lit(column), pl.lit('"')))
    numbers = column.str.contains(_SPECIAL).fill_null(value=False).arg_true()
    if not len(numbers):
        return found
    exact = [_quoted(text) for text in column.gather(numbers).to_list()]
    return found.scatter(numbers, pl.Series(exact, dtype=pl.String))


def creates_written(
    about: tuple[str, str],
    rules: tuple[Sequence[str], pl.Series],
    told: tuple[pl.Series, pl.Series],
    changes: Sequence[tuple[str, pl.Series]],
) -> list[bytes]:
    """Return the canonical bytes of plain creates: those that say nothing but values.

    Args:
        about: object type and target.
        rules: some rules, and which of them caused each create.
        told: the anchor and the subject of each.
        changes: attribute and values as JSON text, sorted by attribute; null for no change.
    """
    object_type, target = about
    frames = [creation_frame(object_type, rule, target) for rule in rules[0]]
    opening, middle, _, end = frames[0]
    rests = pl.Series([rest for _, _, rest, _ in frames], dtype=pl.String)
    anchors, subjects = map(quoted, told)
    pieces = []
    for attribute, values in changes:
        before, behind = change_frame(attribute)
        pieces.append(pl.concat_str(pl.lit(before), pl.lit(values), pl.lit(behind)))
    text = pl.concat_str(
        pl.lit(opening),
        pl.lit(anchors.fill_null("null")),
        pl.lit(middle),
        pl.concat_str(pieces, separator=",", ignore_nulls=True),
        pl.lit(rests.gather(rules[1])),
        pl.lit(subjects),
        pl.lit(end),
    )
    return computed(text.cast(pl.Binary)).to_list()
