import pytest

from core.wire.canonical import digest, read_json
from core.wire.errors import WireError
from core.wire.protocol import (
    ChangesPage,
    DecisionChange,
    EnvelopeReply,
    ItemReply,
    ProblemType,
    RecordChange,
    RecordState,
    Scope,
    SessionRequest,
    read,
    read_page,
    read_problem,
    write,
    write_page,
)
from core.wire.receipts import Result
from core.wire.scope import EMPTY

PERSON = RecordChange(
    form="person",
    form_version=1,
    record_id="r1",
    version=2,
    state=RecordState.CURRENT,
    unit="420583001",
    values={"name": "张三", "posts": [{"authorised": 3}]},
    digest=digest(b""),
)
LAST = ChangesPage("e1", "e1.7", False, (PERSON, DecisionChange("note\n")), Scope({}, EMPTY))
SCOPE_TOO_EARLY = (
    b'{"changes":[],"epoch":"e","cursor":"c","has_more":true,"scope":{"counts":{},"digest":""}}'
)
MORE = ChangesPage("e1", "e1.7", True, ())


def test_messages_are_written_and_read_back() -> None:
    reply = EnvelopeReply("id", "e1", (ItemReply("s1", Result.HELD, "note\n"),))
    assert read(EnvelopeReply, write(reply)) == reply
    assert read(SessionRequest, b'{"device":"d"}') == SessionRequest("d")


@pytest.mark.parametrize("page", [LAST, MORE])
def test_pages_are_written_and_read_back(page: ChangesPage) -> None:
    assert read_page(write_page(page)) == page


def test_a_change_says_its_kind() -> None:
    kinds = [each["kind"] for each in read_json(write_page(LAST))["changes"]]
    assert kinds == ["record", "decision"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[]", "/changes: a list"),
        (b"{}", "/changes: a list"),
        (b'{"changes":[1]}', "/changes/0/kind"),
        (b'{"changes":[{"kind":["record"]}]}', "/changes/0/kind"),
        (b'{"changes":[{"kind":"other"}]}', "/changes/0/kind"),
        (b'{"changes":[{"kind":"decision"}]}', "/changes/0/note: missing"),
        (b'{"changes":[],"epoch":"e","cursor":"c","has_more":false}', "/scope"),
        (SCOPE_TOO_EARLY, "/scope"),
    ],
)
def test_a_malformed_page_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(WireError, match=message):
        read_page(content)


def test_a_problem_may_say_more_than_is_known() -> None:
    problem = read_problem(
        b'{"type":"urn:zhibao:problem:nonce","title":"t","status":401,"nonce":"n","more":[1]}'
    )
    assert problem.type == ProblemType.NONCE
    assert problem.nonce == "n"


@pytest.mark.parametrize("content", [b"[]", b'{"title":"t","status":401}', b"<html>"])
def test_what_is_no_problem_is_refused(content: bytes) -> None:
    with pytest.raises(WireError):
        read_problem(content)
