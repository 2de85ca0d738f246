"""How accounts are recognised, and how one attribute of theirs is filled, as people write it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from provisor.config.field_types import (
    Count,
    Expression,
    Names,
    Text,
    as_default,
    as_mapped_attribute,
    as_match_entry,
    refusal,
)
from provisor.domain.expressions import Dialect, Node, parse
from provisor.domain.flow import Apply, WhenEmpty
from provisor.domain.numbering import PLACE_OF_NAME, PLACE_OF_NUMBER, Compare
from provisor.domain.oversight import DriftPolicy
from provisor.domain.record import Scalar
from provisor.errors import SettingInvalid


class Settings(BaseModel):
    """A group of settings: an unknown name is refused, and nothing changes after reading."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True
    )


class LetterCase(StrEnum):
    """Whether letter case tells two values apart."""

    EXACT = "exact"
    IGNORE = "ignore"


Speech = Annotated[
    Dialect | None,
    Field(description="`connect` for functions as Connect sync has them; left out, `entra`."),
]
Comparand = Annotated[
    Expression | None,
    Field(description="What to compare with; left out, the attribute's mapping is taken."),
]
Case = Annotated[
    LetterCase | None,
    Field(
        description="`exact`: letter case counts; `ignore`: it does not; left out, as the target "
        "compares."
    ),
]


class TermSettings(Settings):
    """One attribute by which accounts are recognised."""

    attribute: Text = Field(description="Target attribute that is compared.")
    dialect: Speech = None
    expression: Comparand = None
    case: Case = None

    @property
    def tree(self) -> Node | None:
        """What the expression says; None where there is none."""
        return parse(self.expression, self.dialect or Dialect.ENTRA) if self.expression else None


TermEntry = Annotated[
    TermSettings, BeforeValidator(as_match_entry, json_schema_input_type=Text | TermSettings)
]


class MatchSettings(Settings):
    """One way to recognise an account that exists already."""

    attribute: Text | None = Field(
        None, description="Target attribute that is compared; left out where `all` is written."
    )
    all: tuple[TermEntry, ...] = Field(
        (), description="Several attributes that must all be the same, each as it stands alone."
    )
    decides: bool = Field(
        default=True,
        description="`true`: one hit is the account; `false`: a hit is only proposed to a person.",
    )
    dialect: Speech = None
    expression: Comparand = None
    case: Case = None

    @model_validator(mode="after")
    def _compares(self) -> Self:
        alone = self.attribute is not None
        if alone == bool(self.all) or (self.all and (self.expression or self.case or self.dialect)):
            raise refusal(
                SettingInvalid(
                    "a rule of `match` compares one `attribute`, or `all` of several",
                    found="both, or neither, or what belongs to one attribute beside `all`",
                    next="write `{attribute: mail}`, or `{all: [employeeNumber, country]}`",
                )
            )
        return self

    @property
    def terms(self) -> tuple[TermSettings, ...]:
        """What is compared, whether one attribute or several."""
        if self.attribute is None:
            return self.all
        alone = TermSettings.model_construct(
            attribute=self.attribute,
            expression=self.expression,
            case=self.case,
            dialect=self.dialect,
        )
        return (alone,)


class UniqueSettings(Settings):
    """How a value that another account has already is numbered."""

    start: Count = Field(2, description="First number that is written.")
    end: Count = Field(99, description="Last number that is tried; then the record is set aside.")
    pattern: Text = Field(
        PLACE_OF_NAME + PLACE_OF_NUMBER,
        description="Where the number stands, such as `{name}.{n}`; of a value with `@` the name "
        "is what is before it.",
    )
    always: bool = Field(
        default=False, description="Whether every value gets a number, also one that is free."
    )
    retries: Count | None = Field(
        None, description="Most values that are tried after the first; up to `end` if left out."
    )
    never: Names = Field((), description="Values that nobody is given.")
    compare: Compare = Field(
        Compare.AS_TARGET,
        description="`as_target`: as the target compares; `letters_and_digits`: nothing else "
        "counts, so that `Le_Chuck` is `lechuck`.",
    )

    @model_validator(mode="after")
    def _numbers(self) -> Self:
        if self.pattern.count(PLACE_OF_NAME) != 1 or self.pattern.count(PLACE_OF_NUMBER) != 1:
            raise refusal(
                SettingInvalid(
                    "the pattern of a number does not say where name and number stand",
                    found="`{name}` and `{n}` were expected, each once",
                    next="write a pattern such as `{name}.{n}`",
                ),
                ("pattern",),
            )
        if self.end < self.start:
            raise refusal(
                SettingInvalid(
                    "no number can be written: `end` is less than `start`",
                    next="make `end` at least as large as `start`",
                ),
                ("end",),
            )
        return self


