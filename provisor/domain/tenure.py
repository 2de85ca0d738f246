"""From when to when somebody works here: dates of the source that act on their day.

The day begins where the person is. A date that cannot be read says nothing, and nothing follows
from it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from provisor.domain.clause import Clause, Operator, Quantifier
from provisor.domain.comparison import Truth, compare
from provisor.domain.record import Presence, Values, as_text, is_blank
from provisor.domain.relative_time import Moment, day_of, read_when

ZoneOf = Callable[[str], tzinfo | None]
"""Give a time zone by its name; None for a name that is none."""


def no_zone(_name: str) -> tzinfo | None:
    """Know no time zone."""
    return None


@dataclass(frozen=True, slots=True)
class Tenure:
    """Which attributes of the source say when somebody begins and ends."""

    start: str = ""
    """The first day; empty when none is looked at."""
    pre_start_days: int = 0
    """So many days before it the account is made, switched off."""
    end: str = ""
    """The last day: gone once it has passed. A time of day counts to the instant."""
    zone: tzinfo | None = None
    """Where people's days begin; None takes the job's."""
    zone_attribute: str = ""
    """The attribute with the name of the person's time zone; empty when none is looked at."""
    zone_of: ZoneOf = no_zone

    @property
    def attributes(self) -> frozenset[str]:
        """The source attributes that are looked at."""
        return frozenset({self.start, self.end, self.zone_attribute} - {""})

    @property
    def has_passed(self) -> Clause:
        """The question whether the end has passed."""
        return Clause(self.end, Operator.BEFORE, "now", quantifier=Quantifier.EVERY)

    @property
    def is_far(self) -> Clause:
        """The question whether the start is too far ahead for an account."""
        ahead = f"now + {self.pre_start_days} days" if self.pre_start_days else "now"
        return Clause(self.start, Operator.AFTER, ahead)

    @property
    def is_ahead(self) -> Clause:
        """The question whether the start is still to come."""
        return Clause(self.start, Operator.AFTER, "now")


NO_TENURE: Final = Tenure()


def moment_of(tenure: Tenure, values: Values, moment: Moment) -> Moment | None:
    """Return the moment where the person is; None where their time zone cannot be told."""
    named = values.get(tenure.zone_attribute) if tenure.zone_attribute else None
    return moment_in(tenure, None if is_blank(named) else as_text(named), moment)


def moment_in(tenure: Tenure, named: str | None, moment: Moment) -> Moment | None:
    """Return the moment in a time zone by its name; None for a name that is none."""
    zone = tenure.zone
    if named is not None:
        zone = tenure.zone_of(named)
        if zone is None:
            return None
    return moment if zone is None else Moment(moment.now, zone)


def _asked(clause: Clause, tenure: Tenure, values: Values, moment: Moment) -> Truth:
    value = values.get(clause.attribute)
    if is_blank(value):
        return False
    own = moment_of(tenure, values, moment)
    return None if own is None else compare(clause, value, own)


def has_ended(tenure: Tenure, values: Values, moment: Moment) -> Truth:
    """Say whether the last day has passed; a missing date ends nothing.

    Example:
        >>> from datetime import UTC
        >>> noon = Moment(datetime(2031, 4, 7, 12, tzinfo=UTC))
        >>> leaving = Tenure(end="leave_date")
        >>> [has_ended(leaving, {"leave_date": d}, noon) for d in ("2031-04-06", "2031-04-07", "x")]
        [True, False, None]
    """
    return bool(tenure.end) and _asked(tenure.has_passed, tenure, values, moment)


def is_early(tenure: Tenure, values: Values, moment: Moment) -> Truth:
    """Say whether the start is too far ahead for an account.

    Example:
        >>> from datetime import UTC
        >>> noon = Moment(datetime(2031, 4, 7, 12, tzinfo=UTC))
        >>> soon = Tenure(start="hire_date", pre_start_days=14)
        >>> [is_early(soon, {"hire_date": d}, noon) for d in ("2031-04-21", "2031-04-22")]
        [False, True]
    """
    return bool(tenure.start) and _asked(tenure.is_far, tenure, values, moment)


def is_awaited(tenure: Tenure, values: Values, moment: Moment) -> bool:
    """Say whether somebody for whom there may be an account begins on a later day."""
    return bool(tenure.start) and _asked(tenure.is_ahead, tenure, values, moment) is True


def starts_after(tenure: Tenure, values: Values, moment: Moment, left: datetime) -> bool:
    """Say whether the start that the source names lies after the day of leaving."""
    own = moment_of(tenure, values, moment)
    start = read_when(_first(values.get(tenure.start))) if tenure.start else None
    if own is None or start is None:
        return False
    return day_of(start, own.zone) > day_of(left, own.zone)


def _first(value: Presence) -> str:
    return as_text(value[0] if isinstance(value, tuple) and value else value)
