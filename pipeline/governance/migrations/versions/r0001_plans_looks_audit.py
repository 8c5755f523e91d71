"""People, plans, the look ledger and the audit trail."""

import sqlalchemy as sa
from alembic import op

from pipeline.governance.migrations.guards import only_forward, write_once

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables, and the triggers that keep them as they were written."""
    op.create_table(
        "actor",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("roles", sa.Text, nullable=False),
    )
    op.create_table(
        "plan",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("given_hash", sa.String(64), nullable=False),
        sa.Column("family_id", sa.String(64), nullable=False),
        sa.Column("alpha", sa.Float, nullable=False),
        sa.Column("amends", sa.String(64), sa.ForeignKey("plan.id"), unique=True),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("registered_at", sa.String(27), nullable=False),
        sa.Column("registered_by", sa.String(64), sa.ForeignKey("actor.id"), nullable=False),
        sa.CheckConstraint("alpha > 0 AND alpha <= 0.5", name="plan_alpha"),
    )
    op.create_table(
        "look",
        sa.Column("id", sa.String(80), primary_key=True),
        sa.Column("plan_id", sa.String(64), sa.ForeignKey("plan.id"), nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("dlp", sa.String(10), nullable=False),
        sa.Column("status", sa.String(8), nullable=False),
        sa.Column("is_late", sa.Integer, nullable=False),
        sa.Column("data_hash", sa.String(64)),
        sa.Column("counts", sa.Text),
        sa.Column("snapshot", sa.Text),
        sa.Column("observed", sa.Integer),
        sa.Column("expected", sa.Float),
        sa.Column("statistic", sa.Float),
        sa.Column("critical_value", sa.Float),
        sa.Column("alpha_spent", sa.Float, nullable=False),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("run_id", sa.String(64)),
        sa.Column("code_version", sa.String(64), nullable=False),
        sa.Column("recorded_at", sa.String(27), nullable=False),
        sa.Column("recorded_by", sa.String(64), sa.ForeignKey("actor.id"), nullable=False),
        sa.UniqueConstraint("plan_id", "number", name="look_number"),
        sa.UniqueConstraint("plan_id", "dlp", name="look_dlp"),
        sa.CheckConstraint("number > 0", name="look_number_counts_from_one"),
        sa.CheckConstraint("status IN ('done', 'skipped')", name="look_status"),
    )
    op.create_table(
        "audit_event",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.String(27), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("subject_kind", sa.String(16), nullable=False),
        sa.Column("subject_id", sa.String(160), nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("before", sa.Text),
        sa.Column("after", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False, unique=True),
    )
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("n_events", sa.Integer, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.CheckConstraint("id = 1", name="audit_head_is_one"),
    )
    write_once(("audit_event", "plan", "look"))
    only_forward("audit_head")
