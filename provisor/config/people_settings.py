"""The settings of a system that is made of other systems: whose records are one person's."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from provisor.config.attribute_settings import LetterCase, Settings
from provisor.config.field_types import (
    Name,
    Names,
    Text,
    WrittenCondition,
    as_match_entry,
    refusal,
)
from provisor.config.guard_settings import GuardSettings
from provisor.config.written_conditions import as_written
from provisor.errors import SettingInvalid

PEOPLE: Final = "people"
"""The connector of a system that is made of other systems."""


def _as_feed(written: object) -> object:
    text = as_written(written)
    return written if text is None else {"system": text}


class FeedSettings(Settings):
    """One of the systems whose records are people."""

    system: Name = Field(description="Name of the system.")
    attributes: dict[Text, Text] = Field(
        default_factory=dict,
        description="Names that attributes have here, each with the name that the system has for "
        "it; all others keep theirs.",
    )
    guard: GuardSettings | None = Field(
        None, description="When a read of this system is believed; left out, as all are."
    )


class CorrelationSettings(Settings):
    """One way to see that two records are one person's."""

    attribute: Text | None = Field(
        None, description="Attribute that must be the same; left out where `attributes` is written."
    )
    attributes: Names = Field((), description="Several attributes that must all be the same.")
    decides: bool = Field(
        default=True,
        description="`true`: who is found alone is the person; `false`: whoever is found is only "
        "proposed to people.",
    )
    distinguishes: bool = Field(
        default=False,
        description="Whether two records with different values are two people, so that nobody is "
        "asked because of weaker rules; for numbers of which everybody has one.",
    )
    case: LetterCase = Field(
        LetterCase.IGNORE,
        description="`ignore`: letter case does not count, as without this; `exact`: it does.",
    )

    @property
    def compared(self) -> tuple[str, ...]:
        """The attributes, one or several."""
        return self.attributes if self.attribute is None else (self.attribute,)

    @model_validator(mode="after")
    def _compares(self) -> Self:
        if (self.attribute is not None) == bool(self.attributes):
            raise refusal(
                SettingInvalid(
                    "a rule of `correlate` compares one `attribute`, or several `attributes`",
                    found="both, or neither",
                    next="write `{attribute: mail}`, or `{attributes: [surname, birth_date]}`",
                )
            )
        return self


FeedEntry = Annotated[
    FeedSettings, BeforeValidator(_as_feed, json_schema_input_type=Text | FeedSettings)
]
CorrelationEntry = Annotated[
    CorrelationSettings,
    BeforeValidator(as_match_entry, json_schema_input_type=Text | CorrelationSettings),
]


class PeopleSettings(Settings):
    """A system whose records are people, each put together from the records of other systems."""

    connector: Literal["people"] = Field(description="Always `people`.")
    of: Annotated[tuple[FeedEntry, ...], Field(min_length=1)] = Field(
        description="The systems that people are read from, most trusted first; each a name, or a "
        "mapping."
    )
    correlate: Annotated[tuple[CorrelationEntry, ...], Field(min_length=1)] = Field(
        description="How two records are seen to be one person's, most trusted first; a plain "
        "name decides."
    )
    attributes: dict[Text, Names] = Field(
        default_factory=dict,
        description="Attributes, each with the systems that are believed about it, most trusted "
        "first; others are not. Of attributes left out all are, in the order of `of`.",
    )
    vouches: WrittenCondition | None = Field(
        None,
        description="Which records say that the person is here; the values of those that deny it "
        "go behind all others. A record without any of the attributes denies nothing. Left out, "
        "every record that is there vouches.",
    )
    guard: GuardSettings = Field(
        default_factory=GuardSettings,
        description="When a read of one of the systems is believed to be complete.",
    )

    def own(self) -> dict[str, Any]:
        """Return the settings besides the connector's name."""
        return {
            name: getattr(self, name) for name in type(self).model_fields if name != "connector"
        }
