"""Rare characters of names are never odd; invisible ones are."""

from __future__ import annotations

import pytest

from core.checks.field import check_field
from core.forms.model import Field, FieldType

NAME = Field("name", "姓名", FieldType.TEXT, no_spaces=True)


@pytest.mark.parametrize("name", ["张䶮", "李㛃", "王𬭎", "赵\U00031350", "覃\U0002ebf0", "阿·木"])
def test_rare_characters_are_accepted(name: str) -> None:
    assert list(check_field(NAME, "/name", name, {}, "2026-11-22")) == []


@pytest.mark.parametrize("name", ["张\u200b三", "张\n三", "张\ufeff三", "张\U000e0001"])
def test_invisible_characters_are_refused(name: str) -> None:
    codes = [each.code for each in check_field(NAME, "/name", name, {}, "2026-11-22")]
    assert "odd_characters" in codes
