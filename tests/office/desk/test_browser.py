"""The review desk in a real browser, against a real server process, by keyboard alone."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import ActionChains, Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

from core.changes.states import State
from office.context import open_office, utc_now
from office.desk import queries
from office.models import Submission
from tests.helpers.review_desk import COUNTY, PASSWORD, Sender, attached, make_office

SECONDS = 30
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=zh-CN",
    "--window-size=1366,768",
)
HOSTILE = "<img src=x onerror=\"window.zb7='ran'\"><script>window.zb7='ran'</script>"


def made(base: Path) -> dict[str, str]:
    """An office with three things in the queue; ids by what they are."""
    with closing(make_office(base, utc_now)) as office:
        sender = Sender(office)
        people = sender.records("person")
        return {
            "returned": sender.change(
                people[0],
                values={"position": "主任医师", "department": "内科", "remark": HOSTILE},
                head=sender.head(2, reason=HOSTILE),
                attachments=(attached(),),
            ),
            "approved": sender.change(people[1], values={"position": "干事"}),
            "left": sender.change(people[2], values={"department": "办公室"}),
            "first label": people[0].label,
            "left label": people[2].label,
            "number": people[0].values["id_number"],
        }


@dataclass
class Seat:
    """A browser at the desk of a running office."""

    url: str
    base: Path
    known: dict[str, str]
    driver: Chrome
    messages: list[dict[str, Any]] = field(default_factory=list)

    def open(self, path: str = "") -> None:
        self.driver.get(f"{self.url}/desk/{path}")

    def keys(self, *keys: str) -> None:
        """Press keys, whatever has the focus."""
        chain = ActionChains(self.driver)
        for each in keys:
            chain.send_keys(each)
        chain.perform()

    @property
    def focus(self) -> WebElement:
        return self.driver.switch_to.active_element

    def wait(self, fact: Callable[[], object]) -> None:
        WebDriverWait(self.driver, SECONDS, poll_frequency=0.05).until(lambda _: fact())

    def at(self, path: str) -> None:
        """Wait until a page is there and its script has run."""
        self.wait(lambda: self.driver.current_url.partition("?")[0].endswith(path))
        self.wait(lambda: self.run("return document.readyState") == "complete")

    def leads_to(self, path: str) -> bool:
        """Whether the link that has the focus leads there."""
        return (self.focus.get_attribute("href") or "").endswith(path)

    def run(self, script: str) -> Any:
        return self.driver.execute_script(script)

    def text(self) -> str:
        return str(self.run("return document.body.innerText"))

    def sign_in(self) -> None:
        self.open()
        self.at("/desk/sign-in")
        self.keys("shen", Keys.TAB, PASSWORD, Keys.ENTER)
        self.at("/desk/queue")

    def complaints(self) -> list[str]:
        """What the browser logged since the start, such as breaches of the policy."""
        self.messages += self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [str(each["message"]) for each in self.messages]

    def kept(self) -> list[str]:
        """What this tab still holds of comments that were typed."""
        keys = "Object.keys(sessionStorage).filter(key => key.startsWith('desk:'))"
        return list(self.run(f"return {keys}"))

    def state(self, name: str) -> str:
        with closing(open_office(self.base)) as office, office.database.read() as session:
            return session.get_one(Submission, (COUNTY, self.known[name])).state


@pytest.fixture(scope="module")
def office_made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    base = tmp_path_factory.mktemp("browsed")
    return base, made(base)


@pytest.fixture
def seat(office_made: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[Seat]:
    template, known = office_made
    base = tmp_path / "office"
    shutil.copytree(template, base)
    command = [sys.executable, "-m", "office", "--base-dir", str(base), "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            url = json.loads(server.stdout.readline())["url"]
            driver = chromium(tmp_path)
            try:
                yield Seat(url, base, known, driver)
            finally:
                driver.quit()
        finally:
            server.terminate()


def chromium(profile: Path) -> Chrome:
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    assert program, "chromium is missing: python3 run.py setup installs it"
    assert driver, "chromedriver is missing: python3 run.py setup installs it"
    options = ChromeOptions()
    options.binary_location = program
    for each in (*FLAGS, f"--user-data-dir={profile / 'profile'}"):
        options.add_argument(each)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    found = Chrome(options=options, service=ChromeService(driver, env={**os.environ}))
    # Nobody looks at the window, so it would never have the focus.
    found.execute_cdp_cmd("Emulation.setFocusEmulationEnabled", {"enabled": True})
    return found


def test_a_reviewer_works_the_queue_by_keyboard_alone(seat: Seat) -> None:
    seat.sign_in()
    first = f"/desk/submissions/{seat.known['returned']}"
    assert seat.leads_to(first)
    seat.keys("j", "k", "k", Keys.ARROW_DOWN, Keys.ARROW_UP)
    assert seat.leads_to(first)
    seat.keys(Keys.ENTER)

    seat.at(first)
    seat.wait(lambda: (seat.focus.get_attribute("id") or "").startswith("f-"))
    while seat.focus.get_attribute("id") != "f-position":
        seat.keys("j")
    seat.keys("c")
    assert seat.focus.tag_name == "textarea"
    seat.keys("任免文件写的是副主任医师", Keys.ESCAPE)
    assert seat.focus.get_attribute("id") == "f-position"
    seat.keys("k")
    assert seat.focus.get_attribute("id") != "f-position"
    seat.keys("c")
    seat.keys("请写全称", Keys.ESCAPE)
    assert "已写 2 处意见" in seat.text()
    seat.keys("r")
    assert seat.focus.get_attribute("value") == "return"
    seat.keys(Keys.ENTER)

    seat.at("/desk/queue")
    assert f"{seat.known['first label']} · 信息变更" in seat.text()
    assert "已退回" in seat.text()
    second = f"/desk/submissions/{seat.known['approved']}"
    assert seat.leads_to(second)
    seat.keys(Keys.ENTER)
    seat.at(second)
    seat.keys("a")
    assert seat.focus.get_attribute("value") == "approve"
    seat.keys(Keys.ENTER)
    seat.at("/desk/queue")
    assert "已通过" in seat.text()

    assert seat.state("returned") == State.RETURNED
    assert seat.state("approved") == State.APPROVED
    assert seat.state("left") == State.RECEIVED
    with closing(open_office(seat.base)) as office, office.database.read() as session:
        decision = queries.decision(session, office, seat.known["returned"])
        assert decision is not None
        said = {each["pointer"]: each["text"] for each in decision.comments}
    assert said == {"/position": "任免文件写的是副主任医师", "/department": "请写全称"}
    assert seat.kept() == []  # what was typed is gone with the decision
    assert seat.complaints() == []


def test_pages_break_no_rule_and_nothing_that_was_written_runs(seat: Seat) -> None:
    seat.sign_in()
    for path in (
        "queue",
        f"submissions/{seat.known['returned']}",
        f"submissions/{seat.known['returned']}/receipt",
        "done",
        "late",
    ):
        seat.open(path)
        seat.at(f"/desk/{path}")
        assert seat.run("return window.zb7 === undefined && document.images.length === 0")
        wide = seat.run("const d = document.documentElement; return d.scrollWidth - d.clientWidth")
        assert wide <= 0, path
        clipped = seat.run(
            "return [...document.querySelectorAll('button, .button, .tab, h1, h2, th, .state')]"
            ".filter(e => e.offsetParent && e.scrollWidth > e.clientWidth + 1"
            " && getComputedStyle(e).display !== 'inline').map(e => e.textContent)"
        )
        assert clipped == [], path
    assert seat.complaints() == []


def test_an_inline_script_would_be_stopped_and_noticed(seat: Seat) -> None:
    seat.sign_in()
    seat.run(
        "const s = document.createElement('script'); s.textContent = \"window.zb7='ran'\";"
        "document.body.append(s)"
    )
    assert seat.run("return window.zb7 === undefined")
    assert any("Content Security Policy" in each for each in seat.complaints())


def test_a_masked_number_is_revealed_in_its_place(seat: Seat) -> None:
    seat.sign_in()
    path = f"submissions/{seat.known['returned']}"
    seat.open(path)
    seat.at(path)
    number = seat.known["number"]
    full = f"{number[:6]} {number[6:14]} {number[14:]}"
    seat.keys("o")
    while seat.focus.get_attribute("id") != "f-id_number":
        seat.keys("j")
    assert full not in seat.text()
    seat.keys(Keys.TAB, Keys.ENTER)
    seat.wait(lambda: full in seat.text())
    assert seat.driver.current_url.endswith(path)
    assert seat.complaints() == []


def test_the_keys_lead_through_every_field_in_sight_and_on_to_the_head(seat: Seat) -> None:
    seat.sign_in()
    path = f"submissions/{seat.known['returned']}"
    seat.open(path)
    seat.at(path)
    rows = "[...document.querySelectorAll('[data-row]')]"
    visible = int(seat.run(f"return {rows}.filter(row => row.checkVisibility()).length"))
    assert visible < int(seat.run(f"return {rows}.length"))
    passed = [seat.focus.get_attribute("id")]
    for _ in range(visible):
        seat.keys("j")
        passed.append(seat.focus.get_attribute("id"))
    assert len(set(passed)) == visible
    assert passed[-1] == "f-head-attachments"
    seat.keys("c")
    seat.keys("缺任免文件")
    ActionChains(seat.driver).key_down(Keys.CONTROL).send_keys(Keys.ENTER).perform()
    assert seat.focus.get_attribute("value") == "return"
    ActionChains(seat.driver).key_up(Keys.CONTROL).perform()
    seat.keys("u")
    seat.at("/desk/queue")


def test_filters_narrow_the_queue_while_typing(seat: Seat) -> None:
    seat.sign_in()
    rows = "return document.querySelectorAll('[data-rows] tbody tr').length"
    assert seat.run(rows) == 3
    seat.keys("/")
    seat.keys(seat.known["left label"])
    seat.wait(lambda: seat.run(rows) == 1)
    assert "text=" in seat.driver.current_url
    seat.keys(Keys.ARROW_DOWN, Keys.ENTER)
    seat.at(f"/desk/submissions/{seat.known['left']}")
    assert seat.complaints() == []


def test_half_written_comments_outlive_a_reload_and_a_lost_session(seat: Seat) -> None:
    seat.sign_in()
    path = f"submissions/{seat.known['left']}"
    seat.open(path)
    seat.at(path)
    seat.keys("c")
    seat.keys("内设机构写全称", Keys.ESCAPE)
    seat.driver.delete_all_cookies()
    seat.driver.refresh()
    seat.at("/desk/sign-in")
    seat.keys("shen", Keys.TAB, PASSWORD, Keys.ENTER)
    seat.at(path)
    assert "已写 1 处意见" in seat.text()
    seat.keys("r", Keys.ENTER)
    seat.at("/desk/queue")
    assert seat.state("left") == State.RETURNED
    assert seat.complaints() == []


def test_a_desk_that_was_left_is_signed_out_and_leads_back(seat: Seat) -> None:
    seat.sign_in()
    path = f"submissions/{seat.known['left']}"
    seat.open(path)
    seat.at(path)
    seat.keys("c")
    seat.keys("写到一半", Keys.ESCAPE)
    assert len(seat.kept()) == 1
    seat.run("const now = Date.now; Date.now = () => now() + 15 * 60 * 1000")
    seat.at("/desk/sign-in")
    assert "自动退出" in seat.text()
    seat.keys("shen", Keys.TAB, PASSWORD, Keys.ENTER)
    seat.at(path)
    assert "已写 1 处意见" in seat.text()
    seat.run("document.querySelector('[data-out]').requestSubmit()")
    seat.at("/desk/sign-in")
    assert seat.kept() == []  # who leaves on purpose leaves nothing
    assert seat.complaints() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_schemes_follow_the_system(seat: Seat, scheme: str) -> None:
    feature = {"name": "prefers-color-scheme", "value": scheme}
    seat.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    seat.open("sign-in")
    seat.at("/desk/sign-in")
    ground = seat.run("return getComputedStyle(document.body).backgroundColor")
    assert seat.complaints() == []
    assert ground == {"light": "rgb(243, 245, 247)", "dark": "rgb(20, 23, 26)"}[scheme]
