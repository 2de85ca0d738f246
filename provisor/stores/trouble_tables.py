"""Tables of what does not get through: targets that are left alone, acts that wait to be tried."""

from __future__ import annotations

from sqlalchemy import Index, PrimaryKeyConstraint, Table

from provisor.stores.columns import blobs, numbers, optional_texts, schema, texts

quarantine = Table(
    "quarantine",
    schema,
    *texts("target", "reason", "since", "until"),
    *numbers("series"),
    PrimaryKeyConstraint("target"),
)

parked = Table(
    "parked",
    schema,
    *texts("target"),
    *blobs("action"),
    *texts("job", "object_type", "subject", "key", "operation", "since", "last_at"),
    *optional_texts("next_at"),
    *numbers("attempts"),
    *texts("code", "message", "owner"),
    PrimaryKeyConstraint("target", "action"),
    Index("parked_of_job", "job"),
)
