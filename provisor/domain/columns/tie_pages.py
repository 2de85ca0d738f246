"""Pages of ties and forms as columns; what they are is said in `provisor.domain.tie_pages`."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Final

import polars as pl

from provisor.domain.person import CorrelationRule
from provisor.domain.tie_pages import FORM_COLUMNS, TIE_COLUMNS, packed, unpacked

_REF: Final = ["source", "key"]


def form_names(rules: Sequence[CorrelationRule]) -> list[str]:
    """Return the names under which forms stand in columns: by the place of their rule."""
    return [f"form{number}" for number in range(len(rules))]


def ties_frame(pages: Sequence[bytes]) -> pl.DataFrame:
    """Return the last word about every record: source, key, person and rule."""
    # One text is read at once: every cycle with somebody new leaves a page of its own.
    first, *later = map(unpacked, pages) if pages else [""]
    if not first:
        return pl.DataFrame(schema=dict.fromkeys(TIE_COLUMNS, pl.String))
    whole = _parsed("".join([first, *(text.partition("\n")[2] for text in later)]))
    return whole.unique(_REF, keep="last", maintain_order=True) if later else whole


def forms_frame(rules: Sequence[CorrelationRule], pages: Iterable[bytes]) -> pl.DataFrame:
    """Return what every record was compared by last, null for nothing."""
    names = form_names(rules)
    frames = []
    for page in pages:
        frame = _parsed(unpacked(page))
        own = [
            (pl.col(rule.mark) if rule.mark in frame.columns else pl.lit("")).alias(name)
            for rule, name in zip(rules, names, strict=True)
        ]
        frames.append(frame.select(*_REF, *own))
    whole = _last(frames, (*FORM_COLUMNS, *names))
    return whole.with_columns(pl.when(pl.col(n) != "").then(pl.col(n)).alias(n) for n in names)


def _last(frames: Sequence[pl.DataFrame], columns: Sequence[str]) -> pl.DataFrame:
    if not frames:
        return pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    whole = pl.concat(frames, rechunk=True)
    if len(frames) == 1:
        return whole
    return whole.unique(_REF, keep="last", maintain_order=True)


def tie_page_of(ties: pl.DataFrame) -> bytes:
    """Return a page of ties."""
    return _written(ties.select(TIE_COLUMNS))


def form_page_of(rules: Sequence[CorrelationRule], forms: pl.DataFrame) -> bytes:
    """Return a page of forms."""
    marks = {name: rule.mark for name, rule in zip(form_names(rules), rules, strict=True)}
    return _written(forms.select(*_REF, *marks).rename(marks))


def _written(frame: pl.DataFrame) -> bytes:
    text = io.BytesIO()
    frame.fill_null("").write_csv(text, quote_style="always")
    return packed(text.getvalue().decode())


def _parsed(text: str) -> pl.DataFrame:
    return pl.read_csv(text.encode(), infer_schema=False).fill_null("")
