"""Stored script (ASVS 1.2.1, 3.4.3): whatever is written anywhere comes out as text."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import Environment

from core.changes.draft import AttachedFile
from core.forms.model import FieldType, Form
from core.wire.canonical import digest
from core.wire.receipts import Outcome, Remark
from office import decisions
from office.desk import rendering
from office.models import Account, Device, Unit
from tests.helpers.review_desk import BLOBS, COUNTY, PEOPLE
from tests.office.desk.conftest import Desk, Page

REVIEWER = next(each for each in PEOPLE if each.name == "shen")
MARK = "zb7"
HOSTILE = (
    f"<script>alert('{MARK}')</script>",
    f"<img src=x onerror=alert('{MARK}')>",
    f"\"><svg/onload=alert('{MARK}')>",
    f"'><b id={MARK}>",
    f"</textarea><iframe src=javascript:alert('{MARK}')>",
    f"{{{{7*7}}}}{MARK}${{7*7}}<% {MARK} %>",
    f"javascript:alert('{MARK}')",
    f"<!--{MARK}--><style>*{{display:none}}</style>",
)


def check_harmless(page: Page) -> None:
    """The payloads are there, but only as words and quoted attributes."""
    assert MARK in page.response.text
    for tag, attrs in page.tags:
        assert tag not in ("iframe", "style", "b", "object", "embed", "base")
        assert attrs.get("id") != MARK
        assert tag != "script" or attrs["src"].startswith("/desk/static/")
        assert tag != "img"
        assert tag != "svg" or attrs.get("class") == "icon"
        for name, value in attrs.items():
            assert not name.startswith("on")
            assert name not in ("href", "src", "action") or not value.startswith("javascript")
    assert "49" + MARK not in page.response.text


def free_texts(form: Form) -> list[str]:
    """Text fields in which an officer may write anything, in a change of information."""
    return [
        each.name
        for each in form.fields
        if each.type is FieldType.TEXT
        and not (each.check or each.pattern or each.locked or each.issued or each.no_spaces)
        and each.name in ("department", "position", "school", "major", "entry_from", "remark")
    ]


def send(desk: Desk, payload: str) -> str:
    record = desk.sender.records("person")[0]
    form = desk.office.forms["person"]
    texts: dict[str, Any] = {
        name: payload[: form.by_name[name].max_length or 60] for name in free_texts(form)
    }
    assert len(texts) >= 4
    content = b"%PDF-1.7 " + payload.encode()
    known = digest(content)
    BLOBS[known] = content
    file = AttachedFile(known, payload, len(content), payload, "")
    sent = desk.sender.change(
        record,
        values=texts,
        attachments=(file,),
        head=desk.sender.head(12, reason=payload, filled_by=payload, overdue_reason=payload),
    )
    assert desk.sender.answer(sent) == "received", desk.submission(sent).problems
    return sent


def rename_everything(desk: Desk, payload: str) -> None:
    with desk.office.database.write() as session:
        for account in session.query(Account):
            account.title = payload
        for device in session.query(Device):
            device.title = payload
        for unit in session.query(Unit):
            unit.title = payload
        session.get_one(Account, (COUNTY, "shen")).title = payload


@pytest.mark.parametrize("payload", HOSTILE)
def test_what_officers_and_reviewers_write_comes_out_as_text(desk: Desk, payload: str) -> None:
    sent = send(desk, payload)
    rename_everything(desk, payload)
    reviewer = desk.browser()
    waiting = reviewer.get(f"submissions/{sent}")
    pages = [
        waiting,
        reviewer.get("queue"),
        reviewer.get("late"),
        reviewer.get("queue?text=" + MARK),
    ]
    typed = {"comment:/position": payload, "general": payload}
    token = waiting.form_token
    place = f"submissions/{sent}/decide"
    pages.append(reviewer.post(place, {"action": "approve", **typed}, token=token))
    pages.append(reviewer.post(place, {"action": "reject", **typed}, token=token))
    comments = [Remark("/position", "comment", "error", payload), Remark("", "c", "error", payload)]
    decisions.decide(desk.office, REVIEWER, sent, Outcome.RETURNED, comments)
    pages += [reviewer.get(f"submissions/{sent}"), reviewer.get("done")]
    pages.append(reviewer.get(f"submissions/{sent}/receipt"))
    pages.append(desk.browser("guan").get("accounts"))
    for page in pages:
        check_harmless(page)


@pytest.mark.parametrize("payload", HOSTILE)
def test_what_is_in_the_address_comes_out_as_text(desk: Desk, payload: str) -> None:
    reviewer = desk.browser()
    found = reviewer.http.get("/desk/queue", params={"text": payload, "unit": payload[:60]})
    check_harmless(Page(found))
    asked = desk.visitor().http.get("/desk/sign-in", params={"next": payload})
    check_harmless(Page(asked))
    audit = desk.browser("ji").http.get("/desk/audit", params={"account": payload})
    check_harmless(Page(audit))


def test_a_hostile_media_type_names_no_file(desk: Desk) -> None:
    sent = send(desk, HOSTILE[0])
    reviewer = desk.browser()
    page = reviewer.get(f"submissions/{sent}")
    (place,) = [each["href"] for each in page.all("a") if "/files/" in each.get("href", "")]
    answer = reviewer.http.get(place)
    assert answer.headers["content-disposition"].endswith('.bin"')


def test_without_escaping_the_check_would_see_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = send(desk, HOSTILE[0])
    careless: Environment = rendering._environment().overlay(autoescape=False)
    careless.globals.update(rendering._environment().globals)
    monkeypatch.setattr(rendering, "_environment", lambda: careless)
    page = desk.browser().get(f"submissions/{sent}")
    with pytest.raises((AssertionError, KeyError)):
        check_harmless(page)
