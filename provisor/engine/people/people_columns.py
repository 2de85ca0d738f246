"""One look at all sources of a joined system in columns; `people_look` says the same by records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from operator import and_

import polars as pl

from provisor.domain.columns.alone import Alone
from provisor.domain.columns.correlating import ROW, Settled, settle
from provisor.domain.columns.forms import blanks, filled, lowered, texts
from provisor.domain.columns.frames import Listing
from provisor.domain.columns.joining import positions
from provisor.domain.columns.operand import computed
from provisor.domain.columns.pages import listing_of
from provisor.domain.columns.scoping import holds
from provisor.domain.columns.tie_pages import (
    form_names,
    form_page_of,
    forms_frame,
    tie_page_of,
    ties_frame,
)
from provisor.domain.columns.uniting import Told, united_pages
from provisor.domain.completeness import Measure
from provisor.domain.person import (
    PERSON,
    CorrelationRule,
    Joining,
    PersonQuestion,
    Ref,
    first_key,
)
from provisor.domain.relative_time import Moment
from provisor.domain.scope import attributes_of_condition
from provisor.domain.uniting import Voice
from provisor.engine.people.feeds import Feed, FeedRead
from provisor.engine.people.people_look import ALIKE_SHOWN, painted
from provisor.ports.connector import ArrowTable, Rows
from provisor.ports.people import Alike, Portrait, RememberedPeople
from provisor.ports.store import Observation

_REF = ("source", "key")


@dataclass(frozen=True, slots=True)
class _Feed:
    """What one source showed, in our names."""

    system: str
    observation: Observation
    listing: Listing
    vouches: pl.Series
    forms: pl.DataFrame


@dataclass(frozen=True, slots=True)
class ColumnLook:
    """Everybody, column by column."""

    joining: Joining
    feeds: tuple[_Feed, ...]
    records: pl.DataFrame
    """Every record that is there or was, with `owner` and `rule`; see `settle`."""
    settled: Settled
    remembered: pl.DataFrame
    """What was compared by before."""
    repeated: Mapping[str, int]
    withheld: frozenset[str]
    observations: tuple[Observation, ...] = field(default=())

    def pages(self, attributes: Sequence[str]) -> Iterable[Rows | ArrowTable]:
        """Yield everybody with some of their attributes."""
        tellings = [
            Told(feed.system, feed.listing, self._owners_of(feed.system), feed.vouches)
            for feed in self.feeds
        ]
        apart = pl.Series(sorted({*self.withheld, *self.repeated}), dtype=pl.String)
        people = self.records.filter("here")["owner"].unique()
        people = people.filter(~people.is_in(apart.implode()))
        asked = {key: one.told for key, one in self.questions().items()}
        wanted = sorted(set(attributes) - {PERSON})
        yield from united_pages(self.joining, tellings, people, wanted, asked)
        unkeyed = sum(feed.listing.unkeyed for feed in self.feeds)
        twice = [person for person, count in self.repeated.items() for _ in range(count)]
        if twice or unkeyed:
            yield pl.DataFrame({PERSON: [*twice, *[""] * unkeyed]}, schema={PERSON: pl.String})

    def _owners_of(self, system: str) -> pl.Series:
        own = self.records.filter((pl.col("source") == system) & pl.col("listed"))
        return own["owner"]

    def new_ties(self) -> bytes | None:
        """Return a page of what was not known before; None for nothing."""
        fresh = self._fresh()
        return tie_page_of(fresh) if fresh.height else None

    def _fresh(self) -> pl.DataFrame:
        new = pl.col("person").is_null() & ~pl.col("asked")
        return self.records.filter(new).select(*_REF, pl.col("owner").alias("person"), "rule")

    def new_forms(self) -> bytes | None:
        """Return a page of what records are compared by, where that is new; None for nothing."""
        rules = self.joining.rules
        names = form_names(rules)
        fresh = self.records.filter(pl.col("listed") & ~pl.col("asked") & ~pl.col("kept"))
        return form_page_of(rules, fresh.select(*_REF, *names)) if fresh.height else None

    def all_forms(self) -> bytes:
        """Return one page of what every record is compared by, those that are gone included."""
        now = self._now()
        gone = self.remembered.join(now, on=_REF, how="anti")
        return form_page_of(self.joining.rules, pl.concat([now, gone.select(now.columns)]))

    def _now(self) -> pl.DataFrame:
        names = form_names(self.joining.rules)
        return self.records.filter(pl.col("listed") & ~pl.col("asked")).select(*_REF, *names)

    def count_ties(self) -> int:
        """Return how many records were never read before."""
        return self._fresh().height

    def agrees(self, persons: Mapping[Ref, str]) -> bool:
        """Say whether others keep the same of all records of whom this look knows the person."""
        rows = self.records.filter(~pl.col("asked")).select(*_REF, "owner").iter_rows()
        return all(persons.get((source, key)) == person for source, key, person in rows)

    def owners(self) -> Mapping[Ref, str]:
        """Return whose every record is, those that are gone included.

        Cost: one object per record.
        """
        rows = self.records.select(*_REF, "owner").iter_rows()
        return {(source, key): owner for source, key, owner in rows}

    def rules(self) -> Mapping[Ref, str]:
        """Return by which rule every record came to its person.

        Cost: one object per record.
        """
        rows = self.records.filter(~pl.col("asked")).select(*_REF, "rule").iter_rows()
        return {(source, key): rule for source, key, rule in rows}

    def person_of(self, name: str) -> str | None:
        """Return the key of the person whom a name means; None for nobody, or several."""
        full = pl.concat_str("source", pl.lit(":"), "key")
        named = (pl.col("owner") == name) | (pl.col("key") == name) | (full == name)
        found = set(self.records.filter(named)["owner"].to_list())
        exact = found & {name}
        return next(iter(exact or found)) if len(exact or found) == 1 else None

    def questions(self) -> Mapping[str, PersonQuestion]:
        """Return what only people can say."""
        return self.settled.decided.questions

    def portrait(self, key: str) -> Portrait | None:
        """Return one person; None for nobody."""
        own = self.records.filter(pl.col("owner") == key).sort(_REF)
        rules = {(s, k): rule for s, k, rule in own.select(*_REF, "rule").iter_rows()}
        here = list(own.filter("here").select(_REF).iter_rows())
        former = list(own.filter(~pl.col("here")).select(_REF).iter_rows())
        voices = list(self._voices(own.filter("listed")))
        said = (voices, self.questions().get(key))
        return painted(self.joining, key, (here, former), rules, said)

    def _voices(self, own: pl.DataFrame) -> Iterator[Voice]:
        for feed in self.feeds:
            keys = own.filter(pl.col("source") == feed.system)["key"]
            rows = feed.listing.keys.is_in(keys.implode()).arg_true()
            for row, record in zip(rows.to_list(), feed.listing.records(rows), strict=True):
                yield Voice((feed.system, record.key), record.values, bool(feed.vouches[row]))

    def alike(self) -> tuple[Alike, ...]:
        """Return known people whom a rule that decides takes for one."""
        found: list[Alike] = []
        settled = self.records.filter(~pl.col("asked"))
        named = zip(form_names(self.joining.rules), self.joining.rules, strict=True)
        for name in (pair for pair in named if pair[1].decides):
            shared = settled.filter(pl.col(name[0]).is_not_null()).select(name[0], "owner").unique()
            shared = shared.filter(shared[name[0]].is_duplicated())
            people = shared.group_by(name[0]).agg("owner")["owner"].to_list()
            found += [Alike(name[1].name, tuple(sorted(own))) for own in people]
        return tuple(sorted(found, key=lambda one: (one.rule, one.persons))[:ALIKE_SHOWN])


# --- looking ----------------------------------------------------------------------------------


def look_in_columns(
    joining: Joining,
    reads: Sequence[FeedRead],
    kept: RememberedPeople,
    retired: frozenset[str],
    moment: Moment,
) -> ColumnLook | None:
    """Say who is there; None where columns cannot hold what was read as it is.

    Args:
        joining: sources and rules.
        reads: every source, read for people.
        kept: what was decided before.
        retired: keys of people that are part of somebody else.
        moment: when; conditions may ask.
    """
    feeds = tuple(_feed(joining, read, moment) for read in reads)
    if not _fit(feeds):
        return None
    ties, forms = ties_frame(kept.ties), forms_frame(joining.rules, kept.forms)
    records = _records(joining, feeds, ties, forms)
    settled = settle(joining, records, retired)
    records = _owned(records, settled)
    repeated = _repeated(joining, feeds, records)
    broken = [feed.system for feed in feeds if not feed.observation.complete]
    unseen = ~pl.col("here") & pl.col("source").is_in(broken)
    withheld = frozenset(records.filter(unseen)["owner"].to_list())
    if broken:
        known = records["person"].drop_nulls().unique()
        new = ~pl.col("asked") & ~pl.col("owner").is_in(known.implode())
        withheld |= frozenset(records.filter(new)["owner"].to_list())
    observations = tuple(feed.observation for feed in feeds)
    return ColumnLook(joining, feeds, records, settled, forms, repeated, withheld, observations)


def _feed(joining: Joining, read: FeedRead, moment: Moment) -> _Feed:
    gathered = read.gathered
    listing, census = listing_of(gathered.pages, gathered.key, read.asked)
    aside = sum(listing.repeated.values()) + listing.unkeyed
    system, kind = gathered.system, gathered.object_type
    measure = Measure(system, kind, census.rows, aside, census.nulls, census.digest)
    named = _renamed(read.feed, listing)
    forms = pl.DataFrame(
        {
            name: _forms(rule, named)
            for name, rule in zip(form_names(joining.rules), joining.rules, strict=True)
        }
    )
    vouches = _vouching(joining, named, moment)
    return _Feed(system, read.judged(measure), named, vouches, forms)


def _renamed(feed: Feed, listing: Listing) -> Listing:
    """Source: `Feed.renamed`, one row at a time."""
    if not feed.names:
        return listing
    pairs = [(our, their) for their in listing.frame.columns for our in feed.ours([their])]
    frame = pl.DataFrame({our: listing.frame[their] for our, their in pairs})
    masks = listing.absent
    absent = {our: masks[their] for our, their in pairs if their in masks}
    strange = frozenset(our for our, their in pairs if their in listing.strange)
    tangled = frozenset(our for our, their in pairs if their in listing.tangled)
    return replace(listing, frame=frame, absent=absent, strange=strange, tangled=tangled, rows=None)


def _forms(rule: CorrelationRule, listing: Listing) -> pl.Series:
    """Source: `provisor.domain.person.form_of`."""
    cells = [
        filled(texts(listing.column(name)).str.strip_chars(" \t\r\n")) for name in rule.attributes
    ]
    whole = cells[0]
    if len(cells) > 1:
        whole = computed(pl.concat_str([pl.lit(cell) for cell in cells], separator="\x1f"))
    return whole if rule.exact else lowered(whole)


def _vouching(joining: Joining, listing: Listing, moment: Moment) -> pl.Series:
    if joining.vouches is None:
        return pl.repeat(value=True, n=listing.height, dtype=pl.Boolean, eager=True)
    answers = holds(joining.vouches, Alone(listing, moment)).fill_null(value=True)
    asked = attributes_of_condition(joining.vouches)
    return answers | reduce(and_, [blanks(listing.column(name)) for name in asked])


def _fit(feeds: Sequence[_Feed]) -> bool:
    """Say whether every attribute is of one type, in all sources."""
    types: dict[str, pl.DataType] = {}
    for feed in feeds:
        if feed.listing.strange or feed.listing.tangled:
            return False
        for name, kind in feed.listing.frame.schema.items():
            if types.setdefault(name, kind) != kind:
                return False
    return True


def _records(
    joining: Joining, feeds: Sequence[_Feed], ties: pl.DataFrame, forms: pl.DataFrame
) -> pl.DataFrame:
    """Return every record that is there, and every one that was."""
    parts = []
    # Who was seen in a source that is no longer asked keeps the key all the same.
    former = sorted(set(ties["source"].unique()) - set(joining.sources))
    for rank, source in enumerate((*joining.sources, *former)):
        feed = next((one for one in feeds if one.system == source), None)
        own = ties.filter(pl.col("source") == source).select("key", "person", "rule")
        known = forms.filter(pl.col("source") == source).drop("source")
        rest = own
        if feed is not None:
            place = positions(feed.listing.keys, own["key"])
            here = feed.forms.with_columns(
                own["person"].gather(place),
                own["rule"].gather(place),
                key=feed.listing.keys,
                vouches=feed.vouches,
                here=True,
                listed=True,
                kept=_kept(feed, known),
            )
            parts.append(_placed(here, source, rank, forms.columns))
            gone = pl.repeat(value=True, n=own.height, dtype=pl.Boolean, eager=True)
            rest = own.filter(gone.scatter(place.drop_nulls(), values=False))
        twice = list(feed.listing.repeated) if feed is not None else []
        rest = rest.join(known, on="key", how="left").with_columns(
            pl.col("key").is_in(twice).alias("here"), listed=False, kept=True
        )
        rest = rest.with_columns(pl.col("here").alias("vouches"))
        parts.append(_placed(rest, source, rank, forms.columns))
    return pl.concat(parts, rechunk=True).with_row_index(ROW)


def _kept(feed: _Feed, known: pl.DataFrame) -> pl.Series:
    """Say of which records it is remembered already what they are compared by."""
    place = positions(feed.listing.keys, known["key"])
    same = place.is_not_null()
    for name in feed.forms.columns:
        same &= feed.forms[name].eq_missing(known[name].gather(place))
    return same


def _placed(frame: pl.DataFrame, source: str, rank: int, forms: Sequence[str]) -> pl.DataFrame:
    names = [name for name in forms if name not in _REF]
    return frame.select(
        pl.lit(source).alias("source"),
        pl.lit(rank, dtype=pl.Int64).alias("rank"),
        *("key", "person", "rule", "vouches", "here", "listed", "kept"),
        *names,
    )


def _owned(records: pl.DataFrame, settled: Settled) -> pl.DataFrame:
    """Say whose every record is, and who is in question."""
    decided = settled.decided
    more = {tie.ref: (tie.person, tie.rule) for tie in decided.ties}
    asked = {one.ref: key for key, one in decided.questions.items()}
    rows, owners, rules = [], [], []
    doubtful: list[int] = []
    if more or asked:
        keys = pl.Series([key for _, key in (*more, *asked)], dtype=pl.String).unique()
        new = records.filter(pl.col("person").is_null() & pl.col("key").is_in(keys.implode()))
        for row, source, key in new.select(ROW, *_REF).iter_rows():
            ref = (source, key)
            if ref in more or ref in asked:
                person, rule = more.get(ref) or (asked[ref], "")
                rows.append(row)
                owners.append(person)
                rules.append(rule)
                doubtful += [row] if ref in asked else []
    places = pl.concat([settled.ties[ROW], pl.Series(rows, dtype=pl.UInt32)])
    given = pl.concat([settled.ties["person"], pl.Series(owners, dtype=pl.String)])
    by = pl.concat([settled.ties["rule"], pl.Series(rules, dtype=pl.String)])
    return records.with_columns(
        records["person"].clone().scatter(places, given).alias("owner"),
        records["rule"].clone().scatter(places, by).fill_null("").alias("rule"),
        records[ROW].is_in(doubtful).alias("asked"),
    )


def _repeated(joining: Joining, feeds: Sequence[_Feed], records: pl.DataFrame) -> dict[str, int]:
    """Return the keys of people of whom a record stands in several rows, with how many."""
    twice = {(one.system, key): n for one in feeds for key, n in one.listing.repeated.items()}
    if not twice:
        return {}
    held = records.filter(pl.col("here") & ~pl.col("listed")).select(*_REF, "owner").iter_rows()
    owners = {(source, key): owner for source, key, owner in held}
    found: dict[str, int] = {}
    for ref, count in twice.items():
        person = owners.get(ref) or first_key(joining, ref)
        found[person] = max(count, found.get(person, 0))
    return found
