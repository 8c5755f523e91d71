"""The tables of the governance store, and the schema revisions there have been."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData()
REVISION_TABLE = "schema_revision"
# Every revision of the schema, oldest first; the last one is what this code reads and writes.
REVISIONS = ("0001", "0002")
# Rows of these tables are written once: the engine itself refuses to change or delete them.
WRITTEN_ONCE = ("audit_event", "plan", "look", "signature")

# id: short name in lower case. roles: JSON list.
ACTOR = Table(
    "actor",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("name", Text, nullable=False),
    Column("roles", Text, nullable=False),
)
# content: the plan as it holds, JSON. given_hash: of the file's content as it was given. A plan is amended once at most.
PLAN = Table(
    "plan",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("given_hash", String(64), nullable=False),
    Column("family_id", String(64), nullable=False),
    Column("alpha", Float, nullable=False),
    Column("amends", String(64), ForeignKey("plan.id"), unique=True),
    Column("content", Text, nullable=False),
    Column("registered_at", String(27), nullable=False),
    Column("registered_by", String(64), ForeignKey("actor.id"), nullable=False),
    CheckConstraint("alpha > 0 AND alpha <= 0.5", name="plan_alpha"),
)
# data_hash: of counts and snapshot, by which a repeated look is known. counts and snapshot: JSON.
LOOK = Table(
    "look",
    METADATA,
    Column("id", String(80), primary_key=True),
    Column("plan_id", String(64), ForeignKey("plan.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("dlp", String(10), nullable=False),
    Column("status", String(8), nullable=False),
    Column("is_late", Integer, nullable=False),
    Column("data_hash", String(64)),
    Column("counts", Text),
    Column("snapshot", Text),
    Column("observed", Integer),
    Column("expected", Float),
    Column("statistic", Float),
    Column("critical_value", Float),
    Column("alpha_spent", Float, nullable=False),
    Column("decision", String(16), nullable=False),
    Column("note", Text, nullable=False),
    Column("run_id", String(64)),
    Column("code_version", String(64), nullable=False),
    Column("recorded_at", String(27), nullable=False),
    Column("recorded_by", String(64), ForeignKey("actor.id"), nullable=False),
    UniqueConstraint("plan_id", "number", name="look_number"),
    UniqueConstraint("plan_id", "dlp", name="look_dlp"),
    CheckConstraint("number > 0", name="look_number_counts_from_one"),
    CheckConstraint("status IN ('done', 'skipped')", name="look_status"),
)
# version: raised by every change, so that two people who saw the same one cannot both change it.
# origin: what opened it, unique where the same thing must not open it twice. content, evidence, pending: JSON.
SIGNAL = Table(
    "signal",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("state", String(40), nullable=False),
    Column("origin", String(160), unique=True),
    Column("content", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("pending", Text),
    Column("n_decisions", Integer, nullable=False),
    CheckConstraint("version > 0", name="signal_version"),
)
# decision: place of the decision signed among those asked for of this signal. name: as it is printed, on the day of
# signing. decision_hash: of what was signed.
SIGNATURE = Table(
    "signature",
    METADATA,
    Column("signal_id", Integer, ForeignKey("signal.id"), primary_key=True),
    Column("decision", Integer, primary_key=True),
    Column("actor", String(64), ForeignKey("actor.id"), primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("meaning", Text, nullable=False),
    Column("decision_hash", String(64), nullable=False),
    Column("signed_at", String(27), nullable=False),
)
# number: place in the chain, from 1. before, after: JSON of the whole row, null where there was or is none.
AUDIT_EVENT = Table(
    "audit_event",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", String(27), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("subject_kind", String(16), nullable=False),
    Column("subject_id", String(160), nullable=False),
    Column("action", String(32), nullable=False),
    Column("before", Text),
    Column("after", Text),
    Column("reason", Text),
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
)
# One row: how many events there are, and the hash of the last; by it a trail cut off at its end is found.
AUDIT_HEAD = Table(
    "audit_head",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("n_events", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    CheckConstraint("id = 1", name="audit_head_is_one"),
)
