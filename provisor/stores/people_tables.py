"""Tables of people and things, by ids of our own: what was read, and what it is tied to."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, PrimaryKeyConstraint, Table, Text

from provisor.stores.columns import (
    LONG,
    blobs,
    counted,
    numbers,
    optional_texts,
    schema,
    sealed,
    texts,
    unique,
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
    Column("said", Integer, nullable=False, server_default="0"),
    PrimaryKeyConstraint("system", "object_type", "identity"),
    sqlite_with_rowid=False,
)

link = Table(
    "link",
    schema,
    *texts("target", "object_type", "identity", "key", "native_id"),
    *optional_texts("anchor"),
    *texts("state"),
    *optional_texts("since", "accepted", "left_since", "left_as", "back_since"),
    PrimaryKeyConstraint("target", "object_type", "identity"),
    Index("link_of_key", "target", "object_type", "key"),
    Index("link_of_account", "target", "object_type", "native_id"),
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

former_name = Table(
    "former_name",
    schema,
    *texts("target", "object_type", "identity", "attribute", "name", "left_at"),
    PrimaryKeyConstraint("target", "object_type", "identity", "attribute", "name"),
    Index("former_name_left", "target", "object_type", "left_at"),
    sqlite_with_rowid=False,
)

membership = Table(
    "membership",
    schema,
    *texts("target", "group_identity", "member_identity"),
    PrimaryKeyConstraint("target", "group_identity", "member_identity"),
    Index("membership_of_member", "target", "member_identity"),
    sqlite_with_rowid=False,
)

former_membership = Table(
    "former_membership",
    schema,
    *texts("target", "group_identity", "member_identity", "left_since"),
    PrimaryKeyConstraint("target", "member_identity", "group_identity"),
    sqlite_with_rowid=False,
)

granted_value = Table(
    "granted_value",
    schema,
    *texts("target", "identity", "attribute", "value", "kept", "since"),
    PrimaryKeyConstraint("target", "identity", "attribute", "value"),
    Index("granted_value_of_kind", "target", "attribute", "since"),
    sqlite_with_rowid=False,
)

ended_right = Table(
    "ended_right",
    schema,
    *texts("target", "identity", "attribute", "value", "ended_at"),
    PrimaryKeyConstraint("target", "identity", "attribute", "value"),
    sqlite_with_rowid=False,
)

holding = Table(
    "holding",
    schema,
    *texts("target", "identity", "attribute", "value", "since"),
    PrimaryKeyConstraint("identity", "target", "attribute", "value"),
    Index("holding_of_target", "target", "attribute"),
    sqlite_with_rowid=False,
)

# --- what the last plan of a job knew: a cache, lost without harm --------------------------------

known_cycle = Table(
    "known_cycle",
    schema,
    *texts("job"),
    *numbers("number", "turn"),
    *texts("configuration", "full_at", "at", "facts"),
    PrimaryKeyConstraint("job"),
)

known_object = Table(
    "known_object",
    schema,
    *numbers("cycle"),
    *texts("side", "object_type", "key"),
    *optional_texts("body"),
    *texts("place"),
    *optional_texts("native", "identity"),
    *numbers("linked", "keeps"),
    *texts("told"),
    *optional_texts("due"),
    PrimaryKeyConstraint("cycle", "side", "object_type", "key"),
    sqlite_with_rowid=False,
)

known_mark = Table(
    "known_mark",
    schema,
    *numbers("cycle"),
    *texts("mark", "key"),
    PrimaryKeyConstraint("cycle", "mark", "key"),
    sqlite_with_rowid=False,
)

known_pair = Table(
    "known_pair",
    schema,
    *numbers("cycle"),
    *texts("side", "group_key", "member_key"),
    PrimaryKeyConstraint("cycle", "side", "group_key", "member_key"),
    Index("known_pair_of_member", "cycle", "side", "member_key"),
    sqlite_with_rowid=False,
)

known_print = Table(
    "known_print",
    schema,
    *texts("job", "name"),
    *numbers("part"),
    *texts("seal"),
    *blobs("body"),
    PrimaryKeyConstraint("job", "name", "part"),
)

# --- who is who over several sources ----------------------------------------------------------

tie_page = Table(
    "tie_page",
    schema,
    counted(),
    *texts("system", "object_type", "cause", "at"),
    *blobs("body"),
    sealed(),
    Index("tie_page_of", "system", "object_type"),
)

form_page = Table(
    "form_page",
    schema,
    *texts("system", "object_type"),
    *numbers("number"),
    *blobs("body"),
    PrimaryKeyConstraint("system", "object_type", "number"),
)

person_word = Table(
    "person_word",
    schema,
    counted(),
    unique("id"),
    *texts("kind", "system", "object_type", "person", "other"),
    *texts("reason", "author", "approver", "at", "moved", "undoes"),
    sealed(),
    Index("person_word_of", "system"),
)

# --- what both sides held on earlier days -----------------------------------------------------

history_feed = Table(
    "history_feed",
    schema,
    *numbers("number"),
    *texts("system", "object_type", "strand", "key", "attributes"),
    PrimaryKeyConstraint("number"),
)

history_look = Table(
    "history_look",
    schema,
    counted("number"),
    *texts("job"),
    *numbers("turn"),
    *texts("at"),
    *numbers("full_read"),
    *texts("fault"),
    Index("history_look_of", "job", "at"),
)

history_sight = Table(
    "history_sight",
    schema,
    *numbers("feed"),
    Column("look", LONG, nullable=False),
    Column("chapter", LONG, nullable=False),
    *texts("observation", "at", "aside"),
    PrimaryKeyConstraint("feed", "look"),
    Index("history_sight_of", "look"),
)

history_page = Table(
    "history_page",
    schema,
    *numbers("feed"),
    Column("chapter", LONG, nullable=False),
    *numbers("part"),
    *texts("form"),
    *blobs("body"),
    PrimaryKeyConstraint("feed", "chapter", "part"),
)

history_change = Table(
    "history_change",
    schema,
    *numbers("feed"),
    Column("look", LONG, nullable=False),
    *texts("key", "member"),
    *optional_texts("body"),
    PrimaryKeyConstraint("feed", "look", "key", "member"),
    Index("history_change_of", "feed", "key", "member"),
    sqlite_with_rowid=False,
)
