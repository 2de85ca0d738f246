"""The tables, once: what is append-only, what moves, and what a leaf seals.

Times are text (RFC 3339, UTC, six digits of fraction) so that they sort as they stand; flags are
0 and 1; composed values are JSON text. So the same statements run on SQLite and on PostgreSQL.
A table with a column `leaf` holds facts: each row is sealed by the leaf of that position, null
when the caller had no event to tell. A `sequence` is the order of writing: it gives `newest` a
meaning that no clock can confuse; the store draws it, since writers take turns.
"""

from __future__ import annotations

from sqlalchemy import (
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from provisor.stores.columns import (
    LONG,
    blobs,
    counted,
    numbers,
    optional_texts,
    pointing,
    sealed,
    texts,
    unique,
)

REVISIONS = ("0001", "0002")
"""Every revision of the schema that this program knows, oldest first."""

schema = MetaData()

revision_mark = Table(
    "alembic_version",
    schema,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

installation = Table(
    "installation", schema, *texts("id"), *blobs("seed"), PrimaryKeyConstraint("id")
)

# --- people and things, by ids of our own -----------------------------------------------------

identity = Table(
    "identity",
    schema,
    *texts("id", "created_at"),
    PrimaryKeyConstraint("id"),
    sqlite_with_rowid=False,
)

identity_key = Table(
    "identity_key",
    schema,
    *texts("system", "object_type", "key"),
    Column("identity", Text, ForeignKey("identity.id"), nullable=False),
    PrimaryKeyConstraint("system", "object_type", "key"),
    sqlite_with_rowid=False,
)

subject_key = Table(
    "subject_key",
    schema,
    Column("identity", Text, ForeignKey("identity.id"), nullable=False),
    *blobs("key"),
    PrimaryKeyConstraint("identity"),
    sqlite_with_rowid=False,
)

# --- what was read, and what it is tied to ----------------------------------------------------

observation = Table(
    "observation",
    schema,
    counted(),
    unique("id"),
    *texts("system", "object_type", "started_at", "ended_at"),
    *numbers("pages", "row_count"),
    Column("declared_total", Integer),
    *numbers("complete"),
    *texts("reason", "digest"),
    *optional_texts("version", "watermark"),
    *texts("column_names", "nulls"),
    sealed(),
    Index("observation_of", "system", "object_type", "complete"),
)

absence = Table(
    "absence",
    schema,
    *texts("system", "object_type", "identity", "key", "since"),
    *numbers("reads"),
    PrimaryKeyConstraint("system", "object_type", "identity"),
    sqlite_with_rowid=False,
)

link = Table(
    "link",
    schema,
    *texts("target", "object_type", "identity", "key", "native_id"),
    *optional_texts("anchor"),
    *texts("state"),
    *optional_texts("since", "accepted"),
    PrimaryKeyConstraint("target", "object_type", "identity"),
    sqlite_with_rowid=False,
)

account_name = Table(
    "account_name",
    schema,
    *texts("target", "object_type", "identity", "attribute", "name"),
    *optional_texts("left_at"),
    PrimaryKeyConstraint("target", "object_type", "identity", "attribute"),
    sqlite_with_rowid=False,
)

membership = Table(
    "membership",
    schema,
    *texts("target", "group_identity", "member_identity"),
    PrimaryKeyConstraint("target", "group_identity", "member_identity"),
    sqlite_with_rowid=False,
)

# --- what was meant, and who allowed it -------------------------------------------------------

revision = Table(
    "revision",
    schema,
    *texts("job", "digest", "author", "presented_at", "document"),
    sealed(),
    PrimaryKeyConstraint("job", "digest"),
)

revision_approval = Table(
    "revision_approval",
    schema,
    *texts("job", "digest", "approved_at"),
    PrimaryKeyConstraint("job", "digest"),
)

plan = Table(
    "plan",
    schema,
    counted("number"),
    unique("digest"),
    *texts("job"),
    *blobs("header"),
    sealed(),
)

plan_showing = Table(
    "plan_showing",
    schema,
    counted(),
    pointing("plan", "plan.number"),
    *texts("at", "initiator", "author"),
    *numbers("four_eyes", "asserted"),
    *texts("verdict", "parts", "verdicts", "records", "accounts", "set_aside", "findings"),
    *texts("baseline", "observations"),
    *optional_texts("predecessor"),
    sealed(),
    Index("plan_showing_of", "plan"),
)

document = Table(
    "document",
    schema,
    *texts("digest", "body"),
    PrimaryKeyConstraint("digest"),
)

plan_status = Table(
    "plan_status",
    schema,
    counted(),
    pointing("plan", "plan.number"),
    *texts("status", "at"),
    sealed(),
    Index("plan_status_of", "plan"),
)

plan_action = Table(
    "plan_action",
    schema,
    pointing("plan", "plan.number"),
    *numbers("position"),
    *blobs("digest", "body"),
    *texts("subject", "part"),
    *numbers("wave"),
    *texts("bundle", "key", "name"),
    *numbers("urgent"),
    *texts("leave_date"),
    Column("label", LargeBinary),
    PrimaryKeyConstraint("plan", "position"),
)

decision = Table(
    "decision",
    schema,
    counted(),
    unique("id"),
    *texts("kind"),
    pointing("plan", "plan.number"),
    *texts("job", "configuration", "approver", "reason", "decided_at", "expires_at"),
    *optional_texts("signature"),
    sealed(),
    Index("decision_of_job", "job", "configuration"),
    Index("decision_of_plan", "plan"),
)

decision_action = Table(
    "decision_action",
    schema,
    pointing("decision", "decision.sequence"),
    *blobs("action"),
    PrimaryKeyConstraint("decision", "action"),
    sqlite_with_rowid=False,
)

override = Table(
    "override",
    schema,
    counted(),
    unique("id"),
    *texts("kind", "job", "object_type", "key", "attribute", "value"),
    *texts("reason", "author", "approver", "created_at"),
    *optional_texts("expires_at"),
    sealed(),
)

override_end = Table(
    "override_end",
    schema,
    Column("override", Text, ForeignKey("override.id"), nullable=False),
    *texts("ended_at"),
    sealed(),
    PrimaryKeyConstraint("override"),
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

# --- the audit log ----------------------------------------------------------------------------

leaf = Table(
    "leaf",
    schema,
    counted("position"),
    *blobs("body", "hash"),
)

log_head = Table(
    "log_head",
    schema,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", LONG, nullable=False),
    *blobs("frontier", "root"),
)

PARTIAL_INDEXES = (
    "CREATE UNIQUE INDEX alert_open ON alert (kind, cause) WHERE closed_at IS NULL",
    """CREATE INDEX outcome_consuming ON outcome ("plan") WHERE consumes <> '[]'""",
    "CREATE INDEX account_name_left ON account_name (target, object_type, left_at) "
    "WHERE left_at IS NOT NULL",
)
"""The same words on SQLite and PostgreSQL; said with SQLAlchemy they would load both dialects."""

APPEND_ONLY = (
    observation,
    revision,
    revision_approval,
    plan,
    plan_showing,
    plan_status,
    plan_action,
    decision,
    decision_action,
    *(override, override_end, intent, outcome, leaf),
)
"""Tables whose rows nobody changes or removes; the database refuses it."""

SEALED = {
    table: tuple(column.name for column in table.c if column.name != "leaf")
    for table in APPEND_ONLY
    if "leaf" in table.c
} | {
    plan_action: ("plan", "position", "digest", "part", "wave", "bundle", "urgent", "label"),
    decision_action: ("decision", "action"),
}
"""The columns that a leaf seals.

Of a planned action the body is sealed by its keyed digest, and what names a person by the keyed
`label`: so erasing a person (the key and the clear columns) leaves the seal whole.
"""
