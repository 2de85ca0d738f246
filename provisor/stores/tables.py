"""The tables, once: what is append-only, what moves, and what a leaf seals.

Times are text (RFC 3339, UTC, six digits of fraction) so that they sort as they stand; flags are
0 and 1; composed values are JSON text. So the same statements run on SQLite and on PostgreSQL.
A table with a column `leaf` holds facts: each row is sealed by the leaf of that position, null
when the caller had no event to tell. A `sequence` is the order of writing: it gives `newest` a
meaning that no clock can confuse; the store draws it, since writers take turns.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
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
    text,
)

REVISIONS = ("0001",)
"""Every revision of the schema that this program knows, oldest first."""

schema = MetaData()

# SQLite finds rows by number without an index only in a column of exactly this type.
_LONG = BigInteger().with_variant(Integer(), "sqlite")


def _texts(*names: str) -> list[Column[str]]:
    return [Column(name, Text, nullable=False) for name in names]


def _optional_texts(*names: str) -> list[Column[str]]:
    return [Column(name, Text) for name in names]


def _numbers(*names: str) -> list[Column[int]]:
    return [Column(name, Integer, nullable=False) for name in names]


def _bytes(*names: str) -> list[Column[bytes]]:
    return [Column(name, LargeBinary, nullable=False) for name in names]


def _counted(name: str = "sequence") -> Column[int]:
    return Column(name, _LONG, primary_key=True, autoincrement=False)


def _pointing(name: str, place: str) -> Column[int]:
    return Column(name, _LONG, ForeignKey(place), nullable=False)


def _unique(name: str) -> Column[str]:
    return Column(name, Text, nullable=False, unique=True)


def _sealed() -> Column[int]:
    return Column("leaf", _LONG)


revision_mark = Table(
    "alembic_version",
    schema,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

installation = Table(
    "installation", schema, *_texts("id"), *_bytes("seed"), PrimaryKeyConstraint("id")
)

# --- people and things, by ids of our own -----------------------------------------------------

identity = Table(
    "identity",
    schema,
    *_texts("id", "created_at"),
    PrimaryKeyConstraint("id"),
    sqlite_with_rowid=False,
)

identity_key = Table(
    "identity_key",
    schema,
    *_texts("system", "object_type", "key"),
    Column("identity", Text, ForeignKey("identity.id"), nullable=False),
    PrimaryKeyConstraint("system", "object_type", "key"),
    sqlite_with_rowid=False,
)

subject_key = Table(
    "subject_key",
    schema,
    Column("identity", Text, ForeignKey("identity.id"), nullable=False),
    *_bytes("key"),
    PrimaryKeyConstraint("identity"),
    sqlite_with_rowid=False,
)

# --- what was read, and what it is tied to ----------------------------------------------------

observation = Table(
    "observation",
    schema,
    _counted(),
    _unique("id"),
    *_texts("system", "object_type", "started_at", "ended_at"),
    *_numbers("pages", "row_count"),
    Column("declared_total", Integer),
    *_numbers("complete"),
    *_texts("reason", "digest"),
    *_optional_texts("version", "watermark"),
    *_texts("column_names", "nulls"),
    _sealed(),
    Index("observation_of", "system", "object_type", "complete"),
)

absence = Table(
    "absence",
    schema,
    *_texts("system", "object_type", "identity", "key", "since"),
    *_numbers("reads"),
    PrimaryKeyConstraint("system", "object_type", "identity"),
    sqlite_with_rowid=False,
)

link = Table(
    "link",
    schema,
    *_texts("target", "object_type", "identity", "key", "native_id"),
    *_optional_texts("anchor"),
    *_texts("state"),
    *_optional_texts("since", "accepted"),
    PrimaryKeyConstraint("target", "object_type", "identity"),
    sqlite_with_rowid=False,
)

membership = Table(
    "membership",
    schema,
    *_texts("target", "group_identity", "member_identity"),
    PrimaryKeyConstraint("target", "group_identity", "member_identity"),
    sqlite_with_rowid=False,
)

# --- what was meant, and who allowed it -------------------------------------------------------

revision = Table(
    "revision",
    schema,
    *_texts("job", "digest", "author", "presented_at", "document"),
    _sealed(),
    PrimaryKeyConstraint("job", "digest"),
)

revision_approval = Table(
    "revision_approval",
    schema,
    *_texts("job", "digest", "approved_at"),
    PrimaryKeyConstraint("job", "digest"),
)

plan = Table(
    "plan",
    schema,
    _counted("number"),
    _unique("digest"),
    *_texts("job"),
    *_bytes("header"),
    *_texts("initiator", "author"),
    *_numbers("four_eyes", "asserted"),
    *_texts("verdict", "parts", "verdicts", "records", "accounts", "set_aside", "findings"),
    *_texts("baseline", "observations"),
    *_optional_texts("predecessor"),
    _sealed(),
)

plan_status = Table(
    "plan_status",
    schema,
    _counted(),
    _pointing("plan", "plan.number"),
    *_texts("status", "at"),
    *_numbers("saved"),
    _sealed(),
    Index("plan_status_of", "plan"),
)

plan_action = Table(
    "plan_action",
    schema,
    _pointing("plan", "plan.number"),
    *_numbers("position"),
    *_bytes("digest", "body"),
    *_texts("subject", "part"),
    *_numbers("wave"),
    *_texts("bundle", "key", "name"),
    *_numbers("urgent"),
    *_texts("leave_date"),
    Column("label", LargeBinary),
    PrimaryKeyConstraint("plan", "position"),
)

decision = Table(
    "decision",
    schema,
    _counted(),
    _unique("id"),
    *_texts("kind"),
    _pointing("plan", "plan.number"),
    *_texts("job", "configuration", "approver", "reason", "decided_at", "expires_at"),
    *_optional_texts("signature"),
    _sealed(),
    Index("decision_of_job", "job", "configuration"),
    Index("decision_of_plan", "plan"),
)

decision_action = Table(
    "decision_action",
    schema,
    _pointing("decision", "decision.sequence"),
    *_bytes("action"),
    PrimaryKeyConstraint("decision", "action"),
    sqlite_with_rowid=False,
)

decision_use = Table(
    "decision_use",
    schema,
    *_texts("decision"),
    *_bytes("action"),
    PrimaryKeyConstraint("decision", "action"),
    sqlite_with_rowid=False,
)

override = Table(
    "override",
    schema,
    _counted(),
    _unique("id"),
    *_texts("kind", "job", "object_type", "key", "attribute", "value"),
    *_texts("reason", "author", "approver", "created_at"),
    *_optional_texts("expires_at"),
    _sealed(),
)

override_end = Table(
    "override_end",
    schema,
    Column("override", Text, ForeignKey("override.id"), nullable=False),
    *_texts("ended_at"),
    _sealed(),
    PrimaryKeyConstraint("override"),
)

# --- what was done ----------------------------------------------------------------------------

run = Table(
    "run",
    schema,
    _counted(),
    _unique("id"),
    *_texts("job", "started_at"),
    *_optional_texts("ended_at", "plan"),
    *_texts("actor"),
    Column("exit_code", Integer),
    *_texts("outcomes", "summary"),
    Index("run_of", "job"),
)

intent = Table(
    "intent",
    schema,
    _counted(),
    *_bytes("action"),
    _pointing("plan", "plan.number"),
    *_texts("run", "target"),
    *_numbers("attempt"),
    *_texts("part", "operation", "object_type", "at"),
    *_numbers("position", "epoch"),
    _sealed(),
    Index("intent_of_target", "target", "at"),
)

outcome = Table(
    "outcome",
    schema,
    _counted(),
    *_bytes("action"),
    _pointing("plan", "plan.number"),
    *_texts("run", "target"),
    *_numbers("attempt"),
    *_texts("state", "at"),
    *_optional_texts("native_id"),
    *_texts("code", "message", "assurance", "blocked_by", "consumes"),
    _sealed(),
    Index("outcome_of_plan", "plan"),
    Index("outcome_of_target", "target", "at"),
)

unsettled = Table(
    "unsettled",
    schema,
    *_bytes("action"),
    *_texts("target"),
    _pointing("plan", "plan.number"),
    *_numbers("attempt"),
    _pointing("intent", "intent.sequence"),
    PrimaryKeyConstraint("action"),
    sqlite_with_rowid=False,
)

# --- what a person must see, and what stops everything ----------------------------------------

alert = Table(
    "alert",
    schema,
    _counted(),
    _unique("id"),
    *_texts("kind", "cause", "severity", "job", "message", "next", "raised_at", "last_seen_at"),
    *_numbers("repeats"),
    *_optional_texts("closed_at"),
)
_OPEN = text("closed_at IS NULL")
Index(
    "alert_open",
    alert.c.kind,
    alert.c.cause,
    unique=True,
    sqlite_where=_OPEN,
    postgresql_where=_OPEN,
)

freeze = Table(
    "freeze", schema, *_texts("target", "actor", "reason", "at"), PrimaryKeyConstraint("target")
)

lease = Table(
    "lease",
    schema,
    *_texts("target", "holder"),
    *_numbers("epoch"),
    *_texts("expires_at"),
    PrimaryKeyConstraint("target"),
)

# --- the audit log ----------------------------------------------------------------------------

leaf = Table(
    "leaf",
    schema,
    _counted("position"),
    *_bytes("body", "hash"),
)

log_head = Table(
    "log_head",
    schema,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", _LONG, nullable=False),
    *_bytes("frontier", "root"),
)

APPEND_ONLY = (
    observation,
    revision,
    revision_approval,
    plan,
    plan_status,
    plan_action,
    decision,
    decision_action,
    decision_use,
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
