"""Which records are one person: rules in order, source by source, and never a guess.

A record that was read before stays with its person, whatever it says now; only people take the two
apart. A new one is joined by the first rule that decides and finds somebody, if that is exactly
one, whom no stronger rule contradicts and of whom its source does not show another record already.
Everything else that is found is a question. Nothing depends on the order of rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from provisor.domain.person import (
    CorrelationRule,
    Joining,
    PersonQuestion,
    Ref,
    Sighting,
    Tie,
    Ties,
    first_key,
    record_name,
)


@dataclass(frozen=True, slots=True)
class Correlated:
    """Who is there."""

    persons: Mapping[str, tuple[Ref, ...]]
    """Key of a person to the records that show it now; who is in question stands alone."""
    ties: tuple[Tie, ...]
    """The records that were never read before, as far as it can be said whose they are."""
    questions: Mapping[str, PersonQuestion]
    """By the key under which the record stands alone meanwhile."""


def correlate(joining: Joining, sightings: Iterable[Sighting], ties: Ties) -> Correlated:
    """Say which records are one person.

    Args:
        joining: sources and rules.
        sightings: every record that was read, no key of a source twice.
        ties: what was decided before.

    Cost: a few look-ups per record and rule.
    """
    listed = list(sightings)
    crowd = _Crowd(joining, ties, listed)
    fresh: dict[str, list[Sighting]] = defaultdict(list)
    for one in sorted(listed, key=lambda one: one.ref):
        if one.ref not in ties.persons:
            fresh[one.ref[0]].append(one)
    # What is learnt of one record may answer what was asked about another one.
    while any(crowd.meet(source, fresh[source]) for source in joining.sources):
        pass
    return crowd.correlated(listed)


Candidates = dict[str, tuple[str, ...]]


@dataclass(slots=True)
class _Found:
    """What the rules say of the new records of one source."""

    claims: dict[str, list[tuple[Sighting, str]]] = field(default_factory=dict)
    """Person to the records of which a rule says that they are theirs."""
    free: list[Sighting] = field(default_factory=list)
    """Records of whom no rule knows anybody."""


class _Crowd:
    """Everybody who was met, and by what they are recognised."""

    def __init__(self, joining: Joining, ties: Ties, listed: Sequence[Sighting]) -> None:
        self._joining = joining
        self._rules = joining.rules
        self._deciding = [number for number, rule in enumerate(self._rules) if rule.decides]
        self._by_form: list[dict[str, set[str]]] = [defaultdict(set) for _ in self._rules]
        self._has: list[set[str]] = [set() for _ in self._rules]
        self._vouched: set[tuple[str, str]] = set()
        self._persons = dict(ties.persons)
        self._names = {*ties.persons.values(), *ties.retired}
        self._ties: list[Tie] = []
        self._asked: dict[Ref, PersonQuestion] = {}
        seen = {one.ref: one for one in listed if one.ref in ties.persons}
        for one in seen.values():
            self._learn(one, ties.persons[one.ref])
        for ref, forms in ties.forms.items():
            if ref not in seen and ref in ties.persons:
                self._learn(Sighting(ref, forms, vouches=False), ties.persons[ref])

    def _learn(self, one: Sighting, person: str) -> None:
        for number, form in enumerate(one.forms):
            if form is not None:
                self._by_form[number][form].add(person)
                self._has[number].add(person)
        if one.vouches:
            self._vouched.add((person, one.ref[0]))

    def meet(self, source: str, fresh: Sequence[Sighting]) -> bool:
        """Find out who the new records of one source are; say whether anything was found out."""
        before = len(self._ties)
        while True:
            found = _Found()
            for one in fresh:
                if one.ref not in self._persons:
                    self._asked.pop(one.ref, None)
                    self._look_up(one, found)
            claimed = list(self._claimed(source, found.claims))
            self._settle(claimed or self._founded(found.free))
            if not claimed:
                return len(self._ties) > before

    def _settle(self, met: Iterable[tuple[Sighting, str, str]]) -> None:
        for one, person, rule in list(met):
            self._persons[one.ref] = person
            self._names.add(person)
            self._ties.append(Tie(one.ref, person, rule))
            self._learn(one, person)

    def correlated(self, listed: Iterable[Sighting]) -> Correlated:
        """Return who is there."""
        persons: dict[str, list[Ref]] = defaultdict(list)
        asked: dict[str, PersonQuestion] = {}
        for ref in sorted(self._asked):
            name = self._free_name(ref)
            self._names.add(name)
            asked[name] = self._asked[ref]
            persons[name].append(ref)
        for one in listed:
            if one.ref not in self._asked:
                persons[self._persons[one.ref]].append(one.ref)
        whole = {person: tuple(sorted(refs)) for person, refs in sorted(persons.items())}
        ties = sorted(self._ties, key=lambda tie: tie.ref)
        return Correlated(whole, tuple(ties), dict(sorted(asked.items())))

    # --- one record -----------------------------------------------------------------------------

    def _look_up(self, one: Sighting, found: _Found) -> None:
        for number in self._deciding:
            named = self._named(one, number)
            if not named:
                continue
            rule = self._rules[number].name
            person = named[0]
            if len(named) == 1 and not self._contradicts(one, person, number):
                found.claims.setdefault(person, []).append((one, rule))
            else:
                self._ask(one, dict.fromkeys(named, (rule,)), decides=True)
            return
        alike = self._alike(one)
        if alike:
            self._ask(one, alike, decides=False)
        else:
            found.free.append(one)

    def _named(self, one: Sighting, number: int) -> list[str]:
        """Return whom a rule finds, sorted.

        Not those of whom both a stronger rule and the source itself say that they are others.
        """
        form = one.forms[number]
        persons = self._by_form[number].get(form, ()) if form is not None else ()
        return sorted(
            person
            for person in persons
            if not (self._is_shown(one, person) and self._contradicts(one, person, number))
        )

    def _is_shown(self, one: Sighting, person: str) -> bool:
        """Say whether the record's source vouches for another record of the person, too."""
        return one.vouches and (person, one.ref[0]) in self._vouched

    def _contradicts(self, one: Sighting, person: str, number: int) -> bool:
        """Say whether a rule before this one tells the two apart.

        None of those found the person for this record: where both have something to compare, it
        is different.
        """
        stronger = [other for other in self._deciding if other < number]
        return any(one.forms[n] is not None and person in self._has[n] for n in stronger)

    def _alike(self, one: Sighting) -> Candidates:
        """Return whom the rules that propose find, each with the rules."""
        found: Candidates = {}
        for number, rule in enumerate(self._rules):
            form = one.forms[number]
            if rule.decides or form is None:
                continue
            for person in self._by_form[number].get(form, ()):
                if not self._is_told_apart(one, person) and not self._is_shown(one, person):
                    found[person] = (*found.get(person, ()), rule.name)
        return found

    def _is_told_apart(self, one: Sighting, person: str) -> bool:
        """Say whether a rule that distinguishes says that the two are different people."""
        return any(
            rule.distinguishes
            and person in self._has[number]
            and (form := one.forms[number]) is not None
            and person not in self._by_form[number].get(form, ())
            for number, rule in enumerate(self._rules)
        )

    def _ask(
        self, one: Sighting, candidates: Mapping[str, tuple[str, ...]], *, decides: bool
    ) -> None:
        self._asked[one.ref] = PersonQuestion(one.ref, tuple(sorted(candidates.items())), decides)

    def _free_name(self, ref: Ref) -> str:
        wanted, number = first_key(self._joining, ref), 2
        name = wanted
        while name in self._names:
            name, number = f"{wanted}~{number}", number + 1
        return name

    # --- several records ------------------------------------------------------------------------

    def _claimed(
        self, source: str, claims: Mapping[str, Sequence[tuple[Sighting, str]]]
    ) -> Iterable[tuple[Sighting, str, str]]:
        """Yield the records that join somebody; a source shows one record of a person at a time."""
        for person, listed in claims.items():
            here = [one for one, _ in listed if one.vouches]
            alone = len(here) <= 1 and not (here and (person, source) in self._vouched)
            for one, rule in listed:
                if alone or not one.vouches:
                    yield one, person, rule
                else:
                    self._ask(one, {person: (rule,)}, decides=True)

    def _founded(self, free: Sequence[Sighting]) -> Iterable[tuple[Sighting, str, str]]:
        """Yield the records of people who are new; several of one source may be one person's."""
        left = {one.ref: one for one in free}
        for number in self._deciding:
            for group in self._groups(left.values(), number):
                for one in group:
                    del left[one.ref]
                if sum(one.vouches for one in group) > 1:
                    self._ask_among(group, self._rules[number])
                else:
                    yield from self._found(group, self._rules[number].name)
        for one in left.values():
            yield from self._found([one], "")

    def _groups(self, free: Iterable[Sighting], number: int) -> list[list[Sighting]]:
        """Return the records that a rule takes for one person, and no stronger one tells apart."""
        by_form: dict[str, list[Sighting]] = defaultdict(list)
        for one in free:
            form = one.forms[number]
            if form is not None:
                by_form[form].append(one)
        stronger = [other for other in self._deciding if other < number]
        return [
            group
            for group in by_form.values()
            if len(group) > 1
            and all(len({one.forms[n] for one in group} - {None}) <= 1 for n in stronger)
        ]

    def _found(self, group: Sequence[Sighting], rule: str) -> Iterable[tuple[Sighting, str, str]]:
        """Yield the records of one new person, who is called by the one that vouches."""
        first = min(group, key=lambda one: (not one.vouches, one.ref))
        person = self._free_name(first.ref)
        self._names.add(person)
        for one in group:
            yield one, person, "" if one is first else rule

    def _ask_among(self, group: Sequence[Sighting], rule: CorrelationRule) -> None:
        """Ask about records of one source that a rule takes for one person, and the source not."""
        names = {one.ref: record_name(one.ref) for one in group}
        for one in group:
            others = {name: (rule.name,) for ref, name in names.items() if ref != one.ref}
            self._ask(one, others, decides=True)
