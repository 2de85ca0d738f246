"""Texts put together out of pieces, and per-character functions pushed down onto the pieces.

`ToLower(Join(".", [given], [surname]))` is `Join(".", ToLower([given]), ToLower([surname]))`, where
each piece has few distinct values and their combinations have many.
That holds for every function that changes a text character by character; which sources of a `Join`
are left out is still decided by what they were before.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

import polars as pl

from provisor.domain.columns.operand import (
    Column,
    Kind,
    Operand,
    computed,
    is_plain,
    signal_of,
    text_of,
)
from provisor.domain.columns.parts import FALSE, Parts, first, is_missing
from provisor.domain.columns.regexes import ONE_CHARACTER
from provisor.domain.expressions import (
    FUNCTIONS,
    Blank,
    Call,
    Computed,
    Concatenation,
    Literal,
    Node,
    evaluate,
)
from provisor.domain.expressions.bounds import VALUE_BYTES
from provisor.domain.expressions.replacing import Mode, mode_of
from provisor.domain.record import as_text
from provisor.errors import ExpressionFailed

MELTS: Final = (
    r"^(?:[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\x{16d40}-\x{16d7f}]"
    r"|[^\x00-\u02ff\p{L}\p{Nd}\p{P}\p{Z}])"
)
"""Texts whose first character might melt into the one before it when they are composed; generous.

Marks do, and of the letters some of Korean and Kirat Rai.
"""
_GROWTH: Final = 4
_PUSHED: Final = 8  # beyond so many functions the bound on sizes says nothing any more

_ONE_CHARACTER: Final = re.compile(ONE_CHARACTER)


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a text, and what decides whether it is put in."""

    value: Node
    before: tuple[Node, ...]
    """What the value was before the marks were taken off letters; boundaries are looked at here."""
    counts: Node | None
    """The source of a `Join`: left out where this is null or empty; None is always put in."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text put together, with the functions already pushed onto its pieces."""

    pieces: tuple[Piece, ...]
    separator: str
    growth: int = 1


def pieces_of(node: Node) -> Pieces | None:
    """Take a text apart into pieces, or return None where it is not put together.

    Example:
        >>> from provisor.domain.expressions import parse, unparse
        >>> found = pieces_of(parse('ToUpper(Join("x", [a], [b]))'))
        >>> found.separator, [unparse(piece.value) for piece in found.pieces]
        ('X', ['ToUpper([a])', 'ToUpper([b])'])
    """
    chain: list[Call] = []
    while isinstance(node, Call) and is_per_character(node) and len(chain) < _PUSHED:
        chain.append(node)
        node = node.arguments[0]
    found = _put_together(node)
    for call in reversed(chain):
        if found is None:
            return None
        found = _pushed(call, found)
    return found


def _put_together(node: Node) -> Pieces | None:
    match node:
        case Concatenation(parts):
            return Pieces(tuple(Piece(part, (), None) for part in parts), "")
        case Call("Append", (source, suffix)):
            return Pieces((Piece(source, (), None), Piece(suffix, (), None)), "")
        case Call("Join", (Literal() | Blank() as separator, *sources)):
            text = as_text(separator.value) if isinstance(separator, Literal) else ""
            return Pieces(tuple(Piece(source, (), source) for source in sources), text)
        case _:
            return None


def is_per_character(call: Call) -> bool:
    """Say whether a call changes its first argument character by character.

    Example:
        >>> from provisor.domain.expressions import parse
        >>> is_per_character(parse('Replace([a], , "[ -]+", , "")'))
        True
        >>> is_per_character(parse('Replace([a], "ab", , , "")'))
        False
    """
    if not all(isinstance(argument, Literal | Blank) for argument in call.arguments[1:]):
        return False
    if call.name == "Replace":
        return _replaces_characters(call)
    return FUNCTIONS[call.name].per_character


def _replaces_characters(call: Call) -> bool:
    given = {n: node for n, node in enumerate(call.arguments) if isinstance(node, Literal) and n}
    values = [as_text(given[place].value) for place in sorted(given)]
    match mode_of(frozenset(given)):
        case Mode.LITERAL:
            return len(values[0]) == 1
        case Mode.REGEX:
            pattern, replacement = values
            if "$" in replacement:
                return False
            if pattern[-1:] in {"+", "*"} and pattern[-2:-1] != "\\":
                return replacement == "" and bool(_ONE_CHARACTER.fullmatch(pattern[:-1]))
            return bool(_ONE_CHARACTER.fullmatch(pattern))
        case _:
            return False


def _pushed(call: Call, found: Pieces) -> Pieces | None:
    separator = _changed(call, found.separator)
    marks = call.name == "NormalizeDiacritics"
    if separator is None or (marks and _melts(found.separator)):
        return None
    return Pieces(
        tuple(
            replace(
                piece,
                value=replace(call, arguments=(piece.value, *call.arguments[1:])),
                before=(*piece.before, piece.value) if marks else piece.before,
            )
            for piece in found.pieces
        ),
        separator,
        found.growth * _growth(call),
    )


def _changed(call: Call, text: str) -> str | None:
    """Compute a call for one text; None where it fails, which must not be spread over pieces."""
    try:
        answer = evaluate(replace(call, arguments=(Literal(text), *call.arguments[1:])), {})
    except ExpressionFailed:
        return None
    return as_text(answer.value) if isinstance(answer, Computed) else None


def _melts(text: str) -> bool:
    return bool(pl.Series([text]).str.contains(MELTS).item())


def _growth(call: Call) -> int:
    if call.name != "Replace":
        return _GROWTH
    written = [
        len(as_text(one.value).encode()) for one in call.arguments if isinstance(one, Literal)
    ]
    return max([1, *written])


def assembled(parts: Parts, node: Node) -> Operand | None:
    """Compute a text that is put together, for all rows; declines where a piece is a list."""
    found = pieces_of(node)
    if found is None:
        return None
    operands = [parts.operand(piece.value) for piece in found.pieces]
    sources = [parts.operand(_source(piece)) for piece in found.pieces]
    if not all(is_plain(operand) for operand in (*operands, *sources)):
        return None
    joints = len(found.separator.encode()) * len(operands)
    size = sum(operand.size for operand in (*operands, *sources)) + joints
    if size * found.growth > VALUE_BYTES:
        return None
    texts = [
        _text(piece, operand, source)
        for piece, operand, source in zip(found.pieces, operands, sources, strict=True)
    ]
    series = computed(pl.concat_str(texts, separator=found.separator, ignore_nulls=True))
    signals = first(*(signal_of(operand) for operand in operands))
    column = Column(series, Kind.TEXT, size, signals)
    melting = _melting(parts, found)
    return column if melting is None else parts.patched(node, column, melting)


def _source(piece: Piece) -> Node:
    return piece.value if piece.counts is None else piece.counts


def _text(piece: Piece, operand: Operand, source: Operand) -> pl.Expr:
    """Return the text of one piece, null where it is left out."""
    text = text_of(operand)
    if piece.counts is None:
        return text
    missing = computed(is_missing(source))
    if not missing.any():
        return text
    return pl.when(pl.lit(missing)).then(None).otherwise(text)


def _melting(parts: Parts, found: Pieces) -> pl.Series | None:
    """Find the rows where a mark at the start of a piece belongs to a letter before it."""
    melts = [
        text_of(parts.operand(before)).str.contains(MELTS).fill_null(FALSE)
        for piece in found.pieces[1:]
        for before in piece.before
    ]
    if not melts:
        return None
    rows = computed(pl.any_horizontal(melts))
    return rows if rows.any() else None
