"""Signing in: one answer for every failure, a lock, an end after idling (ASVS 6.3, 7.4)."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from office import accounts
from office.desk import security
from tests.helpers.review_desk import PASSWORD
from tests.office.desk.conftest import Desk

WRONG = "账号或密码不对"


@pytest.mark.parametrize(
    ("name", "home"), [("shen", "queue"), ("guan", "accounts"), ("ji", "audit")]
)
def test_each_role_comes_to_its_own_page(desk: Desk, name: str, home: str) -> None:
    page = desk.visitor().sign_in(name)
    assert page.status == 200
    assert page.response.url.path == f"/desk/{home}"


def test_the_root_leads_to_the_desk_and_the_desk_to_sign_in(desk: Desk) -> None:
    http = desk.visitor().http
    for place in ("/", "/desk"):
        answer = http.get(place)
        assert (answer.status_code, answer.headers["location"]) == (303, "/desk/")
    assert desk.visitor().get("").response.url.path == "/desk/sign-in"


def test_a_wrong_password_and_an_unknown_name_get_the_same_page(desk: Desk) -> None:
    wrong = desk.visitor().sign_in("shen", "not-the-password")
    unknown = desk.visitor().sign_in("nobody", "not-the-password")
    assert (wrong.status, unknown.status) == (401, 401)
    assert WRONG in wrong.text
    assert [w for w in wrong.words if w != "shen"] == [w for w in unknown.words if w != "nobody"]


def test_every_failure_costs_one_check_of_a_password(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    checks: list[str] = []
    verify = accounts._verifies

    def counted(stored: str, password: str) -> bool:
        checks.append(stored)
        return verify(stored, password)

    monkeypatch.setattr(accounts, "_verifies", counted)
    for name in ("shen", "nobody", "shen", "shen", "shen", "shen", "shen"):
        before = len(checks)
        assert desk.visitor().sign_in(name, "wrong").status == 401
        assert len(checks) == before + 1  # the last one is locked already
        assert checks[-1].startswith("$argon2id$")


def test_many_tries_at_once_are_no_way_around_the_lock(desk: Desk) -> None:
    browsers = [desk.visitor() for _ in range(12)]
    with ThreadPoolExecutor(12) as pool:
        pages = list(pool.map(lambda each: each.sign_in("shen", "wrong"), browsers))
    assert {each.status for each in pages} == {401}
    assert desk.visitor().sign_in("shen", PASSWORD).status == 401


def test_a_closed_account_is_out_at_once(desk: Desk) -> None:
    reviewer = desk.browser()
    with desk.office.database.write() as session:
        accounts.deactivate(session, desk.office, "shen")
    assert reviewer.get("queue").response.url.path == "/desk/sign-in"
    assert reviewer.sign_in("shen").status == 401


def test_five_wrong_passwords_lock_for_ten_minutes(desk: Desk) -> None:
    someone = desk.visitor()
    for _ in range(5):
        assert someone.sign_in("shen", "wrong").status == 401
    locked = someone.sign_in("shen", PASSWORD)
    assert locked.status == 401
    assert WRONG in locked.text  # the lock does not tell that the account exists
    desk.clock.forward(minutes=9, seconds=59)
    assert someone.sign_in("shen", PASSWORD).status == 401
    desk.clock.forward(seconds=2)
    assert someone.sign_in("shen", PASSWORD).status == 200


def test_a_right_password_forgets_earlier_wrong_ones(desk: Desk) -> None:
    someone = desk.visitor()
    for _ in range(3):
        for _ in range(4):
            someone.sign_in("shen", "wrong")
        assert someone.sign_in("shen", PASSWORD).status == 200


def test_officers_cannot_sign_in(desk: Desk) -> None:
    someone = desk.visitor()
    page = someone.sign_in("wang")
    assert page.status == 403
    assert "直报客户端" in page.text
    assert someone.get("queue").response.url.path == "/desk/sign-in"


def test_fifteen_idle_minutes_end_the_session(desk: Desk) -> None:
    reviewer = desk.browser()
    desk.clock.forward(minutes=14)
    assert reviewer.get("queue").response.url.path == "/desk/queue"
    desk.clock.forward(minutes=14)
    assert reviewer.http.get("/desk/alive").status_code == 204
    desk.clock.forward(minutes=15, seconds=1)
    page = reviewer.get("late?x=1")
    assert page.response.url.path == "/desk/sign-in"
    assert page.one("input", name="next")["value"] == "/desk/late?x=1"


def test_signing_in_leads_back_to_where_one_was(desk: Desk) -> None:
    page = desk.visitor().sign_in("shen", next_page="/desk/late")
    assert page.response.url.path == "/desk/late"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example", "/desk//evil.example", "/desk/\\evil", "/v1/x"],
)
def test_it_never_leads_elsewhere(desk: Desk, target: str) -> None:
    page = desk.visitor().sign_in("shen", next_page=target)
    assert (page.response.url.host, page.response.url.path) == ("office.test", "/desk/queue")


def test_signing_out_ends_the_session_on_the_server(desk: Desk) -> None:
    reviewer = desk.browser()
    kept = dict(reviewer.http.cookies)
    assert reviewer.post("sign-out").response.url.path == "/desk/sign-in"
    thief = desk.visitor()
    thief.http.cookies.update(kept)
    assert thief.get("queue").response.url.path == "/desk/sign-in"


def test_signing_in_again_ends_the_session_before(desk: Desk) -> None:
    reviewer = desk.browser()
    before = dict(reviewer.http.cookies)
    token = reviewer.get("sign-in").form_token
    reviewer.post("sign-in", {"name": "shen", "password": PASSWORD}, token=token)
    thief = desk.visitor()
    thief.http.cookies.update(before)
    assert thief.get("queue").response.url.path == "/desk/sign-in"


def test_after_idling_the_page_says_so_and_leads_back(desk: Desk) -> None:
    reviewer = desk.browser()
    page = reviewer.post("sign-out", {"idle": "1", "next": "/desk/done"})
    assert "自动退出" in page.text
    assert page.one("input", name="next")["value"] == "/desk/done"


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(desk: Desk) -> None:
    someone = desk.visitor()
    token = someone.get("sign-in").form_token
    data = {"name": "shen", "password": PASSWORD}
    answer = someone.post("sign-in", data, token=token, follow=False).response
    cookies = [each.lower() for each in answer.headers.get_list("set-cookie")]
    assert any(each.startswith("zhibao_desk=") for each in cookies)
    for each in cookies:
        assert "httponly" in each
        assert "samesite=strict" in each


def test_over_https_cookies_are_bound_to_the_host(desk: Desk) -> None:
    someone = desk.visitor()
    someone.http.base_url = "https://office.test"
    token = someone.get("sign-in").form_token
    data = {"name": "shen", "password": PASSWORD}
    answer = someone.post("sign-in", data, token=token, follow=False).response
    cookies = answer.headers.get_list("set-cookie")
    assert cookies
    assert all(each.startswith("__Host-") and "Secure" in each for each in cookies)
    assert someone.get("queue").response.url.path == "/desk/queue"


def test_a_sign_in_form_of_another_site_is_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def forged() -> int:
        data = {"name": "shen", "password": PASSWORD}
        return desk.visitor().post("sign-in", data, token="forged", follow=False).status

    assert forged() == 403
    monkeypatch.setattr("office.desk.sign_in.check_form", lambda *_: None)
    assert forged() == 303  # without the guard it would have passed


def test_the_form_token_does_not_tell_the_cookie() -> None:
    assert security.form_token("secret") != security.form_token("secret2")
    assert "secret" not in security.form_token("secret")
