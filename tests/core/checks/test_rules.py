"""Every rule of the forms institution and person: it finds its fault, and passes the sound record.

The rules and their sources: domain.md §1.1-1.3, §4.2, §4.4.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.checks.issues import Issue
from core.checks.record import Subject, check, check_across
from core.checks.sentences import legal_basis, sentence
from core.forms.expressions import compile_expression
from core.forms.model import Severity
from core.resources import codelists, forms
from tests.helpers.memory import MemoryLookup
from tests.helpers.people import TODAY, UNIT, institution, person

OTHER_ID = "34052419800101001X"
SCHOOL = "420583000009"


def _store() -> MemoryLookup:
    lookup = MemoryLookup(forms())
    lookup.add("institution", "u1", institution())
    lookup.add(
        "institution",
        "u2",
        institution(
            register_no=SCHOOL,
            org_kind="1",
            posts=[{"post_kind": "21", "funding": "1", "authorised": 1}],
            posts_total=1,
        ),
    )
    return lookup


def test_a_number_the_office_issues_is_given_once() -> None:
    lookup = _store()
    lookup.add("person", "p1", person(id_number="x"))
    assert "duplicate" in codes(find("person", "amend", person(), person(), lookup))


def find(
    form: str,
    flow: str,
    values: dict[str, Any],
    base: dict[str, Any] | None = None,
    lookup: MemoryLookup | None = None,
) -> list[Issue]:
    definition = forms()[form]
    record_id = "u1" if form == "institution" and base else "r1"
    subject = Subject(definition, definition.flow(flow), record_id, values, base or {})
    return check(subject, codelists(), TODAY, lookup or _store())


def codes(issues: list[Issue]) -> set[str]:
    return {each.code for each in issues}


def joining(**changes: Any) -> dict[str, Any]:
    return person(card_no=None, **changes)


def test_a_sound_person_joins_without_an_issue() -> None:
    assert find("person", "join", joining()) == []


def test_a_sound_institution_is_established_without_an_issue() -> None:
    assert find("institution", "establish", institution(register_no=None)) == []


PERSON_FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("birth_date_as_in_id", {"birth_date": "1950-01-01"}),
    ("sex_as_in_id", {"sex": "1"}),
    ("entry_age", {"work_start": "1960-01-01"}),
    ("born_in_past", {"birth_date": "2020-01-01", "birth_basis": "档案", "work_start": None}),
    ("work_start_in_past", {"work_start": "2009-01-01"}),
    ("entry_in_past", {"entry_date": "2009-01-01"}),
    ("posted_after_work_start", {"posted_on": "1969-01-01"}),
    ("position_since_work_start", {"position_since": "1969-01-01"}),
    (
        "seconded_reason",
        {"seconded": True, "seconded_to": "乡", "seconded_from_date": "2008-01-01"},
    ),
    ("joined_with_active_status", {"status": "61", "post_kind": None, "posted_on": None}),
    ("job_class_in_public_institutions", {"unit": SCHOOL, "post_kind": "21"}),
    ("vacancy", {"post_kind": "14"}),
    ("resident_id_check_digit", {"id_number": "110105194912310021"}),
    ("required", {"name": None}),
    ("required", {"post_kind": None}),
    ("required", {"politics": "01"}),
    ("required", {"publish": False}),
    ("not_asked", {"party_date": "1990-01-01"}),
    ("inner_space", {"name": "张 样例"}),
    ("odd_characters", {"name": "张\u200b样例"}),
    ("too_long", {"position": "科" * 61}),
    ("unknown_code", {"nation": "99"}),
    ("unknown_reference", {"unit": "000"}),
    ("unknown_field", {"salary": 1}),
    ("wrong_type", {"name": 7}),
    ("wrong_type", {"photo": {"path": "x"}}),
    ("wrong_type", {"movements": "x"}),
    ("not_a_date", {"birth_date": "1949-13-31"}),
    ("too_small", {"work_start": "1901-01-01"}),
    ("required", {"movements": [{"date": "2008-01-01"}]}),
    ("unknown_field", {"movements": [{"date": "2008-01-01", "kind": "41", "x": 1}]}),
    ("wrong_type", {"movements": [{"date": 5, "kind": "41"}]}),
    ("issued", {"card_no": "K0009"}),
    ("not_in_flow", {"leave_mode": "21"}),
]


@pytest.mark.parametrize(("code", "changes"), PERSON_FAULTS)
def test_a_fault_of_a_person_is_found_and_said_in_chinese(
    code: str, changes: dict[str, Any]
) -> None:
    issues = find("person", "join", person(**({"card_no": None} | changes)))
    assert code in codes(issues)
    for issue in issues:
        text = sentence(forms()["person"], issue)
        assert "{" not in text
        assert any("一" <= each <= "龥" for each in text), text


def test_no_post_is_free_when_as_many_are_in_post_as_authorised() -> None:
    lookup = _store()
    for number in range(3):
        lookup.add("person", f"p{number}", person(id_number=f"x{number}"))
    issues = find("person", "join", joining(), lookup=lookup)
    (issue,) = (each for each in issues if each.code == "vacancy")
    assert issue.pointer == "/post_kind"
    assert issue.params["authorised"] == issue.params["in_post"] == 3
    text = sentence(forms()["person"], issue)
    assert "枝江市样例局的行政编制没有空编：核定 3 名，在编 3 名" in text
    assert "R2" in legal_basis(forms()["person"], issue)


def test_vacancy_compares_in_post_with_authorised_and_not_headcount() -> None:
    """People who are counted but occupy no post (domain.md §2.7) leave the post free."""
    lookup = _store()
    for number in range(3):
        outside = person(
            id_number=f"x{number}", status="21", post_kind=None, occupies_post=False, carded=False
        )
        lookup.add("person", f"p{number}", outside)
    assert "vacancy" not in codes(find("person", "join", joining(), lookup=lookup))


def test_a_person_in_post_may_be_amended_in_a_full_unit() -> None:
    lookup = _store()
    for number in range(3):
        lookup.add("person", f"p{number}", person(id_number=f"x{number}", card_no=f"x{number}"))
    changed = person(position="主任科员")
    assert find("person", "amend", changed, person(), lookup) == []


def test_one_identity_number_has_one_card() -> None:
    lookup = _store()
    lookup.add("person", "p9", person())
    assert "one_person_one_post" in codes(find("person", "join", joining(), lookup=lookup))


def test_classified_units_have_no_cards() -> None:
    lookup = _store()
    lookup.add("institution", "u1", institution(classified=True))
    issues = find("person", "join", joining(), lookup=lookup)
    assert "no_cards_in_classified_units" in codes(issues)


def test_leaders_do_not_exceed_leader_posts() -> None:
    lookup = _store()
    for number in range(2):
        chief = person(id_number=f"x{number}", person_class="1", leader=True)
        lookup.add("person", f"p{number}", chief)
    issues = find("person", "join", joining(person_class="2"), lookup=lookup)
    assert "leaders_within_posts" in codes(issues)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "张改名"),
        ("id_number", OTHER_ID),
        ("birth_date", "1950-01-01"),
        ("work_start", "1971-01-01"),
        ("post_kind", "14"),
        ("status", "12"),
        ("funding", "2"),
        ("unit", SCHOOL),
    ],
)
def test_locked_fields_change_only_through_their_flow(name: str, value: str) -> None:
    changed = person(**{name: value})
    (locked,) = (
        each
        for each in find("person", "amend", changed, person())
        if each.code == "locked" and each.pointer == f"/{name}"
    )
    flow = "identity" if name in forms()["person"].flow("identity").opens else "transfer"
    assert forms()["person"].flow(flow).title in sentence(forms()["person"], locked)
    assert "locked" not in codes(find("person", flow, changed, person()))


def test_categories_change_only_through_leaving_and_joining() -> None:
    moved = person(post_kind="21", unit=SCHOOL, job_class="1")
    assert "same_family" in codes(find("person", "transfer", moved, person()))
    out = person(status="21", post_kind=None, posted_on=None)
    assert "same_status_class" in codes(find("person", "transfer", out, person()))


def test_leaving_changes_nothing_but_the_leave() -> None:
    gone = person(leave_mode="21", leave_date="2008-12-01")
    assert find("person", "leave", gone, person()) == []
    assert "not_in_flow" in codes(find("person", "leave", {**gone, "position": "x"}, person()))
    assert "required" in codes(find("person", "leave", person(), person()))
    early = person(leave_mode="21", leave_date="1980-12-01")
    assert "leave_after_entry" in codes(find("person", "leave", early, person()))
    late = person(leave_mode="21", leave_date="2009-12-01")
    assert "leave_in_past" in codes(find("person", "leave", late, person()))


def test_movements_are_only_added_to() -> None:
    row = {"date": "2008-01-01", "kind": "41"}
    base = person(movements=[row])
    more = person(movements=[row, {"date": "2008-02-01", "kind": "42"}])
    assert find("person", "amend", more, base) == []
    edited = person(movements=[{"date": "2008-01-02", "kind": "41"}])
    assert "append_only" in codes(find("person", "amend", edited, base))
    assert "append_only" in codes(find("person", "amend", person(), base))


def test_staying_past_retirement_age_wants_a_reason() -> None:
    definition = forms()["person"]
    subject = Subject(definition, definition.flow("amend"), "r1", person(), person())
    (issue,) = check(subject, codelists(), "2013-01-01", _store())
    assert (issue.code, issue.severity) == ("past_retirement_age", Severity.WARNING)


INSTITUTION_FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("posts_total", {"posts_total": 4}),
    ("chief_within_leader_posts", {"leader_chief_posts": 3}),
    ("leader_posts_sum", {"leader_deputy_posts": 0}),
    ("leader_posts_within_total", {"leader_posts": 9, "leader_deputy_posts": 8}),
    ("org_code_in_uscc", {"uscc": "11100000000013186G", "org_code": "768225469"}),
    ("uscc_for_organs", {"uscc": "91350100M000100Y43"}),
    ("uscc_for_public_institutions", {"uscc": "91350100M000100Y43", "org_kind": "1"}),
    ("classified_label", {"classified": True}),
    ("classified_not_published", {"classified": True}),
    ("founded_in_past", {"founded_on": "2009-01-01"}),
    ("approved_in_past", {"approved_on": "2009-01-01"}),
    ("too_few_rows", {"posts": None}),
    (
        "duplicate_row",
        {"posts": [{"post_kind": "11", "funding": "1", "authorised": each} for each in (1, 2)]},
    ),
    ("too_small", {"posts": [{"post_kind": "11", "funding": "1", "authorised": -3}]}),
    (
        "not_asked",
        {"posts": [{"post_kind": "11", "funding": "1", "authorised": 3, "in_post_counted": 1}]},
    ),
    ("required", {"org_kind": "1"}),
    ("issued", {"register_no": "1"}),
]


@pytest.mark.parametrize(("code", "changes"), INSTITUTION_FAULTS)
def test_a_fault_of_an_institution_is_found(code: str, changes: dict[str, Any]) -> None:
    values = institution(**({"register_no": None} | changes))
    assert code in codes(find("institution", "establish", values))


def test_superiors_make_no_ring() -> None:
    lookup = _store()
    lookup.add("institution", "u1", institution(superior=SCHOOL))
    lookup.add("institution", "u2", institution(register_no=SCHOOL, superior=UNIT))
    changed = institution(superior=SCHOOL)
    issues = find("institution", "reorganise", changed, institution(), lookup)
    assert "no_ring_of_superiors" in codes(issues)


def test_cutting_posts_below_those_in_post_wants_a_reason() -> None:
    lookup = _store()
    lookup.add("person", "p1", person())
    cut = institution(posts=[{"post_kind": "11", "funding": "1", "authorised": 0}], posts_total=0)
    cut |= {"leader_posts": 0, "leader_chief_posts": 0, "leader_deputy_posts": 0}
    lookup.add("person", "p2", person(id_number="x", person_class="1", leader=True))
    issues = find("institution", "posts", cut, institution(), lookup)
    assert {"over_staffed", "leaders_in_post"} <= codes(issues)
    assert all(each.severity is not Severity.ERROR for each in issues)


def test_a_unit_with_people_is_not_abolished() -> None:
    lookup = _store()
    lookup.add("person", "p1", person())
    gone = institution(change_kind="4", change_date="2008-12-01")
    issues = find("institution", "abolish", gone, institution(), lookup)
    assert "abolished_without_people" in codes(issues)


def test_a_classified_unit_reports_totals_only() -> None:
    counted = {"post_kind": "11", "funding": "1", "authorised": 7, "in_post_counted": 3}
    values = institution(
        register_no=None,
        full_name="涉密机构1",
        classified=True,
        publish=False,
        unpublished_reason="1",
        posts=[counted],
        posts_total=7,
        nature=None,
        subordination=None,
        founded_on=None,
        founding_doc=None,
        leader_posts=None,
        leader_chief_posts=None,
        leader_deputy_posts=None,
        counts_as_institution=False,
    )
    assert find("institution", "establish", values) == []
    assert "not_asked" in codes(find("institution", "establish", {**values, "address": "某路"}))
    over = {**values, "posts": [{**counted, "in_post_counted": 8}]}
    assert "counted_in_post_within_posts" in codes(find("institution", "establish", over))


def test_without_other_records_only_the_record_itself_is_checked() -> None:
    definition = forms()["person"]
    subject = Subject(definition, definition.flow("join"), "r1", joining(unit="000"), {})
    assert check(subject, codelists(), TODAY) == []
    assert check(subject, codelists(), TODAY, _store(), store_rules=False) == []


def test_every_rule_of_the_forms_names_its_source() -> None:
    for form in forms().values():
        for rule in form.rules:
            assert rule.legal, rule.id
            assert rule.message, rule.id


def test_every_rule_of_the_forms_is_tested_here() -> None:
    """A rule without a test is a rule nobody has seen work."""
    tested = {code for code, _ in [*PERSON_FAULTS, *INSTITUTION_FAULTS]}
    source = Path(__file__).read_text(encoding="utf-8")
    missing = {
        rule.id
        for form in forms().values()
        for rule in form.rules
        if rule.id not in tested and source.count(f'"{rule.id}"') == 0
    }
    assert missing == set()


def test_flows_offer_codes_and_set_values() -> None:
    """No form of today uses either; the mechanism is checked on a changed copy of one."""
    definition = forms()["person"]
    flow = replace(
        definition.flow("join"), offers_codes={"status": ("12",)}, sets={"entry_mode": "01"}
    )
    subject = Subject(definition, flow, "r1", joining(), {})
    assert {"code_not_offered", "set_by_flow"} <= codes(
        check(subject, codelists(), TODAY, _store())
    )
    agreed = replace(subject, values=joining(status="12", entry_mode="01"))
    assert check(agreed, codelists(), TODAY, _store()) == []


def test_the_store_is_asked_alone_where_the_rest_is_known() -> None:
    definition = forms()["person"]
    subject = Subject(definition, definition.flow("join"), "r1", joining(unit="000", sex="1"), {})
    assert codes(check_across(subject, codelists(), TODAY, _store())) == {"unknown_reference"}


def test_hostile_shapes_are_named_and_never_break_a_check() -> None:
    shapes: tuple[object, ...] = ([[]], {"a": []}, 1.5, 2**80)
    for bad in shapes:
        for form, values in (("person", joining()), ("institution", institution())):
            for name in [*values, "movements", "posts", "photo"]:
                issues = find(form, "join" if form == "person" else "posts", {**values, name: bad})
                assert any(each.pointer.startswith(f"/{name}") for each in issues), (name, bad)


def test_a_unit_that_becomes_classified_keeps_nothing_but_totals() -> None:
    secret = institution(
        full_name="涉密机构1", classified=True, publish=False, unpublished_reason="1"
    )
    issues = find("institution", "reorganise", secret, institution())
    assert {each.pointer for each in issues if each.code == "not_asked"} >= {
        "/founded_on",
        "/leader_posts",
    }


def test_a_hidden_value_may_stay_while_a_record_is_closed() -> None:
    odd = person(party_date="1990-01-01")
    gone = {**odd, "leave_mode": "21", "leave_date": "2008-12-01"}
    assert find("person", "leave", gone, odd) == []


def test_a_child_table_that_is_not_asked_for_must_be_empty() -> None:
    """No form of today hides a child table; the mechanism is checked on a changed copy of one."""
    definition = forms()["person"]
    hidden = replace(
        definition.children[0],
        visible_if=compile_expression("civil_servant", frozenset()),
        minimum=1,
    )
    subject = Subject(
        replace(definition, children=(hidden,)), definition.flow("join"), "r1", joining(), {}
    )
    assert check(subject, codelists(), TODAY, _store()) == []
    rows = joining(movements=[{"date": "2008-01-01", "kind": "41"}])
    assert codes(check(replace(subject, values=rows), codelists(), TODAY, _store())) == {
        "not_asked"
    }


def test_a_field_that_only_an_older_version_had_is_no_change() -> None:
    old = {**person(), "pigtail": "long"}
    assert find("person", "amend", person(position="科长"), old) == []
