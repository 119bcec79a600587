"""What a number check finds, and how typed text is made ready for it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.forms.model import Severity


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong, or odd, about a number.

    `code` is stable and has a sentence in `messages/numbers.toml`; `params` fill that sentence.
    """

    code: str
    severity: Severity
    params: Mapping[str, Any] = field(default_factory=dict)


def error(code: str, **params: object) -> Finding:
    """A finding that makes the number unusable."""
    return Finding(code, Severity.ERROR, params)


def warning(code: str, **params: object) -> Finding:
    """A finding that may be right all the same; it wants a reason."""
    return Finding(code, Severity.WARNING, params)


def hint(code: str, **params: object) -> Finding:
    """A finding that only informs."""
    return Finding(code, Severity.HINT, params)


def has_error(findings: tuple[Finding, ...]) -> bool:
    """Whether one of *findings* makes the number unusable."""
    return any(each.severity is Severity.ERROR for each in findings)


def squeeze(text: str) -> str:
    """*text* in NFKC, upper case, without white space and invisible characters.

    Full-width digits and letters, and blanks pasted from a spreadsheet, are as good as plain ones
    (domain.md §3).
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    kept = "".join(
        each for each in plain if not each.isspace() and unicodedata.category(each) not in _HIDDEN
    )
    return unicodedata.normalize("NFKC", kept)


_HIDDEN = frozenset({"Cc", "Cf"})

ASCII_DIGITS = frozenset("0123456789")


def all_digits(text: str) -> bool:
    """Whether *text* has only ASCII digits (`str.isdigit` would also take ² and ٣)."""
    return bool(text) and ASCII_DIGITS.issuperset(text)
