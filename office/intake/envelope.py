"""A whole envelope: length, quota, device and signature first; only then is it decrypted."""

from __future__ import annotations

import logging
import re
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from core.wire.canonical import digest
from core.wire.envelope import (
    EnvelopeError,
    Item,
    Limits,
    Manifest,
    Opened,
    open_envelope,
    read_manifest,
)
from core.wire.errors import WireError
from core.wire.protocol import EnvelopeReply, ItemReply, ProblemType
from office import audit
from office.context import Office, moment
from office.intake import alarms
from office.intake.item import Arrival, take_item, trouble
from office.models import County, EnvelopeSeen
from office.problems import Refusal
from office.sessions import Caller, verifier_of

_log = logging.getLogger("zhibao.intake")
_RETRY_SECONDS = 3600
_ENVELOPE_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_DAY = timedelta(days=1)
# Faults that lie in the item and our reading of it. A database that cannot be written is none:
# then the whole envelope is refused for now, and comes again.
_FAULTS = (
    ArithmeticError,
    AttributeError,
    IntegrityError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


def take_in(office: Office, caller: Caller, content: bytes, key: str = "") -> EnvelopeReply:
    """Answer every item of an envelope. *key* is the request's idempotency key, if it has one.

    Sending the same envelope again gives the same receipts, byte for byte.

    Raises:
        Refusal: the envelope as a whole is refused; nothing was decrypted, nothing has effect.

    """
    manifest = _check_in(office, caller, content, key)
    opened = _open(office, content, manifest)
    replies = tuple(_answer(office, caller, each, opened) for each in opened.items)
    with office.database.write() as session:
        alarms.watch_sequence(session, office, caller.device)
        epoch = session.get_one(County, office.county).epoch
    return EnvelopeReply(manifest.envelope_id, epoch, replies)


def _check_in(office: Office, caller: Caller, content: bytes, key: str) -> Manifest:
    """The manifest of an envelope that may be opened; the envelope is noted."""
    limits = _limits(office)
    if len(content) > limits.envelope:
        raise Refusal(ProblemType.TOO_LARGE, "这一包太大，程序会自动分开再发。")
    with office.database.write() as session:
        try:
            manifest = read_manifest(
                content, lambda device: verifier_of(session, office, device), limits
            )
        except WireError as error:
            _log.info("an envelope was refused: %s", error)
            raise Refusal(ProblemType.ENVELOPE, "信封的签名或内容不对，中心没有打开它。") from error
        if manifest.device != caller.device or manifest.county != office.county:
            raise Refusal(ProblemType.FORBIDDEN, "信封不是这台设备的，或不是报给本中心的。")
        if not _ENVELOPE_ID.fullmatch(manifest.envelope_id) or (
            key and key != manifest.envelope_id
        ):
            raise Refusal(ProblemType.BAD_REQUEST, "信封编号与请求不符。")
        _note(session, office, manifest, content)
    return manifest


def _note(session: Session, office: Office, manifest: Manifest, content: bytes) -> None:
    """Remember the envelope: one id never stands for two contents, and bytes are counted."""
    seen = session.get(EnvelopeSeen, (office.county, manifest.envelope_id))
    if seen is not None:
        if seen.digest != digest(content) or seen.device_id != manifest.device:
            raise Refusal(ProblemType.MISMATCH, "同一编号的信封以前来过，内容不同。")
        return
    used = session.execute(
        select(func.coalesce(func.sum(EnvelopeSeen.size), 0)).where(
            EnvelopeSeen.county == office.county,
            EnvelopeSeen.device_id == manifest.device,
            EnvelopeSeen.received_at > moment(office.clock() - _DAY),
        )
    ).scalar_one()
    if used + len(content) > office.settings.device_daily_bytes:
        audit.append(session, office, "intake.quota", result="refused", device=manifest.device)
        session.commit()
        raise Refusal(
            ProblemType.BUSY, "这台设备今天报得太多，请稍后再试。", retry_after=_RETRY_SECONDS
        )
    session.add(
        EnvelopeSeen(
            county=office.county,
            envelope_id=manifest.envelope_id,
            digest=digest(content),
            device_id=manifest.device,
            size=len(content),
            received_at=office.now(),
        )
    )


def _open(office: Office, content: bytes, manifest: Manifest) -> Opened:
    try:
        return open_envelope(content, manifest, office.keys.intake, _limits(office))
    except EnvelopeError as error:
        _log.warning("a signed envelope did not open: %s", error)
        raise Refusal(ProblemType.ENVELOPE, "信封打不开：内容与清单不符。") from error


def _answer(office: Office, caller: Caller, item: Item, opened: Opened) -> ItemReply:
    """The item's own answer; an item that trips a fault of ours never blocks the others."""
    try:
        with office.database.write() as session:
            return take_item(Arrival(session, office, caller, item, opened.blobs))
    except _FAULTS:
        _log.exception("an item could not be processed")
        with office.database.write() as session:
            return trouble(Arrival(session, office, caller, item, opened.blobs))


def _limits(office: Office) -> Limits:
    settings = office.settings
    return Limits(settings.envelope_bytes, settings.envelope_plain_bytes, settings.envelope_items)
