"""The registers page over a real store, worked by keyboard alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QTableView
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from client.services.desk import Changed
from client.services.register_list import PAGE, RegisterList
from client.services.registers import RegistersService
from client.services.targets import Find, NewChange, ShowRecord, ShowUnit
from client.ui.common.message_bar import Message
from client.ui.common.page import Go
from client.ui.registers.page import RegistersPage
from client.ui.registers.table_model import BADGE_ROLE, RegisterModel
from db import audit, mirror, outbox
from db.store import Store
from tests.helpers import stores
from tests.helpers.entry_shelf import make_room
from tests.helpers.immediate import ImmediateBackground
from tests.helpers.keyboard import cursor, focusable, press, shortcut, tab_chain, type_text, unnamed

Key, Mod = Qt.Key, Qt.KeyboardModifier
PEOPLE = 460


class Screen:
    """A registers page on the screen, and what it said and where it wanted to go."""

    def __init__(self, qtbot: QtBot, store: Store) -> None:
        stores.fill(store, people=PEOPLE, units=5)
        counted = [{"post_kind": "1", "funding": "1", "authorised": 7, "in_post_counted": 3}]
        more = [
            stores.change(
                "institution",
                "secret",
                stores.unit(
                    7,
                    register_no="S001",
                    full_name="涉密机构01",
                    classified=True,
                    superior="U001",
                    posts=counted,
                ),
            ),
            stores.change("institution", "below", stores.unit(8, superior="U001")),
            stores.change("person", "deep", stores.person(700, unit="U008", name="单雄信")),
        ]
        mirror.apply(store, stores.page(*more, cursor="e.2"), stores.OFFICE.verifier)
        self.store = store
        self.background = ImmediateBackground()
        self.room = make_room(self.background, store)
        self.page = RegistersPage(RegistersService(self.room))
        self.went: list[Go] = []
        self.said: list[Message] = []
        self.page.navigate.connect(self.went.append)
        self.page.said.connect(self.said.append)
        self.page.resize(1280, 720)
        qtbot.addWidget(self.page)
        self.page.show()
        qtbot.waitExposed(self.page)
        self.page.activateWindow()
        self.qtbot = qtbot

    def cell(self, row: int, column: int = 0) -> str:
        model = self.page.model
        return str(model.data(model.index(row, column)))

    def find(self, text: str) -> None:
        """Type into the search and wait until it has answered."""
        press(Key.Key_F, Mod.ControlModifier)
        type_text(text)
        press(Key.Key_Return)

    def card(self) -> list[str]:
        self.page._load_card()
        return self.page.card.texts()

    def meters(self) -> list[tuple[str, int, int, int]]:
        shown = self.page.meters.meters()
        return [(each.title, each.authorised, each.in_post, each.vacant) for each in shown]


@pytest.fixture
def screen(qtbot: QtBot, store: Store) -> Screen:
    made = Screen(qtbot, store)
    made.page.enter()
    return made


# --- the table ---


def test_the_model_keeps_the_rules_of_qt(
    qtmodeltester: ModelTester, qtbot: QtBot, store: Store
) -> None:
    stores.fill(store, people=PEOPLE)
    room = make_room(ImmediateBackground(), store)
    view = QTableView()
    qtbot.addWidget(view)
    service = RegistersService(room)
    source = service.new_list(view)
    model = RegisterModel(source, service.form("person"), view)
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]
    service.load_tree(done=lambda _tree: None, owner=view)
    from client.services.register_values import Query

    source.show(Query("person"))
    assert model.rowCount() == PEOPLE
    qtmodeltester.check(model)  # type: ignore[no-untyped-call]


def test_flags_and_headers_never_touch_the_store(screen: Screen) -> None:
    model = screen.page.model
    before = len(screen.background.ran)
    far = model.index(PEOPLE - 1, 0)
    for column in range(model.columnCount()):
        model.headerData(column, Qt.Orientation.Horizontal)
        model.flags(far)
    assert len(screen.background.ran) == before


def test_the_first_page_is_there_before_all_ids_are(qtbot: QtBot, store: Store) -> None:
    stores.fill(store, people=PEOPLE)
    room = make_room(background := ImmediateBackground(), store)
    service = RegistersService(room)
    from PySide6.QtCore import QObject

    from client.services.register_values import Query

    owner = QObject()
    source: RegisterList = service.new_list(owner)
    seen: list[int] = []
    source.began.connect(lambda event: seen.append(event.total))
    source.began.connect(lambda _event: setattr(background, "held", True))
    source.show(Query("person"))
    assert seen == [PEOPLE]
    assert source.line(PAGE - 1) is not None
    assert source.line(PAGE) is None
    background.release()
    assert source.line(PAGE) is not None
    assert source.line(PEOPLE - 1) is not None


def test_an_answer_for_an_older_question_is_dropped(screen: Screen) -> None:
    from client.services.register_values import Query

    source = screen.page.list
    screen.background.held = True
    source.show(Query("person", text="欧阳"))
    source.show(Query("person", units=("U002",)))
    screen.background.release()
    assert source.total == PEOPLE // 5


def test_only_pages_that_are_looked_at_are_kept(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("client.services.register_list.PAGES_KEPT", 1)
    source = screen.page.list
    assert source.line(PAGE) is not None or source.line(PAGE) is not None
    assert len(source._pages) == 1


def test_the_number_of_rows_is_known_at_once(screen: Screen) -> None:
    assert screen.page.model.rowCount() == PEOPLE + 1
    assert screen.page.view.count.text() == f"{PEOPLE + 1} 人"


def test_id_numbers_are_masked_in_the_table(screen: Screen) -> None:
    column = screen.page.model.names.index("id_number")
    assert "********" in screen.cell(0, column)


def test_units_stand_by_their_titles(screen: Screen) -> None:
    column = screen.page.model.names.index("unit")
    assert screen.cell(0, column) == "枝江市第0测试局"


def test_arrows_walk_the_rows_and_the_card_follows(screen: Screen) -> None:
    press(Key.Key_Down)
    press(Key.Key_Down)
    assert screen.page.table.row() == 2
    assert screen.cell(2) in screen.card()


def test_a_header_sorts_and_once_more_turns_the_order_round(screen: Screen) -> None:
    column = screen.page.model.names.index("card_no")
    screen.page.table.sort_by(column)
    assert screen.cell(0, column) == "P000000"
    screen.page.table.sort_by(column)
    assert screen.cell(0, column) == "P000700"


def test_a_key_sorts_by_the_current_column(screen: Screen) -> None:
    model = screen.page.model
    column = model.names.index("card_no")
    screen.page.table.setCurrentIndex(model.index(0, column))
    shortcut(screen.page, Key.Key_O, Mod.ControlModifier)
    assert screen.cell(0, column) == "P000000"


# --- searching ---


def test_people_are_found_by_part_of_the_name_initials_and_tail(screen: Screen) -> None:
    screen.find("雄信")
    assert screen.cell(0) == "单雄信"
    screen.find("sxx")
    assert [screen.cell(row) for row in range(screen.page.model.rowCount())] == ["单雄信"]
    screen.find("0700")
    assert screen.cell(0) == "单雄信"


def test_typing_in_the_table_goes_into_the_search(screen: Screen) -> None:
    screen.page.table.setFocus()
    QTest.keyClicks(screen.page.table, "s")
    assert cursor() is screen.page.search
    type_text("xx")
    assert screen.page.search.text() == "sxx"


def test_a_search_without_result_says_what_else_to_try(screen: Screen) -> None:
    screen.find("qqqqqq")
    assert screen.page.empty.isVisible()
    assert "没有找到" in screen.page.empty.title.text()
    screen.page.empty.button.click()
    assert screen.page.search.text() == ""
    assert screen.page.model.rowCount() == PEOPLE + 1


def test_the_search_everywhere_leads_here(screen: Screen) -> None:
    screen.page.enter(Find("单雄信"))
    assert screen.page.search.text() == "单雄信"
    assert screen.cell(0) == "单雄信"


def test_the_search_everywhere_finds_units_too(screen: Screen) -> None:
    screen.page.enter(Find("涉密机构"))
    assert screen.page.form == "institution"
    assert screen.cell(0) == "涉密机构01"
    screen.page.enter(Find("单雄信"))
    assert screen.page.form == "person"
    assert screen.cell(0) == "单雄信"


def test_what_is_nowhere_is_said_after_all_registers_were_searched(screen: Screen) -> None:
    screen.page.enter(Find("没有这个人"))
    assert "没有找到" in screen.page.empty.title.text()


# --- units ---


def test_a_unit_lists_its_people_and_those_below_it(screen: Screen) -> None:
    screen.page.enter(ShowUnit("U001"))
    assert screen.page.model.rowCount() == PEOPLE // 5 + 1
    assert screen.page.view.unit_title.text() == "枝江市第1测试局"


def test_meters_tell_authorised_in_post_and_vacant_of_the_subtree(screen: Screen) -> None:
    screen.page.enter(ShowUnit("U008"))
    assert screen.meters() == [("合计", 8, 1, 7), ("1", 5, 0, 5), ("2", 3, 1, 2)]
    screen.page.enter(ShowUnit("S001"))
    assert screen.meters() == [("1", 7, 3, 4)]


def test_a_classified_unit_has_totals_and_no_cards(screen: Screen) -> None:
    screen.page.enter(ShowUnit("S001"))
    assert screen.page.empty.title.text() == "涉密单位只报合计数"
    assert not screen.page.new_button.isEnabled()
    shortcut(screen.page, Key.Key_N, Mod.ControlModifier)
    assert screen.went == []


def test_units_are_filtered_by_pinyin_initials(screen: Screen) -> None:
    shortcut(screen.page, Key.Key_U, Mod.ControlModifier)
    assert cursor() is screen.page.tree.filter
    type_text("smjg")
    press(Key.Key_Return)
    assert screen.page.tree.code == "S001"
    assert cursor() is screen.page.tree.tree


def test_the_chosen_unit_stays_chosen_while_filtering(screen: Screen) -> None:
    screen.page.enter(ShowUnit("U001"))
    shortcut(screen.page, Key.Key_U, Mod.ControlModifier)
    type_text("第2")
    screen.page.tree.filter.clear()
    assert screen.page.tree.code == "U001"
    assert screen.page.view.unit_title.text() == "枝江市第1测试局"


def test_arrows_in_the_tree_choose_units(screen: Screen) -> None:
    screen.page.enter(ShowUnit("U001"))
    screen.page.tree.tree.setFocus()
    press(Key.Key_Down)
    assert screen.page.tree.code != "U001"
    press(Key.Key_Return)
    assert cursor() is screen.page.table


# --- the other register ---


def test_a_key_switches_to_the_units(screen: Screen) -> None:
    shortcut(screen.page, Key.Key_T, Mod.ControlModifier)
    assert screen.page.form == "institution"
    assert screen.page.model.rowCount() == 7
    assert screen.page.new_button.text() == "机构设立"
    assert "机构全称" in screen.page.search.placeholderText()


# --- the card ---


def test_sensitive_values_are_shown_on_a_key_and_noted(screen: Screen) -> None:
    screen.find("单雄信")
    assert "420583********0700" in screen.card()
    screen.page.table.setFocus()
    shortcut(screen.page, Key.Key_F4, Mod.NoModifier)
    assert "420583 19700101 0700" in screen.page.card.texts()
    assert [each.event for each in audit.entries(screen.store, 1)] == ["revealed"]
    shortcut(screen.page, Key.Key_F4, Mod.NoModifier)
    assert "420583********0700" in screen.page.card.texts()


def test_another_row_is_masked_again(screen: Screen) -> None:
    press(Key.Key_Down)
    screen.card()
    screen.page.card.toggle()
    press(Key.Key_Down)
    screen.card()
    assert not screen.page.card.is_revealed


# --- what may be done ---


def test_new_begins_the_flow_that_creates_for_the_chosen_unit(screen: Screen) -> None:
    screen.page.enter(ShowUnit("U001"))
    shortcut(screen.page, Key.Key_N, Mod.ControlModifier)
    assert screen.went == [Go("entry", NewChange("person", "join", unit="U001"))]


def test_f2_offers_the_changes_that_the_form_lists(screen: Screen) -> None:
    screen.find("单雄信")
    screen.page.table.setFocus()
    press(Key.Key_F2)
    menu = screen.page.findChild(QMenu)
    assert menu is not None
    assert [each.text().split("\t")[0] for each in menu.actions()] == [
        "&1 信息变更",
        "&2 关键信息更正",
        "&3 编制异动",
    ]
    QTest.keyClick(menu, Key.Key_Down)
    QTest.keyClick(menu, Key.Key_Return)
    assert screen.went == [Go("entry", NewChange("person", "identity", "deep"))]


def test_a_key_begins_the_flow_that_closes(screen: Screen) -> None:
    screen.find("单雄信")
    shortcut(screen.page, Key.Key_D, Mod.ControlModifier)
    assert screen.went == [Go("entry", NewChange("person", "leave", "deep"))]


def test_pending_work_stands_as_a_badge_in_its_row(screen: Screen) -> None:
    changed = stores.draft_on(screen.store, "deep", position="科长")
    outbox.enqueue(screen.store, changed, stores.person_form())
    screen.room.changes.announce(Changed(forms=frozenset({"person"}), outbox=True))
    screen.find("单雄信")
    model = screen.page.model
    assert model.data(model.index(0, 0), BADGE_ROLE) == "queued"
    assert "科长" in screen.card()


def test_a_change_elsewhere_refreshes_the_page_when_it_is_seen_again(screen: Screen) -> None:
    screen.page.hide()
    more = stores.change("person", "late", stores.person(800, name="后来人"))
    mirror.apply(screen.store, stores.page(more, cursor="e.3"), stores.OFFICE.verifier)
    screen.room.changes.announce(Changed(forms=frozenset({"person"}), sync=True))
    assert screen.page.model.rowCount() == PEOPLE + 1
    screen.page.show()
    screen.page.enter()
    assert screen.page.model.rowCount() == PEOPLE + 2


def test_a_record_is_shown_in_its_unit(screen: Screen) -> None:
    screen.page.enter(ShowRecord("person", "p301"))
    assert screen.page.tree.code == "U001"
    assert screen.page.list.record_at(screen.page.table.row()) == "p301"


def test_a_record_that_is_gone_is_said(screen: Screen) -> None:
    screen.page.enter(ShowRecord("person", "nobody"))
    assert screen.said[-1].text == "这条记录已不在台账中。"


def test_an_empty_register_says_what_to_do_first(qtbot: QtBot, store: Store) -> None:
    page = RegistersPage(RegistersService(make_room(ImmediateBackground(), store)))
    qtbot.addWidget(page)
    page.show()
    page.enter()
    assert page.empty.title.text() == "这里还没有记录"
    assert page.empty.button.text() == "人员增加"


# --- access ---


def test_everything_that_takes_the_cursor_has_a_name(screen: Screen) -> None:
    screen.card()
    assert unnamed(screen.page) == []


def test_everything_that_takes_the_cursor_is_in_the_tab_chain(screen: Screen) -> None:
    chain = {id(each) for each in tab_chain(screen.page)}
    assert [each for each in focusable(screen.page) if id(each) not in chain] == []


def test_the_page_can_be_painted(screen: Screen) -> None:
    picture = screen.page.grab()
    assert picture.size().width() >= screen.page.width()
    assert not screen.page.table.viewport().rect().contains(QPoint(-1, -1))
