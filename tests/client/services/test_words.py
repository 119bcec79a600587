"""Times, passwords, troubles and the line, in words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from client.services import times, troubles
from client.services.line import LineKind, LineState
from client.services.passwords import PasswordPolicy, kinds_of
from client.sync.troubles import CODES, NoLine, Refused
from core.forms.errors import FormError
from core.wire.protocol import Problem, ProblemType
from db.errors import StoreUnavailable

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # noon in China


@pytest.mark.parametrize(
    ("passed", "words"),
    [
        (timedelta(seconds=-300), "刚刚"),
        (timedelta(seconds=59), "刚刚"),
        (timedelta(minutes=3, seconds=40), "3 分钟前"),
        (timedelta(hours=2), "2 小时前"),
        (timedelta(days=5), "5 天前"),
    ],
)
def test_a_time_ago_in_words(passed: timedelta, words: str) -> None:
    assert times.ago(NOW - passed, NOW) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ""),
        ("2026-11-22T02:32:07.123Z", "10:32"),
        ("2026-11-20T02:32:07Z", "11-20 10:32"),
        ("2025-11-20T17:00:00Z", "2025-11-21 01:00"),
    ],
)
def test_a_point_in_time_as_a_list_shows_it(text: str, words: str) -> None:
    assert times.shown(text, NOW) == words


def test_an_exact_time() -> None:
    assert times.exact("2026-11-22T02:32:07.999Z") == "2026-11-22 10:32:07"
    assert times.exact("") == ""


def test_a_day_in_words() -> None:
    assert times.day_in_words("2026-11-22") == "11 月 22 日 星期日"


@pytest.mark.parametrize(
    ("due", "words"),
    [("2026-11-25", "还剩 3 天"), ("2026-11-22", "今天到期"), ("2026-11-20", "已超期 2 天")],
)
def test_a_due_date_in_words(due: str, words: str) -> None:
    assert times.due_in_words(due, "2026-11-22") == words


@pytest.mark.parametrize(
    ("password", "kinds"),
    [("", 0), ("abc", 1), ("aB", 2), ("aB1", 3), ("aB1!", 4), ("口令", 1), ("口令1", 2)],
)
def test_kinds_of_characters_are_counted(password: str, kinds: int) -> None:
    assert kinds_of(password) == kinds


def test_the_policy_is_a_value() -> None:
    assert PasswordPolicy().problem("abcd1234") == ""
    assert PasswordPolicy(length=12).problem("abcd1234")
    assert PasswordPolicy(kinds=3).problem("abcd1234")
    assert "12" in PasswordPolicy(length=12).sentence()


@pytest.mark.parametrize("code", CODES)
def test_every_trouble_of_the_line_has_words_of_its_own(code: str) -> None:
    words = troubles.line_sentence(code)
    assert words.endswith("。")
    assert code == "no_line" or words != troubles.line_sentence("no_line")


def test_what_needs_somebody_is_known_trouble() -> None:
    assert set(CODES) >= troubles.LASTING


def test_trouble_has_a_sentence_and_a_bug_has_none() -> None:
    assert "连不上" in troubles.sentence(NoLine())
    assert "磁盘空间" in troubles.sentence(StoreUnavailable("full"))
    assert not troubles.is_trouble(ValueError("x"))
    with pytest.raises(TypeError):
        troubles.sentence(ValueError("x"))


def test_the_office_own_words_are_added() -> None:
    problem = Problem(ProblemType.ENROL_CODE, "登记码无效", 403, "此码已于昨日用过。")
    refused = Refused(problem, "enrol_code")
    assert troubles.sentence(refused).endswith("此码已于昨日用过。")


def test_a_broken_form_file_names_file_section_and_key() -> None:
    words = troubles.sentence(FormError("forms/person.toml", "fields[3]", "type", "unknown"))
    assert "forms/person.toml · fields[3] · type" in words


AGO = NOW - timedelta(minutes=3)


@pytest.mark.parametrize(
    ("state", "kind", "words"),
    [
        (LineState(), LineKind.UNKNOWN, ""),
        (LineState(is_enrolled=False), LineKind.UNENROLLED, "未登记 · 内容保存在本机"),
        (LineState(is_enrolled=False, waiting=2), LineKind.UNENROLLED, "未登记 · 2 件待报"),
        (LineState(is_enrolled=True), LineKind.NEVER, "尚未同步"),
        (LineState(is_enrolled=True, waiting=1), LineKind.NEVER, "尚未同步 · 1 件待报"),
        (LineState(is_enrolled=True, is_syncing=True), LineKind.SYNCING, "正在同步……"),
        (
            LineState(is_enrolled=True, synced_at=AGO),
            LineKind.CONNECTED,
            "已连接 · 3 分钟前同步",
        ),
        (
            LineState(is_enrolled=True, synced_at=AGO, waiting=1),
            LineKind.CONNECTED,
            "已连接 · 3 分钟前同步 · 1 件待报",
        ),
        (
            LineState(is_enrolled=True, waiting=12, code="no_line"),
            LineKind.OFFLINE,
            "离线 · 12 件待报，联网后自动上报",
        ),
        (
            LineState(is_enrolled=True, code="no_line"),
            LineKind.OFFLINE,
            "离线 · 没有待报件",
        ),
        (
            LineState(is_enrolled=True, waiting=2, code="revoked"),
            LineKind.TROUBLE,
            "需要处理 · 2 件待报",
        ),
        (
            LineState(is_enrolled=True, code="portal"),
            LineKind.TROUBLE,
            "需要处理 · 没有连上公开办",
        ),
    ],
)
def test_the_line_in_words(state: LineState, kind: LineKind, words: str) -> None:
    assert state.kind is kind
    assert state.words(NOW) == words


def test_the_line_explains_what_is_wrong() -> None:
    assert "尚未与公开办登记" in LineState(is_enrolled=False).explanation()
    assert LineState().explanation() == ""
    assert LineState(is_enrolled=True).explanation() == ""
    assert "浏览器" in LineState(is_enrolled=True, code="portal").explanation()
