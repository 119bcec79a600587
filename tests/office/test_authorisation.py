"""Who may call what: a cell for every route and caller, made from the routes themselves (S01)."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import update

from core.resources import forms
from core.wire import protocol
from core.wire.protocol import ProblemType
from office import accounts, enrol
from office.app import make_app
from office.models import Account, Device, DeviceSession, Role
from tests.office.conftest import House
from tests.office.pc import Pc, call

# What each kind of caller is answered where a session is asked for.
_CALLERS: dict[str, str | None] = {
    "anonymous": ProblemType.SESSION,
    "nonsense": ProblemType.SESSION,
    "ended session": ProblemType.SESSION,
    "revoked device": ProblemType.REVOKED,
    "closed account": ProblemType.FORBIDDEN,
    "reviewer": ProblemType.FORBIDDEN,
    "admin": ProblemType.FORBIDDEN,
    "auditor": ProblemType.FORBIDDEN,
    "officer": None,
    "officer of another township": None,
}
# Routes that whoever has no session yet must be able to call, and what an empty call is answered.
_OPEN = {
    ("post", protocol.ENROL_PATH): ProblemType.MEDIA_TYPE,
    ("post", protocol.SESSION_PATH): ProblemType.MEDIA_TYPE,
}
# Routes for officers' devices, and the status of a call with nothing in it.
_FOR_OFFICERS = {
    ("post", protocol.ENVELOPES_PATH): 415,
    ("get", protocol.CHANGES_PATH): 200,
    ("get", "/v1/forms"): 200,
    ("get", "/v1/forms/{form}@{version}"): 200,
}
_METHODS = ("get", "post", "put", "patch", "delete", "head", "options")


def _routes(house: House) -> set[tuple[str, str]]:
    paths: dict[str, Any] = make_app(house.office).openapi()["paths"]
    return {(method, path) for path, item in paths.items() for method in item}


def test_no_route_is_without_its_cells(house: House) -> None:
    assert _routes(house) == set(_OPEN) | set(_FOR_OFFICERS)


@pytest.mark.parametrize("caller", list(_CALLERS))
def test_every_cell_is_as_it_should_be(house: House, caller: str) -> None:
    headers = _headers(house, caller)
    for (method, path), status in _FOR_OFFICERS.items():
        answer = _call(house, method, path, headers)
        expected = _CALLERS[caller]
        if expected is None:
            assert answer.status == status, path
        else:
            assert answer.problem.type == expected, path
    for (method, path), problem in _OPEN.items():
        assert _call(house, method, path, headers).problem.type == problem


def test_other_methods_and_paths_lead_nowhere(house: House) -> None:
    headers = _headers(house, "officer")
    known = _routes(house)
    for path in {path for _, path in known} | {"/v1/", "/v1/none", "/v1/changes/", "/v1//forms"}:
        for method in _METHODS:
            if (method, path) in known or method == "head":
                continue
            answer = _call(house, method, path, headers)
            assert answer.problem.type == ProblemType.NOT_FOUND, (method, path)


def test_another_protocol_is_told_to_update(house: House) -> None:
    office = house.office.keys.signer.verifier
    for method, path in (*_OPEN, *_FOR_OFFICERS):
        other: dict[str, Any] = {protocol.H_PROTOCOL: "2"}
        answer = call(house.http, office, method, _filled(path), **other)
        assert answer.problem.type == ProblemType.OLD_CLIENT


def test_without_the_look_at_the_role_a_reviewer_would_pull(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = _headers(house, "reviewer")
    monkeypatch.setattr("office.sessions.Role", type("Any", (), {"OFFICER": Role.REVIEWER}))
    assert _call(house, "get", protocol.CHANGES_PATH, headers).status == 200


def _filled(path: str) -> str:
    return path.replace("{form}", "person").replace("{version}", str(forms()["person"].version))


def _call(house: House, method: str, path: str, headers: dict[str, Any]) -> Any:
    office = house.office.keys.signer.verifier
    return call(house.http, office, method.upper(), _filled(path), **headers)


def _headers(house: House, caller: str) -> dict[str, Any]:
    if caller == "anonymous":
        return {}
    if caller == "nonsense":
        return {"Authorization": "Bearer nonsense"}
    pc = house.pc("officer_b" if caller == "officer of another township" else "officer_a")
    pc.open_session()
    with house.office.database.write() as session:
        match caller:
            case "ended session":
                session.execute(update(DeviceSession).values(expires_at=house.office.now()))
            case "revoked device":
                session.execute(update(Device).values(revoked_at=house.office.now()))
            case "closed account":
                accounts.deactivate(session, house.office, "officer_a")
            case "reviewer" | "admin" | "auditor":
                session.execute(
                    update(Account).where(Account.name == "officer_a").values(role=caller)
                )
    return {"Authorization": f"Bearer {pc.token}"}


def test_a_form_that_there_is_not_is_not_found(house: House) -> None:
    pc: Pc = house.pc()
    for path in ("/v1/forms/salary@1", "/v1/forms/person@0", "/v1/forms/person@x"):
        assert pc.call("GET", path).problem.type == ProblemType.NOT_FOUND


def test_forms_are_answered_as_they_are_written(house: House) -> None:
    import json

    pc = house.pc()
    listed = json.loads(pc.call("GET", "/v1/forms").body)
    assert {each["id"] for each in listed} == set(forms())
    read = json.loads(pc.call("GET", _filled("/v1/forms/{form}@{version}")).body)
    assert read["digest"] == forms()["person"].digest
    assert 'id = "person"' in read["source"]


def test_revoking_twice_keeps_the_first_moment(house: House) -> None:
    pc = house.pc()
    with house.office.database.write() as session:
        enrol.revoke(session, house.office, pc.identity.device)
        first = session.get_one(Device, (house.office.county, pc.identity.device)).revoked_at
        house.clock.forward(hours=1)
        enrol.revoke(session, house.office, pc.identity.device)
        again = session.get_one(Device, (house.office.county, pc.identity.device)).revoked_at
    assert first == again
