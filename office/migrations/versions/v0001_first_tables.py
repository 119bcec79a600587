"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


TABLES = (
    "account",
    "device",
    "enrol_code",
    "challenge",
    "device_session",
    "desk_session",
    "county",
    "counter",
    "unit",
    "unit_below",
    "record",
    "record_version",
    "record_index",
    "unit_digest",
    "departure",
    "change",
    "envelope_seen",
    "submission",
    "refused_copy",
    "blob",
    "receipt",
    "decision",
    "alarm",
    "audit",
)


def upgrade() -> None:
    _account()
    _device()
    _enrol_code()
    _challenge()
    _device_session()
    _desk_session()
    _county()
    _counter()
    _unit()
    _unit_below()
    _record()
    _record_version()
    _record_index()
    _unit_digest()
    _departure()
    _change()
    _envelope_seen()
    _submission()
    _refused_copy()
    _blob()
    _receipt()
    _decision()
    _alarm()
    _audit()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _account() -> None:
    op.create_table(
        "account",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", sa.String(length=32), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("county", "name", name="pk_account"),
    )


def _device() -> None:
    op.create_table(
        "device",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("enrolled_at", sa.String(length=32), nullable=False),
        sa.Column("seen_at", sa.String(length=32), nullable=False),
        sa.Column("revoked_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("county", "device_id", name="pk_device"),
    )


def _enrol_code() -> None:
    op.create_table(
        "enrol_code",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("code_id", sa.String(length=64), nullable=False),
        sa.Column("code_key", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.Column("used_at", sa.String(length=32), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("county", "code_id", name="pk_enrol_code"),
    )


def _challenge() -> None:
    op.create_table(
        "challenge",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("county", "nonce", name="pk_challenge"),
    )


def _device_session() -> None:
    op.create_table(
        "device_session",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("county", "token_hash", name="pk_device_session"),
    )
    op.create_index(
        "ix_device_session_county_device_id",
        "device_session",
        ["county", "device_id"],
        unique=False,
    )


def _desk_session() -> None:
    op.create_table(
        "desk_session",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("opened_at", sa.String(length=32), nullable=False),
        sa.Column("seen_at", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("county", "token_hash", name="pk_desk_session"),
    )


def _county() -> None:
    op.create_table(
        "county",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column("epoch", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("county", name="pk_county"),
    )


def _counter() -> None:
    op.create_table(
        "counter",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("county", "name", name="pk_counter"),
    )


def _unit() -> None:
    op.create_table(
        "unit",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("parent", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=240), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("classified", sa.Boolean(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("county", "code", name="pk_unit"),
    )


def _unit_below() -> None:
    op.create_table(
        "unit_below",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("ancestor", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("county", "ancestor", "code", name="pk_unit_below"),
    )
    op.create_index("ix_unit_below_county_code", "unit_below", ["county", "code"], unique=False)


def _record() -> None:
    op.create_table(
        "record",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=240), nullable=False),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.Column("changed_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("county", "form", "record_id", name="pk_record"),
    )
    op.create_index("ix_record_county_form_key", "record", ["county", "form", "key"], unique=False)
    op.create_index(
        "ix_record_county_unit_form", "record", ["county", "unit", "form"], unique=False
    )


def _record_version() -> None:
    op.create_table(
        "record_version",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.Column("submission_id", sa.String(length=64), nullable=False),
        sa.Column("changed_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("county", "form", "record_id", "version", name="pk_record_version"),
    )


def _record_index() -> None:
    op.create_table(
        "record_index",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("value", sa.String(length=240), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint(
            "county", "form", "field", "value", "record_id", name="pk_record_index"
        ),
    )
    op.create_index(
        "ix_record_index_county_form_record_id",
        "record_index",
        ["county", "form", "record_id"],
        unique=False,
    )


def _unit_digest() -> None:
    op.create_table(
        "unit_digest",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("total", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("county", "unit", "form", name="pk_unit_digest"),
    )


def _departure() -> None:
    op.create_table(
        "departure",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("values", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("county", "unit", "form", "record_id", name="pk_departure"),
    )


def _change() -> None:
    op.create_table(
        "change",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("submission_id", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("county", "seq", name="pk_change"),
    )
    op.create_index(
        "ix_change_county_form_record_id", "change", ["county", "form", "record_id"], unique=False
    )


def _envelope_seen() -> None:
    op.create_table(
        "envelope_seen",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("envelope_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("county", "envelope_id", name="pk_envelope_seen"),
    )
    op.create_index(
        "ix_envelope_seen_county_device_id_received_at",
        "envelope_seen",
        ["county", "device_id", "received_at"],
        unique=False,
    )


def _submission() -> None:
    op.create_table(
        "submission",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("submission_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("device_seq", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("holder", sa.String(length=64), nullable=False),
        sa.Column("form", sa.String(length=64), nullable=False),
        sa.Column("form_version", sa.Integer(), nullable=False),
        sa.Column("flow", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("record_id", sa.String(length=64), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=240), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("received_at", sa.String(length=32), nullable=False),
        sa.Column("event_date", sa.String(length=10), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=False),
        sa.Column("base_digest", sa.String(length=80), nullable=False),
        sa.Column("supersedes", sa.String(length=64), nullable=False),
        sa.Column("superseded_by", sa.String(length=64), nullable=False),
        sa.Column("waiting_for", sa.String(length=64), nullable=False),
        sa.Column("merged", sa.JSON(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("county", "submission_id", name="pk_submission"),
    )
    op.create_index(
        "ix_submission_county_device_id_device_seq",
        "submission",
        ["county", "device_id", "device_seq"],
        unique=False,
    )
    op.create_index(
        "ix_submission_county_form_record_id",
        "submission",
        ["county", "form", "record_id"],
        unique=False,
    )
    op.create_index(
        "ix_submission_county_state_received_at",
        "submission",
        ["county", "state", "received_at"],
        unique=False,
    )
    op.create_index(
        "ix_submission_county_supersedes", "submission", ["county", "supersedes"], unique=False
    )
    op.create_index(
        "ix_submission_county_waiting_for", "submission", ["county", "waiting_for"], unique=False
    )


def _refused_copy() -> None:
    op.create_table(
        "refused_copy",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("submission_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("county", "submission_id", "digest", name="pk_refused_copy"),
    )


def _blob() -> None:
    op.create_table(
        "blob",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("county", "digest", name="pk_blob"),
    )


def _receipt() -> None:
    op.create_table(
        "receipt",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("log_index", sa.BigInteger(), nullable=False),
        sa.Column("submission_id", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=80), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("log_hash", sa.String(length=80), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("received_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("county", "log_index", name="pk_receipt"),
        sa.UniqueConstraint(
            "county",
            "submission_id",
            "digest",
            "device_id",
            name="uq_receipt_county_submission_id_digest_device_id",
        ),
    )


def _decision() -> None:
    op.create_table(
        "decision",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("submission_id", sa.String(length=64), nullable=False),
        sa.Column("decision_id", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("reviewer", sa.String(length=64), nullable=False),
        sa.Column("decided_at", sa.String(length=32), nullable=False),
        sa.Column("comments", sa.JSON(), nullable=False),
        sa.Column("record_version", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["county", "submission_id"],
            ["submission.county", "submission.submission_id"],
            name="fk_decision_county_submission_id",
        ),
        sa.PrimaryKeyConstraint("county", "submission_id", name="pk_decision"),
    )


def _alarm() -> None:
    op.create_table(
        "alarm",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("raised_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("county", "number", name="pk_alarm"),
        sa.UniqueConstraint(
            "county", "kind", "device_id", "subject", name="uq_alarm_county_kind_device_id_subject"
        ),
    )


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("county", sa.String(length=6), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("account", sa.String(length=64), nullable=False),
        sa.Column("device_id", sa.String(length=64), nullable=False),
        sa.Column("object", sa.String(length=160), nullable=False),
        sa.Column("result", sa.String(length=64), nullable=False),
        sa.Column("previous_hash", sa.String(length=80), nullable=False),
        sa.Column("hash", sa.String(length=80), nullable=False),
        sa.PrimaryKeyConstraint("county", "number", name="pk_audit"),
    )
