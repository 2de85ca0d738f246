"""Settings of a connector, checked once; what is wrong is said in our words, never in a value.

Shared by the connectors. `where` is the dotted path inside the system's settings
(`objects.users.path`); the configuration loader turns it into file and line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar, get_args

from pydantic import BaseModel, ConfigDict, ValidationError

from provisor.errors import ConfigurationError, SettingInvalid, UnknownName, nearest


class Settings(BaseModel):
    """One mapping of settings: no unknown name, no silent conversion, frozen."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        arbitrary_types_allowed=True,
        hide_input_in_errors=True,
        populate_by_name=True,
    )


SomeSettings = TypeVar("SomeSettings", bound=Settings)

_EXPECTED = {
    "missing": "nothing; this setting is required",
    "string_type": "expected text",
    "int_type": "expected a whole number",
    "bool_type": "expected true or false",
    "model_type": "expected a mapping of settings",
    "model_attributes_type": "expected a mapping of settings",
    "dict_type": "expected a mapping of settings",
    "mapping_type": "expected a mapping of settings",
    "tuple_type": "expected a list",
    "list_type": "expected a list",
}


def parse(model: type[SomeSettings], settings: Mapping[str, object]) -> SomeSettings:
    """Return the settings as the model; the first thing that is wrong is raised.

    Raises:
        UnknownName: a setting is not known; the nearest known name is offered.
        SettingInvalid: a setting is missing or has a value that cannot be used.
    """
    try:
        return model.model_validate(_plain(settings))
    except ValidationError as wrong:
        problem = _translated(model, wrong)
    raise problem


def _plain(value: object) -> object:
    """Lists become tuples, so that strict models accept what YAML gives."""
    match value:
        case Mapping():
            return {key: _plain(item) for key, item in value.items()}
        case list():
            return tuple(_plain(item) for item in value)
        case _:
            return value


def _translated(model: type[Settings], wrong: ValidationError) -> ConfigurationError:
    errors = wrong.errors(include_url=False, include_input=False)
    unknown = [error for error in errors if error["type"] == "extra_forbidden"]
    first = (unknown or errors)[0]
    path, kind = first["loc"], first["type"]
    where = ".".join(str(part) for part in path)
    if unknown:
        return _unknown(where, str(path[-1]), _names(model, path[:-1]))
    if kind == "missing":
        return SettingInvalid("a required setting is missing", where=where)
    return SettingInvalid(
        "a setting has a value that cannot be used",
        where=where,
        found=_EXPECTED.get(kind) or _said(first["msg"]),
    )


def _said(message: str) -> str:
    """Return pydantic's sentence in the house's form: lower case, without its prefix."""
    text = message.removeprefix("Value error, ").replace("Input should be ", "expected ")
    return text[:1].lower() + text[1:]


def _unknown(where: str, name: str, known: Sequence[str]) -> UnknownName:
    near = nearest(name, known)
    return UnknownName(
        f"no setting is called `{name}` here",
        where=where,
        found=f"known here: {', '.join(known)}",
        next=f"did you mean `{near}`?" if near else "",
    )


def _names(model: type[Settings], path: Sequence[int | str]) -> tuple[str, ...]:
    """Return the setting names of the model that the path leads to."""
    here: object = model
    for part in path:
        here = _inside(here, part)
    if isinstance(here, type) and issubclass(here, Settings):
        return tuple(field.alias or name for name, field in here.model_fields.items())
    return ()


def _inside(here: object, part: int | str) -> object:
    if isinstance(here, type) and issubclass(here, Settings):
        by_name = {field.alias or name: field for name, field in here.model_fields.items()}
        return _model_in(by_name[part].annotation) if part in by_name else None
    return here  # a key of a mapping, or the position in a list: the same model


def _model_in(annotation: object) -> object:
    """Return the settings model inside an annotation such as `dict[str, Model] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, Settings):
        return annotation
    return next((found for arg in get_args(annotation) if (found := _model_in(arg))), None)
