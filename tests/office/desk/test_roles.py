"""Who may open what: every route of the desk × every role × own, foreign and unknown object."""

from __future__ import annotations

import pytest
from fastapi import FastAPI

from office.desk.routes import create_desk
from office.models import Role
from tests.office.desk.conftest import Browser, Desk

UNKNOWN = "00000000-0000-7000-8000-00000000dead"
DIGEST = "0" * 64
NAMES = {Role.REVIEWER: "shen", Role.ADMIN: "guan", Role.AUDITOR: "ji"}
ALL = frozenset(NAMES)
REVIEWER = frozenset({Role.REVIEWER})
# Method and path → the roles that may; everything here wants somebody signed in.
CELLS = {
    ("GET", "/"): ALL,
    ("GET", "/alive"): ALL,
    ("POST", "/sign-out"): ALL,
    ("GET", "/queue"): REVIEWER,
    ("GET", "/done"): REVIEWER,
    ("GET", "/late"): REVIEWER,
    ("GET", "/audit"): frozenset({Role.AUDITOR}),
    ("GET", "/accounts"): frozenset({Role.ADMIN}),
    ("GET", "/submissions/{submission_id}"): REVIEWER,
    ("POST", "/submissions/{submission_id}/decide"): REVIEWER,
    ("POST", "/submissions/{submission_id}/reveal"): REVIEWER,
    ("GET", "/submissions/{submission_id}/files/{digest}"): REVIEWER,
    ("GET", "/submissions/{submission_id}/receipt"): REVIEWER,
}
OPEN = {("GET", "/sign-in"), ("POST", "/sign-in")}
OBJECTS = sorted(cell for cell in CELLS if "submission_id" in cell[1])


def ask(browser: Browser, method: str, path: str, submission_id: str) -> int:
    place = path.format(submission_id=submission_id, digest=DIGEST).removeprefix("/")
    if method == "GET":
        return browser.http.get(f"/desk/{place}").status_code
    return browser.post(place, {"action": "return", "general": "请改"}, follow=False).status


def test_every_route_has_its_cells(desk: Desk) -> None:
    app = create_desk(desk.office)
    known = {f"{method} {path}" for method, path in (*CELLS, *OPEN)}
    found = {f"{method} {path}" for method, path in all_routes(app)}
    assert found == known


def all_routes(app: FastAPI) -> set[tuple[str, str]]:
    """What the application answers, asked of its own description."""
    app.openapi_url = "/openapi.json"
    paths = app.openapi()["paths"]
    return {(method.upper(), path) for path, item in paths.items() for method in item}


@pytest.mark.parametrize(("method", "path"), sorted(CELLS))
def test_nobody_gets_in_without_signing_in(desk: Desk, method: str, path: str) -> None:
    sent = desk.sender.change(desk.sender.records("person")[0], values={"position": "干事"})
    place = path.format(submission_id=sent, digest=DIGEST)
    http = desk.visitor().http
    answer = http.request(
        method, f"/desk{place}", data={"form_token": "x"} if method == "POST" else None
    )
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/desk/sign-in")
    assert desk.submission(sent).state == "received"


@pytest.mark.parametrize("role", sorted(NAMES))
@pytest.mark.parametrize(("method", "path"), sorted(CELLS))
def test_only_the_right_role_gets_in(desk: Desk, method: str, path: str, role: Role) -> None:
    sent = desk.sender.change(desk.sender.records("person")[0], values={"position": "干事"})
    browser = desk.browser(NAMES[role])
    status = ask(browser, method, path, sent)
    if role in CELLS[method, path]:
        assert status != 403
    else:
        assert status == 403
        assert desk.submission(sent).state == "received"
        if method == "GET":
            assert desk.audited("desk.refused")[-1][::2] == (NAMES[role], "refused")


@pytest.mark.parametrize(("method", "path"), OBJECTS)
def test_a_foreign_submission_looks_like_one_that_is_not_there(
    desk: Desk, method: str, path: str
) -> None:
    sent = desk.sender.change(desk.sender.records("person")[0], values={"position": "干事"})
    far = desk.browser("far")
    foreign, unknown = ask(far, method, path, sent), ask(far, method, path, UNKNOWN)
    assert (foreign, unknown) == (404, 404)
    assert desk.submission(sent).state == "received"


def test_a_scope_is_a_unit_and_everything_below(desk: Desk) -> None:
    people = desk.sender.records("person", 100)
    inside = next(each for each in people if each.unit == "420583000043")
    outside = next(each for each in people if each.unit != "420583000043")
    mine = desk.sender.change(inside, values={"position": "干事"})
    theirs = desk.sender.change(outside, values={"position": "干事"})
    near = desk.browser("far").get("queue")
    assert near.links == [f"/desk/submissions/{mine}"]
    county = desk.browser("shen").get("queue")
    assert county.links == [f"/desk/submissions/{each}" for each in (mine, theirs)]
