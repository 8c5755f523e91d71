"""Signals and the signatures under their decisions."""

import sqlalchemy as sa
from alembic import op

from pipeline.governance.migrations.guards import write_once

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables of the review; nothing that is there already changes."""
    op.create_table(
        "signal",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.String(40), nullable=False),
        sa.Column("origin", sa.String(160), unique=True),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("pending", sa.Text),
        sa.Column("n_decisions", sa.Integer, nullable=False),
        sa.CheckConstraint("version > 0", name="signal_version"),
    )
    op.create_table(
        "signature",
        sa.Column("signal_id", sa.Integer, sa.ForeignKey("signal.id"), primary_key=True),
        sa.Column("decision", sa.Integer, primary_key=True),
        sa.Column("actor", sa.String(64), sa.ForeignKey("actor.id"), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("meaning", sa.Text, nullable=False),
        sa.Column("decision_hash", sa.String(64), nullable=False),
        sa.Column("signed_at", sa.String(27), nullable=False),
    )
    write_once(("signature",))
