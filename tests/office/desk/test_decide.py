"""Deciding at the desk: approve, return with comments at fields, reject; each once, by another."""

from __future__ import annotations

import pytest

from core.changes.states import State
from core.wire.receipts import Outcome, Remark
from office import decisions
from office.desk import queries
from office.models import Record
from office.models import Submission as Row
from tests.helpers.review_desk import COUNTY, PEOPLE
from tests.office.desk.conftest import Browser, Desk, Page

REVIEWER = next(each for each in PEOPLE if each.name == "shen")


def send(desk: Desk, **values: str) -> tuple[Record, str]:
    record = desk.sender.records("person")[0]
    return record, desk.sender.change(record, values=values or {"position": "干事"})


def decide(browser: Browser, submission_id: str, action: str, **data: str) -> Page:
    page = browser.get(f"submissions/{submission_id}")
    form = {name.replace("__", ":/"): value for name, value in data.items()}
    digest = next((each["value"] for each in page.all("input", name="digest")), "")
    return browser.post(
        f"submissions/{submission_id}/decide",
        {"action": action, "digest": digest, **form},
        token=page.form_token,
    )


def test_opening_an_item_says_that_it_is_under_review(desk: Desk) -> None:
    _, sent = send(desk)
    desk.browser().get(f"submissions/{sent}")
    assert desk.submission(sent).state == State.UNDER_REVIEW


def test_approving_makes_the_next_version_and_leads_back_to_the_queue(desk: Desk) -> None:
    record, sent = send(desk, position="馆长助理")
    page = decide(desk.browser(), sent, "approve")
    assert page.response.url.path == "/desk/queue"
    assert f"已通过:{record.label}" in page.text.replace("\uff1a", ":")
    assert page.one("div", role="status")["data-settled"] == sent
    assert desk.submission(sent).state == State.APPROVED
    with desk.office.database.read() as session:
        now = session.get_one(Record, (COUNTY, "person", record.record_id))
        assert (now.version, now.values["position"]) == (2, "馆长助理")


def test_returning_carries_a_comment_at_each_field(desk: Desk) -> None:
    _, sent = send(desk, position="干事", department="办公室")
    page = decide(
        desk.browser(),
        sent,
        "return",
        comment__position="文件写的是副主任",
        comment__department="请写全称",
        general="改后再报",
    )
    assert page.response.url.path == "/desk/queue"
    assert desk.submission(sent).state == State.RETURNED
    with desk.office.database.read() as session:
        row = queries.decision(session, desk.office, sent)
        assert row is not None
        said = {each["pointer"]: each["text"] for each in row.comments}
        signed = decisions.read(desk.office, row)
    assert said == {
        "/position": "文件写的是副主任",
        "/department": "请写全称",
        "": "改后再报",
    }
    assert {each.pointer for each in signed.comments} == set(said)


def test_the_head_and_the_attachments_take_comments_too(desk: Desk) -> None:
    _, sent = send(desk)
    reviewer = desk.browser()
    page = reviewer.get(f"submissions/{sent}")
    boxes = {each["name"] for each in page.all("textarea")}
    assert {"comment:/head/reason", "comment:/head/attachments"} <= boxes
    kept = decide(reviewer, sent, "approve", comment__head_reason="x")
    assert kept.status == 409
    data = {"action": "return", "comment:/head/attachments": "缺任免文件"}
    reviewer.post(f"submissions/{sent}/decide", data, token=page.form_token)
    with desk.office.database.read() as session:
        row = queries.decision(session, desk.office, sent)
        assert row is not None
        assert [each["pointer"] for each in row.comments] == ["/head/attachments"]
    after = reviewer.get(f"submissions/{sent}")
    assert "缺任免文件" in after.text


def test_returning_without_a_word_keeps_the_page_and_says_why(desk: Desk) -> None:
    _, sent = send(desk)
    page = decide(desk.browser(), sent, "return")
    assert page.status == 409
    assert "至少写一条意见" in page.text
    assert desk.submission(sent).state == State.UNDER_REVIEW


def test_approving_with_comments_left_over_is_stopped_and_keeps_them(desk: Desk) -> None:
    _, sent = send(desk)
    page = decide(desk.browser(), sent, "approve", comment__position="不对吧")
    assert page.status == 409
    assert "您写了意见" in page.text
    assert "不对吧" in page.words
    assert page.one("details", open="")
    assert desk.submission(sent).state == State.UNDER_REVIEW


def test_rejecting_asks_once_more_and_wants_a_reason(desk: Desk) -> None:
    _, sent = send(desk)
    reviewer = desk.browser()
    asked = decide(reviewer, sent, "reject", comment__position="编造")
    assert "驳回这一件" in asked.text
    assert asked.one("input", name="comment:/position")["value"] == "编造"
    assert desk.submission(sent).state == State.UNDER_REVIEW
    again = decide(reviewer, sent, "reject", confirmed="1")
    assert "驳回这一件" in again.text  # still without a reason
    done = decide(reviewer, sent, "reject", confirmed="1", general="不予办理")
    assert done.response.url.path == "/desk/queue"
    assert desk.submission(sent).state == State.REJECTED


