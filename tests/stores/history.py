"""A store that has lived: every kind of fact in it, each with its leaf."""

from dataclasses import replace
from datetime import timedelta

from provisor.domain.action import Operation
from provisor.domain.approval import DecisionKind
from provisor.domain.configuration_life import (
    Activation,
    ConfigurationRevision,
    Results,
    Voice,
)
from provisor.domain.drift import Drift, DriftKind, Evidence
from provisor.domain.event import EventKind
from provisor.domain.harm import Bucket
from provisor.domain.link import Link, Membership
from provisor.domain.override import Consent, Override, OverrideKind, Until
from provisor.domain.person import PersonWord, Tie, WordKind
from provisor.domain.schema import ObjectType
from provisor.domain.tie_pages import tie_page
from provisor.domain.undoing import Deed, Fate, Undo
from provisor.ports.openings import Opening, Review
from provisor.ports.overrides import Handover
from provisor.ports.people import PeopleNews
from provisor.ports.store import (
    EVERYWHERE,
    ActState,
    Effect,
    Freeze,
    HalfWay,
    PlanStatus,
    Revision,
    Run,
    Store,
)
from tests.stores.scenes import (
    CONFIGURATION,
    START,
    decision,
    effects,
    ended,
    event,
    intended_event,
    intents,
    large_plans,
    observation,
    outcome_event,
    saved,
    sealed,
    stored,
)


def live(store: Store) -> None:
    """Read, plan, decide, act, retry, override, freeze."""
    for number in range(3):
        fact = event(EventKind.OBSERVED, observation=f"o{number}", rows=250)
        store.observations.add([observation(number)], [fact])
    shown = Revision(CONFIGURATION, "hr-to-app", "anna", START, '{"job":"hr-to-app"}')
    fact = event(EventKind.REVISION_PRESENTED, configuration=CONFIGURATION)
    store.revisions.present(shown, [fact])
    store.revisions.mark_approved("hr-to-app", CONFIGURATION, START)
    _configure(store)
    _override(store)
    store.drifts.add("hr-to-app", "app", [strange("d0")], [event(EventKind.DRIFT_FOUND, count=1)])
    _know_people(store)
    _act(store)
    store.controls.freeze(Freeze(EVERYWHERE, "ops", "drill", START), [event(EventKind.FROZEN)])
    store.controls.unfreeze(EVERYWHERE, [event(EventKind.UNFROZEN)])
    store.log.append([event(EventKind.CONFIRMED, number=number) for number in range(40)])


def _know_people(store: Store) -> None:
    """Tie a record to a person, and merge two."""
    tied = event(EventKind.PEOPLE_CORRELATED, records=1)
    news = PeopleNews(0, tie_page([Tie(("hr", "E1"), "E1")]))
    store.people.keep("people", ObjectType.USERS, news, START, [tied])
    newest = store.people.remembered("people", ObjectType.USERS).newest
    word = PersonWord(
        *("w1", WordKind.MERGE, "people", ObjectType.USERS, "E1", "contractors:C1"),
        *("one person", "anna", "bert", START),
    )
    store.people.decide(
        word, PeopleNews(newest), (), Handover(), [event(EventKind.PEOPLE_MERGED, word="w1")]
    )


def _configure(store: Store) -> None:
    """Propose a configuration, approve it, make it active, and plan under it."""
    document = '{"charter":{},"jobs":{}}'
    revision = ConfigurationRevision(
        *(1, CONFIGURATION, document, "version: 1", "anna", False, ("anna",), "first", START, 0)
    )
    results = Results(1, "e" * 64, "anna", START, "{}")
    store.configurations.add([revision, results], 0, [event(EventKind.REVISION_PROPOSED)])
    voice = Voice(1, DecisionKind.APPROVE, "bert", False, "fine", START, START, "e" * 64)
    store.configurations.add([voice], 2, [event(EventKind.REVISION_DECIDED)])
    activation = Activation(1, "anna", False, "", START)
    store.configurations.add([activation], 3, [event(EventKind.REVISION_ACTIVATED)])
    cited = replace(stored(sealed(store, 1, job="cited")), revision=1)
    store.plans.save(cited, [event(EventKind.PLAN_SEALED, plan=cited.plan.digest)])


