"""Pinyin initials for searching (枝江 → zj), with all readings of characters that have several.

A general dictionary misreads surnames (单雄信 → d) and places (长阳 → z), so small tables come
first (domain.md §3.7). The dictionary is a data file made from pypinyin, whose import takes 0.4 s;
the files are read when the first text is, in some 20 ms.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache

MOST_READINGS = 16
"""The most readings that `initials` gives for one text; the likelier come first."""

_LONGEST_NAME = 4

# Initials of single surnames whose surname reading is not the usual one, or is one of several.
_SURNAMES = {
    "单": "s", "仇": "q", "朴": "p", "曾": "z", "覃": "qt", "翟": "zd", "区": "o", "查": "z",
    "任": "r", "盖": "g", "解": "x", "尉": "w", "秘": "b", "缪": "m", "冼": "x", "员": "y",
    "召": "s", "句": "g", "郇": "xh", "折": "s", "佴": "n", "繁": "p", "种": "c", "重": "c",
    "乐": "yl", "洗": "x", "宓": "mf", "逄": "p", "车": "c", "沈": "s", "贾": "j", "谌": "cs",
    "隗": "wk", "祭": "z", "牟": "m", "卜": "b", "长": "z", "行": "x", "薄": "b", "那": "n",
    "葛": "g", "俞": "y", "教": "j", "过": "g", "呙": "g", "万": "w", "石": "s", "柏": "b",
    "褚": "c", "晁": "c", "燕": "y", "曲": "q", "洪": "h", "阚": "k", "厍": "s", "哈": "h",
}  # fmt: skip
_COMPOUND_SURNAMES = {
    "尉迟": "yc", "万俟": "mq", "令狐": "lh", "单于": "cy", "长孙": "zs", "澹台": "tt",
    "亓官": "qg", "宰父": "zf", "夏侯": "xh", "鲜于": "xy", "皇甫": "hf", "呼延": "hy",
}  # fmt: skip
# Characters whose reading in the names of offices the dictionary of words does not settle (支行).
_EITHER = {
    "行": "xh", "长": "cz", "重": "zc", "调": "dt", "乐": "yl", "校": "xj", "传": "cz", "藏": "cz",
    "降": "jx", "朝": "cz",
}  # fmt: skip
_PLACES = {
    "长阳": "cy", "枝江": "zj", "秭归": "zg", "猇亭": "xt", "东瀼口": "drk", "百里洲": "blz",
    "重庆": "cq", "长江": "cj", "长沙": "cs", "长春": "cc", "长治": "cz", "长武": "cw",
    "厦门": "xm", "六安": "la", "亳州": "bz", "蚌埠": "bb", "番禺": "py", "铅山": "ys",
    "台州": "tz", "单县": "sx", "解州": "hz", "莘县": "sx", "浚县": "xx", "尉氏": "ws",
    "中牟": "zm", "乐亭": "lt", "乐清": "yq", "大埔": "db", "黄陂": "hp", "监利": "jl",
    "郧阳": "yy", "郧西": "yx", "蕲春": "qc", "浠水": "xs", "重阳": "cy", "朝阳": "cy",
}  # fmt: skip


@lru_cache(maxsize=20_000)
def initials(text: str) -> tuple[str, ...]:
    """The readings of *text* as lower-case initials, likeliest first, at most `MOST_READINGS`.

    Latin letters and digits stand for themselves; everything else that is not Chinese is left
    out. A text without anything readable has no reading.
    """
    columns = [each for each in _columns(text) if each]
    return _combine(columns) if columns else ()


def matches(query: str, text: str) -> bool:
    """Whether one of the readings of *text* contains *query* (letters and digits)."""
    wanted = query.strip().casefold()
    if not (wanted.isascii() and wanted.isalnum()):
        return False
    return any(wanted in each for each in initials(text))


def _columns(text: str) -> list[str]:
    """For each character its possible initials, likeliest first."""
    columns = [_readings(each) for each in text]
    if len(text) > _LONGEST_NAME:
        columns = _in_context(text)
    for place, reading in _PLACES.items():
        start = text.find(place)
        if start >= 0:
            columns[start : start + len(place)] = list(reading)
    compound = _COMPOUND_SURNAMES.get(text[:2])
    if compound:
        columns[:2] = [_first(own, each) for own, each in zip(compound, columns, strict=False)]
    elif text[:1] in _SURNAMES and text[:2] not in _PLACES:
        columns[0] = _first(_SURNAMES[text[0]], columns[0])
    return columns


def _first(preferred: str, others: str) -> str:
    return "".join(dict.fromkeys(preferred + others))


def _combine(columns: Sequence[str]) -> tuple[str, ...]:
    """The likeliest combinations: those that take the fewest unlikely readings."""
    best: list[tuple[int, str]] = [(0, "")]
    for column in columns:
        longer = [
            (cost + rank, start + initial)
            for cost, start in best
            for rank, initial in enumerate(column)
        ]
        longer.sort(key=lambda each: each[0])
        best = longer[:MOST_READINGS]
    return tuple(dict.fromkeys(reading for _, reading in best))


def _readings(character: str) -> str:
    if character.isascii():
        return character.lower() if character.isalnum() else ""
    return _characters().get(character, "")


def _in_context(text: str) -> list[str]:
    """The initials of each character as the words of *text* suggest, by longest match."""
    words, longest = _words()
    columns: list[str] = []
    while len(columns) < len(text):
        start = len(columns)
        for length in range(min(longest, len(text) - start), 1, -1):
            reading = words.get(text[start : start + length])
            if reading is not None:
                columns.extend(reading)
                break
        else:
            columns.append(_either(text[start]))
    return columns


def _either(character: str) -> str:
    """The usual initial; for characters whose reading words do not settle, the other one too."""
    own = _readings(character)
    return own if character.isascii() else _first(own[:1], _EITHER.get(character, ""))


@cache
def _characters() -> Mapping[str, str]:
    """Initials by character, the usual one first."""
    found = {}
    for reading, characters in _lines("characters.txt"):
        found.update(dict.fromkeys(characters, reading))
    return found


@cache
def _words() -> tuple[Mapping[str, str], int]:
    """Initials of words that decide how their characters are read, and the longest such word."""
    found = dict(_lines("words.txt"))
    return found, max(map(len, found))


def _lines(name: str) -> Iterator[tuple[str, str]]:
    from core.resources import resource  # which itself needs code lists, and they this module

    for line in resource("pinyin", name).read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            left, _, right = line.partition(" ")
            yield left, right
