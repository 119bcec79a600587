"""One institution and one person that satisfy every rule; nobody real."""

from __future__ import annotations

from typing import Any

UNIT = "420583000001"
ID_NUMBER = "11010519491231002X"  # the example of GB 11643-1999
TODAY = "2008-12-08"


def institution(**changes: Any) -> dict[str, Any]:
    """An administrative organ with 3 administrative posts; None removes a field."""
    return _with(
        {
            "register_no": UNIT,
            "full_name": "枝江市样例局",
            "division": "420583",
            "org_kind": "2",
            "system": "03",
            "category": "01",
            "nature": "1",
            "rank": "41",
            "subordination": "50",
            "posts": [{"post_kind": "11", "funding": "1", "authorised": 3}],
            "posts_total": 3,
            "leader_posts": 2,
            "leader_chief_posts": 1,
            "leader_deputy_posts": 1,
            "founded_on": "1996-07-01",
            "founding_doc": "枝编发〔1996〕7号",
            "approved_by": "枝江市机构编制委员会",
            "approved_on": "1996-07-01",
            "approval_doc": "枝编发〔1996〕7号",
            "counts_as_institution": True,
            "classified": False,
            "publish": True,
        },
        changes,
    )


def person(**changes: Any) -> dict[str, Any]:
    """A serving civil servant of that organ, computed fields included; None removes a field."""
    return _with(
        {
            "card_no": "K0001",
            "name": "张样例",
            "id_type": "111",
            "id_number": ID_NUMBER,
            "sex": "2",
            "birth_date": "1949-12-31",
            "nation": "01",
            "native_place": "420583",
            "work_start": "1970-01-01",
            "unit": UNIT,
            "department": "办公室",
            "status": "10",
            "post_kind": "11",
            "funding": "1",
            "person_class": "5",
            "position": "科员",
            "entry_mode": "03",
            "entry_date": "1990-05-01",
            "posted_on": "1990-05-01",
            "publish": True,
            "occupies_post": True,
            "in_headcount": True,
            "carded": True,
            "leader": False,
        },
        changes,
    )


def _with(values: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = values | changes
    return {key: value for key, value in merged.items() if value is not None}
