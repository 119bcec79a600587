"""Issues as the screen shows them: in words, in its order, and not before they are due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from client.services.entry_events import IssuesShown, Refused, ShownIssue
from core.checks.issues import Issue, in_order
from core.checks.sentences import place, sentence
from core.forms.model import Form, Severity

_HEAD = ("reason", "event_date", "overdue_reason", "filled_by", "phone", "attachments")
_NOT_YET = ("required", "attachment_missing")
_HALF_TYPED = ("required", "unknown_code", "ambiguous_code", "unknown_reference")


class IssueWords:
    """Knows where the officer has been, and therefore which issues to speak of.

    Attributes:
        touched: pointers that were typed into or left.
        typing: the pointer that is being typed into and was not left yet.
        attempted: whether 上报 was pressed; from then on nothing is held back.

    """

    def __init__(self, form: Form, *, is_create: bool) -> None:
        """Speak of issues of *form*; a new record is not scolded for being empty."""
        self._form, self._is_create = form, is_create
        names = _names_by_section(form)
        self._places = {name: number for number, name in enumerate(names)}
        self.touched: set[str] = set()
        self.typing = ""
        self.attempted = False

    def shown(
        self, issues: Iterable[Issue], reasons: Mapping[str, str], *, settled: bool
    ) -> IssuesShown:
        """*issues* in words; those about fields that nobody has come to are only counted."""
        shown, missing = [], []
        for each in self.in_place(issues):
            if each.pointer == self.typing and each.code in _HALF_TYPED:
                continue
            if not reasons.get(each.key) and self._is_early(each):
                missing.append(each.pointer)
                continue
            title = place(self._form, each.pointer)
            words = sentence(self._form, each)
            if each.code == "required":
                words = words.removeprefix(f"“{title}”")
            shown.append(ShownIssue(each, title, words, reasons.get(each.key, "")))
        return IssuesShown(tuple(shown), tuple(missing), settled)

    def in_place(self, issues: Iterable[Issue]) -> list[Issue]:
        """Errors first, each severity in the order of the screen."""
        return in_order(sorted(issues, key=self._position))

    def refusal(self, stopping: Iterable[Issue]) -> Refused:
        """Why a change cannot be sent, in one sentence, and the first place to mend."""
        ordered = self.in_place(stopping)
        errors = sum(each.severity is Severity.ERROR for each in ordered)
        parts = [f"{errors} 处错误要改"] if errors else []
        if len(ordered) > errors:
            parts.append(f"{len(ordered) - errors} 处警告要写明上报说明")
        first = ordered[0]
        key = "" if first.severity is Severity.ERROR else first.key
        return Refused(f"还不能上报：{'，'.join(parts)}。", first.pointer, key)

    def _is_early(self, issue: Issue) -> bool:
        """Whether it only says that nobody has come to the field yet."""
        return (
            issue.code in _NOT_YET
            and not self.attempted
            and issue.pointer not in self.touched
            and (self._is_create or issue.pointer.startswith("/head/"))
        )

    def _position(self, issue: Issue) -> tuple[int, ...]:
        """Where the issue stands on the screen."""
        head, *rest = issue.pointer.strip("/").split("/")
        if head == "head":
            return (0, _HEAD.index(rest[0]) if rest and rest[0] in _HEAD else 0)
        return (1, self._places.get(head, 0), int(rest[0]) if rest else 0)


def _names_by_section(form: Form) -> list[str]:
    """Names of fields and child tables in the order of the screen."""
    names: list[str] = []
    for section in form.sections:
        names.extend(each.name for each in form.fields if each.section == section.name)
        names.extend(each.name for each in form.children if each.section == section.name)
    return names
