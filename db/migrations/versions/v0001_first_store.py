"""The first store: settings, drafts, submissions and what belongs to them, audit."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def text(name: str, default: str | None = "") -> "sa.Column[str]":
    return sa.Column(name, sa.Text, nullable=False, server_default=default)


def number(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer, nullable=False, server_default="0")


def key(name: str) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, nullable=False)


def content(name: str) -> "sa.Column[bytes]":
    return sa.Column(name, sa.LargeBinary, nullable=False)


TABLES = (
    *("settings", "identity", "sync_state", "drafts", "attachments", "attachment_uses"),
    *("envelopes", "submissions", "decisions", "audit", "tallies", "register_forms"),
)


def upgrade() -> None:
    for name in ("settings", "identity", "sync_state"):
        op.create_table(
            name,
            key("name"),
            text("value", None),
            sa.PrimaryKeyConstraint("name", name=f"pk_{name}"),
        )
    create_drafts()
    create_submissions()
    create_decisions()
    create_audit()
    op.create_table(
        "tallies",
        *(key("form"), key("name"), key("unit"), key("key"), number("n")),
        sa.PrimaryKeyConstraint("form", "name", "unit", "key", name="pk_tallies"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "register_forms",
        key("form"),
        text("shape", None),
        sa.PrimaryKeyConstraint("form", name="pk_register_forms"),
    )


def create_drafts() -> None:
    op.create_table(
        "drafts",
        key("draft_id"),
        text("form", None),
        number("form_version"),
        *(text(name) for name in ("flow", "record_id", "unit", "title", "supersedes")),
        number("comments"),
        text("content", None),
        text("created_at"),
        text("saved_at"),
        sa.PrimaryKeyConstraint("draft_id", name="pk_drafts"),
    )
    op.create_index("ix_drafts_form_record_id", "drafts", ["form", "record_id"])
    op.create_table(
        "attachments",
        *(key("digest"), number("size"), text("added_at"), content("content")),
        sa.PrimaryKeyConstraint("digest", name="pk_attachments"),
    )
    op.create_table(
        "attachment_uses",
        *(key("digest"), key("owner")),
        sa.PrimaryKeyConstraint("digest", "owner", name="pk_attachment_uses"),
    )
    op.create_index("ix_attachment_uses_owner", "attachment_uses", ["owner"])


def create_submissions() -> None:
    op.create_table(
        "envelopes",
        *(key("envelope_id"), content("content"), text("made_at")),
        sa.PrimaryKeyConstraint("envelope_id", name="pk_envelopes"),
    )
    op.create_table(
        "submissions",
        key("submission_id"),
        sa.Column("device_seq", sa.Integer, nullable=False),
        key("draft_id"),
        text("form", None),
        number("form_version"),
        *(text(name) for name in ("flow", "kind", "record_id", "unit", "title")),
        text("digest", None),
        content("body"),
        text("base", "{}"),
        *(text("supersedes"), text("queued_at"), text("state", "queued")),
        sa.Column("envelope_id", sa.Text, nullable=True),
        number("attempts"),
        *(text(name) for name in ("last_error", "sent_at", "received_at", "decided_at")),
        sa.Column("receipt", sa.LargeBinary, nullable=True),
        text("comments", "[]"),
        *(text("reopened_as"), text("superseded_by")),
        sa.PrimaryKeyConstraint("submission_id", name="pk_submissions"),
        sa.UniqueConstraint("device_seq", name="uq_submissions_device_seq"),
        sa.UniqueConstraint("draft_id", name="uq_submissions_draft_id"),
        sa.CheckConstraint("device_seq > 0", name="ck_submissions_device_seq"),
        sa.ForeignKeyConstraint(
            ["envelope_id"], ["envelopes.envelope_id"], name="fk_submissions_envelope_id"
        ),
    )
    op.create_index("ix_submissions_state", "submissions", ["state"])
    op.create_index("ix_submissions_form_record_id", "submissions", ["form", "record_id"])
    op.create_index("ix_submissions_envelope_id", "submissions", ["envelope_id"])
    op.execute(
        "CREATE TRIGGER submissions_sealed BEFORE UPDATE OF submission_id, device_seq, draft_id, "
        "form, form_version, flow, kind, record_id, unit, digest, body, base, supersedes, "
        "queued_at ON submissions BEGIN SELECT RAISE(ABORT, 'submissions are sealed'); END"
    )
    op.execute(
        "CREATE TRIGGER submissions_no_delete BEFORE DELETE ON submissions "
        "BEGIN SELECT RAISE(ABORT, 'submissions are never deleted'); END"
    )


def create_decisions() -> None:
    op.create_table(
        "decisions",
        key("decision_id"),
        text("submission_id"),
        text("outline", None),
        text("decided_at"),
        content("note"),
        sa.PrimaryKeyConstraint("decision_id", name="pk_decisions"),
    )
    op.create_index("ix_decisions_submission_id", "decisions", ["submission_id"])
    op.execute(
        "CREATE TRIGGER decisions_no_update BEFORE UPDATE ON decisions "
        "BEGIN SELECT RAISE(ABORT, 'decisions are never changed'); END"
    )


def create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer, nullable=False),
        text("at", None),
        text("user"),
        text("event", None),
        *(text("object"), text("result"), text("previous", None), text("hash", None)),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    op.execute(
        "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'audit rows are never changed'); END"
    )
    op.execute(
        "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'audit rows are never deleted'); END"
    )


def downgrade() -> None:
    for name in ("audit_no_update", "audit_no_delete", "decisions_no_update"):
        op.execute(f"DROP TRIGGER {name}")
    for name in ("submissions_sealed", "submissions_no_delete"):
        op.execute(f"DROP TRIGGER {name}")
    for table in reversed(TABLES):
        op.drop_table(table)