class AttributeSettings(Settings):
    """How one target attribute is filled."""

    dialect: Speech = None
    expression: Expression = Field(description="Expression over source attributes.")
    default: Annotated[Scalar | tuple[Scalar, ...] | None, BeforeValidator(as_default)] = Field(
        None, description="Value for records where the expression gives nothing; none if left out."
    )
    apply: Apply = Field(
        Apply.ALWAYS,
        description="`always`: kept equal; `on_create`: written once, with the account.",
    )
    when_empty: WhenEmpty | None = Field(
        None,
        description="Where the expression gives nothing: `keep` what the target has, `clear` it, "
        "or use the default, `default_on_create` or `default_always`; left out, a default is "
        "always used, and without one null and empty clear and an absent attribute keeps.",
    )
    unique: UniqueSettings | None = Field(
        None,
        description="Give each account a value that no other has, by numbers; `{}` for the "
        "customary ones.",
    )
    deliver: Text | None = Field(
        None, description="Which of `deliveries` is handed the secret that this mapping draws."
    )
    drift: DriftPolicy | None = Field(
        None,
        description="What happens when others change the value: `repair`, `report` or `hold`; "
        "left out, what the job says.",
    )
    reference: Literal["users", "groups"] | None = Field(
        None,
        description="The value is the key of another record, one of `users` or `groups`: its "
        "account is written, as soon as it has one.",
    )
    by: Text | None = Field(
        None,
        description="Beside `reference`: the source attribute of the other record that the value "
        "is, such as its mail address; letter case does not count. Left out, its key.",
    )

    @property
    def tree(self) -> Node:
        """What the expression says."""
        return parse(self.expression, self.dialect or Dialect.ENTRA)

    @model_validator(mode="after")
    def _refers_wholly(self) -> Self:
        if self.by is not None and self.reference is None:
            raise refusal(
                SettingInvalid(
                    "`by` says how a reference names the other record, and there is none",
                    next="add `reference: users`, or leave `by` out",
                ),
                ("by",),
            )
        written_once = {
            "apply": self.apply is Apply.ON_CREATE,
            "unique": self.unique is not None,
            "deliver": self.deliver is not None,
            "when_empty": self.when_empty is WhenEmpty.DEFAULT_ON_CREATE,
        }
        for setting, said in written_once.items():
            if said and self.reference is not None:
                raise refusal(
                    SettingInvalid(
                        f"`{setting}` means nothing for a reference as it stands here",
                        found="a reference is kept equal, and written after the account is made",
                        next=f"leave `{setting}` out",
                    ),
                    (setting,),
                )
        return self

    @model_validator(mode="after")
    def _knows_what_to_do(self) -> Self:
        wanted = (WhenEmpty.DEFAULT_ON_CREATE, WhenEmpty.DEFAULT_ALWAYS)
        if self.when_empty in wanted and self.default is None:
            raise refusal(
                SettingInvalid(
                    f"`when_empty: {self.when_empty}` has no default to use",
                    next="add `default:`, or say `keep` or `clear`",
                ),
                ("when_empty",),
            )
        if self.when_empty in (WhenEmpty.KEEP, WhenEmpty.CLEAR) and self.default is not None:
            raise refusal(
                SettingInvalid(
                    f"`when_empty: {self.when_empty}` never uses the default",
                    next="leave one of the two out, or say `default_on_create`",
                ),
                ("when_empty",),
            )
        if self.when_empty is WhenEmpty.CLEAR and self.apply is Apply.ON_CREATE:
            raise refusal(
                SettingInvalid(
                    "what is written on creation only never clears anything",
                    next="leave `when_empty` out, or say `apply: always`",
                ),
                ("when_empty",),
            )
        return self


MatchEntry = Annotated[
    MatchSettings, BeforeValidator(as_match_entry, json_schema_input_type=Text | MatchSettings)
]
MappedAttribute = Annotated[
    AttributeSettings,
    BeforeValidator(as_mapped_attribute, json_schema_input_type=str | AttributeSettings),
]
