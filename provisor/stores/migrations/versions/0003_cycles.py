"""Cycles that read only what changed, drift, limits over a month, and what plans cost."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from provisor.stores.migrations.of_earlier_days import add_history
from provisor.stores.migrations.of_words import add_words

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_schema = sa.MetaData()


def _texts(*names: str, nullable: bool = False) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=nullable) for name in names]


def _numbers(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), nullable=False) for name in names]


# --- what the last plan of a job knew -----------------------------------------------------------

sa.Table(
    "known_cycle",
    _schema,
    *_texts("job"),
    *_numbers("number", "turn"),
    *_texts("configuration", "full_at", "at", "facts"),
    sa.PrimaryKeyConstraint("job"),
)

sa.Table(
    "known_object",
    _schema,
    *_numbers("cycle"),
    *_texts("side", "object_type", "key"),
    *_texts("body", nullable=True),
    *_texts("place"),
    *_texts("native", "identity", nullable=True),
    *_numbers("linked", "keeps"),
    *_texts("told"),
    *_texts("due", nullable=True),
    sa.PrimaryKeyConstraint("cycle", "side", "object_type", "key"),
    sqlite_with_rowid=False,
)

sa.Table(
    "known_mark",
    _schema,
    *_numbers("cycle"),
    *_texts("mark", "key"),
    sa.PrimaryKeyConstraint("cycle", "mark", "key"),
    sqlite_with_rowid=False,
)

sa.Table(
    "known_pair",
    _schema,
    *_numbers("cycle"),
    *_texts("side", "group_key", "member_key"),
    sa.PrimaryKeyConstraint("cycle", "side", "group_key", "member_key"),
    sa.Index("known_pair_of_member", "cycle", "side", "member_key"),
    sqlite_with_rowid=False,
)

sa.Table(
    "known_print",
    _schema,
    *_texts("job", "name"),
    *_numbers("part"),
    *_texts("seal"),
    sa.Column("body", sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint("job", "name", "part"),
)

# --- names that leavers' accounts gave up -------------------------------------------------------

sa.Table(
    "former_name",
    _schema,
    *_texts("target", "object_type", "identity", "attribute", "name", "left_at"),
    sa.PrimaryKeyConstraint("target", "object_type", "identity", "attribute", "name"),
    sa.Index("former_name_left", "target", "object_type", "left_at"),
    sqlite_with_rowid=False,
)

# --- memberships that were taken back from people who left ----------------------------------------

sa.Table(
    "former_membership",
    _schema,
    *_texts("target", "group_identity", "member_identity", "left_since"),
    sa.PrimaryKeyConstraint("target", "member_identity", "group_identity"),
    sqlite_with_rowid=False,
)

# --- rights that we gave, and who holds what may not be held together ----------------------------

sa.Table(
    "granted_value",
    _schema,
    *_texts("target", "identity", "attribute", "value", "kept", "since"),
    sa.PrimaryKeyConstraint("target", "identity", "attribute", "value"),
    sa.Index("granted_value_of_kind", "target", "attribute", "since"),
    sqlite_with_rowid=False,
)

sa.Table(
    "ended_right",
    _schema,
    *_texts("target", "identity", "attribute", "value", "ended_at"),
    sa.PrimaryKeyConstraint("target", "identity", "attribute", "value"),
    sqlite_with_rowid=False,
)

sa.Table(
    "holding",
    _schema,
    *_texts("target", "identity", "attribute", "value", "since"),
    sa.PrimaryKeyConstraint("identity", "target", "attribute", "value"),
    sa.Index("holding_of_target", "target", "attribute"),
    sqlite_with_rowid=False,
)

# --- what plans take, and whom they are about ---------------------------------------------------

_LONG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

sa.Table(
    "plan_focus",
    _schema,
    sa.Column("plan", _LONG, primary_key=True, autoincrement=False),
    *_texts("only"),
)

# They are there since the first revision, and named here for what points at them.
sa.Table("plan_showing", _schema, sa.Column("sequence", _LONG, primary_key=True))
sa.Table("intent", _schema, sa.Column("sequence", _LONG, primary_key=True))
sa.Table("plan", _schema, sa.Column("number", _LONG, primary_key=True))

sa.Table(
    "plan_page",
    _schema,
    sa.Column("plan", _LONG, sa.ForeignKey("plan.number"), nullable=False),
    *_numbers("page"),
    sa.Column("root", sa.LargeBinary(), nullable=False),
    *_texts("grades"),
    *_numbers("naming"),
    sa.PrimaryKeyConstraint("plan", "page"),
)

sa.Table(
    "plan_reference",
    _schema,
    sa.Column("sequence", _LONG, primary_key=True, autoincrement=False),
    sa.Column("showing", _LONG, sa.ForeignKey("plan_showing.sequence"), nullable=False),
    *_texts("listed"),
    sa.Column("leaf", _LONG),
    sa.Index("plan_reference_of", "showing"),
)

sa.Table(
    "plan_forecast",
    _schema,
    sa.Column("showing", _LONG, primary_key=True, autoincrement=False),
    *_texts("lines"),
)

sa.Table(
    "plan_look",
    _schema,
    sa.Column("showing", _LONG, primary_key=True, autoincrement=False),
    *_texts("told"),
)

# --- which configuration plans are made under, and who agreed to it ------------------------------

sa.Table(
    "revision_turn",
    _schema,
    sa.Column("sequence", _LONG, primary_key=True, autoincrement=False),
    *_texts("job", "digest"),
    *_numbers("approved"),
    *_texts("at"),
    sa.Index("revision_turn_of", "job"),
)

sa.Table(
    "configuration",
    _schema,
    sa.Column("number", _LONG, primary_key=True, autoincrement=False),
    *_texts("digest", "document", "body", "author"),
    *_numbers("asserted"),
    *_texts("hands", "reason", "proposed_at"),
    *_numbers("after", "origin"),
    sa.Column("leaf", _LONG),
)


def _of_configuration(name: str, *columns: sa.Column[str] | sa.Column[int]) -> None:
    """Draw a table of what happened to proposed configurations."""
    sa.Table(
        name,
        _schema,
        sa.Column("sequence", _LONG, primary_key=True, autoincrement=False),
        sa.Column("configuration", _LONG, sa.ForeignKey("configuration.number"), nullable=False),
        *columns,
        sa.Column("leaf", _LONG),
        sa.Index(f"{name}_of", "configuration"),
    )


_of_configuration("configuration_result", *_texts("digest", "made_by", "made_at", "body"))
_of_configuration(
    "configuration_voice",
    *_texts("kind", "voter"),
    *_numbers("asserted"),
    *_texts("reason", "at", "expires_at", "results"),
)
_of_configuration(
    "configuration_activation",
    *_texts("actor"),
    *_numbers("asserted"),
    *_texts("reason", "at"),
)

sa.Table(
    "plan_citation",
    _schema,
    sa.Column("sequence", _LONG, primary_key=True, autoincrement=False),
    sa.Column("showing", _LONG, sa.ForeignKey("plan_showing.sequence"), nullable=False),
    *_numbers("configuration"),
    sa.Column("leaf", _LONG),
    sa.Index("plan_citation_of", "showing"),
)

sa.Table(
    "run_cost",
    _schema,
    sa.Column("sequence", _LONG, primary_key=True, autoincrement=False),
    sa.Column("run", sa.Text(), nullable=False, unique=True),
    *_texts("target", "forecast", "spent"),
    sa.Index("run_cost_of_target", "target"),
)


# --- what acts count in --------------------------------------------------------------------------

sa.Table(
    "intent_count",
    _schema,
    sa.Column("sequence", _LONG, primary_key=True, autoincrement=False),
    sa.Column("intent", _LONG, sa.ForeignKey("intent.sequence"), nullable=False),
    *_texts("kind", "by", "of"),
    *_numbers("amount"),
    sa.Column("leaf", _LONG),
    sa.Index("intent_count_of", "intent"),
)

sa.Table("outcome", _schema, sa.Column("sequence", _LONG, primary_key=True))

sa.Table(
    "outcome_count",
    _schema,
    sa.Column("sequence", _LONG, primary_key=True, autoincrement=False),
    sa.Column("outcome", _LONG, sa.ForeignKey("outcome.sequence"), nullable=False),
    *_texts("target", "at"),
    *_numbers("voted"),
    *_texts("kind", "by", "of"),
    *_numbers("amount"),
    sa.Column("leaf", _LONG),
    sa.Index("outcome_count_lately", "target", "at"),
)


# --- what others did in a target ----------------------------------------------------------------

sa.Table(
    "drift",
    _schema,
    sa.Column(
        "sequence",
        sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
        primary_key=True,
        autoincrement=False,
    ),
    sa.Column("id", sa.Text(), nullable=False, unique=True),
    *_texts("job", "target", "kind", "object_type", "identity", "key", "native_id", "name"),
    *_texts("attribute", "before", "after", "mover", "explained_by"),
    *_texts("earlier_at", "earlier_by", "later_at", "later_by"),
    sa.Column("leaf", sa.BigInteger().with_variant(sa.Integer(), "sqlite")),
    sa.Index("drift_of", "job", "later_at"),
)


# --- what people asked to take back -------------------------------------------------------------

sa.Table(
    "undo",
    _schema,
    sa.Column("sequence", _LONG, primary_key=True, autoincrement=False),
    sa.Column("id", sa.Text(), nullable=False, unique=True),
    *_texts("job", "target", "plan", "runs", "reason", "author", "created_at", "deeds"),
    sa.Column("leaf", _LONG),
    sa.Index("undo_of_plan", "plan"),
)

add_words(_schema)

# --- who is who over several sources --------------------------------------------------------------

sa.Table(
    "tie_page",
    _schema,
    sa.Column("sequence", _LONG, primary_key=True, autoincrement=False),
    *_texts("system", "object_type", "cause", "at"),
    sa.Column("body", sa.LargeBinary(), nullable=False),
    sa.Column("leaf", _LONG),
    sa.Index("tie_page_of", "system", "object_type"),
)

sa.Table(
    "form_page",
    _schema,
    *_texts("system", "object_type"),
    *_numbers("number"),
    sa.Column("body", sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint("system", "object_type", "number"),
)

sa.Table(
    "person_word",
    _schema,
    sa.Column("sequence", _LONG, primary_key=True, autoincrement=False),
    sa.Column("id", sa.Text(), nullable=False, unique=True),
    *_texts("kind", "system", "object_type", "person", "other"),
    *_texts("reason", "author", "approver", "at", "moved", "undoes"),
    sa.Column("leaf", _LONG),
    sa.Index("person_word_of", "system"),
)


add_history(_schema)


def _guards(name: str) -> list[str]:
    """Make the database refuse changes to an append-only table."""
    if op.get_context().dialect.name == "sqlite":
        return [
            f'CREATE TRIGGER {name}_no_{act.lower()} BEFORE {act} ON "{name}" '
            f"BEGIN SELECT RAISE(ABORT, '{name} is append-only'); END"
            for act in ("UPDATE", "DELETE")
        ]
    return [
        f"CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
        f'ON "{name}" FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()',
    ]


def upgrade() -> None:
    """Make the tables."""
    _schema.create_all(op.get_bind())
    guarded = (
        *("drift", "intent_count", "outcome_count", "plan_page", "plan_reference"),
        *("plan_citation", "revision_turn", "configuration", "configuration_result"),
        *("configuration_voice", "configuration_activation", "undo"),
        *("override_term", "override_consent", "opening", "opening_review", "intent_opening"),
        *("tie_page", "person_word"),
    )
    for table in guarded:
        for statement in _guards(table):
            op.execute(statement)
    op.execute("CREATE INDEX intent_free ON intent (target, at) WHERE voted <> 1")
    op.execute(
        "CREATE INDEX outcome_not_done ON outcome (action) "
        "WHERE state IN ('failed', 'stale', 'superseded', 'blocked')"
    )
    op.execute("CREATE INDEX outcome_using ON outcome (action) WHERE consumes <> '[]'")
    op.execute(
        "CREATE INDEX known_object_due ON known_object (cycle, side, object_type, due) "
        "WHERE due IS NOT NULL"
    )
    for name in ("left_since", "left_as", "back_since"):
        op.add_column("link", sa.Column(name, sa.Text()))
    op.add_column("absence", sa.Column("said", sa.Integer(), nullable=False, server_default="0"))
    # Whom we switched off before leaving was remembered: their days count from there.
    op.execute(
        "UPDATE link SET left_since = since, left_as = 'leaver' "
        "WHERE state = 'disabled' AND since IS NOT NULL"
    )
    op.create_index("decision_action_of", "decision_action", ["action"])
    op.create_index("link_of_key", "link", ["target", "object_type", "key"])
    op.create_index("link_of_account", "link", ["target", "object_type", "native_id"])
    op.create_index("membership_of_member", "membership", ["target", "member_identity"])
