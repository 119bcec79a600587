"""Who does what in a unit: chiefs, deputies, heads of departments and everybody else."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from office.sample.units import Unit

CHIEF, DEPUTY, HEAD, DEPUTY_HEAD, STAFF = "1", "2", "3", "4", "5"
WORKERS = "14"

_CHIEFS = (
    ("人民政府", "镇长"),
    ("办事处", "主任"),
    ("人民法院", "院长"),
    ("检察院", "检察长"),
    ("常务委员会机关", "主任"),
    ("协商会议枝江市委员会机关", "主席"),
    ("部", "部长"),
    ("局", "局长"),
    ("纪律检查委员会机关", "书记"),
    ("政法委员会机关", "书记"),
    ("工作委员会", "书记"),
    ("共青团枝江市委员会", "书记"),
    ("办公室", "主任"),
    ("研究室", "主任"),
    ("联合会", "主席"),
    ("总工会", "主席"),
    ("协会", "主席"),
    ("学", "校长"),
    ("校", "校长"),
    ("幼儿园", "园长"),
    ("院", "院长"),
    ("站", "站长"),
    ("所", "所长"),
    ("馆", "馆长"),
    ("大队", "大队长"),
    ("队", "队长"),
    ("处", "处长"),
    ("科", "科长"),
    ("场", "场长"),
    ("社", "主任"),
    ("公司", "经理"),
    ("团", "团长"),
    ("段", "段长"),
)
_CHIEF_BY_END = sorted(_CHIEFS, key=lambda each: -len(each[0]))
_HEADED = ("科", "组", "队", "庭", "局")  # a 财务科 has a 财务科长, an 办公室 an 办公室主任
_LEVELS = {CHIEF: "141", DEPUTY: "142"}  # 乡科级正职、副职
_CLERK = "150"  # 科员级
_MANAGER, _EXPERT, _WORKER = "1", "2", "3"  # 岗位类别


@dataclass(frozen=True, slots=True)
class Job:
    """One person's place in a unit."""

    person_class: str
    position: str
    department: str
    job_class: str
    level: str

    @property
    def is_leader(self) -> bool:
        """Whether the job takes one of the unit's leader posts."""
        return self.person_class in (CHIEF, DEPUTY)


def chief_title(name: str) -> str:
    """What the head of the unit called *name* is called."""
    return next((title for end, title in _CHIEF_BY_END if name.endswith(end)), "主任")


def staff_position(unit: Unit) -> str:
    """What most people of *unit* are called."""
    name = unit.full_name
    if not unit.is_public_institution:
        return "科员"
    if any(word in name for word in ("中学", "小学", "高级中学", "学校", "职业教育", "幼儿园")):
        return "教师"
    if any(word in name for word in ("医院", "卫生院", "保健院", "卫生服务", "急救")):
        return "医师"
    return "职员"


def jobs_of(unit: Unit, kinds: list[str], random: Random) -> Iterator[Job]:
    """One job for each of the people whose post kinds are *kinds*.

    Never more leaders than leader posts, some of which stay vacant; workers lead nobody.
    """
    able = sum(kind != WORKERS for kind in kinds)
    most = min(unit.chiefs + unit.deputies, unit.authorised, able)
    vacant = int(most > 1 and random.random() < 0.15)
    leaders = most - vacant
    heads = list(unit.departments)
    taken = 0
    for kind in kinds:
        if kind == WORKERS:
            yield _worker(unit, random)
        elif taken < leaders:
            taken += 1
            yield _leader(unit, first=taken <= unit.chiefs)
        elif heads:
            yield _head(unit, heads.pop(0))
        else:
            yield _staff(unit, random)


def _leader(unit: Unit, *, first: bool) -> Job:
    title = chief_title(unit.full_name)
    return Job(
        CHIEF if first else DEPUTY,
        title if first else f"副{title}",
        unit.full_name,
        _MANAGER,
        _LEVELS[CHIEF if first and unit.rank == "41" else DEPUTY],
    )


def _head(unit: Unit, department: str) -> Job:
    public = unit.is_public_institution
    if department.endswith(_HEADED) and staff_position(unit) != "医师":
        position = f"{department}长"
    else:
        position = f"{department}主任"
    return Job(HEAD, position, department, _EXPERT if public else _MANAGER, _CLERK)


def _staff(unit: Unit, random: Random) -> Job:
    department = random.choice(unit.departments) if unit.departments else unit.full_name
    position, job_class = staff_position(unit), _EXPERT
    if unit.is_public_institution and random.random() < 0.06:
        position, job_class = "工人", _WORKER
    elif position == "职员":
        job_class = _MANAGER if random.random() < 0.4 else _EXPERT
    return Job(STAFF, position, department, job_class, _CLERK)


def _worker(unit: Unit, random: Random) -> Job:
    department = unit.departments[0] if unit.departments else unit.full_name
    position = random.choice(("驾驶员", "打字员", "炊事员", "水电工"))
    return Job(STAFF, position, department, _WORKER, "")
