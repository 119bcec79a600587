"""An officer's PC as the office sees it: enrols, opens sessions, seals envelopes, pulls changes.

It believes only replies that the office signed for the very request, like the real client.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx

from core.changes.draft import AttachedFile, Draft, Head
from core.changes.submission import Sealed, Submission, seal, submission_of, uuid7
from core.forms.model import Form
from core.record import Values
from core.resources import forms
from core.wire import protocol
from core.wire.enrolment import check_enrol_reply, enrol_request, prove_session
from core.wire.envelope import Item, device_key_name, seal_envelope
from core.wire.notes import Signer, Verifier
from core.wire.protocol import (
    ChangesPage,
    EnrolReply,
    EnvelopeReply,
    Problem,
    RecordChange,
    Scope,
    SessionReply,
    SessionRequest,
    read,
    read_page,
    read_problem,
    write,
)
from core.wire.receipts import Receipt, open_receipt
from core.wire.replies import content_digest, new_nonce, unpack_body, verify_reply
from core.wire.scope import EMPTY, record_digest, with_record

NO_KEY = Signer.generate("nobody")


@dataclass(frozen=True)
class Answer:
    """A reply whose signature was verified."""

    status: int
    body: bytes
    media_type: str

    @property
    def problem(self) -> Problem:
        assert self.media_type == protocol.PROBLEM_JSON
        found = read_problem(self.body)
        assert found.status == self.status
        return found


@dataclass
class Pc:
    http: httpx.Client
    office: Verifier
    identity: EnrolReply
    signer: Signer
    token: str = ""
    seq: int = 0
    sent: list[Sealed] = field(default_factory=list)

    @classmethod
    def enrolled(cls, http: httpx.Client, office: Verifier, code: str, name: str = "PC") -> Pc:
        signer = Signer.generate("new")
        request = enrol_request(code, signer, name)
        answer = call(http, office, "POST", protocol.ENROL_PATH, write(request), protocol.JSON)
        assert answer.status == 200, answer.body
        identity = read(EnrolReply, answer.body)
        assert check_enrol_reply(identity, code, request.nonce) == office
        return cls(http, office, identity, Signer(device_key_name(identity.device), signer.seed))

    def open_session(self) -> str:
        asked = self._session(SessionRequest(self.identity.device)).problem
        assert asked.nonce is not None
        proof = prove_session(self.signer, self.identity.device, self.office.name, asked.nonce)
        answer = self._session(proof)
        assert answer.status == 200, answer.body
        self.token = read(SessionReply, answer.body).token
        return self.token

    def _session(self, request: SessionRequest) -> Answer:
        path = protocol.SESSION_PATH
        return call(self.http, self.office, "POST", path, write(request), protocol.JSON)

    def call(
        self, method: str, path: str, body: bytes = b"", media: str = "", **headers: str
    ) -> Answer:
        if not self.token:
            self.open_session()
        headers["Authorization"] = f"Bearer {self.token}"
        return call(self.http, self.office, method, path, body, media, **headers)

    def draft(self, flow: str, values: Values, form: str = "person", **given: Any) -> Draft:
        """A change with a good head; `base` and versions as given."""
        head = given.pop("head", Head("工作需要", "2008-12-05", "", "经办人", ""))
        return Draft(
            draft_id=uuid7(),
            form=form,
            form_version=forms()[form].version,
            flow=flow,
            record_id=given.pop("record_id", None) or uuid7(),
            unit=str(values.get("unit", "")),
            values=values,
            head=head,
            overrides={"attachment_missing@/head/attachments": "原件随后送达"}
            | given.pop("overrides", {}),
            **given,
        )

    def change_of(self, record: RecordChange, flow: str, **changes: Any) -> Draft:
        """A change to a record as it was pulled; None removes a value."""
        merged = {**record.values, **changes}
        values = {name: value for name, value in merged.items() if value is not None}
        return self.draft(
            flow,
            values,
            record.form,
            record_id=record.record_id,
            base=record.values,
            base_version=record.version,
            base_digest=record.digest,
        )

    def sealed(self, draft: Draft, **tampered: Any) -> Sealed:
        """The submission of *draft* under the next number; *tampered* keys replace body keys."""
        self.seq += 1
        form: Form = forms()[draft.form]
        made = submission_of(draft, form, device_seq=self.seq, submitted_at="2008-12-08T01:00:00Z")
        known = {key: value for key, value in tampered.items() if hasattr(made, key)}
        assert known == tampered
        return seal(replace(made, **known))

    def envelope(
        self, *items: Sealed, blobs: tuple[bytes, ...] = (), **changes: Any
    ) -> tuple[str, bytes]:
        given: dict[str, Any] = {
            "envelope_id": uuid7(),
            "device_id": self.identity.device,
            "county": self.identity.county,
            "epoch": self.identity.epoch,
            "signer": self.signer,
            "recipients": [self.identity.intake_recipient],
        }
        given |= changes
        sealed = [Item(each.submission_id, each.body) for each in items]
        return given["envelope_id"], seal_envelope(sealed, blobs, **given)

    def post(self, envelope: bytes, envelope_id: str = "") -> Answer:
        headers: dict[str, Any] = {protocol.H_DIGEST: content_digest(envelope)}
        if envelope_id:
            headers[protocol.H_IDEMPOTENCY] = envelope_id
        path, media = protocol.ENVELOPES_PATH, protocol.ENVELOPE_TYPE
        return self.call("POST", path, envelope, media, **headers)

    def send(self, *items: Sealed, blobs: tuple[bytes, ...] = ()) -> list[Receipt]:
        """Send in one envelope; the verified receipts, in order."""
        return [each for _, each in self.deliver(*items, blobs=blobs)]

    def deliver(self, *items: Sealed, blobs: tuple[bytes, ...] = ()) -> list[tuple[str, Receipt]]:
        """As `send`, with the result beside each receipt."""
        envelope_id, envelope = self.envelope(*items, blobs=blobs)
        answer = self.post(envelope, envelope_id)
        assert answer.status == 200, answer.body.decode()
        reply = read(EnvelopeReply, answer.body)
        assert reply.envelope_id == envelope_id
        return [
            (
                str(each.result),
                open_receipt(
                    each.receipt.encode(),
                    self.office,
                    submission_id=item.submission_id,
                    digest=item.digest,
                ),
            )
            for each, item in zip(reply.items, items, strict=True)
        ]

    def submit(self, draft: Draft, blobs: tuple[bytes, ...] = ()) -> Receipt:
        return self.send(self.sealed(draft), blobs=blobs)[0]

    def page(self, cursor: str = "", limit: int = protocol.MAX_PAGE) -> ChangesPage:
        path = f"{protocol.CHANGES_PATH}?cursor={cursor}&limit={limit}"
        packed: dict[str, Any] = {"Accept-Encoding": "gzip"}
        answer = self.call("GET", path, **packed)
        assert answer.status == 200, answer.body.decode()
        return read_page(answer.body)

    def pull(self, cursor: str = "", limit: int = protocol.MAX_PAGE) -> Mirror:
        return Mirror().follow(self, cursor, limit)


@dataclass
class Mirror:
    """What a client holds after pulling."""

    records: dict[tuple[str, str], RecordChange] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    cursor: str = ""
    scope: Scope | None = None
    pages: int = 0

    def follow(self, pc: Pc, cursor: str = "", limit: int = protocol.MAX_PAGE) -> Mirror:
        more = True
        self.cursor = cursor or self.cursor
        while more:
            page = pc.page(self.cursor, limit)
            for each in page.changes:
                if isinstance(each, RecordChange):
                    assert each.digest == record_digest(each.values)
                    self.records[each.form, each.record_id] = each
                else:
                    self.notes.append(each.note)
            self.cursor, more, self.scope = page.cursor, page.has_more, page.scope
            self.pages += 1
        return self

    @property
    def digest(self) -> str:
        total = EMPTY
        for each in self.records.values():
            total = with_record(total, each.form, each.record_id, each.version, each.digest)
        return total

    @property
    def counts(self) -> dict[str, int]:
        names = [form for form, _ in self.records]
        return {name: names.count(name) for name in sorted(set(names))}

    def agrees(self) -> bool:
        """Whether the client holds just what the office says it should."""
        return self.scope == Scope(self.counts, self.digest)

    def by_key(self, form: str, key: str) -> RecordChange:
        name = forms()[form].key
        found = [
            each
            for each in self.records.values()
            if each.form == form and each.values.get(name) == key
        ]
        assert len(found) == 1, key
        return found[0]


def call(
    http: httpx.Client,
    office: Verifier,
    method: str,
    path: str,
    body: bytes = b"",
    media: str = "",
    **headers: str,
) -> Answer:
    """One request; the reply counts only if the office signed it for this request."""
    nonce = new_nonce()
    sent: Mapping[str, str] = {
        protocol.H_PROTOCOL: protocol.PROTOCOL,
        protocol.H_NONCE: nonce,
        **({"Content-Type": media} if media else {}),
        "Accept-Encoding": "identity",
        **headers,
    }
    with http.stream(method, path, content=body or None, headers=dict(sent)) as reply:
        raw = b"".join(reply.iter_raw())
    verify_reply(office, status=reply.status_code, nonce=nonce, headers=reply.headers, body=raw)
    plain = unpack_body(raw, reply.headers.get("content-encoding", ""), 1 << 26)
    return Answer(reply.status_code, plain, reply.headers.get("content-type", ""))


def attached(content: bytes, name: str = "批文.pdf") -> AttachedFile:
    from core.wire.canonical import digest

    return AttachedFile(digest(content), name, len(content), "application/pdf", "approval")


def without(sealed: Sealed, **keys: Any) -> Sealed:
    """The same submission id with other bytes in its body."""
    from core.wire.canonical import canonical_bytes, digest

    body = {**json.loads(sealed.body), **keys}
    content = canonical_bytes(body)
    return Sealed(sealed.submission_id, digest(content), content)


__all__ = ["Answer", "Mirror", "Pc", "Submission", "attached", "call", "without"]
