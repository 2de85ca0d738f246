"""Tables of what was meant and who allowed it: revisions, plans, votes, overrides."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, PrimaryKeyConstraint, Table, Text

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

revision_turn = Table(
    "revision_turn",
    schema,
    counted(),
    *texts("job", "digest"),
    *numbers("approved"),
    *texts("at"),
    Index("revision_turn_of", "job"),
)
"""Under which configuration a job's plans were approved last: whole, or some of their acts."""

configuration = Table(
    "configuration",
    schema,
    counted("number"),
    *texts("digest", "document", "body", "author"),
    *numbers("asserted"),
    *texts("hands", "reason", "proposed_at"),
    *numbers("after", "origin"),
    sealed(),
)
"""Whole configurations as they were proposed."""

configuration_result = Table(
    "configuration_result",
    schema,
    counted(),
    pointing("configuration", "configuration.number"),
    *texts("digest", "made_by", "made_at", "body"),
    sealed(),
    Index("configuration_result_of", "configuration"),
)

configuration_voice = Table(
    "configuration_voice",
    schema,
    counted(),
    pointing("configuration", "configuration.number"),
    *texts("kind", "voter"),
    *numbers("asserted"),
    *texts("reason", "at", "expires_at", "results"),
    sealed(),
    Index("configuration_voice_of", "configuration"),
)

configuration_activation = Table(
    "configuration_activation",
    schema,
    counted(),
    pointing("configuration", "configuration.number"),
    *texts("actor"),
    *numbers("asserted"),
    *texts("reason", "at"),
    sealed(),
    Index("configuration_activation_of", "configuration"),
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

plan_focus = Table("plan_focus", schema, counted("plan"), *texts("only"))
"""Plans on demand, by number, with whom they are about; the sealed header says the same."""

plan_reference = Table(
    "plan_reference",
    schema,
    counted(),
    pointing("showing", "plan_showing.sequence"),
    *texts("listed"),
    sealed(),
    Index("plan_reference_of", "showing"),
)
"""What became of everything that a plan's objects refer to, where they refer to anything."""

plan_citation = Table(
    "plan_citation",
    schema,
    counted(),
    pointing("showing", "plan_showing.sequence"),
    *numbers("configuration"),
    sealed(),
    Index("plan_citation_of", "showing"),
)
"""The active configuration revision that a plan was made under, where there was one."""

plan_forecast = Table("plan_forecast", schema, counted("showing"), *texts("lines"))
"""What a plan was foretold to take when it was shown."""

plan_look = Table("plan_look", schema, counted("showing"), *texts("told"))
"""Whether a plan was made from a look at everything, or at what changed, when it was shown."""

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

plan_page = Table(
    "plan_page",
    schema,
    pointing("plan", "plan.number"),
    *numbers("page"),
    *blobs("root"),
    *texts("grades"),
    *numbers("naming"),
    PrimaryKeyConstraint("plan", "page"),
)
"""Of large plans what is told of 1,024 actions each: the head of the tree over their digests, how
many there are of each operation and risk, and how many name other identities."""

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
    Index("decision_action_of", "action"),
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

undo = Table(
    "undo",
    schema,
    counted(),
    unique("id"),
    *texts("job", "target", "plan", "runs", "reason", "author", "created_at", "deeds"),
    sealed(),
    Index("undo_of_plan", "plan"),
)
"""What people asked to take back, with what became of each thing that a run did."""

override_end = Table(
    "override_end",
    schema,
    Column("override", Text, ForeignKey("override.id"), nullable=False),
    *texts("ended_at"),
    sealed(),
    PrimaryKeyConstraint("override"),
)
