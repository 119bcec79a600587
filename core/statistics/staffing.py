"""The staffing figures of a county, computed from its registers and cards (domain.md §4.2).

Institutions are few and come as records; people come counted, either by `count_people` or by a
GROUP BY of the store.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from core.codelists import CodeList
from core.record import Values
from core.statistics.rates import Rate

INSTITUTION, PERSON = "institution", "person"
COUNTED_BY = ("unit", "status", "publish")
"""The fields of a person that people are counted by."""

_ORGAN, _PUBLIC_INSTITUTION = "2", "1"  # code list org_kind
_NOT_IN_SERVICE = "30"  # code list person_status


class Scope(StrEnum):
    """Who counts as 实有人员; counties differ, so every report says which it is."""

    IN_SERVICE = "in_service"
    INCL_NOT_IN_SERVICE = "incl_not_in_service"
    INCL_OTHER_POSTS = "incl_other_posts"


SCOPE_TITLES: Mapping[Scope, str] = {
    Scope.IN_SERVICE: "在编在职，不含非在职人员和其他岗位",
    Scope.INCL_NOT_IN_SERVICE: "在编在职加非在职人员",
    Scope.INCL_OTHER_POSTS: "在编在职加在职不在编、其他岗位，不含非在职人员",
}


@dataclass(frozen=True, slots=True)
class PeopleCount:
    """How many people of one unit have the same status and are, or are not, published."""

    unit: str
    status: str
    published: bool
    count: int


@dataclass(frozen=True, slots=True)
class Side:
    """The figures of the organs, or of the public institutions."""

    institutions: int = 0
    posts: int = 0
    posts_to_publish: int = 0
    posts_published: int = 0
    in_post: int = 0
    in_post_to_publish: int = 0
    in_post_published: int = 0
    not_in_service: int = 0
    headcount: int = 0  # in the scope of the report
    classified_in_post: int = 0


@dataclass(frozen=True, slots=True)
class Staffing:
    """The figures of a county in one scope."""

    scope: Scope
    organs: Side
    public_institutions: Side
    cards: int
    classified_units: int
    classified_posts: int
    unplaced: int

    @property
    def rates(self) -> tuple[Rate, ...]:
        """What is published of what must be: posts and people, organs and public institutions."""
        organs, others = self.organs, self.public_institutions
        return (
            Rate("行政编制公开率", organs.posts_published, organs.posts_to_publish),
            Rate("行政实有公开率", organs.in_post_published, organs.in_post_to_publish),
            Rate("事业编制公开率", others.posts_published, others.posts_to_publish),
            Rate("事业实有公开率", others.in_post_published, others.in_post_to_publish),
        )

    @property
    def publication_rate(self) -> float | None:
        """The lowest of the four rates in per cent; None where nothing is to be published."""
        known = [each.percent for each in self.rates if each.percent is not None]
        return float(min(known)) if known else None

    @property
    def footnotes(self) -> tuple[str, ...]:
        """What the figures include, in words, for the foot of the report."""
        organs, others = self.organs, self.public_institutions
        in_post = organs.classified_in_post + others.classified_in_post
        classified = f"涉密机构 {self.classified_units} 个，核定 {self.classified_posts} 名"
        notes = [
            f"实有人员口径：{SCOPE_TITLES[self.scope]}",
            f"{classified}，在编 {in_post} 名：计入统计，不公开",
            f"卡片数含涉密机构在编 {in_post} 名（只报合计），不含非在职人员",
            "公开率取各项中最低的一项，保留 1 位小数，四舍五入",
        ]
        if self.unplaced:
            notes.append(f"另有 {self.unplaced} 人的所在单位不在册，未计入")
        return tuple(notes)

    def figures(self) -> dict[str, int | float | None]:
        """The figures by the keys of the report `staffing`."""
        organs, others = self.organs, self.public_institutions
        return {
            "organ_institutions": organs.institutions,
            "psu_institutions": others.institutions,
            "registers": organs.institutions + others.institutions,
            "organ_posts_total": organs.posts,
            "organ_posts_to_publish": organs.posts_to_publish,
            "organ_in_post_total": organs.in_post,
            "organ_in_post_to_publish": organs.in_post_to_publish,
            "psu_posts": others.posts,
            "psu_in_post": others.in_post,
            "psu_headcount_incl_not_in_service": others.in_post + others.not_in_service,
            "cards": self.cards,
            "publication_rate_percent": self.publication_rate,
        }


def count_people(people: Iterable[Values]) -> Iterator[PeopleCount]:
    """People counted by unit, status and publication, from their records one after the other."""
    counts = Counter((each["unit"], each["status"], bool(each.get("publish"))) for each in people)
    for (unit, status, published), count in counts.items():
        yield PeopleCount(unit, status, published, count)


def staffing(
    institutions: Iterable[Values],
    people: Iterable[PeopleCount],
    statuses: CodeList,
    scope: Scope = Scope.IN_SERVICE,
) -> Staffing:
    """The figures of *institutions* (current registers) and *people*.

    *statuses* is the code list person_status: its attributes occupies_post, in_headcount and card
    say how a status counts. Classified units count by the totals in their registers.
    """
    tally = _Tally(statuses, scope)
    for each in institutions:
        tally.add_institution(each)
    for group in people:
        tally.add_people(group)
    return tally.result()


class _Tally:
    """Sums up while records stream by; keeps one line per unit."""

    def __init__(self, statuses: CodeList, scope: Scope) -> None:
        self._statuses, self._scope = statuses, scope
        self._kinds: dict[str, str] = {}
        self._sums: dict[str, Counter[str]] = {_ORGAN: Counter(), _PUBLIC_INSTITUTION: Counter()}
        self._cards = self._classified_units = self._classified_posts = self._unplaced = 0

    def add_institution(self, values: Values) -> None:
        kind = values["org_kind"]
        self._kinds[values["register_no"]] = kind
        sums = self._sums[kind]
        posts = sum(row.get("authorised", 0) for row in values.get("posts", ()))
        sums["institutions"] += bool(values.get("counts_as_institution"))
        sums["posts"] += posts
        if values.get("classified"):
            in_post = sum(row.get("in_post_counted", 0) for row in values.get("posts", ()))
            self._classified_units += 1
            self._classified_posts += posts
            self._cards += in_post
            for name in ("in_post", "headcount", "classified_in_post"):
                sums[name] += in_post
        else:
            sums["posts_to_publish"] += posts
            sums["posts_published"] += posts if values.get("publish") else 0

    def add_people(self, group: PeopleCount) -> None:
        kind = self._kinds.get(group.unit)
        if kind is None:
            self._unplaced += group.count
            return
        sums, count = self._sums[kind], group.count
        if self._says(group.status, "card"):
            self._cards += count
        if self._says(group.status, "occupies_post"):
            sums["in_post"] += count
            sums["in_post_to_publish"] += count
            sums["in_post_published"] += count if group.published else 0
        elif group.status == _NOT_IN_SERVICE:
            sums["not_in_service"] += count
        if self._in_scope(group.status):
            sums["headcount"] += count

    def _says(self, status: str, attribute: str) -> bool:
        return self._statuses.attr(status, attribute) == "1"

    def _in_scope(self, status: str) -> bool:
        match self._scope:
            case Scope.IN_SERVICE:
                return self._says(status, "occupies_post")
            case Scope.INCL_NOT_IN_SERVICE:
                return status == _NOT_IN_SERVICE or self._says(status, "occupies_post")
            case Scope.INCL_OTHER_POSTS:
                return self._says(status, "in_headcount")

    def result(self) -> Staffing:
        return Staffing(
            self._scope,
            Side(**self._sums[_ORGAN]),
            Side(**self._sums[_PUBLIC_INSTITUTION]),
            self._cards,
            self._classified_units,
            self._classified_posts,
            self._unplaced,
        )
