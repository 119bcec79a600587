"""What each page shows, and that every page keeps to the content security policy."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.changes.draft import Draft
from core.wire.receipts import Outcome, Remark
from office import accounts, decisions
from office.desk import queries, views
from office.intake import alarms
from office.models import AuditRow, DecisionRow, Device, ReceiptRow, Record, Submission
from tests.helpers.review_desk import COUNTY, PEOPLE, attached
from tests.office.desk.conftest import Desk, Page

REVIEWER = next(each for each in PEOPLE if each.name == "shen")


def person(desk: Desk, number: int = 0) -> Record:
    return desk.sender.records("person")[number]


def check_policy(page: Page) -> None:
    """No script or style but our own files, and the headers that forbid any other."""
    policy = page.response.headers["content-security-policy"]
    assert policy.startswith(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'"
    )
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert page.response.headers["x-content-type-options"] == "nosniff"
    assert page.response.headers["cache-control"] == "no-store"
    for tag, attrs in page.tags:
        assert tag != "style"
        assert tag != "script" or attrs["src"].startswith("/desk/static/")
        assert not [name for name in attrs if name.startswith(("on", "hx-on")) or name == "style"]
        for name in ("href", "src", "action"):
            assert (
                not attrs.get(name, "/").strip().lower().startswith(("javascript:", "data:", "//"))
            )


def every_page(desk: Desk) -> dict[str, Page]:
    """Each page there is, with something on it."""
    sender = desk.sender
    sent = sender.change(person(desk), values={"position": "干事"}, attachments=(attached(),))
    returned = sender.change(person(desk, 1), values={"position": "干事"})
    decisions.decide(
        desk.office,
        REVIEWER,
        returned,
        Outcome.RETURNED,
        [Remark("/position", "comment", "error", "改")],
    )
    refused = sender.change(person(desk, 2), values={"name": "改名不可"})
    reviewer = desk.browser()
    token = reviewer.get("queue").form_token
    return {
        "sign-in": desk.visitor().get("sign-in"),
        "queue": reviewer.get("queue"),
        "nothing found": reviewer.get("queue?text=没有这个人"),
        "done": reviewer.get("done"),
        "late": reviewer.get("late"),
        "waiting": reviewer.get(f"submissions/{sent}"),
        "returned": reviewer.get(f"submissions/{returned}"),
        "refused": reviewer.get(f"submissions/{refused}"),
        "receipt": reviewer.get(f"submissions/{returned}/receipt"),
        "reject": reviewer.post(f"submissions/{sent}/decide", {"action": "reject"}, token=token),
        "not found": reviewer.get("nowhere"),
        "forbidden": reviewer.get("audit"),
        "audit": desk.browser("ji").get("audit"),
        "accounts": desk.browser("guan").get("accounts"),
    }


def test_every_page_keeps_to_the_policy(desk: Desk) -> None:
    for name, page in every_page(desk).items():
        assert page.status in (200, 403, 404), name
        check_policy(page)


def test_every_field_has_a_name_for_those_who_do_not_see(desk: Desk) -> None:
    for name, page in every_page(desk).items():
        labelled = {each.get("for") for each in page.all("label")}
        for tag in ("input", "select", "textarea"):
            for each in page.all(tag):
                if each.get("type") in ("hidden", "checkbox"):
                    continue
                assert each.get("aria-label") or each.get("id") in labelled, (name, each)


def test_static_files_are_ours_and_may_stay_in_the_cache(desk: Desk) -> None:
    page = desk.visitor().get("sign-in")
    places = [each["src"] for each in page.all("script")]
    places += [each["href"] for each in page.all("link")]
    for place in places:
        answer = desk.visitor().http.get(place)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert desk.visitor().http.get("/desk/static/../routes.py").status_code == 404


def test_the_queue_is_oldest_first_and_says_what_matters(desk: Desk) -> None:
    sender, first, second = desk.sender, person(desk), person(desk, 1)
    late = sender.change(
        second,
        values={"position": "干事"},
        head=sender.head(13, overdue_reason="经办人住院"),
    )
    desk.clock.forward(hours=26)
    new = sender.change(first, values={"position": "干事"})
    page = desk.browser().get("queue")
    assert page.links == [f"/desk/submissions/{each}" for each in (late, new)]
    for word in (
        first.label,
        second.label,
        "信息变更",
        "王建国",
        "超期 3 天",
        "按期",
        "1 天",
        "刚到",
    ):
        assert word in page.text
    assert page.one("a", aria_current="page")["href"] == "/desk/queue"


def test_the_queue_is_filtered_by_text_unit_form_flow_and_delay(desk: Desk) -> None:
    sender = desk.sender
    a, b = person(desk), next(e for e in sender.records("person") if e.unit != person(desk).unit)
    unit = sender.records("institution")[0]
    sent_a = sender.change(a, values={"position": "干事"})
    sent_b = sender.change(
        b, values={"position": "干事"}, head=sender.head(20, overdue_reason="忘了")
    )
    sent_unit = sender.change(unit, values={"phone": "0717-4111111"})
    reviewer = desk.browser()

    def found(query: str) -> set[str]:
        return {each.rpartition("/")[2] for each in reviewer.get(f"queue?{query}").links}

    assert found("") == {sent_a, sent_b, sent_unit}
    assert found(f"text={a.label[1:]}") == {sent_a}
    assert found("text=%25") == set()  # a percent sign is no wildcard
    assert found(f"unit={b.unit}") == {sent_b}
    assert found("form=institution") == {sent_unit}
    assert found("form=person&flow=amend") == {sent_a, sent_b}
    assert found("overdue=1") == {sent_b}
    assert "没有符合条件" in reviewer.get("queue?text=没有这个人").text


def test_an_empty_queue_says_what_comes_here(desk: Desk) -> None:
    reviewer = desk.browser()
    assert "都审完了" in reviewer.get("queue").text
    assert "还没有办结" in reviewer.get("done").text
    assert "还没有单位报送" in reviewer.get("late").text


def test_a_long_queue_comes_in_pages(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "PAGE", 2)
    sent = [desk.sender.change(person(desk, n), values={"position": "干事"}) for n in range(3)]
    reviewer = desk.browser()
    first = reviewer.get("queue")
    assert first.links == [f"/desk/submissions/{each}" for each in sent[:2]]
    second = reviewer.get("queue?offset=2")
    assert second.links == [f"/desk/submissions/{sent[2]}"]
    assert any("offset=0" in each.get("href", "") for each in second.all("a"))
    for each in sent:
        decisions.decide(desk.office, REVIEWER, each, Outcome.APPROVED)
    assert len(reviewer.get("done").links) == 2
    assert len(reviewer.get("done?offset=2").links) == 1


def test_a_change_shows_before_and_after_with_what_changed_first(desk: Desk) -> None:
    record = person(desk)
    sent = desk.sender.change(record, values={"position": "馆长助理", "education": "21"})
    page = desk.browser().get(f"submissions/{sent}")
    rows = [each["id"] for each in page.all("div", data_row="")]
    assert set(rows[:2]) == {"f-position", "f-education"}
    for word in (record.values["position"], "馆长助理", "大学本科毕业", "改动的字段", "岗位调整"):
        assert word in page.text
    assert "未改动的字段" in page.text


def test_a_new_record_shows_all_of_it_under_the_form_s_headings(desk: Desk) -> None:
    values = desk.sender.newcomer()
    sent = desk.sender.create("person", "join", values, attachments=(attached(),))
    assert desk.sender.answer(sent) == "received", desk.submission(sent).problems
    page = desk.browser().get(f"submissions/{sent}")
    for word in ("周晓岚", "基本情况", "编制与岗位", "公开招聘", "人员增加"):
        assert word in page.text
    for word in ("变更前", "未改动的字段", values["id_number"]):
        assert word not in page.response.text


def test_a_picture_in_the_record_may_be_fetched(desk: Desk) -> None:
    photo = attached("照片.jpg", b"a picture")
    value = {
        "digest": photo.digest,
        "name": photo.name,
        "size": photo.size,
        "media_type": "image/jpeg",
    }
    sent = desk.sender.change(person(desk), values={"photo": value})
    assert desk.sender.answer(sent) == "received", desk.submission(sent).problems
    reviewer = desk.browser()
    page = reviewer.get(f"submissions/{sent}")
    (place,) = [each["href"] for each in page.all("a") if "/files/" in each.get("href", "")]
    answer = reviewer.http.get(place)
    assert answer.content == b"a picture"
    assert answer.headers["content-disposition"].endswith('.jpg"')


def test_a_change_of_a_record_that_was_closed_meanwhile_is_announced(desk: Desk) -> None:
    record = person(desk)
    leave = desk.sender.change(
        record,
        "leave",
        values={"leave_mode": "26", "leave_date": "2026-11-12"},
        attachments=(attached(),),
    )
    sent = desk.sender.change(record, values={"position": "干事"})
    decisions.decide(desk.office, REVIEWER, leave, Outcome.APPROVED)
    reviewer = desk.browser()
    assert "通过会记为冲突" in reviewer.get(f"submissions/{sent}").text
    page = reviewer.post(f"submissions/{sent}/decide", {"action": "approve"})
    assert "冲突" in page.text
    assert desk.submission(sent).state == "conflict"
    assert reviewer.get(f"submissions/{sent}").status == 200


def test_a_form_that_nobody_knows_is_listed_and_shown_as_refused(desk: Desk) -> None:
    record = person(desk)
    draft = Draft("d", "person", 1, "amend", record.record_id, record.unit, head=desk.sender.head())
    sent = desk.sender.send(draft, form="astrology", flow="<b>")
    reviewer = desk.browser()
    assert "astrology" in reviewer.get("done").text
    page = reviewer.get(f"submissions/{sent}")
    assert "没有收下" in page.text
    assert reviewer.get(f"submissions/{sent}/receipt").status == 200
    flow = desk.sender.send(draft, flow="dance")
    assert "dance" in reviewer.get(f"submissions/{flow}").text


def test_a_predecessor_in_a_foreign_unit_stays_out_of_sight(desk: Desk) -> None:
    record = person(desk)
    first = desk.sender.change(record, values={"position": "主任医师"})
    comment = Remark("/position", "comment", "error", "请核对")
    decisions.decide(desk.office, REVIEWER, first, Outcome.RETURNED, [comment])
    second = desk.sender.change(record, values={"position": "医师"}, supersedes=first)
    with desk.office.database.write() as session:
        session.get_one(Submission, (COUNTY, first)).unit = "elsewhere"
    page = desk.browser().get(f"submissions/{second}")
    assert page.status == 200
    assert "主任医师" not in page.text
    assert "请核对" not in page.text


def test_titles_of_records_that_are_no_units_are_found_too(desk: Desk) -> None:
    record = person(desk)
    with desk.office.database.read() as session:
        assert queries.title_of(session, desk.office, "person", record.key) == record.label
        assert queries.title_of(session, desk.office, "person", "nobody") == ""
        assert queries.title_of(session, desk.office, "institution", "nowhere") == ""


def test_an_unknown_flash_or_a_crooked_number_breaks_nothing(desk: Desk) -> None:
    reviewer = desk.browser()
    waiting = desk.sender.change(person(desk), values={"position": "干事"})
    for done in ("nothing", waiting):
        page = reviewer.get(f"queue?done={done}")
        assert page.status == 200
        assert not page.all("div", role="status")
    assert reviewer.get("queue?offset=-1").status == 404
    assert reviewer.get("submissions/not-an-id").status == 404


def test_warnings_come_with_the_officer_s_reason(desk: Desk) -> None:
    record = next(e for e in desk.sender.records("person", 60) if e.values["status"] == "10")
    key = "attachment_missing@/head/attachments"
    sent = desk.sender.change(
        record,
        "leave",
        values={"leave_mode": "26", "leave_date": "2026-11-12"},
        overrides={key: "文件随后补"},
    )
    assert desk.sender.answer(sent) == "received", desk.submission(sent).problems
    reviewer = desk.browser()
    assert "1 条说明" in reviewer.get("queue").text
    page = reviewer.get(f"submissions/{sent}")
    assert "文件随后补" in page.text
    assert "批准文件" in page.text


def test_a_mended_submission_shows_what_it_said_before(desk: Desk) -> None:
    record = person(desk)
    first = desk.sender.change(record, values={"position": "主任医师", "department": "内科"})
    comment = Remark("/position", "comment", "error", "文件写的是副主任医师")
    decisions.decide(desk.office, REVIEWER, first, Outcome.RETURNED, [comment])
    second = desk.sender.change(
        record, values={"position": "副主任医师", "department": "内科"}, supersedes=first
    )
    reviewer = desk.browser()
    assert "改后重报" in reviewer.get("queue").text
    page = reviewer.get(f"submissions/{second}")
    assert "上次报的" in page.text
    assert "主任医师" in page.words
    assert page.text.count("上次报的") == 2  # the link above, and one field
    assert "文件写的是副主任医师" in page.text
    assert f"/desk/submissions/{first}" in page.links
    old = reviewer.get(f"submissions/{first}")
    assert "文件写的是副主任医师" in old.text
    assert not old.all("button", value="approve")


def test_a_merge_is_flagged(desk: Desk) -> None:
    record = person(desk)
    theirs = desk.sender.change(record, values={"department": "教务处"})
    mine = desk.sender.change(record, values={"position": "干事"})
    decisions.decide(desk.office, REVIEWER, theirs, Outcome.APPROVED)
    page = desk.browser().get(f"submissions/{mine}")
    assert "另有 1 项更新" in page.text
    assert page.all("div", id="f-department")
    decisions.decide(desk.office, REVIEWER, mine, Outcome.APPROVED)
    after = desk.browser().get(f"submissions/{mine}")
    assert "取登记簿的新值" in after.text


def test_a_conflict_shows_base_mine_and_theirs(desk: Desk) -> None:
    record = person(desk)
    theirs = desk.sender.change(record, values={"position": "副馆长"})
    mine = desk.sender.change(record, values={"position": "馆长助理"})
    decisions.decide(desk.office, REVIEWER, theirs, Outcome.APPROVED)
    reviewer = desk.browser()
    for page in (reviewer.get(f"submissions/{mine}"),):
        for word in ("原来的值", "本次报的", "登记簿现在的", "副馆长", "馆长助理"):
            assert word in page.text
        assert record.values["position"] in page.words
    late = desk.sender.change(record, values={"position": "干事"})  # refused at intake
    assert desk.submission(late).state == "conflict"
    page = reviewer.get(f"submissions/{late}")
    assert "登记簿现在的" in page.text
    assert not page.all("button", value="approve")
    assert record.label in reviewer.get("done?state=conflict").text


def test_what_intake_refused_says_why(desk: Desk) -> None:
    sent = desk.sender.change(person(desk), values={"name": "改名不可"})
    reviewer = desk.browser()
    assert "校验未过" in reviewer.get("done").text
    page = reviewer.get(f"submissions/{sent}")
    assert "没有收下" in page.text
    assert "姓名" in page.text
    answer = reviewer.post(f"submissions/{sent}/decide", {"action": "approve"})
    assert answer.status == 409


def test_rows_of_a_child_table_say_what_became_of_them(desk: Desk) -> None:
    record = next(
        e
        for e in desk.sender.records("institution")
        if len(e.values["posts"]) == 2 and not e.values.get("classified")
    )
    first, second = record.values["posts"]
    posts = [{**first, "authorised": first["authorised"] + 4}, {**second, "post_kind": "12"}]
    sent = desk.sender.change(
        record,
        "posts",
        values={
            "posts": posts,
            "posts_total": sum(each["authorised"] for each in posts),
            "approved_on": "2026-11-16",
            "approval_doc": "枝编发〔2026〕18号",
            "change_kind": "9",
            "change_date": "2026-11-16",
            "change_reason": "调整",
        },
        attachments=(attached(),),
    )
    page = desk.browser().get(f"submissions/{sent}")
    words = page.words
    if desk.sender.answer(sent) == "received":
        assert {"改动", "新增", "删去"} <= set(words)
    else:
        pytest.fail(str(desk.submission(sent).problems))


def test_the_done_page_lists_outcome_reviewer_and_receipt(desk: Desk) -> None:
    approved = desk.sender.change(person(desk), values={"position": "干事"})
    decisions.decide(desk.office, REVIEWER, approved, Outcome.APPROVED)
    reviewer = desk.browser()
    page = reviewer.get("done")
    for word in (person(desk).label, "已通过", "沈明华", "2026-11-22 10:30"):
        assert word in page.text
    assert reviewer.get("done?state=returned").links == []
    assert reviewer.get(f"done?unit={person(desk).unit}&form=person").links == [
        f"/desk/submissions/{approved}"
    ]


def test_the_receipt_page_checks_the_signatures_again(desk: Desk) -> None:
    sent = desk.sender.change(person(desk), values={"position": "干事"})
    decisions.decide(desk.office, REVIEWER, sent, Outcome.APPROVED)
    page = desk.browser().get(f"submissions/{sent}/receipt")
    assert page.text.count("签名有效") == 2
    assert "zhibao receipt/1" in page.text
    assert desk.submission(sent).digest in page.text


def test_a_receipt_that_was_tampered_with_is_seen(desk: Desk) -> None:
    sent = desk.sender.change(person(desk), values={"position": "干事"})
    decisions.decide(desk.office, REVIEWER, sent, Outcome.APPROVED)
    with desk.office.database.write() as session:
        for given in session.query(ReceiptRow):
            given.note = given.note.replace("received", "invalid")
        for decided in session.query(DecisionRow):
            decided.note = decided.note.replace("approved", "rejected")
    page = desk.browser().get(f"submissions/{sent}/receipt")
    assert page.text.count("签名无效") == 2


def test_who_is_late_is_told_by_unit(desk: Desk) -> None:
    sender = desk.sender
    a, b = person(desk), next(e for e in sender.records("person") if e.unit != person(desk).unit)
    sender.change(a, values={"position": "干事"}, head=sender.head(15, overdue_reason="文件晚到"))
    sent = sender.change(b, values={"position": "干事"})
    comment = Remark("", "comment", "error", "改")
    decisions.decide(desk.office, REVIEWER, sent, Outcome.RETURNED, [comment])
    desk.sender.change(person(desk, 2), values={"name": "改名不可"})  # refused: does not count
    page = desk.browser().get("late")
    for word in ("100.0%", "文件晚到", "超期 5 天", "共 2 件"):
        assert word in page.text
    desk_settings = replace(desk.office.settings, duty_days=20)
    desk.office = replace(desk.office, settings=desk_settings)
    del desk.__dict__["app"]
    assert "超期 5 天" not in desk.browser().get("late").text


def test_the_audit_log_is_listed_and_filtered(desk: Desk) -> None:
    desk.visitor().sign_in("shen", "wrong")
    auditor = desk.browser("ji")
    page = auditor.get("audit")
    assert "登录审核台" in page.text
    assert "被拒" in page.text
    only = auditor.get("audit?account=shen&event=desk.sign_in")
    assert "建立中心库" not in only.text.partition("结果")[2]
    assert "没有符合条件" in auditor.get("audit?account=nobody").text


def test_the_administrator_sees_accounts_and_devices(desk: Desk) -> None:
    for _ in range(5):
        desk.visitor().sign_in("ji", "wrong")
    with desk.office.database.write() as session:
        accounts.deactivate(session, desk.office, "far")
        session.get_one(Device, (COUNTY, "device-1")).revoked_at = desk.office.now()
    page = desk.browser("guan").get("accounts")
    for word in ("沈明华", "审核员", "办公室电脑", "暂时锁定", "device-1", "可用"):
        assert word in page.text
    assert page.words.count("已停用") == 2


def test_the_auditor_may_follow_the_chain_which_goes_on_record(desk: Desk) -> None:
    auditor = desk.browser("ji")
    assert "已逐条核对" not in auditor.get("audit").text
    assert "已逐条核对" in auditor.get("audit?verify=1").text
    assert [each[0] for each in desk.audited("audit.verify")] == ["ji"]
    with desk.office.database.write() as session:
        session.get_one(AuditRow, (COUNTY, 2)).account = "somebody"
    assert "从第 2 条起" in auditor.get("audit?verify=1").text


def test_the_administrator_sees_alarms_with_advice(desk: Desk) -> None:
    with desk.office.database.write() as session:
        for kind in (alarms.GAP, alarms.FORK, alarms.MISMATCH, "new-kind"):
            alarms.raise_alarm(session, desk.office, kind, "device-1", "7")
    page = desk.browser("guan").get("accounts")
    for word in ("缺件", "告警", "第 7 号还没有到", "编号重复", "同号异文", "new-kind"):
        assert word in page.text


def test_htmx_is_told_to_go_and_sign_in(desk: Desk) -> None:
    answer = desk.visitor().http.get("/desk/queue", headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"].startswith("/desk/sign-in")


def test_a_method_that_there_is_not_gets_a_page(desk: Desk) -> None:
    answer = Page(desk.browser().http.delete("/desk/queue"))
    assert answer.status == 405
    check_policy(answer)
