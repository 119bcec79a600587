"""The code lists of the house load; broken ones are refused with file, line and column."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.codelists import CodeList, load_codelists, read_codelist
from core.forms.errors import FormError
from core.resources import codelists

HEADER = "code,title,valid_from,valid_to,family\n"


def read(text: str) -> CodeList:
    facts = {"title": "类型", "version": "1", "source": ""}
    return read_codelist("codelists/kind.csv", text, "kind", facts)


@pytest.fixture
def kinds() -> CodeList:
    return read(
        HEADER
        + "11,行政编制,,,行政\n12,过渡性编制,2001-01-01,2008-12-31,行政\n21,事业编制,,,事业\n"
    )


def test_every_list_of_the_house_loads_and_says_where_it_comes_from() -> None:
    lists = codelists()
    assert len(lists) >= 26
    for each in lists.values():
        assert each.entries
        assert each.name
        assert each.version
        assert each.source


def test_the_lists_hold_what_the_domain_notes_say() -> None:
    lists = codelists()
    assert len([each for each in lists["nation"].entries if each.title.endswith("族")]) == 56
    assert lists["nation"].title("15") == "土家族"
    towns = [each for each in lists["area"].entries if each.attrs["parent"] == "420583"]
    assert len(towns) == 9
    assert lists["post_kind"].attr("13", "family") == "行政"
    assert {
        each.code for each in lists["person_status"].entries if each.attrs["occupies_post"] == "1"
    } == {"10", "11", "12"}
    assert all(
        lists["person_status"].has(each.attrs["status"]) for each in lists["leave_mode"].entries
    )


def test_parents_of_areas_are_areas_or_withdrawn() -> None:
    area = codelists()["area"]
    parents = {each.attrs["parent"] for each in area.entries} - {""}
    assert {each for each in parents if not area.has(each)} == {"422700"}


def test_titles_and_attributes_by_code(kinds: CodeList) -> None:
    assert kinds.title("11") == "行政编制"
    assert kinds.title("77") == "77"
    assert kinds.attr("21", "family") == "事业"
    assert kinds.attr("77", "family") == ""
    with pytest.raises(KeyError):
        kinds.attr("21", "colour")


@pytest.mark.parametrize(
    ("code", "day", "valid"),
    [
        ("11", "1900-01-01", True),
        ("12", "2000-12-31", False),
        ("12", "2001-01-01", True),
        ("12", "2008-12-31", True),
        ("12", "2009-01-01", False),
        ("77", "2008-01-01", False),
    ],
)
def test_codes_are_valid_in_their_time(kinds: CodeList, code: str, day: str, valid: bool) -> None:
    assert kinds.valid(code, day) is valid


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("21", ["21"]),
        ("1", ["11", "12"]),
        ("编制", ["11", "12", "21"]),
        ("过渡", ["12"]),
        ("xz", ["11"]),
        ("SYBZ", ["21"]),
        ("zz", []),
        ("", ["11", "12", "21"]),
    ],
)
def test_search_by_code_title_and_initials(kinds: CodeList, query: str, codes: list[str]) -> None:
    assert [each.code for each in kinds.search(query)] == codes


def test_search_leaves_out_what_is_not_in_force(kinds: CodeList) -> None:
    assert [each.code for each in kinds.search("编制", "2010-01-01")] == ["11", "21"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("code,name\n", "codelists/kind.csv · line 1"),
        ("", "codelists/kind.csv · line 1"),
        (HEADER.strip() + ",family\n", "line 1 · family"),
        (HEADER + "11,a,,,\n11,b,,,\n", "line 3 · code: 11 stands twice"),
        (HEADER + "11,a,2008-02-30,,\n", "line 2 · valid_from"),
        (HEADER + "11,a,,20080101,\n", "line 2 · valid_to"),
        (HEADER + "11,a,2008-01-01,2007-01-01,\n", "line 2 · valid_to: is before"),
        (HEADER + "11,a,,\n", "line 2: has 4 cells"),
        (HEADER + ",a,,,\n", "line 2 · code: is empty"),
        (HEADER + "11,,,,\n", "line 2 · title: is empty"),
        (HEADER + "11, a,,,\n", "line 2 · title: has blanks"),
        (HEADER + '11,"a"b,,,\n', "line 2"),
    ],
)
def test_a_broken_list_is_refused_with_file_line_and_column(text: str, place: str) -> None:
    with pytest.raises(FormError) as caught:
        read(text)
    assert place in str(caught.value)


INDEX = '[kind]\ntitle = "类型"\nversion = "1"\nsource = "x"\n'


@pytest.mark.parametrize(
    ("files", "place"),
    [
        ({"index.toml": "[kind"}, "codelists/index.toml"),
        ({"index.toml": INDEX}, "codelists/kind.csv: is missing"),
        ({"index.toml": "", "kind.csv": HEADER}, "codelists/kind.csv: is not in index.toml"),
        ({"index.toml": INDEX + "colour = 1\n", "kind.csv": HEADER}, "kind · colour: unknown key"),
        ({"index.toml": "[kind]\n", "kind.csv": HEADER}, "kind · source: is missing"),
        ({"index.toml": INDEX.replace('"1"', "1"), "kind.csv": HEADER}, "version: must be a text"),
    ],
)
def test_a_broken_folder_is_refused(tmp_path: Path, files: dict[str, str], place: str) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(FormError) as caught:
        load_codelists(tmp_path)
    assert place in str(caught.value)