def test_nobody_decides_on_what_he_sent_himself(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, sent = send(desk)
    self_reviewer = desk.browser("wang2")  # another account of the same person
    assert "本人" in self_reviewer.get("queue").text
    page = self_reviewer.get(f"submissions/{sent}")
    assert not page.all("button", value="approve")
    assert "您自己报的" in page.text
    refused = decide(self_reviewer, sent, "approve")
    assert refused.status == 409
    assert desk.submission(sent).state == State.RECEIVED
    assert desk.audited("desk.refused") == [("wang2", sent, "own_work")]
    assert decide(self_reviewer, sent, "reject").status == 409
    monkeypatch.setattr(decisions, "may_decide", lambda *_: "")
    assert decide(self_reviewer, sent, "approve").status == 200  # the guard was what held


def test_a_move_from_a_foreign_unit_is_left_to_the_reviewer_above(desk: Desk) -> None:
    record = next(e for e in desk.sender.records("person", 100) if e.unit != "420583000043")
    sent = desk.sender.change(record, values={"position": "干事"})
    with desk.office.database.write() as session:
        session.get_one(Row, (COUNTY, sent)).unit = "420583000043"
    far = desk.browser("far")
    page = far.get(f"submissions/{sent}")
    assert "管辖范围以外" in page.text
    assert not page.all("button", value="approve")
    assert decide(far, sent, "approve").status == 404
    assert desk.submission(sent).state == State.RECEIVED
    assert decide(desk.browser(), sent, "approve").response.url.path == "/desk/queue"


def test_of_two_reviewers_the_second_is_told(desk: Desk) -> None:
    _, sent = send(desk)
    late = desk.browser()
    page = late.get(f"submissions/{sent}")
    decisions.decide(desk.office, REVIEWER, sent, Outcome.APPROVED)
    answer = late.post(
        f"submissions/{sent}/decide",
        {
            "action": "return",
            "general": "请改",
            "digest": page.one("input", name="digest")["value"],
        },
        token=page.form_token,
    )
    assert answer.status == 409
    assert "由别人审结" in answer.text
    assert "已通过" in answer.text
    assert desk.submission(sent).state == State.APPROVED


def test_a_decision_is_about_the_bytes_that_were_seen(desk: Desk) -> None:
    _, sent = send(desk)
    page = decide(desk.browser(), sent, "approve", digest="sha256:" + "0" * 64)
    assert page.status == 409
    assert desk.submission(sent).state == State.UNDER_REVIEW


def test_an_unknown_action_does_nothing(desk: Desk) -> None:
    _, sent = send(desk)
    assert decide(desk.browser(), sent, "publish").status == 400
    assert desk.submission(sent).state == State.UNDER_REVIEW


def test_a_comment_at_no_field_is_refused(desk: Desk) -> None:
    _, sent = send(desk)
    page = decide(desk.browser(), sent, "return", comment__nowhere="?")
    assert page.status == 409
    assert desk.submission(sent).state == State.UNDER_REVIEW


@pytest.mark.parametrize("first", [Outcome.APPROVED, Outcome.RETURNED, Outcome.REJECTED])
@pytest.mark.parametrize("action", ["approve", "return", "reject"])
def test_what_is_decided_stays_decided(desk: Desk, first: Outcome, action: str) -> None:
    _, sent = send(desk)
    comments = [] if first is Outcome.APPROVED else [Remark("", "comment", "error", "改")]
    decisions.decide(desk.office, REVIEWER, sent, first, comments)
    data = {} if action == "approve" else {"general": "改", "confirmed": "1"}
    page = decide(desk.browser(), sent, action, **data)
    assert page.status == 409
    assert desk.submission(sent).state == str(first)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_a_form_from_another_site_is_refused(desk: Desk, headers: dict[str, str]) -> None:
    _, sent = send(desk)
    reviewer = desk.browser()
    reviewer.http.headers.update(headers)
    data = {"action": "return", "general": "改"}
    assert reviewer.post(f"submissions/{sent}/decide", data).status == 403
    assert desk.submission(sent).state == State.RECEIVED


@pytest.mark.parametrize("token", ["", "0" * 64, "令牌"])
def test_a_form_without_our_token_is_refused(
    desk: Desk, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, sent = send(desk)
    reviewer = desk.browser()
    data = {"action": "return", "general": "改"}
    assert reviewer.post(f"submissions/{sent}/decide", data, token=token).status == 403
    assert desk.submission(sent).state == State.RECEIVED
    monkeypatch.setattr("office.desk.doors.check_form", lambda *_: None)
    assert reviewer.post(f"submissions/{sent}/decide", data, token=token).status == 200
    assert desk.submission(sent).state == State.RETURNED  # the token was what held


def test_another_session_s_token_is_refused(desk: Desk) -> None:
    _, sent = send(desk)
    other = desk.browser("ji").get("audit").form_token
    data = {"action": "return", "general": "改"}
    assert desk.browser().post(f"submissions/{sent}/decide", data, token=other).status == 403


def test_a_form_that_is_too_long_is_refused(desk: Desk) -> None:
    _, sent = send(desk)
    page = desk.browser().post(f"submissions/{sent}/decide", {"general": "长" * 300_000})
    assert page.status == 413
