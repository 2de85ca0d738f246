"""The story of one person or group: read, scope, map, match, plan; nothing is kept or written."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from provisor.domain.drift import Drift
from provisor.domain.hiding import hidden_in_source, hidden_in_target, hide
from provisor.domain.leaving import Gone
from provisor.domain.lifecycle import Departure
from provisor.domain.link import Link
from provisor.domain.override import Override, active_overrides
from provisor.domain.plan import Draft, Finding, Proposal, SetAside
from provisor.domain.record import Record, Values
from provisor.domain.reference import NATIVE, Pending, texts_of
from provisor.domain.relative_time import Moment
from provisor.domain.rules import ObjectRules
from provisor.domain.schema import ObjectType
from provisor.domain.undoing import Undo, undos_in
from provisor.domain.upcoming import Step, Whereabouts, acting_policy, upcoming
from provisor.domain.world import Assign
from provisor.engine.assembly import Side
from provisor.engine.belongings import StoredSeeds
from provisor.engine.chains.borrowing import own_source
from provisor.engine.drifting.drift_about import drift_about
from provisor.engine.former_groups import lost_groups
from provisor.engine.job import Job
from provisor.engine.mapped_lines import MappedLine, mapped_lines, shown
from provisor.engine.people.whose import key_meant
from provisor.engine.propose import circumstance_of, partial_is_allowed, propose_actions
from provisor.engine.reasons import MISSING, Reason, Reasons, reasons_of
from provisor.engine.revisions.in_force import cited_by
from provisor.engine.rights.held_rights import HeldRight, rights_held
from provisor.engine.survey import Glance, Survey, foresee, glance_of
from provisor.errors import UnknownName
from provisor.ports.people import JoinsPeople, Portrait

NEW = "new"
"""The identity id of somebody whom nothing was ever planned for."""


_BEFORE = datetime(1, 1, 1, tzinfo=UTC)
_LATELY = timedelta(days=30)
"""So long an override that is over belongs to the story."""


@dataclass(frozen=True, slots=True)
class Story:
    """All that would be told about one key."""

    object_type: ObjectType
    key: str
    record: Values | None
    """The source row; None when it is absent."""
    scope: str
    """Whether the record is in scope, in words."""
    reasons: tuple[Reason, ...]
    """The clauses that decided, with what they looked at."""
    lines: tuple[MappedLine, ...]
    link: Link | None
    account: Record | None
    overrides: tuple[Override, ...]
    drafts: tuple[Draft, ...]
    set_aside: tuple[SetAside, ...]
    doubts: tuple[str, ...]
    """Why a read is not complete; then nothing would be planned."""
    policy: str = ""
    """Which policy acts on somebody who is gone, in words."""
    steps: tuple[Step, ...] = ()
    """What follows by itself, and on which day."""
    pending: tuple[Pending, ...] = ()
    """References that are left out for now."""
    drift: tuple[Drift, ...] = ()
    """What others changed in the target, and what stands."""
    rights: tuple[HeldRight, ...] = ()
    """What the person holds of which the catalogue speaks."""
    former: tuple[str, ...] = ()
    """Keys of groups in which somebody who is here again was before leaving, and now is not."""
    revision: int | None = None
    """The active configuration revision that holds these rules; None without one."""
    undos: tuple[Undo, ...] = ()
    """The undos that made some of the overrides."""
    portrait: Portrait | None = None
    now: datetime = field(default=_BEFORE)
    """When it was told."""
    said: tuple[Override, ...] = ()
    """Overrides that wait for a second person, or ended within the last thirty days."""
    """Of somebody over several sources: the records, and who said what."""


def peek(job: Job) -> tuple[Glance, Proposal]:
    """Read both sides and propose, keeping nothing."""
    survey = foresee(job)
    return glance_of(survey), propose_actions(job, survey, known_identities(job))


def known_identities(job: Job) -> Assign:
    """Return identity ids without drawing any: of somebody new, a word that says so."""

    def assign(object_type: ObjectType, keys: Collection[str]) -> Mapping[str, str]:
        known = job.store.identities.known(job.rules.source, object_type) if keys else {}
        return {key: known.get(key, f"{NEW}:{key}") for key in keys}

    return assign


def findings(job: Job) -> tuple[Finding, ...]:
    """Return every account that is not simply right: orphans, contested, protected, held."""
    return peek(job)[1].findings


def explain(job: Job, key: str) -> Story:
    """Tell what Provisor knows and would do about one key: what `run --only` would do.

    Raises:
        UnknownName: neither the source nor a link has this key.
    """
    survey = foresee(job)
    key = key_meant(job, key)
    for object_type, rules in job.rules.objects.items():
        records = survey.assembly.records(Side.SOURCE, object_type, [key])
        links = job.store.links.of_key(job.rules.target, object_type, key)
        if key in records or links:
            link = links[0] if links else None
            about = replace(job, only=frozenset({(object_type, key)}))
            proposal = propose_actions(about, survey, known_identities(job))
            if survey.doubts and not partial_is_allowed(job, survey):
                proposal = replace(proposal, drafts=())
            story = _story(job, rules, key, records.get(key), link, survey, proposal)
            look = (survey, proposal)
            found = drift_about(job, rules, key, look, known_identities(job))
            cited = cited_by(job)
            undos = tuple(job.store.undos.get(one) for one in undos_in(story.overrides))
            story = replace(story, portrait=_portrait(job, object_type, key), undos=undos)
            story = replace(story, now=job.clock.now(), said=_said(job, (object_type, key)))
            return replace(story, drift=found, revision=cited.number if cited else None)
    raise UnknownName(
        "nobody has this key, neither in the source nor among the links",
        where=f"job {job.rules.job}",
        safe="nothing was written",
        next="look the key up at the source",
    )


def _portrait(job: Job, object_type: ObjectType, key: str) -> Portrait | None:
    source = own_source(job.source)
    if object_type is not ObjectType.USERS or not isinstance(source, JoinsPeople):
        return None
    return source.portrait(key)


def _story(
    job: Job,
    rules: ObjectRules,
    key: str,
    record: Record | None,
    link: Link | None,
    survey: Survey,
    proposal: Proposal,
) -> Story:
    active = active_overrides(job.store.overrides.all(), job.rules.job, job.clock.now())
    overrides = active.get((rules.object_type, key), ())
    own = tuple(
        d for d in proposal.drafts if d.key == key and d.action.object_type is rules.object_type
    )
    native = link.native_id if link is not None else _native_of(own)
    accounts = survey.assembly.accounts(rules.object_type, [native] if native else [])
    account = accounts.get(native or "")
    values = record.values if record is not None else None
    reasons = _reasons(job, rules, key, record, overrides, survey)
    departure = reasons.departure if record is not None else _absence(link, proposal)
    whereabouts = Whereabouts(values, departure, link, account)
    return Story(
        rules.object_type,
        key,
        hide(values, hidden_in_source(rules)) if values is not None else None,
        reasons.summary,
        reasons.clauses,
        _lines(job, rules, values, account, link) if values is not None else (),
        link,
        _seen(rules, account),
        overrides,
        proposal.drafts,
        tuple(s for s in proposal.set_aside if s.key == key and s.object_type is rules.object_type),
        glance_of(survey).doubts,
        acting_policy(rules, departure),
        upcoming(rules, whereabouts, Moment(job.clock.now(), job.rules.zone)),
        proposal.pending,
        rights=rights_held(job, survey.assembly, link, account),
        former=_former(job, link, departure, proposal),
    )


def _said(job: Job, place: tuple[ObjectType, str]) -> tuple[Override, ...]:
    """Return what people said that waits for a second person, or was over a short time ago."""
    now = job.clock.now()
    return tuple(
        one
        for one in job.store.overrides.all()
        if (one.object_type, one.key) == place
        and one.job in ("", job.rules.job)
        and not one.is_in_force(now)
        and now - (one.ended_at or one.lasts_until or now) <= _LATELY
    )


def _seen(rules: ObjectRules, account: Record | None) -> Record | None:
    return account and Record(account.key, hide(account.values, hidden_in_target(rules)))


def _former(
    job: Job, link: Link | None, departure: Departure | None, proposal: Proposal
) -> tuple[str, ...]:
    if link is None or departure is not None:
        return ()
    found = lost_groups(job.store, job.rules.target, [link.identity], proposal.drafts)
    return found.get(link.identity, ())


def _absence(link: Link | None, proposal: Proposal) -> Departure | None:
    """Say whether somebody whose row is missing is known to be gone, or becomes so now."""
    learnt = {one.identity for _, one in proposal.remembered if one.leave is not None}
    if link is None or (link.leave is None and link.identity not in learnt):
        return None
    return Departure(Gone.ABSENT, "absent", by_absence=True)


def _lines(
    job: Job, rules: ObjectRules, values: Values, account: Record | None, link: Link | None
) -> tuple[MappedLine, ...]:
    around = job.rules.circumstances(job.clock.now())
    accepted = link.accepted if link is not None else {}
    lines = mapped_lines(rules, values, account, around, accepted)
    return tuple(shown(rules, _with_names(job, rules, line)) for line in lines)


def _with_names(job: Job, rules: ObjectRules, line: MappedLine) -> MappedLine:
    """Say by their source keys to whom an account refers; of nobody of ours the target's own id."""
    mapping = next((one for one in rules.references if one.attribute == line.attribute), None)
    if mapping is None or mapping.reference is None:
        return line
    natives = texts_of(line.present)
    links = job.store.links.of_accounts(job.rules.target, mapping.reference.leads_to, natives)
    keys = {link.native_id: link.key for link in links}
    told = tuple(keys.get(native, f"{NATIVE}{native}") for native in natives)
    one = told[0] if told else None
    return replace(line, present=told if isinstance(line.present, tuple) else one)


def _native_of(drafts: tuple[Draft, ...]) -> str | None:
    return next((d.action.native_id for d in drafts if d.action.native_id), None)


def _reasons(
    job: Job,
    rules: ObjectRules,
    key: str,
    record: Record | None,
    overrides: tuple[Override, ...],
    survey: Survey,
) -> Reasons:
    if record is None:
        rule = job.rules.groups.rule_of(key)
        return MISSING if rule is None else Reasons(f"a group by rule: {rule.rule}")
    circumstance = circumstance_of(job, survey, StoredSeeds(job))
    surroundings = survey.assembly.surroundings(circumstance, rules.object_type, record)
    return reasons_of(rules, record, overrides, surroundings)
