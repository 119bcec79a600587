"""One submission: reading it, deciding on it, revealing a masked value, fetching a document."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Path, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.orm import Session
from starlette.datastructures import FormData

from core.forms.model import Field
from core.wire.receipts import Outcome, Remark
from office import decisions
from office.desk import notes, queries, rendering
from office.desk.doors import OwnForm, ReviewerVisit, Visit, text_of
from office.desk.dossier import Dossier, Typed
from office.desk.security import BASE, NOT_FOUND, Stop, file_headers
from office.models import Submission

router = APIRouter(prefix="/submissions/{submission_id}")
SubmissionId = Annotated[str, Path(pattern=r"^[0-9a-f-]{36}$")]
_COMMENT = "comment:"
_OUTCOMES = {"approve": Outcome.APPROVED, "return": Outcome.RETURNED, "reject": Outcome.REJECTED}
_SUFFIXES = {
    "application/pdf": ".pdf",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/tiff": ".tif",
    "application/msword": ".doc",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}


@router.get("")
def read(visit: ReviewerVisit, submission_id: SubmissionId) -> Response:
    """The page of one submission; being opened by a reviewer who may decide, it is in review."""
    with suppress(decisions.DecisionRefusedError):
        decisions.begin_review(visit.office, visit.reader.person, submission_id)
    return _page(visit, submission_id, Typed())


@router.post("/decide")
def decide(visit: ReviewerVisit, submission_id: SubmissionId, form: OwnForm) -> Response:
    """Approve, return with comments, or reject after asking once more."""
    typed = _typed(form)
    action = text_of(form, "action")
    if action not in _OUTCOMES:
        raise Stop(400, "没有办理", "请用“通过”“退回”或“驳回”按钮办理。")
    if action == "approve" and (typed.comments or typed.general):
        problem = "您写了意见，没有通过。意见要发给信息员，请用“退回”；要通过，请先清空意见。"
        return _page(visit, submission_id, _with_problem(typed, problem), 409)
    if action == "reject" and not (text_of(form, "confirmed") and typed.general):
        return _ask_reject(visit, submission_id, typed)
    comments = [
        Remark(pointer, "comment", "error", text) for pointer, text in typed.comments.items()
    ]
    if typed.general:
        comments.append(Remark("", "comment", "error", typed.general))
    try:
        decisions.decide(
            visit.office,
            visit.reader.person,
            submission_id,
            _OUTCOMES[action],
            comments,
            digest=text_of(form, "digest"),
        )
    except decisions.DecisionRefusedError as refusal:
        if refusal.code == "not_found":
            raise Stop(404, *NOT_FOUND) from refusal
        visit.note("desk.refused", submission_id, refusal.code)
        return _page(visit, submission_id, _with_problem(typed, str(refusal)), 409)
    return RedirectResponse(f"{BASE}/queue?done={submission_id}", 303)


@router.post("/reveal")
def reveal(visit: ReviewerVisit, submission_id: SubmissionId, form: OwnForm) -> Response:
    """Show one masked field in full; who looked at which field of which submission is noted."""
    side, _, pointer = text_of(form, "place").partition(":")
    with visit.read() as session:
        row = _found(visit, session, submission_id)
        dossier = Dossier(session, visit.office, visit.reader, row, frozenset({pointer}))
        place = dossier.form.field_at(pointer) if dossier.readable else None
        if not isinstance(place, Field) or not place.sensitive:
            raise Stop(404, *NOT_FOUND)
        visit.note("desk.reveal", f"{submission_id} {pointer}")
        if visit.request.headers.get("hx-request") != "true":
            return _answer(visit, session, dossier, Typed(), 200)
        page = dossier.page(Typed())
        rows = [
            each
            for group in (*page.first, *page.rest)
            for each in group.rows
            if each.pointer == pointer
        ]
        shown = getattr(rows[0], side) if rows and side in ("before", "after", "base") else None
        if shown is None:
            raise Stop(404, *NOT_FOUND)
        return rendering.page(visit.frame(session), "revealed.html", value=shown)


@router.get("/files/{digest}")
def download(
    visit: ReviewerVisit,
    submission_id: SubmissionId,
    digest: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$")],
) -> Response:
    """An attached document of this submission, as a download under its digest."""
    with visit.read() as session:
        row = _found(visit, session, submission_id)
        dossier = Dossier(session, visit.office, visit.reader, row)
        kinds = dossier.documents if dossier.readable else {}
        content = queries.blob(session, visit.office, f"sha256:{digest}")
    if f"sha256:{digest}" not in kinds or content is None:
        raise Stop(404, *NOT_FOUND)
    visit.note("desk.download", f"{submission_id} {digest}")
    name = digest[:32] + _SUFFIXES.get(kinds[f"sha256:{digest}"], ".bin")
    return Response(content, media_type="application/octet-stream", headers=file_headers(name))


@router.get("/receipt")
def receipt(visit: ReviewerVisit, submission_id: SubmissionId) -> Response:
    """The signed notes about a submission, as they were given."""
    with visit.read() as session:
        row = _found(visit, session, submission_id)
        found = queries.receipt(session, visit.office, row)
        decided = queries.decision(session, visit.office, submission_id)
        page = notes.receipt(visit.office, row, found, decided)
        return rendering.page(visit.frame(session), "receipt.html", page=page)


def _page(visit: Visit, submission_id: str, typed: Typed, status: int = 200) -> Response:
    with visit.read() as session:
        row = _found(visit, session, submission_id)
        dossier = Dossier(session, visit.office, visit.reader, row)
        return _answer(visit, session, dossier, typed, status)


def _answer(
    visit: Visit, session: Session, dossier: Dossier, typed: Typed, status: int
) -> Response:
    frame = visit.frame(session)
    if not dossier.readable:
        page = notes.refused(session, visit.office, dossier.row)
        return rendering.page(frame, "refused.html", status, page=page)
    return rendering.page(frame, "submission.html", status, page=dossier.page(typed))


def _ask_reject(visit: Visit, submission_id: str, typed: Typed) -> Response:
    with visit.read() as session:
        row = _found(visit, session, submission_id)
        dossier = Dossier(session, visit.office, visit.reader, row)
        page = dossier.page(typed)
        if not page.can_decide:
            return _answer(visit, session, dossier, _with_problem(typed, page.why_not), 409)
        return rendering.page(visit.frame(session), "reject.html", page=page, typed=typed)


def _found(visit: Visit, session: Session, submission_id: str) -> Submission:
    scope = visit.reader.person.scope
    row = queries.submission(session, visit.office, scope, submission_id)
    if row is None:
        raise Stop(404, *NOT_FOUND)
    return row


def _typed(form: FormData) -> Typed:
    comments = {
        name.removeprefix(_COMMENT): text_of(form, name)
        for name in form
        if name.startswith(_COMMENT) and text_of(form, name)
    }
    return Typed(comments, text_of(form, "general"))


def _with_problem(typed: Typed, problem: str) -> Typed:
    return Typed(typed.comments, typed.general, (problem,))
