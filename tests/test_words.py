"""Words for officers use the punctuation of GB/T 15834: full width beside Chinese characters."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
HALF_WIDTH = re.compile(r"[\u4e00-\u9fff”）》][,:;?!](?=[\u4e00-\u9fff“（《{\"']|\Z)")
PLACES = ("client", "core", "db", "office", "resources/forms", "resources/messages")


def faults(name: str, source: str) -> Iterator[str]:
    """Every text of a Python or TOML file that mixes the two."""
    if name.endswith(".py"):
        tokens = tokenize.generate_tokens(io.StringIO(source).readline)
        texts = [(each.start[0], each.string) for each in tokens if each.type == tokenize.STRING]
    else:
        texts = list(enumerate(source.splitlines(), start=1))
    for line, text in texts:
        if HALF_WIDTH.search(text) and not text.startswith("#"):
            yield f"{name}:{line}: {text[:60]}"


@pytest.mark.parametrize("place", PLACES)
def test_chinese_sentences_have_chinese_punctuation(place: str) -> None:
    files = [each for each in sorted((ROOT / place).rglob("*")) if each.suffix in {".py", ".toml"}]
    assert files
    found = [
        fault
        for file in files
        for fault in faults(file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_a_half_width_comma_would_be_found() -> None:
    assert list(faults("a.py", 'say("请核对,再报")\n')) == ['a.py:1: "请核对,再报"']
    assert list(faults("a.toml", 'help = "先核编:后进人"')) == ['a.toml:1: help = "先核编:后进人"']
    assert list(faults("a.py", 'say("请核对，再报", "GB 1,2")\n')) == []
