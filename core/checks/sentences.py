"""Issues in words: one Chinese sentence that says what, where and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.checks.issues import Issue
from core.forms.model import ChildTable, Form
from core.resources import messages

_FILES = ("checks", "values", "numbers")


class _Blank(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "—"


def sentence(form: Form, issue: Issue) -> str:
    """What *issue* says to an officer or a reviewer."""
    for rule in form.rules:
        if rule.id == issue.code:
            return rule.message.format_map(_Blank(_words(issue.params)))
    for file in _FILES:
        template = messages(file).get(issue.code)
        if template is not None:
            words = _Blank(_words(issue.params), field=place(form, issue.pointer))
            return template.format_map(words)
    return f"“{place(form, issue.pointer)}”有问题({issue.code})。请核对"


def legal_basis(form: Form, issue: Issue) -> str:
    """The source of the rule that found *issue*, or an empty text."""
    return next((rule.legal for rule in form.rules if rule.id == issue.code), "")


def place(form: Form, pointer: str) -> str:
    """The title of the field at *pointer*, with the row where it stands in a child table."""
    head = messages("checks").get(pointer)
    if head is not None:
        return head
    parts = pointer.strip("/").split("/")
    child = form.children_by_name.get(parts[0])
    if child is None:
        field = form.by_name.get(parts[0])
        return form.title if field is None else field.title
    return _row_place(child, parts)


def _row_place(child: ChildTable, parts: list[str]) -> str:
    if len(parts) == 1:
        return child.title
    title = f"{child.title}第 {int(parts[1]) + 1} 行"
    if len(parts) == 2 or parts[2] not in child.names:
        return title
    return f"{title}·{child.field(parts[2]).title}"


def _words(params: Mapping[str, Any]) -> dict[str, Any]:
    return {key: "—" if value is None else value for key, value in params.items()}
