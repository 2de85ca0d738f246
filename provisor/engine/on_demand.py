"""One person or group on demand: the plan of everybody, less everybody else.

The same reads, rules, limits and gates; a plan of its own, which takes no waiting plan's place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from provisor.domain.action import Operation
from provisor.domain.borrowing import WAITING, awaits, record_classes
from provisor.domain.focus import Focus, Name, about, parse_name
from provisor.domain.ledger import tally
from provisor.domain.lifecycle import departure_of
from provisor.domain.link import Link
from provisor.domain.plan import ACCOUNT_CLASSES, RECORD_CLASSES, Header, Proposal, Tally
from provisor.domain.rules import Lifecycle
from provisor.domain.schema import ObjectType
from provisor.domain.undoing import Undo, about_undo
from provisor.engine.assembly import Assembly, Circumstance, Side
from provisor.engine.job import Job
from provisor.engine.people.whose import key_meant
from provisor.errors import ConditionUndecided, UnknownName


def on_demand(job: Job, words: Iterable[str]) -> Job:
    """Return the job about a few: keys, or `groups:KEY`; without any, about everybody."""
    plain = next(iter(job.rules.objects), ObjectType.USERS)
    named = (parse_name(word, plain) for word in words)
    return replace(job, only=frozenset((kind, _meant(job, kind, key)) for kind, key in named))


def _meant(job: Job, object_type: ObjectType, key: str) -> str:
    return key_meant(job, key) if object_type is ObjectType.USERS else key


def as_planned(job: Job, header: Header) -> Job:
    """Return the job about whom a stored plan is about.

    Cost: for a plan on demand, one SELECT per object type.
    """
    if header.undoes:
        return about_what(job, job.store.undos.get(header.undoes))
    if not header.only:
        return job
    wanted = set(header.only)
    links = job.store.links.of_identities(job.rules.target, wanted).values()
    names: set[Name] = {(link.object_type, link.key) for link in links}
    for object_type in job.rules.objects:
        known = job.store.identities.known(job.rules.source, object_type)
        names |= {(object_type, key) for key, one in known.items() if one in wanted}
    return replace(job, only=frozenset(names))


def about_what(job: Job, undo: Undo) -> Job:
    """Return the job about what an undo brings back."""
    return replace(job, only=frozenset(deed.place for deed in undo.back), undo=undo)


def identities_of(job: Job) -> tuple[str, ...]:
    """Return the identity ids of those whom the job is about; new keys get theirs now."""
    if job.undo is not None:
        return tuple(sorted({deed.identity for deed in job.undo.back}))
    found: set[str] = set()
    for object_type, key in job.only:
        links = job.store.links.of_key(job.rules.target, object_type, key)
        assigned = job.store.identities.assign
        found |= {link.identity for link in links} or set(
            assigned(job.rules.source, object_type, [key], job.clock.now()).values()
        )
    return tuple(sorted(found))


def refuse_strangers(job: Job, assembly: Assembly) -> None:
    """Refuse keys that neither the source nor a link has.

    Raises:
        UnknownName: with the object type and the key.
    """
    linked = {(link.object_type, link.key) for link in _links(job)}
    for object_type, key in sorted(job.only - linked):
        rules = job.rules.objects.get(object_type)
        if rules is None or assembly.lacks(Side.SOURCE, object_type, [key]):
            raise UnknownName(
                "nobody has this key, neither in the source nor among the links",
                where=f"job {job.rules.job}, {object_type} {key}",
                safe="nothing was written to the target",
                next="look the key up at the source; a group is written `groups:KEY`",
            )


def about_chosen(
    job: Job, assembly: Assembly, circumstance: Circumstance, proposal: Proposal
) -> Proposal:
    """Leave everything out of a proposal that is not about the chosen.

    The base of percentages stays what it is: a limit is no wider for one person.

    Cost: one look at each draft and finding; one or two SELECTs.
    """
    links = _links(job)
    focus = _focus(job, links, proposal)
    drafts = about(proposal.drafts, focus)
    if job.undo is not None:
        drafts = about_undo(drafts, job.undo.back)
    natives = {(link.object_type, link.native_id) for link in links}
    natives |= {
        (draft.action.object_type, draft.action.native_id)
        for draft in drafts
        if draft.action.native_id is not None and (draft.action.object_type, draft.key) in job.only
    }
    chosen = replace(
        proposal,
        drafts=drafts,
        set_aside=tuple(s for s in proposal.set_aside if (s.object_type, s.key) in job.only),
        findings=tuple(f for f in proposal.findings if (f.object_type, f.native_id) in natives),
        questions=tuple(q for q in proposal.questions if (q.object_type, q.key) in job.only),
        remembered=tuple(one for one in proposal.remembered if one[1].identity in focus.identities),
        references={},
        pending=tuple(p for p in proposal.pending if (p.object_type, p.key) in job.only),
    )
    records = {t: _records(job, assembly, circumstance, chosen, t) for t in job.rules.objects}
    accounts = {t: _accounts(assembly, chosen, natives, t) for t in job.rules.objects}
    members = _memberships(chosen) if job.rules.memberships is not None else ({}, {})
    return replace(chosen, records={**records, **members[0]}, accounts={**accounts, **members[1]})


def _links(job: Job) -> list[Link]:
    """Return the links of those whom the job is about.

    Cost: one SELECT for each object type and some hundred keys.
    """
    found: list[Link] = []
    for object_type in {kind for kind, _ in job.only}:
        keys = {key for kind, key in job.only if kind is object_type}
        found += job.store.links.of_keys(job.rules.target, object_type, keys)
    return found


def _focus(job: Job, links: Iterable[Link], proposal: Proposal) -> Focus:
    drafts = proposal.drafts
    chosen = {link.identity for link in links} | {
        draft.action.subject
        for draft in drafts
        if (draft.action.object_type, draft.key) in job.only
    }
    enrolments = [d.action for d in drafts if d.action.operation is Operation.MEMBERSHIP]
    asked = {action.subject for action in enrolments}
    asked |= {one for act in enrolments if act.subject in chosen for one in act.adds}
    linked = job.store.links.of_identities(job.rules.target, asked) if asked else {}
    return Focus(job.only, frozenset(chosen), frozenset(linked))


def _records(
    job: Job,
    assembly: Assembly,
    circumstance: Circumstance,
    chosen: Proposal,
    object_type: ObjectType,
) -> Tally:
    keys = {key for kind, key in job.only if kind is object_type}
    rows = assembly.records(Side.SOURCE, object_type, keys)
    aside = {one.key for one in chosen.set_aside if one.object_type is object_type}
    planned = {d.key for d in chosen.drafts if d.action.object_type is object_type}
    counts: dict[str, int] = {}
    for key in rows.keys() | aside:
        if key in aside:
            kind = "set_aside"
        elif key in planned:
            kind = "planned"
        else:
            kind = _left_out(job, assembly, circumstance, object_type, key)
        counts[kind] = counts.get(kind, 0) + 1
    classes = record_classes(job.rules.objects[object_type])
    return tally(counts, sum(counts.values()), classes)


def _left_out(
    job: Job, assembly: Assembly, circumstance: Circumstance, object_type: ObjectType, key: str
) -> str:
    record = assembly.records(Side.SOURCE, object_type, [key])[key]
    surroundings = assembly.surroundings(circumstance, object_type, record)
    overrides = circumstance.overrides.get((object_type, key), ())
    rules = job.rules.objects[object_type]
    try:
        departure = departure_of(rules, record, overrides, surroundings)
    except ConditionUndecided:
        return "set_aside"
    if departure is not None:
        return "out_of_scope"
    own = rules.lifecycle is Lifecycle.OWN
    if own and not awaits(rules, record.values):
        return "unchanged"
    links = job.store.links.of_key(job.rules.target, object_type, key)
    there = assembly.accounts(object_type, {link.native_id for link in links})
    return "unchanged" if there else WAITING


def _accounts(
    assembly: Assembly,
    chosen: Proposal,
    natives: Iterable[tuple[ObjectType, str | None]],
    object_type: ObjectType,
) -> Tally:
    own = {native for kind, native in natives if kind is object_type and native is not None}
    there = assembly.accounts(object_type, own)
    kinds = {f.native_id: f.kind for f in chosen.findings if f.object_type is object_type}
    planned = {
        d.action.native_id: "planned" for d in chosen.drafts if d.action.object_type is object_type
    }
    aside = any(one.object_type is object_type for one in chosen.set_aside)
    counts: dict[str, int] = {}
    for native in there:
        kind = kinds.get(native) or planned.get(native) or ("held" if aside else "unchanged")
        counts[kind] = counts.get(kind, 0) + 1
    return tally(counts, len(there), ACCOUNT_CLASSES)


def _memberships(
    chosen: Proposal,
) -> tuple[Mapping[ObjectType, Tally], Mapping[ObjectType, Tally]]:
    """Count the memberships that change; those that stay are not looked for."""
    acts = [d.action for d in chosen.drafts if d.action.operation is Operation.MEMBERSHIP]
    added = sum(len(act.adds) for act in acts)
    lost = sum(act.members_lost for act in acts)
    kind = ObjectType.MEMBERSHIPS
    return (
        {kind: tally({"planned": added}, added, RECORD_CLASSES)},
        {kind: tally({"planned": lost}, lost, ACCOUNT_CLASSES)},
    )
