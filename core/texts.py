"""Typed text made clean: NFKC, no invisible characters, no stray blanks.

Half-width letters, digits and punctuation are what the forms ask for (domain.md §1); rare
characters beyond GBK stay as they are.
"""

from __future__ import annotations

import re
import unicodedata

_HIDDEN = frozenset({"Cc", "Cf", "Cs"})
_MIDDLE_DOTS = str.maketrans(dict.fromkeys("・･•‧∙⋅᛫", "·"))
_PUNCTUATION = frozenset("，。！？：；（）…—")
_BLANKS = re.compile(r"[^\S\n]+")


def clean_line(text: str) -> str:
    """*text* in NFKC on one line, blanks only single and inside."""
    return " ".join(_visible(unicodedata.normalize("NFKC", _visible(text))).split())


def clean_name(text: str) -> str:
    """*text* as `clean_line` without any blank, its middle dots as ·."""
    line = clean_line(text.translate(_MIDDLE_DOTS)).translate(_MIDDLE_DOTS)
    # A mark that stood behind a blank now meets its letter.
    return unicodedata.normalize("NFC", line.replace(" ", ""))


def clean_lines(text: str) -> str:
    """*text* line by line, full-width letters and digits made plain, its punctuation kept."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_prose(_visible(line)) for line in lines).strip("\n ")


def _prose(line: str) -> str:
    plain = "".join(
        each if each in _PUNCTUATION else unicodedata.normalize("NFKC", each) for each in line
    )
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", plain)).strip()


def _visible(text: str) -> str:
    return "".join(
        " " if each.isspace() else each
        for each in text
        if each.isspace() or unicodedata.category(each) not in _HIDDEN
    )
