"""Records of the form institution for the units of the sample county."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import Any

from core.numbers import org_code, uscc
from office.sample.units import Unit

OFFICE = "枝江市机构编制委员会"
COUNTY = "420583"

ORGAN, PUBLIC_INSTITUTION = "2", "1"
FULL, PARTIAL, SELF = "1", "2", "3"

_FUNDING_OF_KIND = {"22": PARTIAL, "23": SELF}
_PSU_CLASS = {FULL: "1", PARTIAL: "2", SELF: "9"}
# How the county shortens full names; the first that fits counts.
_SHORTER = (
    ("枝江市人民代表大会常务委员会机关", "市人大"),
    ("中国人民政治协商会议枝江市委员会机关", "市政协"),
    ("中共枝江市纪律检查委员会机关", "市纪委"),
    ("共青团枝江市委员会", "团市委"),
    ("中共枝江市", "市"),
    ("枝江市人民政府", "市政府"),
    ("枝江市", ""),
)
_LAST_APPROVAL = date(2006, 12, 20)


def funding_of(post_kind: str) -> str:
    """Who pays for posts of that kind."""
    return _FUNDING_OF_KIND.get(post_kind, FULL)


def institution(unit: Unit, random: Random, order: int) -> dict[str, Any]:
    """The register of *unit*; a classified unit says no more than its totals."""
    founded = date.fromisoformat(unit.founded_on)
    approved = founded + timedelta(days=random.randrange((_LAST_APPROVAL - founded).days + 1))
    values: dict[str, Any] = {
        "register_no": unit.register_no,
        "full_name": unit.full_name,
        "division": unit.division,
        "org_kind": PUBLIC_INSTITUTION if unit.is_public_institution else ORGAN,
        "system": unit.system,
        "category": unit.category,
        "rank": unit.rank,
        "posts": _posts(unit),
        "posts_total": unit.authorised,
        "approved_by": OFFICE,
        "approved_on": approved.isoformat(),
        "approval_doc": f"枝编发〔{approved.year}〕{random.randrange(1, 60)}号",
        "counts_as_institution": unit.counts,
        "classified": unit.is_classified,
        "publish": not unit.is_classified,
        "sort_no": order,
    }
    if unit.superior:
        values["superior"] = unit.superior
    if unit.is_classified:
        return values | {"unpublished_reason": "1"}
    return values | _open_part(unit, random, order)


def _posts(unit: Unit) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for kind, posts in unit.posts.items():
        row = {"post_kind": kind, "funding": funding_of(kind), "authorised": posts.authorised}
        if unit.is_classified:
            row["in_post_counted"] = posts.in_post
        rows.append(row)
    return rows


def _open_part(unit: Unit, random: Random, order: int) -> dict[str, Any]:
    """What only the register of an unclassified unit says."""
    founded = date.fromisoformat(unit.founded_on)
    funding = funding_of(next(iter(unit.posts)))
    organisation = _organisation_code(random)
    leaders = min(unit.authorised, unit.chiefs + unit.deputies)
    deputies = leaders - min(unit.chiefs, leaders)
    part: dict[str, Any] = {
        "short_name": _short(unit.full_name),
        "uscc": _credit_code(unit, organisation),
        "org_code": organisation,
        "nature": unit.nature,
        "subordination": unit.subordination,
        "funding": funding,
        "leader_posts": leaders,
        "leader_chief_posts": leaders - deputies,
        "leader_deputy_posts": deputies,
        "departments": len(unit.departments),
        "founded_on": unit.founded_on,
        "founding_doc": f"枝编发〔{founded.year}〕{random.randrange(1, 60)}号",
        "entity": unit.counts,
        "address": f"湖北省枝江市{_street(unit)}{random.randrange(1, 199)}号",
        "postcode": "443200",
        "phone": f"0717-4000{order:03d}",
    }
    if unit.is_public_institution:
        part["psu_class"] = _PSU_CLASS[funding]
    return part


def _short(name: str) -> str:
    return next((short + name.removeprefix(long) for long, short in _SHORTER if long in name), name)


def _street(unit: Unit) -> str:
    for town in ("安福寺", "白洋", "顾家店", "董市", "仙女", "问安", "七星台", "百里洲"):
        if town in unit.full_name:
            return f"{town}镇"
    return "马家店街道"


def _organisation_code(random: Random) -> str:
    body = f"{random.randrange(10**7, 10**8)}"
    return body + org_code.check_digit(body)


def _credit_code(unit: Unit, organisation: str) -> str:
    start = "12" if unit.is_public_institution else "13" if unit.category == "12" else "11"
    first17 = f"{start}{COUNTY}{organisation}"
    return first17 + uscc.check_digit(first17)
