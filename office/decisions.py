"""A reviewer's decision on exactly one submission digest: approve, return, reject.

Author and reviewer are never the same person; of two reviewers at once one decides; what is
approved becomes the record's next version in the same transaction (design.md §5, §7).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from core.changes.states import State, check_transition
from core.changes.submission import Submission, read_submission, uuid7
from core.forms.model import ChangeKind
from core.wire.canonical import read_json
from core.wire.receipts import Decision, Outcome, Remark, open_decision, sign_decision
from office import accounts, audit, issued, records
from office.accounts import Person
from office.checks import complete, errors, recheck, remarks
from office.context import CHINA, Office
from office.intake.base import ground
from office.intake.verdict import problem
from office.models import DecisionRow, Record, Role
from office.models import Submission as Row

OPEN = (State.RECEIVED, State.UNDER_REVIEW)
_SENTENCES = {
    "not_found": "没有找到这一件。",
    "role": "只有审核员可以审核。",
    "own_work": "这一件是您自己报的，要由另一位审核员审核。",
    "decided": "这一件刚由别人审结，请刷新后查看。",
    "changed": "这一件的内容与您看到的不同，请刷新后再审。",
    "held": "上一件还没有收到，这一件先挂起，收到后再审。",
    "replaced": "这一件已由报送人的另一件代替，不用再审。",
    "comment": "退回和不予通过要至少写一条意见，指出哪里、怎么改。",
    "pointer": "意见所指的项目在表里没有：{pointer}。",
    "checks": "现在不能通过：{sentences}",
}
_LONGEST = 2000


class DecisionRefusedError(Exception):
    """The decision was not taken; `code` says why, the message is a sentence for the reviewer.

    `remarks` are what the checks found, where `code` is `checks`.
    """

    def __init__(self, code: str, remarks: Sequence[Remark] = (), **params: str) -> None:
        super().__init__(_SENTENCES[code].format(**params))
        self.code = code
        self.remarks = tuple(remarks)


@dataclass(frozen=True, slots=True)
class Decided:
    """The decision that was taken. An approval may end as a conflict: see `outcome`."""

    decision: Decision
    state: State


def begin_review(office: Office, person: Person, submission_id: str) -> None:
    """Mark a submission as being looked at by a reviewer who may decide on it.

    Raises:
        DecisionRefusedError: as `decide`.

    """
    with office.database.write() as session:
        row = _permitted(session, office, person, submission_id)
        if row.state == State.RECEIVED:
            row.state = State.UNDER_REVIEW
            audit.append(session, office, "review.begin", submission_id, account=person.name)


def decide(
    office: Office,
    person: Person,
    submission_id: str,
    outcome: Outcome,
    comments: Sequence[Remark] = (),
    *,
    digest: str = "",
) -> Decided:
    """Decide on a submission; *digest* is that of the bytes which the reviewer saw.

    An approval runs every check again on the record as it is now; fields that others changed
    meanwhile merge, and where they cannot, the outcome is CONFLICT.

    Raises:
        DecisionRefusedError: nothing was decided.

    """
    with office.database.write() as session:
        row = _permitted(session, office, person, submission_id)
        if digest and digest != row.digest:
            raise DecisionRefusedError("changed")
        submission = read_submission(read_json(row.body))
        _check_comments(office, submission, outcome, comments)
        if outcome is Outcome.APPROVED:
            return _approve(session, office, person, row, submission, comments)
        return _settle(session, office, person, row, outcome, comments)


def read(office: Office, row: DecisionRow) -> Decision:
    """What a stored decision says.

    Raises:
        WireError: it is not as it was signed.

    """
    return open_decision(
        row.note.encode(), office.keys.signer.verifier, submission_id=row.submission_id
    )


def may_decide(session: Session, office: Office, person: Person, row: Row) -> str:
    """An empty text where the person may decide on *row* now, else the code of why not."""
    record = session.get(Record, (office.county, row.form, row.record_id))
    touched = {row.unit} if record is None else {row.unit, record.unit}
    if not all(accounts.sees(session, office, person, each) for each in touched):
        return "not_found"
    if person.role is not Role.REVIEWER:
        return "role"
    if person.holder == row.holder or person.name == row.account:
        return "own_work"
    if State(row.state) not in OPEN:
        return "decided"
    if row.waiting_for:
        return "held"
    return "replaced" if row.superseded_by else ""


def _permitted(session: Session, office: Office, person: Person, submission_id: str) -> Row:
    row = session.get(Row, (office.county, submission_id))
    if row is None:
        raise DecisionRefusedError("not_found")
    known = accounts.find(session, office, person.name)
    code = "role" if known is None else may_decide(session, office, known, row)
    if code:
        raise DecisionRefusedError(code)
    return row


def _check_comments(
    office: Office, submission: Submission, outcome: Outcome, comments: Sequence[Remark]
) -> None:
    if outcome not in (Outcome.APPROVED, Outcome.RETURNED, Outcome.REJECTED):
        raise ValueError(outcome)
    if outcome is not Outcome.APPROVED and not comments:
        raise DecisionRefusedError("comment")
    form = office.forms[submission.form]
    for each in comments:
        place = each.pointer
        known = place == "" or place.startswith("/head/") or form.field_at(place) is not None
        if not known or not each.text.strip() or len(each.text) > _LONGEST:
            raise DecisionRefusedError("pointer", pointer=place[:80])


def _approve(
    session: Session,
    office: Office,
    person: Person,
    row: Row,
    submission: Submission,
    comments: Sequence[Remark],
) -> Decided:
    form = office.forms[submission.form]
    laid = ground(session, office, submission)
    if laid.refused or laid.conflicts:
        found = [problem("conflict", each.pointer) for each in laid.conflicts]
        found += [problem(laid.refused)] if laid.refused else []
        return _settle(session, office, person, row, Outcome.CONFLICT, [*comments, *found])
    values = complete(office, form, laid.values, office.today())
    checked = recheck(session, office, submission, laid.base, values, _sent_on(row))
    standing = remarks(form, errors(checked.issues))
    if standing:
        words = " ".join(each.text for each in standing)
        raise DecisionRefusedError("checks", standing, sentences=words)
    numbers = issued.numbers(session, office, form, submission.kind, values)
    record = records.write(
        session,
        office,
        form,
        submission.record_id,
        {**values, **numbers},
        closed=submission.kind is ChangeKind.CLOSE,
        submission_id=submission.submission_id,
    )
    row.merged = list(laid.merged)
    return _settle(
        session,
        office,
        person,
        row,
        Outcome.APPROVED,
        comments,
        version=record.version,
        assigned=numbers,
    )


def _settle(
    session: Session,
    office: Office,
    person: Person,
    row: Row,
    outcome: Outcome,
    comments: Sequence[Remark],
    *,
    version: int = 0,
    assigned: dict[str, str] | None = None,
) -> Decided:
    state = State(str(outcome))
    check_transition(State(row.state), state)
    decision = Decision(
        decision_id=uuid7(),
        submission_id=row.submission_id,
        submission_digest=row.digest,
        outcome=outcome,
        reviewer=person.title,
        decided_at=office.now(),
        form_version=row.form_version,
        comments=tuple(comments),
        record_version=version,
        assigned=dict(assigned or {}),
    )
    session.add(
        DecisionRow(
            county=office.county,
            submission_id=row.submission_id,
            decision_id=decision.decision_id,
            outcome=outcome,
            reviewer=person.name,
            decided_at=decision.decided_at,
            comments=[asdict(each) for each in comments],
            record_version=version,
            note=sign_decision(decision, office.keys.signer).decode(),
        )
    )
    row.state = state
    records.announce_decision(session, office, row.submission_id, row.unit, row.account)
    audit.append(session, office, "review.decide", row.submission_id, outcome, account=person.name)
    return Decided(decision, state)


def _sent_on(row: Row) -> str:
    """The day in China on which the submission came in."""
    return datetime.fromisoformat(row.received_at).astimezone(CHINA).date().isoformat()
