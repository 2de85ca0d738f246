"""Tables of what was done, what a person must see, and what stops everything."""

from __future__ import annotations

from sqlalchemy import Column, Index, Integer, PrimaryKeyConstraint, Table

from provisor.stores.columns import (
    blobs,
    counted,
    numbers,
    optional_texts,
    pointing,
    schema,
    sealed,
    texts,
    unique,
)

# --- what was done ----------------------------------------------------------------------------

run = Table(
    "run",
    schema,
    counted(),
    unique("id"),
    *texts("job", "started_at"),
    *optional_texts("ended_at", "plan"),
    *texts("actor"),
    Column("exit_code", Integer),
    *texts("outcomes", "summary"),
    Index("run_of", "job"),
)

run_cost = Table(
    "run_cost",
    schema,
    counted(),
    unique("run"),
    *texts("target", "forecast", "spent"),
    Index("run_cost_of_target", "target"),
)

intent = Table(
    "intent",
    schema,
    counted(),
    *blobs("action"),
    pointing("plan", "plan.number"),
    *texts("run", "target"),
    *numbers("attempt"),
    *texts("part", "operation", "object_type", "at"),
    *numbers("position", "epoch", "voted"),
    sealed(),
    Index("intent_of_target", "target", "at"),
)

intent_count = Table(
    "intent_count",
    schema,
    counted(),
    pointing("intent", "intent.sequence"),
    *texts("kind", "by", "of"),
    *numbers("amount"),
    sealed(),
    Index("intent_count_of", "intent"),
)
"""What an act counts in besides one act of its kind: its department, the members it moves.

Departments and groups stand here and in no leaf; the leaf's seal of these rows is keyed.
"""

outcome = Table(
    "outcome",
    schema,
    counted(),
    *blobs("action"),
    pointing("plan", "plan.number"),
    *texts("run", "target"),
    *numbers("attempt"),
    *texts("state", "at"),
    *optional_texts("native_id"),
    *texts("code", "message", "assurance", "blocked_by", "consumes"),
    sealed(),
    Index("outcome_of_plan", "plan"),
)

outcome_count = Table(
    "outcome_count",
    schema,
    counted(),
    pointing("outcome", "outcome.sequence"),
    *texts("target", "at"),
    *numbers("voted"),
    *texts("kind", "by", "of"),
    *numbers("amount"),
    sealed(),
    Index("outcome_count_lately", "target", "at"),
)
"""What an attempt that failed or was blocked had done before: members that it moved."""

unsettled = Table(
    "unsettled",
    schema,
    pointing("intent", "intent.sequence"),
    *texts("target"),
    *blobs("action"),
    pointing("plan", "plan.number"),
    *numbers("attempt"),
    PrimaryKeyConstraint("intent"),
)

# --- what others did ---------------------------------------------------------------------------

drift = Table(
    "drift",
    schema,
    counted(),
    unique("id"),
    *texts("job", "target", "kind", "object_type", "identity", "key", "native_id", "name"),
    *texts("attribute", "before", "after", "mover", "explained_by"),
    *texts("earlier_at", "earlier_by", "later_at", "later_by"),
    sealed(),
    Index("drift_of", "job", "later_at"),
)

# --- what a person must see, and what stops everything ----------------------------------------

alert = Table(
    "alert",
    schema,
    counted(),
    unique("id"),
    *texts("kind", "cause", "severity", "job", "message", "next", "raised_at", "last_seen_at"),
    *numbers("repeats"),
    *optional_texts("closed_at"),
)

freeze = Table(
    "freeze", schema, *texts("target", "actor", "reason", "at"), PrimaryKeyConstraint("target")
)

lease = Table(
    "lease",
    schema,
    *texts("target", "holder"),
    *numbers("epoch"),
    *texts("expires_at"),
    PrimaryKeyConstraint("target"),
)
