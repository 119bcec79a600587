"""What can keep a visit to the office from succeeding, as a few exceptions with stable codes.

The words that an officer reads are made from the code elsewhere; `detail` is the office's own
Chinese sentence where it sent one.
"""

from __future__ import annotations

from typing import ClassVar

from core.wire.protocol import Problem

CODES = (
    "no_line",  # no connection: no network, office down, name not found
    "slow_line",  # no answer in time
    "cut_line",  # the answer did not arrive whole
    "portal",  # something else answered: this network wants a browser log-in
    "proxy_login",  # a proxy wants a log-in
    "foreign_certificate",  # the TLS certificate is not one that we trust
    "wrong_signature",  # an answer that is not signed by the office that we enrolled with
    "wrong_receipt",  # the office's answer holds a receipt that does not verify
    "office_trouble",  # the office answers that it has trouble
    "office_busy",  # the office, or what stands before it, asks to come back later
    "bad_reply",  # signed by the office, but not what the protocol says
    "scope_differs",  # the register still differs from the office's after being fetched anew
    "many_removals",  # fetched anew, so much less is there that the officer is asked first
    "old_client",  # the office no longer speaks this program's protocol
    "refused",  # the office refused this request
    "revoked",  # the office has revoked this device
    "enrol_code",  # the enrolment code is unknown, used or too old
    "too_large",  # larger than the office, or what stands before it, accepts
    "bad_address",  # the office's address is not one
    "not_enrolled",  # this store has not been enrolled
)


class SyncTrouble(Exception):  # noqa: N818 - the subclasses say what happened
    """The visit could not do what it wanted; nothing is lost."""

    default: ClassVar[str] = "office_trouble"

    def __init__(
        self, code: str = "", *, detail: str = "", retry_after: float | None = None
    ) -> None:
        self.code = code or self.default
        self.detail = detail
        self.retry_after = retry_after  # seconds that the office asks for
        super().__init__(self.code)


class NoLine(SyncTrouble):
    """The office was not reached, or its answer did not arrive whole."""

    default = "no_line"


class Portal(SyncTrouble):
    """Something between us and the office answered in its place."""

    default = "portal"


class NotOurOffice(SyncTrouble):
    """Whoever answered cannot prove to be the office that this device enrolled with."""

    default = "wrong_signature"


class OfficeTrouble(SyncTrouble):
    """The office was reached and cannot serve us now."""

    default = "office_trouble"


class Refused(SyncTrouble):
    """The office answers no; asking the same again would not help."""

    default = "refused"

    def __init__(self, problem: Problem, code: str = "") -> None:
        super().__init__(code, detail=problem.detail)
        self.problem = problem


class BadAddress(SyncTrouble):
    """The office's address is not https (or a loopback address)."""

    default = "bad_address"


class NotEnrolled(SyncTrouble):
    """The store does not know an office yet."""

    default = "not_enrolled"
