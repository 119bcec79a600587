"""Definitions are read strictly: an error names the file, the section and the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.forms.errors import FormError
from core.forms.load import load_form
from core.forms.model import ChangeKind, Field, FieldType
from core.resources import codelists, forms, load_forms, messages, resource

SOUND = """
id = "sample"
kind = "register"
title = "样例"
version = 1
key = "no"
label = "no"
unit_field = "no"
[listing]
columns = ["no"]
[[tallies]]
name = "t"
by = ["no"]
where = "yes"
[[sections]]
name = "s"
title = "节"
[[fields]]
name = "no"
title = "编号"
type = "text"
section = "s"
constraints = { required = true, pattern = "[a-z]+", maxLength = 5 }
[[fields]]
name = "yes"
title = "是否"
type = "boolean"
section = "s"
[[fields]]
name = "up"
title = "上级"
type = "reference"
refers_to = "sample"
section = "s"
[[fields]]
name = "sex"
title = "性别"
type = "code"
codelist = "sex"
section = "s"
[[children]]
name = "rows"
title = "行"
section = "s"
unique_by = ["n"]
[[children.fields]]
name = "n"
title = "数"
type = "integer"
[[rules]]
id = "r"
check = "sum_of('rows', 'n') > 0"
fields = ["rows"]
severity = "error"
message = "m"
legal = "l"
params = { n = "count_rows('rows')" }
[[rules]]
id = "row"
child = "rows"
check = "n > 0"
fields = ["n"]
severity = "hint"
message = "m"
legal = "l"
[[flows]]
id = "make"
title = "新建"
kind = "create"
report_kind = "1"
"""


def load(tmp_path: Path, text: str) -> None:
    (tmp_path / "sample.toml").write_text(text, encoding="utf-8")
    load_forms(tmp_path, codelists())


def test_a_sound_definition_loads(tmp_path: Path) -> None:
    form = load_form("sample.toml", SOUND.encode())
    assert form.flow("make").kind is ChangeKind.CREATE
    assert form.by_name["no"].max_length == 5
    assert isinstance(form.field_at("/rows/0/n"), Field)
    assert form.field_at("/rows") is form.field_at("/rows/0") is form.children[0]
    assert form.field_at("/no") is form.by_name["no"]
    assert form.field_at("/rows/0/x") is form.field_at("/x/0/n") is form.field_at("/x") is None
    load(tmp_path, SOUND)
    with pytest.raises(KeyError):
        form.flow("none")
    with pytest.raises(KeyError):
        form.children[0].field("none")


def test_the_digest_does_not_depend_on_line_ends() -> None:
    unix, dos = SOUND.encode(), SOUND.replace("\n", "\r\n").encode()
    assert load_form("f", unix).digest == load_form("f", dos).digest


@pytest.mark.parametrize(
    ("old", "new", "section", "key"),
    [
        ('title = "样例"', 'titel = "样例"', "", "title"),
        ("version = 1", "version = '1'", "", "version"),
        ("version = 1", "", "", "version"),
        ("version = 1", "version = true", "", "version"),
        ('kind = "register"', 'kind = "table"', "", "kind"),
        ('key = "no"', 'key = "nix"', "", "key"),
        ('columns = ["no"]', 'columns = ["nix"]', "listing", "columns"),
        ('columns = ["no"]', 'columns = ["no"]\nparent = "nix"', "listing", "parent"),
        ('columns = ["no"]', "columns = [1]", "listing", "columns"),
        ('columns = ["no"]', "columns = 1", "listing", "columns"),
        ('where = "yes"', 'where = "nix"', "tallies t", "by"),
        ('type = "boolean"', 'type = "bool"', "fields[1] yes", "type"),
        ('type = "boolean"', 'type = "code"', "fields[1] yes", "codelist"),
        ('type = "boolean"', 'type = "reference"', "fields[1] yes", "refers_to"),
        ('type = "boolean"', 'type = "boolean"\ncolour = "red"', "fields[1] yes", "colour"),
        ('type = "boolean"', 'type = "boolean"\nhelp = 1', "fields[1] yes", "help"),
        ('type = "boolean"', 'type = "boolean"\nlocked = 1', "fields[1] yes", "locked"),
        ('type = "boolean"', 'type = "boolean"\ncheck = "nix"', "fields yes", "check"),
        ('type = "boolean"', 'type = "boolean"\ncheck = 1', "fields[1] yes", "check"),
        (
            'type = "boolean"',
            'type = "boolean"\ncheck_severity = "x"',
            "fields[1] yes",
            "check_severity",
        ),
        ('type = "boolean"', 'type = "boolean"\nflows = ["nix"]', "fields yes", "flows"),
        (
            'type = "boolean"',
            'type = "boolean"\nvisible_if = "nix == 1"',
            "fields yes",
            "visible_if",
        ),
        ('type = "boolean"', 'type = "boolean"\nvisible_if = "a b"', "fields[1] yes", "visible_if"),
        ('type = "boolean"', 'type = "date"\nindex = true', "fields yes", "index"),
        (
            '[[children.fields]]\nname = "n"\ntitle = "数"\ntype = "integer"',
            "fields = [1]",
            "children[0] rows",
            "fields",
        ),
        ('name = "yes"', 'name = "no"', "fields[1] no", "name"),
        ('pattern = "[a-z]+"', 'pattern = "["', "fields[0] no constraints", "pattern"),
        ("maxLength = 5", 'maxLength = "5"', "fields[0] no constraints", "maxLength"),
        ("maxLength = 5", "longest = 5", "fields[0] no constraints", "longest"),
        ("maxLength = 5", "minimum = true", "fields[0] no constraints", "minimum"),
        ('codelist = "sex"', 'codelist = "nix"', "fields sex", "codelist"),
        ('refers_to = "sample"', 'refers_to = "nix"', "fields up", "refers_to"),
        ('section = "s"\n[[children]]', 'section = "x"\n[[children]]', "fields sex", "section"),
        (
            'type = "reference"',
            "type = \"reference\"\ncomputed = \"attr('nix', up, 'a')\"",
            "fields up",
            "computed",
        ),
        (
            'type = "reference"',
            "type = \"reference\"\ncomputed = \"attr('sex', up, 'a')\"",
            "fields up",
            "computed",
        ),
        (
            'type = "reference"',
            'type = "reference"\ncomputed = "previous(\'nix\')"',
            "fields up",
            "computed",
        ),
        (
            'type = "reference"',
            'type = "reference"\ncomputed = "length(up, up)"',
            "fields up",
            "computed",
        ),
        ('unique_by = ["n"]', 'unique_by = ["x"]', "children rows", "unique_by"),
        ('title = "行"\nsection = "s"', 'title = "行"\nsection = "x"', "children rows", "section"),
        ("sum_of('rows', 'n')", "sum_of('nix', 'n')", "rules r", "check"),
        ("sum_of('rows', 'n')", "sum_of('rows', 'x')", "rules r", "check"),
        ("sum_of('rows', 'n')", "count_of('nix')", "rules r", "check"),
        ("sum_of('rows', 'n')", "count_of('sample', nix=no)", "rules r", "check"),
        ("sum_of('rows', 'n')", "sum_in('sample', no, 'rows', 'x')", "rules r", "check"),
        ("count_rows('rows')", "count_rows('nix')", "rules r", "params.n"),
        ("count_rows('rows')", "open('x')", "rules[0] r", "params.n"),
        ('fields = ["rows"]', 'fields = ["nix"]', "rules r", "fields"),
        ('severity = "error"', 'severity = "fatal"', "rules[0] r", "severity"),
        ('child = "rows"', 'child = "nix"', "rules row", "child"),
        ('report_kind = "1"', 'report_kind = "1"\nopens = ["nix"]', "flows make", "opens"),
        ('report_kind = "1"', 'report_kind = "1"\nsets = { nix = "1" }', "flows make", "sets"),
        ('id = "sample"', 'id = "other"', "", "id"),
        ('id = "sample"', 'id = "sample', "", ""),
        ("[[sections]]", "[sections]", "", "sections"),
        ("[listing]", "[[listing]]", "", "listing"),
    ],
)
def test_a_broken_definition_is_named(
    tmp_path: Path, old: str, new: str, section: str, key: str
) -> None:
    assert old in SOUND
    with pytest.raises(FormError) as caught:
        load(tmp_path, SOUND.replace(old, new, 1))
    error = caught.value
    assert (error.file, error.section, error.key) == ("forms/sample.toml", section, key)
    assert "sample.toml" in str(error)


def test_every_form_of_the_product_loads() -> None:
    assert {"institution", "person"} <= set(forms())
    assert len(forms()) >= 2
    assert forms().codelist("sex").title("1") == "男"
    assert all(form.by_name[form.key].type is FieldType.TEXT for form in forms().values())


def test_messages_are_read_and_broken_ones_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert "{field}" in messages("checks")["required"]
    assert resource("messages", "checks.toml").is_file()
    monkeypatch.setattr("core.resource_files.files", lambda _package: tmp_path)
    (tmp_path / "messages").mkdir()
    (tmp_path / "messages" / "one.toml").write_text("a = 1", encoding="utf-8")
    (tmp_path / "messages" / "two.toml").write_text("a = ", encoding="utf-8")
    for name in ("one", "two"):
        with pytest.raises(FormError, match=f"messages/{name}.toml"):
            messages(name)
