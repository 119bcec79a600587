"""The fixed tables. The first migration makes the same; a test compares the two.

Register tables are not here: `db.register_tables` makes them from form definitions.
"""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
)

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    }
)


def _text(name: str, *, default: str | None = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


def _number(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


settings = Table(
    "settings", METADATA, Column("name", Text, primary_key=True), _text("value", default=None)
)
identity = Table(
    "identity", METADATA, Column("name", Text, primary_key=True), _text("value", default=None)
)
sync_state = Table(
    "sync_state", METADATA, Column("name", Text, primary_key=True), _text("value", default=None)
)

drafts = Table(
    "drafts",
    METADATA,
    Column("draft_id", Text, primary_key=True),
    _text("form", default=None),
    _number("form_version"),
    _text("flow"),
    _text("record_id"),
    _text("unit"),
    _text("title"),
    _text("supersedes"),
    _number("comments"),
    _text("content", default=None),
    _text("created_at"),
    _text("saved_at"),
    Index(None, "form", "record_id"),
)

attachments = Table(
    "attachments",
    METADATA,
    Column("digest", Text, primary_key=True),
    _number("size"),
    _text("added_at"),
    Column("content", LargeBinary, nullable=False),
)
attachment_uses = Table(
    "attachment_uses",
    METADATA,
    Column("digest", Text, primary_key=True),
    Column("owner", Text, primary_key=True),  # a draft's or a submission's id
    Index(None, "owner"),
)

envelopes = Table(
    "envelopes",
    METADATA,
    Column("envelope_id", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    _text("made_at"),
)

# Content is written once (triggers refuse the rest); then only the columns from `state` change.
submissions = Table(
    "submissions",
    METADATA,
    Column("submission_id", Text, primary_key=True),
    Column("device_seq", Integer, nullable=False, unique=True),
    Column("draft_id", Text, nullable=False, unique=True),
    _text("form", default=None),
    _number("form_version"),
    _text("flow"),
    _text("kind"),
    _text("record_id"),
    _text("unit"),
    _text("title"),
    _text("digest", default=None),
    Column("body", LargeBinary, nullable=False),
    _text("base", default="{}"),
    _text("supersedes"),
    _text("queued_at"),
    _text("state", default="queued"),
    Column("envelope_id", Text, ForeignKey("envelopes.envelope_id"), nullable=True),
    _number("attempts"),
    _text("last_error"),
    _text("sent_at"),
    _text("received_at"),
    _text("decided_at"),
    Column("receipt", LargeBinary, nullable=True),
    _text("comments", default="[]"),
    _text("reopened_as"),
    _text("superseded_by"),
    CheckConstraint("device_seq > 0", name="device_seq"),
    Index(None, "state"),
    Index(None, "form", "record_id"),
    Index(None, "envelope_id"),
)

decisions = Table(
    "decisions",
    METADATA,
    Column("decision_id", Text, primary_key=True),
    _text("submission_id"),
    _text("outline", default=None),
    _text("decided_at"),
    Column("note", LargeBinary, nullable=False),
    Index(None, "submission_id"),
)

audit = Table(
    "audit",
    METADATA,
    Column("seq", Integer, primary_key=True),
    _text("at", default=None),
    _text("user"),
    _text("event", default=None),
    _text("object"),
    _text("result"),
    _text("previous", default=None),
    _text("hash", default=None),
)

tallies = Table(
    "tallies",
    METADATA,
    Column("form", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("unit", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    _number("n"),
    sqlite_with_rowid=False,
)

register_forms = Table(
    "register_forms",
    METADATA,
    Column("form", Text, primary_key=True),
    _text("shape", default=None),  # digest of the columns and indexes that the tables have
)

TRIGGERS = {
    "audit_no_update": (
        "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END"
    ),
    "audit_no_delete": (
        "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END"
    ),
    "decisions_no_update": (
        "CREATE TRIGGER decisions_no_update BEFORE UPDATE ON decisions "
        "BEGIN SELECT RAISE(ABORT, 'decisions are never changed'); END"
    ),
    "submissions_sealed": (
        "CREATE TRIGGER submissions_sealed BEFORE UPDATE OF submission_id, device_seq, draft_id, "
        "form, form_version, flow, kind, record_id, unit, digest, body, base, supersedes, "
        "queued_at ON submissions BEGIN SELECT RAISE(ABORT, 'submissions are sealed'); END"
    ),
    "submissions_no_delete": (
        "CREATE TRIGGER submissions_no_delete BEFORE DELETE ON submissions "
        "BEGIN SELECT RAISE(ABORT, 'submissions are never deleted'); END"
    ),
}
