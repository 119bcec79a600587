"""All checks of one change to one record; the client and the office run the same ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from core.checks.derive import derived
from core.checks.environment import RecordEnvironment
from core.checks.field import check_field, type_problem
from core.checks.issues import Issue, in_order
from core.checks.lookup import Lookup
from core.codelists import CodeList
from core.forms.expressions import truth
from core.forms.model import ChangeKind, ChildTable, Field, Flow, Form, Rule, Severity
from core.record import Values
from core.values import parse


@dataclass(frozen=True, slots=True)
class Subject:
    """What is checked: *values* as the record should be after *flow*, *base* as it was."""

    form: Form
    flow: Flow
    record_id: str
    values: Values
    base: Values


def check(
    subject: Subject,
    codelists: Mapping[str, CodeList],
    today: str,
    lookup: Lookup | None = None,
    *,
    store_rules: bool = True,
) -> list[Issue]:
    """Every issue of the change, errors first.

    Rules that ask about other records run where *store_rules* is true and a *lookup* is given;
    all others always run.
    """
    return in_order(_RecordCheck(subject, codelists, today, lookup).run(store_rules=store_rules))


def check_across(
    subject: Subject, codelists: Mapping[str, CodeList], today: str, lookup: Lookup
) -> list[Issue]:
    """Only what needs other records: unique values, references, rules over other records."""
    return in_order(_RecordCheck(subject, codelists, today, lookup).across(lookup))


class _RecordCheck:
    def __init__(
        self,
        subject: Subject,
        codelists: Mapping[str, CodeList],
        today: str,
        lookup: Lookup | None,
    ) -> None:
        self.subject, self.codelists, self.today, self.lookup = subject, codelists, today, lookup
        self.form, self.flow, self.base = subject.form, subject.flow, subject.base
        clean, self.type_issues = _well_typed(subject.form, subject.values)
        self.values = derived(subject.form, clean, codelists, today)
        self.environment = RecordEnvironment(
            self.values, codelists, today, subject.base, subject.record_id, lookup
        )
        self.broken = {each.pointer.split("/")[1] for each in self.type_issues}

    def run(self, *, store_rules: bool) -> Iterator[Issue]:
        yield from self.type_issues
        for field in self.form.fields:
            yield from self._field(field)
        for child in self.form.children:
            yield from self._child(child)
        yield from self._flow_limits()
        for rule in self.form.rules:
            if not rule.store:
                yield from self._rule(rule)
        if store_rules and self.lookup is not None:
            yield from self.across(self.lookup)

    def across(self, lookup: Lookup) -> Iterator[Issue]:
        for field in self.form.fields:
            value = self.values.get(field.name)
            if value is None:
                continue
            if field.unique and lookup.count(
                self.form.id, {field.name: value}, without=self.subject.record_id
            ):
                yield Issue("duplicate", Severity.ERROR, f"/{field.name}")
            if (
                field.refers_to is not None
                and value != self.base.get(field.name)
                and lookup.by_key(field.refers_to, str(value)) is None
            ):
                yield Issue("unknown_reference", Severity.ERROR, f"/{field.name}", {"value": value})
        for rule in self.form.rules:
            if rule.store:
                yield from self._rule(rule)

    def _field(self, field: Field) -> Iterator[Issue]:
        pointer = f"/{field.name}"
        value = self.values.get(field.name)
        visible = truth(field.visible_if, self.environment, default=True)
        if value is None:
            needed = (
                field.required
                or truth(field.required_if, self.environment, default=False)
                or field.name in self.flow.requires
            )
            issued_later = field.issued and self.flow.kind is ChangeKind.CREATE
            asked = visible and self._asked(field) and field.name not in self.broken
            if asked and needed and not issued_later:
                yield Issue("required", Severity.ERROR, pointer)
            return
        if not visible and field.computed is None and self._open(field.name):
            yield Issue("not_asked", Severity.ERROR, pointer)
            return
        special = truth(field.check_if, self.environment, default=True)
        yield from self._value(field, pointer, value, special=special)
        offered = self.flow.offers_codes.get(field.name)
        if offered is not None and value not in offered and value != self.base.get(field.name):
            yield Issue("code_not_offered", Severity.ERROR, pointer, {"flow": self.flow.title})

    def _asked(self, field: Field) -> bool:
        return not field.flows or self.flow.id in field.flows

    def _open(self, name: str) -> bool:
        return not self.flow.shows or name in self.flow.shows

    def _value(
        self, field: Field, pointer: str, value: object, *, special: bool
    ) -> Iterator[Issue]:
        for issue in check_field(
            field, pointer, value, self.codelists, self.today, special=special
        ):
            if issue.severity is Severity.ERROR:
                self.broken.add(pointer.split("/")[1])
            yield issue

    def _child(self, child: ChildTable) -> Iterator[Issue]:
        rows = self.values.get(child.name, [])
        place = f"/{child.name}"
        if not truth(child.visible_if, self.environment, default=True):
            if rows:
                yield Issue("not_asked", Severity.ERROR, place)
            return
        if len(rows) < child.minimum:
            yield Issue("too_few_rows", Severity.ERROR, place, {"minimum": child.minimum})
        before = self.base.get(child.name, [])
        if child.append_only and rows[: len(before)] != before:
            yield Issue("append_only", Severity.ERROR, place)
        seen: dict[tuple[Any, ...], int] = {}
        for index, row in enumerate(rows):
            yield from self._row(child, f"{place}/{index}", row)
            key = tuple(row.get(name) for name in child.unique_by)
            if key and None not in key and seen.setdefault(key, index) != index:
                params = {"row": index + 1, "other": seen[key] + 1}
                yield Issue("duplicate_row", Severity.ERROR, f"{place}/{index}", params)

    def _row(self, child: ChildTable, place: str, row: Mapping[str, Any]) -> Iterator[Issue]:
        environment = replace(self.environment, row=row)
        for field in child.fields:
            pointer, value = f"{place}/{field.name}", row.get(field.name)
            visible = truth(field.visible_if, environment, default=True)
            if value is None:
                if visible and (
                    field.required or truth(field.required_if, environment, default=False)
                ):
                    yield Issue("required", Severity.ERROR, pointer)
            elif not visible:
                yield Issue("not_asked", Severity.ERROR, pointer)
            else:
                special = truth(field.check_if, environment, default=True)
                yield from self._value(field, pointer, value, special=special)

    def _flow_limits(self) -> Iterator[Issue]:
        """Locked, issued and append-only things change only where the flow allows it."""
        computed = {each.name for each in self.form.fields if each.computed is not None}
        for name in sorted({*self.values, *self.base} - computed):
            if self.values.get(name) == self.base.get(name):
                continue
            field = self.form.by_name.get(name) or self.form.children_by_name.get(name)
            if field is None:
                continue
            pointer = f"/{name}"
            if isinstance(field, Field) and field.issued:
                yield Issue("issued", Severity.ERROR, pointer)
            elif name in self.flow.sets:
                continue
            elif self.flow.kind is not ChangeKind.CREATE and (
                field.locked and name not in self.flow.opens
            ):
                yield Issue("locked", Severity.ERROR, pointer, {"flows": self._openers(name)})
            elif not self._open(name) or (isinstance(field, Field) and not self._asked(field)):
                yield Issue("not_in_flow", Severity.ERROR, pointer, {"flow": self.flow.title})
        for name, value in self.flow.sets.items():
            if self.values.get(name) != self._typed(name, value):
                yield Issue("set_by_flow", Severity.ERROR, f"/{name}", {"value": value})

    def _typed(self, name: str, text: str) -> object:
        return parse(self.form.by_name[name], text, self.codelists).value

    def _openers(self, name: str) -> str:
        titles = [each.title for each in self.form.flows if name in each.opens]
        return "、".join(titles)

    def _rule(self, rule: Rule) -> Iterator[Issue]:
        if rule.flows and self.flow.id not in rule.flows:
            return
        if not rule.child:
            yield from self._rule_in(rule, self.environment, "")
            return
        rows: Sequence[Mapping[str, Any]] = self.values.get(rule.child, [])
        if rule.child in self.broken:
            return
        for index, row in enumerate(rows):
            environment = replace(self.environment, row=row)
            yield from self._rule_in(rule, environment, f"/{rule.child}/{index}")

    def _rule_in(self, rule: Rule, environment: RecordEnvironment, place: str) -> Iterator[Issue]:
        names = rule.check.names | (rule.when.names if rule.when is not None else frozenset())
        if names & self.broken or (self.broken and self._reads_broken_child(rule)):
            return
        if not rule.even_if_empty and any(
            environment.value(name) is None for name in rule.check.names
        ):
            return
        if not truth(rule.when, environment, default=True):
            return
        holds = rule.check.evaluate(environment)
        if holds is None or holds:
            return
        params = {key: each.evaluate(environment) for key, each in rule.params.items()}
        name = rule.fields[0]
        inside = place and name in self.form.children_by_name[rule.child].names
        pointer = f"{place}/{name}" if inside else f"/{name}"
        yield Issue(rule.id, rule.severity, pointer, {"legal": rule.legal, **params})

    def _reads_broken_child(self, rule: Rule) -> bool:
        calls = [*rule.check.calls, *(rule.when.calls if rule.when is not None else ())]
        return any(set(call.literals) & self.broken for call in calls)


def _well_typed(form: Form, values: Values) -> tuple[dict[str, Any], list[Issue]]:
    """The values that have the JSON shape their fields ask for, and an issue for each other.

    Expressions only ever see the former, so that hostile input cannot make them fail.
    """
    clean: dict[str, Any] = {}
    issues: list[Issue] = []
    for name, value in values.items():
        pointer = f"/{name}"
        if name in form.by_name:
            problem = type_problem(form.by_name[name], value)
            if problem is None:
                clean[name] = value
            else:
                issues.append(Issue(problem, Severity.ERROR, pointer))
        elif name in form.children_by_name:
            if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
                issues.append(Issue("wrong_type", Severity.ERROR, pointer))
                continue
            clean[name] = [
                _well_typed_row(form.children_by_name[name], f"{pointer}/{index}", row, issues)
                for index, row in enumerate(value)
            ]
        else:
            issues.append(Issue("unknown_field", Severity.ERROR, pointer, {"name": name}))
    return clean, issues


def _well_typed_row(
    child: ChildTable, place: str, row: Mapping[str, Any], issues: list[Issue]
) -> dict[str, Any]:
    clean: dict[str, Any] = {}
    for name, value in row.items():
        if name not in child.names:
            issues.append(Issue("unknown_field", Severity.ERROR, f"{place}/{name}", {"name": name}))
        elif (problem := type_problem(child.field(name), value)) is not None:
            issues.append(Issue(problem, Severity.ERROR, f"{place}/{name}"))
        else:
            clean[name] = value
    return clean
