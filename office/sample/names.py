"""Made-up names and identity numbers: nobody real."""

from __future__ import annotations

from datetime import date
from random import Random

from core.numbers import resident_id

_SURNAMES = (
    "李王张刘陈杨黄周吴徐胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文覃向鲁翟仇单朴解查盖区闵习艾鄢"
)
_COMMON_SURNAMES = "李王张刘陈杨黄周吴胡徐朱覃向"
_COMPOUND_SURNAMES = ("欧阳", "尉迟", "令狐", "上官")
_MALE = (
    "伟强军勇杰涛斌波辉刚健明亮建国华平志文武云海山林峰龙飞鹏宏清德才学义仁忠信永生发成东江川晨宇浩然博毅俊超翔森庆祥福"
    "贵昌盛宁安民富春松柏桥堂元新时权光启"
)
_FEMALE = (
    "芳娜敏静丽艳娟霞秀英玲桂珍莉红梅兰菊春雪琴云燕洁婷慧莹倩颖琳萍蓉荣凤香月桃翠玉淑华美佳怡欣雨思晓蕾丹青芬芝荷莲巧"
    "蓓薇璐媛茜瑶琼银金腊先"
)
_RARE = "䶮㛃𬭎𫖯𬱖玥堃喆"
_OTHER_NAMES = ("阿依古丽·买买提", "艾力·吐尔逊", "古丽娜尔·艾山")

_HOME = "422723"  # 枝江县 until 1992; whoever works in 2007 got a number of that code
_NEARBY = ("420521", "422721", "422725", "422726", "422822", "422823", "422421")
_TODAYS = "420583"  # registered anew later: right whatever the year of birth (domain.md §0.5)


def make_name(random: Random, sex: str) -> str:
    """A name that suits *sex* (GB/T 2261.1), a few of them with rare characters."""
    chance = random.random()
    if chance < 0.0004:
        return random.choice(_OTHER_NAMES)
    if chance < 0.004:
        surname = random.choice(_COMPOUND_SURNAMES)
    else:
        surname = random.choice(_COMMON_SURNAMES if chance < 0.45 else _SURNAMES)
    characters = _MALE if sex == resident_id.MALE else _FEMALE
    given = random.choice(characters)
    if random.random() < 0.72:
        given += random.choice(_RARE if random.random() < 0.004 else characters)
    return surname + given


def make_id_number(random: Random, sex: str, born: date, taken: set[str]) -> str:
    """A number that passes every check and is not in *taken*, to which it is added.

    Sequences from 800 up are hardly ever issued, so that no living person's number is hit upon.
    """
    chance = random.random()
    county = _HOME if chance < 0.86 else _TODAYS if chance < 0.9 else random.choice(_NEARBY)
    odd = int(sex == resident_id.MALE)
    while True:
        first17 = f"{county}{born:%Y%m%d}{800 + 2 * random.randrange(100) + odd}"
        number = first17 + resident_id.check_digit(first17)
        if number not in taken:
            taken.add(number)
            return number
