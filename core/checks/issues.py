"""What a check finds: values, never exceptions, all of them and not only the first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.forms.model import Severity

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.HINT: 2}


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding at one place of a record.

    `code` is a stable name: a code of `core.checks.sentences` or the id of a rule of the form.
    `pointer` is an RFC 6901 pointer, `""` for the record as a whole. `params` fill the sentence.
    """

    code: str
    severity: Severity
    pointer: str
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What a written reason for a warning is kept under."""
        return f"{self.code}@{self.pointer}"


def in_order(issues: Iterable[Issue]) -> list[Issue]:
    """*issues* with errors first, then warnings, then hints; stable otherwise."""
    return sorted(issues, key=lambda each: _ORDER[each.severity])


def blocking(issues: Iterable[Issue], reasons: Mapping[str, str]) -> list[Issue]:
    """Those that keep a submission from being sent: errors, and warnings without a reason."""
    return [
        each
        for each in issues
        if each.severity is Severity.ERROR
        or (each.severity is Severity.WARNING and not reasons.get(each.key, "").strip())
    ]
