"""Sensitive values are masked until somebody asks for them, and every asking is on record."""

from __future__ import annotations

import pytest

from core.forms.model import Form
from office.desk.compare import Comparison
from tests.helpers.review_desk import attached
from tests.office.desk.conftest import Desk


def grouped(number: str) -> str:
    return f"{number[:6]} {number[6:14]} {number[14:]}"


def send(desk: Desk) -> tuple[str, str]:
    record = desk.sender.records("person")[0]
    sent = desk.sender.change(record, values={"position": "干事"}, attachments=(attached(),))
    return sent, record.values["id_number"]


def test_identity_numbers_are_masked_on_every_page(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent, number = send(desk)
    reviewer = desk.browser()
    for path in ("queue", "done", "late", f"submissions/{sent}", f"submissions/{sent}/receipt"):
        text = reviewer.get(path).response.text
        assert number not in text
        assert grouped(number) not in text
    page = reviewer.get(f"submissions/{sent}")
    assert f"{number[:6]} ******** {number[14:]}" in page.text
    monkeypatch.setattr(Comparison, "_masked", lambda *_: False)
    assert grouped(number) in reviewer.get(f"submissions/{sent}").text  # the mask was what hid it


def test_revealing_shows_one_value_and_is_audited(desk: Desk) -> None:
    sent, number = send(desk)
    reviewer = desk.browser()
    page = reviewer.get(f"submissions/{sent}")
    button = next(e for e in page.all("button", name="place") if e["value"] == "after:/id_number")
    answer = reviewer.post(
        f"submissions/{sent}/reveal",
        {"place": button["value"]},
        token=page.form_token,
        hx_request="true",
    )
    assert answer.status == 200
    assert answer.text == grouped(number)
    assert desk.audited("desk.reveal") == [("shen", f"{sent} /id_number", "done")]
    assert number not in str(desk.audited("desk.reveal"))


def test_without_scripts_the_whole_page_comes_with_that_value_shown(desk: Desk) -> None:
    sent, number = send(desk)
    page = desk.browser().post(f"submissions/{sent}/reveal", {"place": "after:/id_number"})
    assert grouped(number) in page.text
    assert "1971-**-**" in page.text  # the birth date stays masked
    assert len(desk.audited("desk.reveal")) == 1


@pytest.mark.parametrize(
    "place", ["after:/position", "after:/nowhere", "", "after", "__class__:/id_number"]
)
def test_only_sensitive_fields_are_revealed(desk: Desk, place: str) -> None:
    sent, _ = send(desk)
    reviewer = desk.browser()
    answer = reviewer.post(f"submissions/{sent}/reveal", {"place": place}, hx_request="true")
    assert answer.status == 404


def test_documents_come_as_downloads_under_their_digest_only(desk: Desk) -> None:
    sent, _ = send(desk)
    reviewer = desk.browser()
    page = reviewer.get(f"submissions/{sent}")
    (place,) = [each["href"] for each in page.all("a") if "/files/" in each.get("href", "")]
    answer = reviewer.http.get(place)
    digest = place.rpartition("/")[2]
    assert answer.content == b"%PDF-1.7 sample"
    assert answer.headers["content-disposition"] == f'attachment; filename="{digest[:32]}.pdf"'
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert desk.audited("desk.download") == [("shen", f"{sent} {digest}", "done")]


def test_a_document_of_another_submission_is_not_there(desk: Desk) -> None:
    other = desk.sender.change(
        desk.sender.records("person")[1],
        values={"position": "干事"},
        attachments=(attached("另一份.pdf", b"%PDF-1.7 other"),),
    )
    sent, _ = send(desk)
    reviewer = desk.browser()
    page = reviewer.get(f"submissions/{other}")
    (place,) = [each["href"] for each in page.all("a") if "/files/" in each.get("href", "")]
    assert reviewer.http.get(place).status_code == 200
    assert reviewer.http.get(place.replace(other, sent)).status_code == 404
    assert reviewer.http.get(place.replace(place[-64:], "../../etc/passwd")).status_code == 404


def test_the_form_says_what_is_sensitive(desk: Desk) -> None:
    form: Form = desk.office.forms["person"]
    assert {each.name for each in form.fields if each.sensitive} >= {"id_number", "birth_date"}
