"""One expression, one record, one answer, as JSON would hold them: for trying things out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from provisor.domain.canonical import canonical_text
from provisor.domain.expressions.chance import Draw
from provisor.domain.expressions.evaluation import (
    Circumstances,
    Computed,
    evaluate,
)
from provisor.domain.expressions.function import Dialect
from provisor.domain.expressions.grammar import parse
from provisor.domain.expressions.uniqueness import taken_from
from provisor.domain.record import Scalar, Value, Values
from provisor.errors import ProvisorError, SettingInvalid

_WHOLE_BITS = 63
_SHOWN_BITS = 10_000  # Python refuses to write out whole numbers far beyond this


def evaluate_case(case: object, draw: Draw | None = None) -> dict[str, object]:
    """Evaluate one case; whatever is wrong becomes part of the answer.

    Args:
        case: a mapping with `expression`, `record` (attributes; a missing key is an absent
            attribute, an object becomes its canonical JSON text), and optionally `dialect`
            (`entra` or `connect`), `now` (RFC 3339), `taken` (names that the target holds) and
            `default_domain`. Other keys are left alone.
        draw: where random functions get their bytes; without it they are refused.

    Returns:
        `{"value": …}`, `{"dropped": True}`, or `{"error": code, "message": text}`.

    Example:
        >>> evaluate_case({"expression": "ToLower([n])", "record": {"n": "ELIN"}})
        {'value': 'elin'}
        >>> evaluate_case({"expression": "[n]", "record": {}})
        {'dropped': True}
        >>> evaluate_case(["no", "case"])["error"]
        'setting_invalid'
    """
    try:
        fields = _fields(case)
        node = parse(_expression(fields.get("expression")), _dialect(fields.get("dialect")))
        values = _record(fields.get("record", {}))
        answer = evaluate(node, values, _circumstances(fields, draw))
    except ProvisorError as error:
        return {"error": error.code, "message": _message(error)}
    if isinstance(answer, Computed):
        value = answer.value
        return {"value": list(value) if isinstance(value, tuple) else value}
    return {"dropped": True}


def _message(error: ProvisorError) -> str:
    return f"{error.what}; {error.next}" if error.next else error.what


def _fields(case: object) -> Mapping[str, object]:
    if not isinstance(case, Mapping):
        raise _invalid("a case is not an object")
    return case


def _expression(text: object) -> str:
    if not isinstance(text, str):
        raise _invalid("the expression of a case is not a text")
    return text


def _record(record: object) -> Values:
    if not isinstance(record, Mapping):
        raise _invalid("the record of a case is not an object")
    return {_text(name, "attribute"): _value(value) for name, value in record.items()}


def _dialect(written: object) -> Dialect:
    if written is None:
        return Dialect.ENTRA
    known = {dialect.value: dialect for dialect in Dialect}
    if not isinstance(written, str) or written not in known:
        what = f"`dialect` of a case is neither {' nor '.join(known)}"
        raise _invalid(what)
    return known[written]


def _circumstances(fields: Mapping[str, object], draw: Draw | None) -> Circumstances:
    taken = fields.get("taken", ())
    if taken is None:
        taken = ()
    if not isinstance(taken, Sequence) or isinstance(taken, str):
        raise _invalid("`taken` of a case is not a list")
    return Circumstances(
        now=_optional(fields, "now"),
        taken=taken_from([_text(name, "taken") for name in taken]),
        default_domain=_optional(fields, "default_domain"),
        draw=draw,
    )


def _optional(fields: Mapping[str, object], name: str) -> str | None:
    written = fields.get(name)
    return None if written is None else _text(written, name)


def _value(value: object) -> Value:
    if value is None:
        return None
    if isinstance(value, (list, tuple)):
        return tuple(_scalar(item) for item in value)
    return _scalar(value)


def _scalar(value: object) -> Scalar:
    match value:
        case bool():
            return value
        case str():
            return _text(value, "record")
        case int() if value.bit_length() <= _WHOLE_BITS:
            return value
        case int() if value.bit_length() <= _SHOWN_BITS:
            return str(value)
        case float() if value - value == 0:  # neither infinite nor "not a number"
            return str(value)
        case Mapping():
            return _complex(value)
        case _:
            raise _invalid(
                "a value in the record is neither text, number, true, false, an object nor a list"
            )


def _complex(value: Mapping[object, object]) -> str:
    """Return the one text form of a complex value."""
    try:
        return _text(canonical_text(dict(value)), "record")  # type: ignore[arg-type]  # it checks
    except (TypeError, ValueError, RecursionError):
        raise _invalid(
            "an object in the record holds more than text, whole numbers, true, false and null"
        ) from None


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        what = f"`{name}` of a case is not a text"
        raise _invalid(what)
    if not value.isascii() and any("\ud800" <= character <= "\udfff" for character in value):
        what = f"`{name}` of a case holds half a character"
        raise _invalid(what)
    return value


def _invalid(what: str) -> SettingInvalid:
    return SettingInvalid(
        what,
        safe="nothing was read or written",
        next='write {"expression": "…", "record": {…}}',
    )
