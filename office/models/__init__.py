"""The office's tables (SQLAlchemy typed mappings)."""

from office.models.base import Base
from office.models.people import (
    Account,
    Challenge,
    DeskSession,
    Device,
    DeviceSession,
    EnrolCode,
    Role,
)
from office.models.registers import (
    Change,
    Counter,
    County,
    Departure,
    Record,
    RecordIndex,
    RecordVersion,
    Unit,
    UnitBelow,
    UnitDigest,
)
from office.models.submissions import (
    Alarm,
    AuditRow,
    Blob,
    DecisionRow,
    EnvelopeSeen,
    ReceiptRow,
    RefusedCopy,
    Submission,
)

__all__ = [
    "Account",
    "Alarm",
    "AuditRow",
    "Base",
    "Blob",
    "Challenge",
    "Change",
    "Counter",
    "County",
    "DecisionRow",
    "Departure",
    "DeskSession",
    "Device",
    "DeviceSession",
    "EnrolCode",
    "EnvelopeSeen",
    "ReceiptRow",
    "Record",
    "RecordIndex",
    "RecordVersion",
    "RefusedCopy",
    "Role",
    "Submission",
    "Unit",
    "UnitBelow",
    "UnitDigest",
]
