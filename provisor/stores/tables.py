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
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
)

from provisor.stores.act_tables import drift, intent, intent_count, outcome, outcome_count
from provisor.stores.columns import (
    LONG,
    blobs,
    counted,
    schema,
    texts,
)
from provisor.stores.people_tables import observation, person_word, tie_page
from provisor.stores.plan_tables import (
    configuration,
    configuration_activation,
    configuration_result,
    configuration_voice,
    decision,
    decision_action,
    override,
    override_end,
    plan,
    plan_action,
    plan_citation,
    plan_page,
    plan_reference,
    plan_showing,
    plan_status,
    revision,
    revision_approval,
    revision_turn,
    undo,
)
from provisor.stores.word_tables import (
    intent_opening,
    opening,
    opening_review,
    override_consent,
    override_term,
)

REVISIONS = ("0001", "0002", "0003")
"""Every revision of the schema that this program knows, oldest first."""

revision_mark = Table(
    "alembic_version",
    schema,
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)

installation = Table(
    "installation", schema, *texts("id"), *blobs("seed"), PrimaryKeyConstraint("id")
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
    "CREATE INDEX intent_free ON intent (target, at) WHERE voted <> 1",
    "CREATE INDEX outcome_not_done ON outcome (action) "
    "WHERE state IN ('failed', 'stale', 'superseded', 'blocked')",
    "CREATE INDEX outcome_using ON outcome (action) WHERE consumes <> '[]'",
    "CREATE INDEX known_object_due ON known_object (cycle, side, object_type, due) "
    "WHERE due IS NOT NULL",
)
"""The same words on SQLite and PostgreSQL; said with SQLAlchemy they would load both dialects."""

APPEND_ONLY = (
    observation,
    revision,
    revision_approval,
    revision_turn,
    *(configuration, configuration_result, configuration_voice, configuration_activation),
    plan,
    plan_showing,
    plan_citation,
    plan_reference,
    plan_status,
    plan_action,
    plan_page,
    decision,
    decision_action,
    *(override_term, override_consent, opening, opening_review, intent_opening),
    *(override, override_end, undo, intent, intent_count, outcome, outcome_count, drift, leaf),
    *(tie_page, person_word),
)
"""Tables whose rows nobody changes or removes; the database refuses it."""

SEALED = {
    table: tuple(column.name for column in table.c if column.name != "leaf")
    for table in APPEND_ONLY
    if "leaf" in table.c
} | {
    plan_action: ("plan", "position", "digest", "part", "wave", "bundle", "urgent", "label"),
    plan_page: ("plan", "page", "root", "grades", "naming"),
    decision_action: ("decision", "action"),
}
"""The columns that a leaf seals.

Of a planned action the body is sealed by its keyed digest, and what names a person by the keyed
`label`: so erasing a person (the key and the clear columns) leaves the seal whole.
"""
