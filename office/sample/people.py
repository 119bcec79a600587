"""Records of the form person for the units of the sample county."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from random import Random
from typing import Any

from core.numbers import resident_id
from office.sample.institutions import SELF, funding_of
from office.sample.jobs import Job, jobs_of, staff_position
from office.sample.names import make_id_number, make_name
from office.sample.units import Unit

AS_OF = date(2007, 6, 30)
IN_SERVICE, LEAVE, NOT_IN_SERVICE = "10", "12", "30"
WORKERS = "14"  # 工勤编制

# Young enough to be below the retirement age of today's law, old enough for 2007.
_BORN = (date(1966, 1, 1).toordinal(), date(1987, 6, 30).toordinal())
_LEADERS_BORN = (date(1966, 1, 1).toordinal(), date(1975, 12, 31).toordinal())
_LONG_BORN = (date(1944, 1, 1).toordinal(), date(1965, 12, 31).toordinal())
_YEAR = 365.25
_LAST = AS_OF.toordinal()
# How one enters: straight from school, or later from elsewhere; organs and public institutions.
_FROM_SCHOOL = {True: (("02", 62), ("07", 38)), False: (("01", 70), ("07", 22), ("06", 8))}
_FROM_ELSEWHERE = {True: (("03", 70), ("02", 30)), False: (("03", 62), ("01", 38))}
_SOLDIER = "04"
_NATIONS = (("01", 925), ("15", 55), ("06", 8), ("03", 5), ("11", 4), ("12", 3))
_PLACES = (("420583", 800), ("420581", 40), ("420582", 40), ("420528", 30), ("420506", 30),
           ("422823", 30), ("422801", 30))  # fmt: skip
_EDUCATION = (("14", 2), ("21", 38), ("31", 42), ("41", 14), ("61", 4))
_SCHOOLS = (
    "三峡大学",
    "长江大学",
    "湖北大学",
    "华中农业大学",
    "武汉科技大学",
    "湖北师范学院",
    "江汉大学",
)
_WORK_YEARS = {"14": 25.2, "21": 22.5, "31": 21.4, "41": 19.3, "61": 18.6}


class People:
    """Makes the people of one unit after the other; card numbers and ID numbers never repeat."""

    def __init__(self, random: Random) -> None:
        """Draw everything from *random*."""
        self._random = random
        self._taken: set[str] = set()
        self._cards = 0

    def of(self, unit: Unit) -> Iterator[dict[str, Any]]:
        """The people in post and then those not in service; none for a classified unit."""
        if unit.is_classified:
            return
        kinds = [kind for kind, posts in unit.posts.items() for _ in range(posts.in_post)]
        for kind, job in zip(kinds, jobs_of(unit, kinds, self._random), strict=True):
            yield self._in_post(unit, kind, job)
        for _ in range(unit.not_in_service):
            yield self._not_in_service(unit)

    def _in_post(self, unit: Unit, kind: str, job: Job) -> dict[str, Any]:
        random = self._random
        values = self._basics(unit, _LEADERS_BORN if job.is_leader else _BORN)
        entry = date.fromisoformat(values["entry_date"]).toordinal()
        posted = min(entry + random.randrange(60), _LAST)
        since = entry if random.random() < 0.5 else random.randrange(entry, _LAST + 1)
        self._cards += 1
        status = LEAVE if random.random() < 0.006 and not job.is_leader else IN_SERVICE
        values |= {
            "card_no": f"ZJ{self._cards:06d}",
            "status": status,
            "post_kind": kind,
            "funding": funding_of(kind),
            "department": job.department,
            "person_class": job.person_class,
            "position": job.position,
            "position_since": _iso(since),
            "posted_on": _iso(posted),
            "posted_by": _paper(random, "枝编发", posted),
            "control_no": f"HB{_iso(posted)[:4]}{random.randrange(1, 1000):03d}",
            "occupies_post": True,
            "in_headcount": True,
            "carded": True,
            "leader": job.is_leader,
        }
        if unit.is_public_institution:
            values["job_class"] = job.job_class
        elif kind == WORKERS:
            values["job_class"] = "3"
        else:
            values |= {"leader_level": job.level, "civil_servant": True}
        values["movements"] = self._movements(unit, values, since)
        return values

    def _not_in_service(self, unit: Unit) -> dict[str, Any]:
        values = self._basics(unit, _LONG_BORN) | {
            "status": NOT_IN_SERVICE,
            "funding": funding_of(next(iter(unit.posts), SELF)),
            "person_class": "5",
            "occupies_post": False,
            "in_headcount": False,
            "carded": False,
            "leader": False,
        }
        if unit.is_public_institution:
            values["job_class"] = "3" if self._random.random() < 0.5 else "2"
        values["movements"] = [self._entry(unit, values)]
        return values

    def _basics(self, unit: Unit, born_between: tuple[int, int]) -> dict[str, Any]:
        random = self._random
        school = "学" in unit.full_name or "医院" in unit.full_name
        sex = resident_id.FEMALE if random.random() < (0.58 if school else 0.34) else "1"
        birth = random.randrange(*born_between)
        education = _pick(random, _EDUCATION)
        start = int(birth + _YEAR * (_WORK_YEARS[education] + random.random()))
        start = min(start, _LAST - 60)
        education = education if start >= birth + _YEAR * _WORK_YEARS[education] else "31"
        entry = start if random.random() < 0.55 else random.randrange(start, _LAST - 30)
        fresh = entry == start
        modes = (_FROM_SCHOOL if fresh else _FROM_ELSEWHERE)[unit.is_public_institution]
        soldier = not fresh and sex == resident_id.MALE and random.random() < 0.15
        values: dict[str, Any] = {
            "name": make_name(random, sex),
            "id_type": "111",
            "id_number": make_id_number(random, sex, date.fromordinal(birth), self._taken),
            "sex": sex,
            "birth_date": _iso(birth),
            "nation": _pick(random, _NATIONS),
            "native_place": _pick(random, _PLACES),
            "work_start": _iso(start),
            "unit": unit.register_no,
            "entry_mode": _SOLDIER if soldier else _pick(random, modes),
            "entry_date": _iso(entry),
            "entry_from": "院校毕业" if fresh else "部队" if soldier else "外单位",
            "education": education,
            "school": random.choice(_SCHOOLS) if education in ("14", "21", "31") else "",
            "graduated_on": _graduation(start),
            "publish": True,
        }
        values |= self._politics(birth, start)
        return {name: value for name, value in values.items() if value != ""}

    def _politics(self, birth: int, start: int) -> dict[str, Any]:
        random = self._random
        chance = random.random()
        if chance < 0.46:
            earliest = max(int(birth + 19 * _YEAR), start - 400)
            return {"politics": "01", "party_date": _iso(random.randrange(earliest, _LAST))}
        return {"politics": "13" if chance < 0.92 else "03" if birth > _BORN[1] - 3000 else "05"}

    def _entry(self, unit: Unit, values: dict[str, Any]) -> dict[str, Any]:
        """The line that says how the person came."""
        entry = date.fromisoformat(values["entry_date"]).toordinal()
        return {
            "date": values["entry_date"],
            "kind": values["entry_mode"],
            "from": values["entry_from"],
            "to": unit.full_name,
            "doc_no": _paper(self._random, "枝人发", entry),
            "handler": "编办",
        }

    def _movements(self, unit: Unit, values: dict[str, Any], since: int) -> list[dict[str, Any]]:
        """How the person came, and a later change of position."""
        rows = [self._entry(unit, values)]
        before = staff_position(unit)
        if _iso(since) > values["entry_date"] and values["position"] != before:
            rows.append(
                {
                    "date": _iso(since),
                    "kind": "41",
                    "from": before,
                    "to": values["position"],
                    "doc_no": _paper(self._random, "枝组发", since),
                    "handler": "编办",
                }
            )
        return rows


def _graduation(start: int) -> str:
    """The first of July before the person began to work."""
    year = date.fromordinal(start).year
    summer = date(year, 7, 1)
    return (summer if summer.toordinal() <= start else date(year - 1, 7, 1)).isoformat()


def _iso(ordinal: int) -> str:
    return date.fromordinal(ordinal).isoformat()


def _paper(random: Random, issuer: str, ordinal: int) -> str:
    return f"{issuer}〔{date.fromordinal(ordinal).year}〕{random.randrange(1, 120)}号"


def _pick(random: Random, weighted: tuple[tuple[str, int], ...]) -> str:
    at = random.randrange(sum(weight for _, weight in weighted))
    for code, weight in weighted:
        at -= weight
        if at < 0:
            return code
    return weighted[-1][0]