def strange(number: str, **changes: object) -> Drift:
    """A title that somebody changed in the target between two reads."""
    earlier, later = Evidence(START, "read o1"), Evidence(START + timedelta(hours=1), "read o2")
    fields: dict[str, object] = {
        "kind": DriftKind.CHANGED,
        "object_type": ObjectType.USERS,
        "identity": "i1",
        "key": "E1",
        "native_id": "u1",
        "name": "anna",
        "attribute": "title",
        "before": "Clerk",
        "after": ("Boss", "Clerk"),
        "earlier": earlier,
        "later": later,
        "id": number,
    }
    return Drift(**{**fields, **changes})  # type: ignore[arg-type]  # tests name fields freely


def _override(store: Store) -> None:
    for number in range(2):
        held = Override(
            id=f"v{number}",
            kind=OverrideKind.PIN,
            job="hr-to-app",
            object_type=ObjectType.USERS,
            key="E1",
            attribute="title",
            value="Boss",
            reason="asked",
            author="anna",
            approver="bert",
            created_at=START,
            expires_at=None,
        )
        store.overrides.add(held, [event(EventKind.OVERRIDE_ADDED, override=held.id)])
    agreed = Consent("bert", "seen", START)
    held = replace(held, id="v2", needs_consent=True, until=Until.LEAVING)
    store.overrides.add(held, [event(EventKind.OVERRIDE_ADDED, override="v2")])
    store.overrides.agree("v2", agreed, [event(EventKind.OVERRIDE_AGREED, override="v2")])
    later = START.replace(year=START.year + 1)
    gate = Opening("g1", "app", "users.create", "anna", "now or never", START, later)
    store.openings.add(gate, [event(EventKind.GATE_OPENED, opening="g1")])
    seen = Review("bert", "fine", later)
    store.openings.review("g1", 0, seen, [event(EventKind.GATE_REVIEWED, opening="g1")])
    store.overrides.end("v0", START, [event(EventKind.OVERRIDE_ENDED, override="v0")])
    store.undos.add(taken_back(), [], [event(EventKind.UNDO_ASKED, undo="undo-1")])


def taken_back(number: str = "undo-1", plan: str = "a" * 64) -> Undo:
    """An undo that found one thing to bring back and one that moved on."""
    place = (ObjectType.USERS, "E1", "i1", "b" * 64, Operation.UPDATE)
    back = Deed(*place, "title", Fate.BACK, overrides=(f"{number}.1",))
    left = Deed(*place, "mail", Fate.MOVED_ON, why="it moved on")
    run = ("r1",)
    return Undo(number, "hr-to-app", "app", plan, run, "wrong", "anna", START, (back, left))


COUNTED = ((Bucket("users.update", "department", "Sales"), 1), (Bucket("users.update"), 2))


def _act(store: Store) -> None:
    with large_plans():
        plan = saved(store, 9)
    fact = event(EventKind.PLAN_SEALED, plan=plan.digest)
    store.plans.save(stored(plan, created_at=START + timedelta(hours=1)), [fact])
    for vote, kind in (("d1", DecisionKind.APPROVE), ("d2", DecisionKind.REJECT)):
        given = decision(plan, vote, kind=kind)
        store.decisions.add(given, [event(EventKind.DECIDED, decision=vote)])
    lease = store.controls.acquire("app", "w", START, 60.0)
    store.acts.begin_run(Run("r1", "hr-to-app", START, None, plan.digest, "ops", None))
    store.plans.set_status(plan.digest, PlanStatus.APPLYING, [event()])
    for start in (0, 3, 6):
        batch = [replace(one, counts=COUNTED) for one in intents(plan)[start : start + 3]]
        batch[0] = replace(batch[0], opening="g1", part="users.create")
        store.acts.intend(batch, lease.epoch, [intended_event(batch)])
        found = [
            *effects(batch[:1], consumes=("d1",)),
            *effects(batch[1:2], ActState.UNCERTAIN),
            *effects(batch[2:], ActState.FAILED, half_way=HalfWay(START, True, COUNTED)),
        ]
        store.acts.conclude(found, [outcome_event(found)])
    again = intents(plan, attempt=2)[2:3]
    store.acts.intend(again, lease.epoch, [intended_event(again)])
    link = Link(plan.actions[2].action.subject, ObjectType.USERS, "E2", "n2", None)
    done = [Effect(ended(again[0]), link=link, granted=(Membership("g", "m"),))]
    store.acts.conclude(done, [outcome_event(done)])
    unanswered = intents(plan, attempt=2)[4:5]
    store.acts.intend(unanswered, lease.epoch, [intended_event(unanswered)])
    store.plans.set_status(plan.digest, PlanStatus.PARTLY_APPLIED, [event()])
