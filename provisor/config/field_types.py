"""The types of single settings: how text, numbers, names and expressions are read and refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from provisor.config.places import MEND, SettingPath
from provisor.config.secret_references import FORMS, SecretReference, read_reference
from provisor.config.written_conditions import ConditionFault, as_written, read_condition
from provisor.config.yaml_document import WrittenFraction
from provisor.domain.bounds import LIMITED
from provisor.domain.expressions import Dialect, parse
from provisor.domain.scope import Condition
from provisor.errors import (
    ConfigurationError,
    ExpressionSyntax,
    SettingInvalid,
    UnknownName,
    nearest,
)

REFUSED: Final = "provisor"
"""The type of those errors of pydantic that carry one of ours."""

DEFINED: Final = "defined"
"""In a JSON Schema of pydantic: the name of a definition of ours that belongs in this place."""

_AT: Final = re.compile(r"character (\d+) of the expression")
_CRON_FIELD: Final = r"[0-9A-Za-z*?#L,/-]+"
_BARE_WORD: Final = re.compile(r"[\w.$:-]+")


def refusal(
    error: ConfigurationError, path: SettingPath = (), position: int | None = None
) -> PydanticCustomError:
    """Wrap an error of ours so that pydantic collects it with its own.

    Args:
        error: what is wrong; its place is filled in later.
        path: where inside the setting.
        position: offset inside the setting's text.
    """
    return PydanticCustomError(
        REFUSED, "refused", {"error": error, "path": path, "position": position}
    )


def _text(written: object) -> object:
    """Take a number or a boolean as the text that stands in the file."""
    text = as_written(written)
    return written if text is None else text


def _listed(written: object) -> object:
    """Take a single value as a list of one."""
    return written if isinstance(written, list) else [written]


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        zones = available_timezones()
        near = nearest(name, zones)
        then = MEND if zones else "this machine knows no time zone: install the package `tzdata`"
        problem = UnknownName(
            f"no time zone is called `{name}`",
            found="names of the time zone database were expected, such as `Europe/Berlin`",
            next=f"did you mean `{near}`?" if near else then,
        )
    else:
        return name
    raise refusal(problem)


def _expression(written: object, around: ValidationInfo) -> object:
    """Take an expression that can be read in the dialect that stands beside it."""
    if isinstance(written, str):
        return _readable(written, around.data.get("dialect") or Dialect.ENTRA)
    match written:
        case [str(word)] if _BARE_WORD.fullmatch(word):
            then = f'quote it: `"[{word}]"`'
        case _:
            then = 'write the expression in quotes, such as `"[surname]"`'
    raise refusal(
        SettingInvalid(
            "an expression is not text",
            found="a YAML list or another value; brackets without quotes begin a list",
            next=then,
        )
    )


def _readable(text: str, dialect: Dialect) -> str:
    problem: ConfigurationError
    try:
        parse(text, dialect)
    except ExpressionSyntax as wrong:
        problem, position = wrong, wrong.position
    except UnknownName as wrong:
        match = _AT.search(wrong.where)
        problem, position = wrong, int(match[1]) - 1 if match else 0
    else:
        return text
    # The line of the file takes its place, with a caret, once it is known where the text stands.
    problem.found = problem.found if isinstance(problem, UnknownName) else ""
    raise refusal(problem, position=position)


def _condition(written: object) -> Condition:
    try:
        return read_condition(written)
    except ConditionFault as fault:
        problem = refusal(fault.error, fault.path)
    raise problem


def _operation(name: str) -> str:
    if name in LIMITED:
        return name
    near = nearest(name, LIMITED)
    raise refusal(
        UnknownName(
            f"no operation is called `{name}`",
            found=f"known here: {', '.join(LIMITED)}",
            next=f"did you mean `{near}`?" if near else MEND,
        )
    )


def _address(written: object) -> str | SecretReference:
    if isinstance(written, str) and written:
        return written
    try:
        reference = read_reference(written)
    except SettingInvalid as wrong:
        problem = wrong
    else:
        if reference is not None:
            return reference
        problem = SettingInvalid("an address is not text", found=f"text, {FORMS} was expected")
    raise refusal(problem)


def as_mapped_attribute(written: object) -> object:
    """Take a bare expression as a mapping that holds nothing else."""
    return written if isinstance(written, Mapping) else {"expression": written}


def as_match_entry(written: object) -> object:
    """Take a bare attribute as a rule that decides."""
    text = as_written(written)
    return written if text is None else {"attribute": text}


def as_default(written: object) -> object:
    """Take the values of a list as a tuple, and numbers with a fraction as text."""
    match written:
        case WrittenFraction():
            return written.text
        case None | str() | int():
            return written
        case list() if all(as_written(item) is not None for item in written):
            return tuple(as_default(item) for item in written)
    raise refusal(
        SettingInvalid("a default is neither a value nor a list of values", next="quote it")
    )


Text = Annotated[
    str, BeforeValidator(_text, json_schema_input_type=str | int | float), Field(min_length=1)
]
"""Text; a number stands for itself as it is written."""

Name = Annotated[str, BeforeValidator(_text), Field(pattern=r"^[^\W_][\w.-]*$", max_length=64)]
"""The name of a job or a system: letters, digits, `.`, `_` and `-`, a letter or digit first."""

Names = Annotated[
    tuple[Text, ...], BeforeValidator(_listed, json_schema_input_type=tuple[Text, ...] | Text)
]
"""Names; a single one needs no list."""

Count = Annotated[int, Field(strict=True, ge=0, le=1_000_000_000)]
Percent = Annotated[int, Field(strict=True, ge=0, le=100)]
Years = Annotated[int, Field(strict=True, ge=0, le=100)]
Days = Annotated[int, Field(strict=True, ge=0, le=36_500)]
Hours = Annotated[int, Field(strict=True, ge=1, le=8_760)]

TimeZone = Annotated[str, AfterValidator(_time_zone)]
"""A name of the time zone database."""

Cron = Annotated[str, Field(pattern=rf"^\s*{_CRON_FIELD}(?:\s+{_CRON_FIELD}){{4}}\s*$")]
"""Five fields: minute, hour, day of month, month, day of week."""

Expression = Annotated[str, BeforeValidator(_expression, json_schema_input_type=str)]
"""An expression over source attributes, checked while reading."""

Operation = Annotated[str, AfterValidator(_operation)]

WrittenCondition = Annotated[
    Condition, PlainValidator(_condition), WithJsonSchema({DEFINED: "Condition"})
]
"""`{any: […]}`, `{all: […]}`, a clause, or a list of these, which means all of them."""

Address = Annotated[
    str | SecretReference, PlainValidator(_address), WithJsonSchema({DEFINED: "Address"})
]
"""An address, or a reference to a secret that holds it."""
