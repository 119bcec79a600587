"""Typed text, stored value, shown text: all three forms of every type of field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.forms.model import Field, FieldType
from core.resources import codelists, forms, messages
from core.texts import clean_line, clean_lines, clean_name
from core.values import Parsed, edit_text, masked, parse, show

TEXT = Field("t", "文本", FieldType.TEXT)
NAME = Field("t", "姓名", FieldType.TEXT, no_spaces=True)
DUTIES = Field("t", "职责", FieldType.TEXT, multiline=True)
IDENTITY = Field("t", "证件号码", FieldType.TEXT, check="resident_id", sensitive=True)
PHONE = Field("t", "电话", FieldType.TEXT, check="phone", sensitive=True)
ACCOUNT = Field("t", "账号", FieldType.TEXT, check="luhn", sensitive=True)
PAPER = Field("t", "文号", FieldType.TEXT, check="document_no")
COUNT = Field("t", "核定数", FieldType.INTEGER, unit="名")
YEAR = Field("t", "年度", FieldType.INTEGER, unit="年")
YUAN = Field("t", "金额", FieldType.MONEY, unit="元")
WAN = Field("t", "金额", FieldType.MONEY, unit="万元")
DAY = Field("t", "日期", FieldType.DATE, sensitive=True)
KIND = Field("t", "编制类型", FieldType.CODE, codelist="post_kind")
SEX = Field("t", "性别", FieldType.CODE, codelist="sex")
YES_NO = Field("t", "是否", FieldType.BOOLEAN)
UNIT = Field("t", "单位", FieldType.REFERENCE, refers_to="institution")
FILE = Field("t", "照片", FieldType.ATTACHMENT)

LISTS = codelists()


def value(field: Field, text: str) -> Any:
    parsed = parse(field, text, LISTS)
    assert parsed.problem is None
    return parsed.value


def problem(field: Field, text: str) -> str | None:
    parsed = parse(field, text, LISTS)
    assert parsed.value is None
    return parsed.problem


@pytest.mark.parametrize(
    ("field", "text", "expected"),
    [
        (TEXT, "  办公室\t主任 \u200b", "办公室 主任"),
        (TEXT, "第１组(A)", "第1组(A)"),
        (NAME, " 张　三 ", "张三"),
        (NAME, "阿依古丽・买买提", "阿依古丽·买买提"),
        (NAME, "阿依古丽·买买提", "阿依古丽·买买提"),
        (NAME, "䶮㛃𬭎", "䶮㛃𬭎"),
        (NAME, "𪚥\U00031350", "𪚥\U00031350"),
        (DUTIES, "一、拟订计划;\r\n二、２００８年……  \n\n", "一、拟订计划;\n二、2008年……"),
        (IDENTITY, " １１０１０５ 19491231 002x", "11010519491231002X"),
        (PHONE, "０７１７－4212345", "0717-4212345"),
        (PAPER, "鄂财编发[2007]1号", "鄂财编发〔2007〕1号"),
        (COUNT, "1,234", 1234),
        (COUNT, "１２ 名", 12),
        (COUNT, "-3", -3),
        (COUNT, "12.0", 12),
        (YUAN, "1,234.50元", 123450),
        (YUAN, "¥ １，２３４．５", 123450),
        (YUAN, "0.07", 7),
        (YUAN, ".5", 50),
        (YUAN, "3万元", 3_000_000),
        (WAN, "19063.7", 19_063_700_000),
        (WAN, "7960", 7_960_000_000),
        (WAN, "5元", 500),
        (DAY, "二OO八年十二月八日", "2008-12-08"),
        (KIND, "11", "11"),
        (KIND, "行政编制", "11"),
        (KIND, "11 行政编制", "11"),
        (KIND, "xzbz", "11"),
        (KIND, "工勤编制（机关）", "14"),
        (SEX, "nx", None),
        (YES_NO, "是", True),
        (YES_NO, "Ｙ", True),
        (YES_NO, "否", False),
        (YES_NO, "n", False),
        (UNIT, " 420583001 ", "420583001"),
    ],
)
def test_typed_text_becomes_a_value(field: Field, text: str, expected: object) -> None:
    if expected is None:
        assert parse(field, text, LISTS).problem is not None
    else:
        assert value(field, text) == expected


@pytest.mark.parametrize(
    "field", [TEXT, NAME, IDENTITY, COUNT, YUAN, DAY, KIND, YES_NO, UNIT, FILE]
)
@pytest.mark.parametrize("text", ["", " ", "\u3000\n", "\ufeff"])
def test_an_empty_text_is_no_value_and_no_problem(field: Field, text: str) -> None:
    assert parse(field, text, LISTS) == Parsed()


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        (COUNT, "十二", "not_a_number"),
        (COUNT, "1,23", "not_a_number"),
        (COUNT, "1.5", "not_an_integer"),
        (COUNT, "9007199254740992", "too_many_digits"),
        (COUNT, "9" * 50, "not_a_number"),
        (COUNT, "1e3", "not_a_number"),
        (COUNT, "٣", "not_a_number"),
        (YUAN, "1.234", "too_precise"),
        (YUAN, "1.5,0", "not_a_number"),
        (YUAN, "元", "not_a_number"),
        (WAN, "1.2345678", "too_precise"),
        (DAY, "08.12.8", "two_digit_year"),
        (DAY, "2007-2-29", "impossible_date"),
        (DAY, "昨天", "not_a_date"),
        (KIND, "77", "unknown_code"),
        (YES_NO, "也许", "not_yes_or_no"),
        (FILE, "照片.jpg", "not_an_attachment"),
        (FILE, '{"name": "a"}', "not_an_attachment"),
    ],
)
def test_what_cannot_be_read_is_a_problem_with_a_sentence(
    field: Field, text: str, code: str
) -> None:
    assert problem(field, text) == code
    known = {**messages("values"), **messages("checks")}
    params = parse(field, text, LISTS).params
    assert known[code].format(field=field.title, **params)


def test_initials_that_fit_several_codes_name_them_all() -> None:
    field = Field("t", "学历", FieldType.CODE, codelist="education")
    parsed = parse(field, "dxbkby", LISTS)
    assert parsed.value == "21"
    field = Field("t", "民族", FieldType.CODE, codelist="nation")
    parsed = parse(field, "mz", LISTS)
    assert parsed.problem == "ambiguous_code"
    assert "满族" in parsed.params["titles"]
    assert "苗族" in parsed.params["titles"]


def test_without_lists_the_text_is_the_code() -> None:
    assert parse(KIND, " 11 ").value == "11"


@pytest.mark.parametrize(
    ("field", "stored", "shown"),
    [
        (TEXT, "办公室", "办公室"),
        (IDENTITY, "11010519491231002X", "110105 19491231 002X"),
        (PHONE, "13800138000", "138 0013 8000"),
        (COUNT, 1257, "1,257"),
        (YEAR, 2008, "2008"),
        (YUAN, 123450, "1,234.50"),
        (WAN, 19_063_700_000, "19,063.70"),
        (WAN, 5_000, "0.01"),
        (DAY, "2008-12-08", "2008-12-08"),
        (KIND, "11", "行政编制"),
        (KIND, "77", "77"),
        (YES_NO, False, "否"),
        (UNIT, "420583001", "420583001"),
        (
            FILE,
            {"digest": "d", "name": "照片.jpg", "size": 1, "media_type": "image/jpeg"},
            "照片.jpg",
        ),
        (TEXT, None, ""),
    ],
)
def test_values_are_shown_as_people_read_them(field: Field, stored: Any, shown: str) -> None:
    assert show(field, stored, LISTS) == shown


@pytest.mark.parametrize(
    ("field", "stored", "shown"),
    [
        (IDENTITY, "11010519491231002X", "110105********002X"),
        (PHONE, "13800138000", "138****8000"),
        (ACCOUNT, "6200000000000005", "************0005"),
        (DAY, "1975-06-01", "1975-**-**"),
        (Field("t", "住址", FieldType.TEXT, sensitive=True), "某镇某村三组", "******"),
        (NAME, "张三", "张三"),
        (IDENTITY, None, ""),
    ],
)
def test_sensitive_values_are_masked_and_others_are_not(
    field: Field, stored: Any, shown: str
) -> None:
    assert masked(field, stored, LISTS) == shown


integers = st.integers(-(2**53) + 1, 2**53 - 1)
attachments = st.fixed_dictionaries(
    {"digest": st.text(), "name": st.text(), "size": integers, "media_type": st.text()}
)
any_text = st.text(max_size=40)


def cleaned(clean: Callable[[str], str]) -> st.SearchStrategy[str]:
    return any_text.map(clean).filter(bool)


round_trips = st.one_of(
    st.tuples(st.just(TEXT), cleaned(clean_line)),
    st.tuples(st.just(NAME), cleaned(clean_name)),
    st.tuples(st.just(DUTIES), cleaned(clean_lines)),
    st.tuples(st.just(UNIT), cleaned(clean_line)),
    st.tuples(st.sampled_from([COUNT, YEAR, YUAN, WAN]), integers),
    st.tuples(st.just(DAY), st.dates().map(str)),
    st.tuples(st.just(KIND), st.sampled_from([each.code for each in LISTS["post_kind"].entries])),
    st.tuples(st.just(YES_NO), st.booleans()),
    st.tuples(st.just(FILE), attachments),
)


@given(round_trips)
def test_what_is_edited_unchanged_stays_the_same(pair: tuple[Field, Any]) -> None:
    field, stored = pair
    assert parse(field, edit_text(field, stored), LISTS) == Parsed(stored)


def test_every_code_of_every_form_is_found_by_its_title() -> None:
    for form in forms().values():
        for field in form.fields:
            if field.codelist is not None:
                for entry in LISTS[field.codelist].entries:
                    assert value(field, entry.code) == value(field, entry.title) == entry.code


@given(
    st.sampled_from([TEXT, NAME, DUTIES, PHONE, PAPER, COUNT, YUAN, DAY, KIND, YES_NO]), any_text
)
def test_no_text_makes_parsing_fail_and_values_are_stable(field: Field, text: str) -> None:
    parsed = parse(field, text, LISTS)
    if parsed.value is not None:
        assert parse(field, edit_text(field, parsed.value), LISTS) == parsed
        assert show(field, parsed.value, LISTS)


def test_nothing_is_an_empty_text_to_edit() -> None:
    assert edit_text(Field("t", "文", FieldType.TEXT), None) == ""
