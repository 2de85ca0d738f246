"""What pydantic found, in our words: five parts, file and line, and no value of the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, get_args, get_origin

from pydantic import BaseModel

from provisor.config.field_types import REFUSED
from provisor.config.places import MARGIN, MEND, NOTHING_HAPPENED, SettingPath
from provisor.config.yaml_document import Document
from provisor.errors import ConfigurationError, SettingInvalid, UnknownName, nearest

if TYPE_CHECKING:
    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

_EXPECTED: Final = {
    "string_type": "text",
    "string_too_short": "text",
    "string_too_long": "a shorter text",
    "string_pattern_mismatch": "another form",
    "int_type": "a whole number",
    "bool_type": "`true` or `false`",
    "bool_parsing": "`true` or `false`",
    "model_type": "a mapping",
    "dict_type": "a mapping",
    "tuple_type": "a list",
    "too_short": "at least one entry",
}
_FORMS: Final = {
    "schedule": "five cron fields, such as `*/20 * * * *`",
    "source": "a name of letters, digits, `.`, `_` and `-`",
    "target": "a name of letters, digits, `.`, `_` and `-`",
}


def translated(
    wrong: ValidationError, model: type[BaseModel], document: Document
) -> list[ConfigurationError]:
    """Return one error of ours for each that pydantic collected, in its order.

    Args:
        wrong: what validating `document.value` by `model` gave.
        model: the model of the whole file.
        document: the file with its places.
    """
    details = wrong.errors(include_url=False)
    misspelt = _misspelt(details, model)
    return [
        _one(detail, model, document)
        for detail in details
        if detail["type"] != "missing" or detail["loc"] not in misspelt
    ]


def _misspelt(details: Sequence[ErrorDetails], model: type[BaseModel]) -> set[SettingPath]:
    """Return the settings that are not missing but misspelt: one mistake, one message."""
    paths = [d["loc"] for d in details if d["type"] == "extra_forbidden"]
    return {
        (*path[:-1], near)
        for path in paths
        if (near := nearest(str(path[-1]), _setting_names(model, path[:-1])))
    }


def _one(detail: ErrorDetails, model: type[BaseModel], document: Document) -> ConfigurationError:
    path, written = _in_the_file(detail["loc"], document.value)
    if detail["type"] == REFUSED:
        return _carried(detail["ctx"], path, document)
    if detail["type"] == "extra_forbidden":
        return _unknown(path, model, document)
    if detail["type"] == "missing":
        return _missing((*path, detail["loc"][-1]), document)
    if detail["loc"][-1] == "[key]":
        return _bad_name(path, document)
    return SettingInvalid(
        f"`{_named(path)}` has a value that cannot be used",
        where=document.places.where(path),
        found=f"{kind_of(written)}; expected {_expected(detail, path)}",
        safe=NOTHING_HAPPENED,
        next=_nearest_choice(detail) or MEND,
    )


def _in_the_file(location: Sequence[int | str], value: object) -> tuple[SettingPath, object]:
    """Return those parts of a location that are written, and what stands there.

    Pydantic's locations also name types that it tried; these are passed over.
    """
    path: SettingPath = ()
    for part in location:
        if _holds(value, part):
            value = value[part]  # type: ignore[index]  # it was just found to hold the part
            path = (*path, part)
    return path, value


def _holds(value: object, part: int | str) -> bool:
    if isinstance(value, list):
        return isinstance(part, int) and part < len(value)
    return isinstance(value, Mapping) and part in value


def _carried(
    context: Mapping[str, object], path: SettingPath, document: Document
) -> ConfigurationError:
    error, inside, position = context["error"], context["path"], context["position"]
    if not isinstance(error, ConfigurationError) or not isinstance(inside, tuple):
        raise TypeError("a refusal carries an error and a path")
    place = position if isinstance(position, int) else None
    error.where = document.places.where((*path, *inside), place)
    if place is not None:
        shown = document.places.shown((*path, *inside), place)
        error.found = f"\n{MARGIN}".join(filter(None, [shown, error.found]))
    error.safe = NOTHING_HAPPENED
    error.next = error.next or MEND
    return error


def _missing(path: SettingPath, document: Document) -> SettingInvalid:
    return SettingInvalid(
        f"the required setting `{path[-1]}` is missing",
        where=document.places.where(path),
        safe=NOTHING_HAPPENED,
        next=f"add `{path[-1]}:` there",
    )


def _bad_name(path: SettingPath, document: Document) -> SettingInvalid:
    return SettingInvalid(
        f"`{path[-1]}` cannot be a name",
        where=document.places.where(path),
        found=f"expected {_FORMS['source']}",
        safe=NOTHING_HAPPENED,
        next=MEND,
    )


def _unknown(path: SettingPath, model: type[BaseModel], document: Document) -> UnknownName:
    known = _setting_names(model, path[:-1])
    near = nearest(str(path[-1]), known)
    return UnknownName(
        f"no setting is called `{path[-1]}` here",
        where=document.places.where(path),
        found=f"known here: {', '.join(known)}",
        safe=NOTHING_HAPPENED,
        next=f"did you mean `{near}`?" if near else MEND,
    )


def _setting_names(model: type[BaseModel], path: SettingPath) -> tuple[str, ...]:
    """Return the names of the settings that may stand where a path leads to."""
    here: object = model
    for part in path:
        here = _inside(here, part)
    fields = getattr(_bare(here), "model_fields", {})
    return tuple(fields)


def _inside(annotation: object, part: int | str) -> object:
    """Return the type of what stands under a key, or at a place of a list."""
    bare = _bare(annotation)
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        field = bare.model_fields.get(str(part))
        return field.annotation if field else None
    arguments = get_args(bare)
    return arguments[1 if get_origin(bare) is dict else 0] if arguments else None


def _bare(annotation: object) -> object:
    """Return the mapping, list or model in an annotation such as `Annotated[Model | None, …]`."""
    if isinstance(annotation, type) or get_origin(annotation) in (dict, tuple):
        return annotation
    inner = (_bare(part) for part in get_args(annotation))
    return next((part for part in inner if _holds_settings(part)), None)


def _holds_settings(bare: object) -> bool:
    if isinstance(bare, type) and get_origin(bare) is None:
        return issubclass(bare, BaseModel)
    return get_origin(bare) in (dict, tuple)


def kind_of(value: object) -> str:
    """Name what stands in the file without showing it.

    Example:
        >>> kind_of(True), kind_of(3), kind_of([1]), kind_of(None)
        ('true or false', 'a number', 'a list', 'nothing')
    """
    match value:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text" if value else "empty text"
        case list():
            return "a list"
        case _:
            return "a mapping"


def _named(path: SettingPath) -> str:
    """Return the name of a setting; an item of a list is named with its list."""
    names = [str(part) for part in path if isinstance(part, str)]
    return names[-1] if names else "the file"


def _expected(detail: ErrorDetails, path: SettingPath) -> str:
    context = detail.get("ctx", {})
    kind = detail["type"]
    if kind == "string_pattern_mismatch":
        return _FORMS.get(_named(path), _FORMS["source"])
    if kind in _EXPECTED:
        return _EXPECTED[kind]
    if "expected" in context:
        return str(context["expected"]).replace("'", "`")
    bounds = [f"{word} {context[key]}" for key, word in _BOUNDS if key in context]
    return f"a number {' and '.join(bounds)}" if bounds else "another value"


_BOUNDS: Final = (("ge", "of at least"), ("le", "of at most"))


def _nearest_choice(detail: ErrorDetails) -> str:
    """Return a hint when a misspelt word is close to one of a few choices."""
    expected = str(detail.get("ctx", {}).get("expected", ""))
    written = detail["input"]
    choices = expected.replace(" or ", ", ").replace("'", "").split(", ")
    near = nearest(written, choices) if expected and isinstance(written, str) else None
    return f"did you mean `{near}`?" if near else ""
