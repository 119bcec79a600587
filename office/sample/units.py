"""The units of the sample county and how many posts and people each has."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from math import ceil

from core.resources import resource

CLASSIFIED = "classified"


@dataclass(frozen=True, slots=True)
class Posts:
    """Posts of one kind: how many are authorised, how many are filled."""

    authorised: int
    in_post: int


@dataclass(frozen=True, slots=True)
class Unit:
    """One line of `sample/zhijiang_units.csv`."""

    register_no: str
    full_name: str
    group: str
    superior: str
    system: str
    category: str
    nature: str
    rank: str
    subordination: str
    division: str
    counts: bool
    chiefs: int
    deputies: int
    posts: Mapping[str, Posts]  # by post kind
    not_in_service: int
    founded_on: str
    departments: tuple[str, ...]

    @property
    def is_public_institution(self) -> bool:
        """Whether it is a 事业单位; otherwise it is an organ."""
        return self.group.startswith(("psu", "coop"))

    @property
    def is_classified(self) -> bool:
        """Whether only its totals may be kept."""
        return self.group == CLASSIFIED

    @property
    def authorised(self) -> int:
        """All authorised posts."""
        return sum(each.authorised for each in self.posts.values())


@cache
def county_units() -> tuple[Unit, ...]:
    """The 335 counted units and the 28 organs below them; a superior stands before its units."""
    text = resource("sample", "zhijiang_units.csv").read_text(encoding="utf-8")
    return tuple(_unit(row) for row in csv.DictReader(io.StringIO(text, newline="")))


def _unit(row: Mapping[str, str]) -> Unit:
    posts = {}
    for part in row["posts"].split():
        kind, _, numbers = part.partition(":")
        authorised, _, in_post = numbers.partition("/")
        posts[kind] = Posts(int(authorised), int(in_post))
    return Unit(
        register_no=row["register_no"],
        full_name=row["full_name"],
        group=row["group"],
        superior=row["superior"],
        system=row["system"],
        category=row["category"],
        nature=row["nature"],
        rank=row["rank"],
        subordination=row["subordination"],
        division=row["division"],
        counts=row["counts"] == "1",
        chiefs=int(row["chiefs"]),
        deputies=int(row["deputies"]),
        posts=posts,
        not_in_service=int(row["not_in_service"]),
        founded_on=row["founded_on"],
        departments=tuple(row["departments"].split()),
    )


def scaled(units: tuple[Unit, ...], people: int) -> tuple[Unit, ...]:
    """The same units with *people* records of people in all, posts growing or shrinking with them.

    The classified unit keeps its totals.
    """
    open_units = [each for each in units if not each.is_classified]
    cells = [
        *(posts.in_post for unit in open_units for posts in unit.posts.values()),
        *(unit.not_in_service for unit in open_units),
    ]
    shares = iter(_shares(people, cells))
    ratio = people / sum(cells)
    filled = {(unit.register_no, kind): next(shares) for unit in open_units for kind in unit.posts}
    outside = {unit.register_no: next(shares) for unit in open_units}
    return tuple(
        each
        if each.is_classified
        else replace(
            each,
            posts={
                kind: _scaled(posts, ratio, filled[each.register_no, kind])
                for kind, posts in each.posts.items()
            },
            not_in_service=outside[each.register_no],
        )
        for each in units
    )


def _scaled(posts: Posts, ratio: float, in_post: int) -> Posts:
    return Posts(max(ceil(posts.authorised * ratio), in_post, 1), in_post)


def _shares(total: int, weights: list[int]) -> list[int]:
    """*total* split in proportion to *weights*, by largest remainder."""
    whole = sum(weights)
    shares = [total * each // whole for each in weights]
    by_rest = sorted(range(len(weights)), key=lambda at: (-(total * weights[at] % whole), at))
    for at in by_rest[: total - sum(shares)]:
        shares[at] += 1
    return shares
