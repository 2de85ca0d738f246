"""Joined systems: whether their settings can decide anything, and the rules that they become."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from provisor.config.attribute_settings import LetterCase
from provisor.config.cross_references import unknown_name
from provisor.config.model import ConfigurationSettings
from provisor.config.people_settings import (
    CorrelationSettings,
    FeedSettings,
    PeopleSettings,
)
from provisor.config.places import NOTHING_HAPPENED, Places, SettingPath
from provisor.domain.person import IN_QUESTION, PERSON, CorrelationRule, Joining
from provisor.domain.rules import Guard
from provisor.domain.scope import attributes_of_condition, circles_of_condition
from provisor.errors import ConfigurationError, SettingInvalid

_OURS = frozenset({PERSON, IN_QUESTION})


def joining_of(settings: PeopleSettings) -> Joining:
    """Return the rules of a joined system; rules that decide go before those that propose."""
    rules = [
        CorrelationRule(one.compared, one.decides, one.case is LetterCase.EXACT, one.distinguishes)
        for one in settings.correlate
    ]
    return Joining(
        tuple(feed.system for feed in settings.of),
        tuple(sorted(rules, key=lambda rule: not rule.decides)),
        dict(settings.attributes),
        settings.vouches,
    )


def guard_of(settings: PeopleSettings, feed: FeedSettings) -> Guard:
    """Return when a read of one of the systems is believed."""
    return Guard(**(feed.guard or settings.guard).model_dump())


def joined_systems(settings: ConfigurationSettings) -> Mapping[str, PeopleSettings]:
    """Return the systems that are made of others, by name."""
    return {name: one for name, one in settings.systems.items() if isinstance(one, PeopleSettings)}


def joined_contradictions(
    settings: ConfigurationSettings, places: Places
) -> Iterator[ConfigurationError]:
    """Yield one error for every setting of a joined system that leads nowhere."""
    for name, joined in joined_systems(settings).items():
        path: SettingPath = ("systems", name)
        yield from _unknown_feeds(path, joined, settings, places)
        yield from _unknown_believed(path, joined, places)
        yield from _idle_rules(path, joined, places)
        if joined.vouches is not None and circles_of_condition(joined.vouches):
            yield _wrong(
                "`vouches` asks who is in a group",
                places.where((*path, "vouches")),
                found="groups, which are not known while people are found",
                next="ask for attributes of the records",
            )


def _unknown_feeds(
    path: SettingPath, joined: PeopleSettings, settings: ConfigurationSettings, places: Places
) -> Iterator[ConfigurationError]:
    single = {name for name in settings.systems if name not in joined_systems(settings)}
    seen: set[str] = set()
    for place, feed in enumerate(joined.of):
        here = (*path, "of", place)
        if feed.system in settings.systems and feed.system not in single:
            itself = feed.system == path[-1]
            yield _wrong(
                "a joined system is made of itself"
                if itself
                else "a joined system is made of another one",
                places.where(here),
                found=f"`{feed.system}`, whose connector is `people` as well",
                next="name the systems that it is made of",
            )
        elif feed.system not in single:
            yield unknown_name("system", feed.system, single, places.where(here))
        elif feed.system in seen:
            yield _wrong(
                f"`{feed.system}` stands twice in `of`",
                places.where(here),
                next="leave one of the two out",
            )
        seen.add(feed.system)
        for ours in feed.attributes.keys() & _OURS:
            yield _wrong(
                f"`{ours}` is filled by Provisor",
                places.where((*here, "attributes", ours)),
                next="give the attribute another name",
            )


def _unknown_believed(
    path: SettingPath, joined: PeopleSettings, places: Places
) -> Iterator[ConfigurationError]:
    known = [feed.system for feed in joined.of]
    for attribute, systems in joined.attributes.items():
        for place, system in enumerate(systems):
            if system not in known:
                where = places.where((*path, "attributes", attribute, place))
                yield unknown_name("system of this one", system, known, where)


def _idle_rules(
    path: SettingPath, joined: PeopleSettings, places: Places
) -> Iterator[ConfigurationError]:
    """Yield one error for every rule that finds nobody whom another one did not find before."""
    rules = sorted(enumerate(joined.correlate), key=lambda pair: not pair[1].decides)
    for number, (place, rule) in enumerate(rules):
        before = next((n for n, one in rules[:number] if _covers(one, rule)), None)
        if before is not None:
            yield _wrong(
                "a rule of `correlate` can decide nothing",
                places.where((*path, "correlate", place)),
                found=f"whomever it finds, the rule at place {before + 1} has found before",
                next="leave it out, or write it before that one",
            )


def _covers(earlier: CorrelationSettings, later: CorrelationSettings) -> bool:
    if earlier.case is LetterCase.EXACT and later.case is not LetterCase.EXACT:
        return False
    return set(earlier.compared) <= set(later.compared)


def unread_attributes(
    name: str, joined: PeopleSettings, known: Collection[str], places: Places
) -> Iterator[ConfigurationError]:
    """Yield one error for every attribute that none of the systems has.

    Args:
        name: of the joined system.
        joined: its settings.
        known: every attribute that the systems are known to have, in the names of this one.
        places: where everything stands.
    """
    path: SettingPath = ("systems", name)
    for place, rule in enumerate(joined.correlate):
        for attribute in rule.compared:
            if attribute not in known:
                where = places.where((*path, "correlate", place))
                yield unknown_name("attribute", attribute, known, where)
    for attribute in joined.attributes:
        if attribute not in known:
            where = places.where((*path, "attributes", attribute))
            yield unknown_name("attribute", attribute, known, where)
    for attribute in attributes_of_condition(joined.vouches):
        if attribute not in known:
            yield unknown_name("attribute", attribute, known, places.where((*path, "vouches")))


def _wrong(what: str, where: str, *, found: str = "", next: str = "") -> SettingInvalid:
    return SettingInvalid(what, where=where, found=found, safe=NOTHING_HAPPENED, next=next)
