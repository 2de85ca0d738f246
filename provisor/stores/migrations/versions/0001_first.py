"""Every table of the first revision, and the guards of what is append-only."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_APPEND_ONLY = (
    "observation",
    "revision",
    "revision_approval",
    "plan",
    "plan_showing",
    "plan_status",
    "plan_action",
    "decision",
    "decision_action",
    "override",
    "override_end",
    "intent",
    "outcome",
    "leaf",
)


_PARTIAL_INDEXES = (
    "CREATE UNIQUE INDEX alert_open ON alert (kind, cause) WHERE closed_at IS NULL",
    """CREATE INDEX outcome_consuming ON outcome ("plan") WHERE consumes <> '[]'""",
)
_schema = sa.MetaData()


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _optional_texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text()) for name in names]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


def _bytes(*names: str) -> list[sa.Column[bytes]]:
    return [sa.Column(name, sa.LargeBinary(), nullable=False) for name in names]


sa.Table(
    "absence",
    _schema,
    *_texts("system", "object_type", "identity", "key", "since"),
    *_numbers("reads"),
    sa.PrimaryKeyConstraint("system", "object_type", "identity"),
    sqlite_with_rowid=False,
)
sa.Table(
    "alert",
    _schema,
    sa.Column("sequence", _LONG, primary_key=True, autoincrement=False),
    sa.Column("id", sa.Text(), nullable=False, unique=True),
    *_texts("kind", "cause", "severity", "job", "message", "next", "raised_at", "last_seen_at"),
    *_numbers("repeats"),
    *_optional_texts("closed_at"),
)
sa.Table(
    "document",
    _schema,
    *_texts("digest", "body"),
    sa.PrimaryKeyConstraint("digest"),
)
sa.Table(
    "freeze",
    _schema,
    *_texts("target", "actor", "reason", "at"),
    sa.PrimaryKeyConstraint("target"),
)
sa.Table(
    "identity",
    _schema,
    *_texts("id", "created_at"),
    sa.PrimaryKeyConstraint("id"),
    sqlite_with_rowid=False,
)
sa.Table(
    "installation",
    _schema,
    *_texts("id"),
    *_bytes("seed"),
    sa.PrimaryKeyConstraint("id"),
)
sa.Table(
    "leaf",
    _schema,
    sa.Column("position", _LONG, primary_key=True, autoincrement=False),
    *_bytes("body", "hash"),
)
sa.Table(
    "lease",
    _schema,
    *_texts("target", "holder"),
    *_numbers("epoch"),
    *_texts("expires_at"),
    sa.PrimaryKeyConstraint("target"),
)
sa.Table(
    "link",
    _schema,
    *_texts("target", "object_type", "identity", "key", "native_id"),
    *_optional_texts("anchor"),
    *_texts("state"),
    *_optional_texts("since", "accepted"),
    sa.PrimaryKeyConstraint("target", "object_type", "identity"),
    sqlite_with_rowid=False,
)
sa.Table(
    "log_head",
    _schema,
    sa.Column("id", sa.Integer(), primary_key=True, autoincrement=False),
    sa.Column("size", _LONG, nullable=False),
    *_bytes("frontier", "root"),
)
sa.Table(
    "membership",
    _schema,
    *_texts("target", "group_identity", "member_identity"),
    sa.PrimaryKeyConstraint("target", "group_identity", "member_identity"),
    sqlite_with_rowid=False,
)
sa.Table(
    "observation",
    _schema,
    sa.Column("sequence", _LONG, primary_key=True, autoincrement=False),
    sa.Column("id", sa.Text(), nullable=False, unique=True),
    *_texts("system", "object_type", "started_at", "ended_at"),
    *_numbers("pages", "row_count"),
    sa.Column("declared_total", sa.Integer(), nullable=True),
    *_numbers("complete"),
    *_texts("reason", "digest"),
    *_optional_texts("version", "watermark"),
    *_texts("column_names", "nulls"),
    sa.Column("leaf", _LONG, nullable=True),
    sa.Index("observation_of", "system", "object_type", "complete"),
)
sa.Table(
    "override",
    _schema,
    sa.Column("sequence", _LONG, primary_key=True, autoincrement=False),
    sa.Column("id", sa.Text(), nullable=False, unique=True),
    *_texts(
        "kind",
        "job",
        "object_type",
        "key",
        "attribute",
        "value",
        "reason",
        "author",
        "approver",
        "created_at",
    ),
    *_optional_texts("expires_at"),
    sa.Column("leaf", _LONG, nullable=True),
)
sa.Table(
    "plan",
    _schema,
    sa.Column("number", _LONG, primary_key=True, autoincrement=False),
    sa.Column("digest", sa.Text(), nullable=False, unique=True),
    *_texts("job"),
    *_bytes("header"),
    sa.Column("leaf", _LONG, nullable=True),
)
sa.Table(
    "revision",
    _schema,
    *_texts("job", "digest", "author", "presented_at", "document"),
    sa.Column("leaf", _LONG, nullable=True),
    sa.PrimaryKeyConstraint("job", "digest"),
)
sa.Table(
    "revision_approval",
    _schema,
    *_texts("job", "digest", "approved_at"),
    sa.PrimaryKeyConstraint("job", "digest"),
)
sa.Table(
    "run",
    _schema,
    sa.Column("sequence", _LONG, primary_key=True, autoincrement=False),
    sa.Column("id", sa.Text(), nullable=False, unique=True),
    *_texts("job", "started_at"),
    *_optional_texts("ended_at", "plan"),
    *_texts("actor"),
    sa.Column("exit_code", sa.Integer(), nullable=True),
    *_texts("outcomes", "summary"),
    sa.Index("run_of", "job"),
)
sa.Table(
    "decision",
    _schema,
    sa.Column("sequence", _LONG, primary_key=True, autoincrement=False),
    sa.Column("id", sa.Text(), nullable=False, unique=True),
    *_texts("kind"),
    sa.Column("plan", _LONG, sa.ForeignKey("plan.number"), nullable=False),
    *_texts("job", "configuration", "approver", "reason", "decided_at", "expires_at"),
    *_optional_texts("signature"),
    sa.Column("leaf", _LONG, nullable=True),
    sa.Index("decision_of_job", "job", "configuration"),
    sa.Index("decision_of_plan", "plan"),
)
sa.Table(
    "identity_key",
    _schema,
    *_texts("system", "object_type", "key"),
    sa.Column("identity", sa.Text(), sa.ForeignKey("identity.id"), nullable=False),
    sa.PrimaryKeyConstraint("system", "object_type", "key"),
    sqlite_with_rowid=False,
)
sa.Table(
    "intent",
    _schema,
    sa.Column("sequence", _LONG, primary_key=True, autoincrement=False),
    *_bytes("action"),
    sa.Column("plan", _LONG, sa.ForeignKey("plan.number"), nullable=False),
    *_texts("run", "target"),
    *_numbers("attempt"),
    *_texts("part", "operation", "object_type", "at"),
    *_numbers("position", "epoch", "voted"),
    sa.Column("leaf", _LONG, nullable=True),
    sa.Index("intent_of_target", "target", "at"),
)
sa.Table(
    "outcome",
    _schema,
    sa.Column("sequence", _LONG, primary_key=True, autoincrement=False),
    *_bytes("action"),
    sa.Column("plan", _LONG, sa.ForeignKey("plan.number"), nullable=False),
    *_texts("run", "target"),
    *_numbers("attempt"),
    *_texts("state", "at"),
    *_optional_texts("native_id"),
    *_texts("code", "message", "assurance", "blocked_by", "consumes"),
    sa.Column("leaf", _LONG, nullable=True),
    sa.Index("outcome_of_plan", "plan"),
)
sa.Table(
    "override_end",
    _schema,
    sa.Column("override", sa.Text(), sa.ForeignKey("override.id"), nullable=False),
    *_texts("ended_at"),
    sa.Column("leaf", _LONG, nullable=True),
    sa.PrimaryKeyConstraint("override"),
)
sa.Table(
    "plan_action",
    _schema,
    sa.Column("plan", _LONG, sa.ForeignKey("plan.number"), nullable=False),
    *_numbers("position"),
    *_bytes("digest", "body"),
    *_texts("subject", "part"),
    *_numbers("wave"),
    *_texts("bundle", "key", "name"),
    *_numbers("urgent"),
    *_texts("leave_date"),
    sa.Column("label", sa.LargeBinary(), nullable=True),
    sa.PrimaryKeyConstraint("plan", "position"),
)
sa.Table(
    "plan_showing",
    _schema,
    sa.Column("sequence", _LONG, primary_key=True, autoincrement=False),
    sa.Column("plan", _LONG, sa.ForeignKey("plan.number"), nullable=False),
    *_texts("at", "initiator", "author"),
    *_numbers("four_eyes", "asserted"),
    *_texts(
        "verdict",
        "parts",
        "verdicts",
        "records",
        "accounts",
        "set_aside",
        "findings",
        "baseline",
        "observations",
    ),
    *_optional_texts("predecessor"),
    sa.Column("leaf", _LONG, nullable=True),
    sa.Index("plan_showing_of", "plan"),
)
sa.Table(
    "plan_status",
    _schema,
    sa.Column("sequence", _LONG, primary_key=True, autoincrement=False),
    sa.Column("plan", _LONG, sa.ForeignKey("plan.number"), nullable=False),
    *_texts("status", "at"),
    sa.Column("leaf", _LONG, nullable=True),
    sa.Index("plan_status_of", "plan"),
)
sa.Table(
    "subject_key",
    _schema,
    sa.Column("identity", sa.Text(), sa.ForeignKey("identity.id"), nullable=False),
    *_bytes("key"),
    sa.PrimaryKeyConstraint("identity"),
    sqlite_with_rowid=False,
)
sa.Table(
    "decision_action",
    _schema,
    sa.Column("decision", _LONG, sa.ForeignKey("decision.sequence"), nullable=False),
    *_bytes("action"),
    sa.PrimaryKeyConstraint("decision", "action"),
    sqlite_with_rowid=False,
)
sa.Table(
    "unsettled",
    _schema,
    sa.Column(
        "intent", _LONG, sa.ForeignKey("intent.sequence"), primary_key=True, autoincrement=False
    ),
    *_texts("target"),
    *_bytes("action"),
    sa.Column("plan", _LONG, sa.ForeignKey("plan.number"), nullable=False),
    *_numbers("attempt"),
)


def upgrade() -> None:
    """Make the tables, and guard what is append-only."""
    _schema.create_all(op.get_bind())
    for statement in _PARTIAL_INDEXES:
        op.execute(statement)
    for name in _APPEND_ONLY:
        for statement in _guards(name):
            op.execute(statement)


def _guards(name: str) -> list[str]:
    if op.get_context().dialect.name == "sqlite":
        return [
            f'CREATE TRIGGER {name}_no_{act.lower()} BEFORE {act} ON "{name}" '
            f"BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END"
            for act in ("UPDATE", "DELETE")
        ]
    return [
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$",
        f"CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
        f'ON "{name}" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
    ]
