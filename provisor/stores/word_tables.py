"""Tables of what overrides need and who agreed, and of gates that were broken open."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, PrimaryKeyConstraint, Table, Text

from provisor.stores.columns import counted, numbers, pointing, schema, sealed, texts, unique

override_term = Table(
    "override_term",
    schema,
    Column("override", Text, ForeignKey("override.id"), nullable=False),
    *numbers("consent"),
    *texts("until"),
    sealed(),
    PrimaryKeyConstraint("override"),
)
"""What an override needs besides its author's word, and what ends it besides time and people."""

override_consent = Table(
    "override_consent",
    schema,
    Column("override", Text, ForeignKey("override.id"), nullable=False),
    *texts("approver"),
    *numbers("asserted"),
    *texts("reason", "at"),
    sealed(),
    PrimaryKeyConstraint("override"),
)

opening = Table(
    "opening",
    schema,
    counted(),
    unique("id"),
    *texts("target", "part", "actor"),
    *numbers("asserted"),
    *texts("reason", "opened_at", "expires_at"),
    sealed(),
)
"""A gate that somebody broke open: for one target, one class of acts, at most an hour."""

opening_review = Table(
    "opening_review",
    schema,
    Column("opening", Text, ForeignKey("opening.id"), nullable=False),
    *texts("reviewer"),
    *numbers("asserted"),
    *texts("reason", "at"),
    sealed(),
    PrimaryKeyConstraint("opening"),
)

intent_opening = Table(
    "intent_opening",
    schema,
    pointing("intent", "intent.sequence"),
    *texts("opening"),
    sealed(),
    PrimaryKeyConstraint("intent"),
    Index("intent_opening_of", "opening"),
)
"""Which acts went out through which opening."""
