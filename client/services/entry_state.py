"""How each field of a draft stands on the screen: pure, from the definition and the draft."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from core.changes.draft import Draft
from core.checks.environment import RecordEnvironment
from core.codelists import CodeList
from core.forms.expressions import truth
from core.forms.model import ChangeKind, ChildTable, Field, Flow, Form
from core.record import value_at
from core.values import edit_text, parse, show


class Access(StrEnum):
    """Whether an officer may type into a field, and why not."""

    OPEN = "open"
    LOCKED = "locked"  # changes only through another flow
    ISSUED = "issued"  # assigned by the office
    COMPUTED = "computed"  # follows from other fields
    SET = "set"  # set by this flow
    KEPT = "kept"  # an old row of an append-only table, or not asked for in this flow


@dataclass(frozen=True, slots=True)
class FieldState:
    """One field on the screen. `text` is what is edited, `shown` what is read."""

    pointer: str
    text: str
    shown: str
    visible: bool
    required: bool
    access: Access
    openers: tuple[str, ...] = ()  # titles of the flows that open a locked field
    changed: bool = False
    before: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """What was and what will be, for one field or one cell of a child table."""

    pointer: str
    title: str
    before: str
    after: str


class Titles:
    """Titles of records that fields refer to, as far as they are known by now."""

    def __init__(self) -> None:
        """Begin knowing nothing."""
        self._known: dict[tuple[str, str], str] = {}

    def learn(self, form: str, titles: Mapping[str, str]) -> None:
        """Remember the titles (key → title) of records of *form*."""
        self._known.update({(form, key): title for key, title in titles.items()})

    def of(self, form: str, key: str) -> str:
        """The title, or the key itself while it is not known."""
        return self._known.get((form, key), key)

    def known(self, form: str, key: str) -> bool:
        """Whether the title is known."""
        return (form, key) in self._known


class View:
    """Computes field states of drafts of one form in one flow."""

    def __init__(
        self,
        form: Form,
        flow: Flow,
        codelists: Mapping[str, CodeList],
        today: str,
        titles: Titles,
    ) -> None:
        """Look at drafts of *form* in *flow* on the day *today*."""
        self.form, self.flow, self.codelists = form, flow, codelists
        self.today, self.titles = today, titles

    def states(self, draft: Draft) -> dict[str, FieldState]:
        """The state of every top-level field and every cell, by pointer."""
        return {each.pointer: each for each in self._states(draft)}

    def differences(self, draft: Draft) -> list[Difference]:
        """What the draft changes, in the order of the form."""
        if self.flow.kind is ChangeKind.CREATE:
            return []
        found = [
            Difference(f"/{field.name}", field.title, *self._both(field, draft, f"/{field.name}"))
            for field in self.form.fields
            if draft.base.get(field.name) != draft.values.get(field.name)
            and (field.computed is None or field.name in self.form.listing.columns)
        ]
        for child in self.form.children:
            found.extend(self._row_differences(child, draft))
        return found

    def is_visible(self, child: ChildTable, draft: Draft) -> bool:
        """Whether the child table is asked for."""
        return self._shown_in_flow(child.name) and truth(
            child.visible_if, self._environment(draft), default=True
        )

    def child_access(self, child: ChildTable) -> Access:
        """Whether rows of *child* may be added and changed in this flow."""
        closed = self.flow.kind is not ChangeKind.CREATE and child.name not in self.flow.opens
        return Access.LOCKED if child.locked and closed else Access.OPEN

    def openers(self, name: str) -> tuple[str, ...]:
        """Titles of the other flows that open the locked field or child table *name*."""
        return tuple(
            each.title for each in self.form.flows if name in each.opens and each is not self.flow
        )

    def value_of(self, field: Field, text: str) -> Any:
        """The value that *text* is for *field*, or None if it is none (yet)."""
        parsed = parse(field, text, self.codelists)
        if parsed.problem is not None:
            return None
        if field.refers_to is not None and not self.titles.known(
            field.refers_to, str(parsed.value)
        ):
            return None
        return parsed.value

    def read(self, field: Field, value: Any) -> str:
        """*value* as it is read; a reference by the title of its record."""
        if value is None:
            return ""
        if field.refers_to is not None:
            return self.titles.of(field.refers_to, str(value))
        return show(field, value, self.codelists)

    def _environment(self, draft: Draft) -> RecordEnvironment:
        return RecordEnvironment(
            draft.values, self.codelists, self.today, draft.base, draft.record_id
        )

    def _states(self, draft: Draft) -> Iterator[FieldState]:
        environment = self._environment(draft)
        for field in self.form.fields:
            access = self._access(field)
            yield self._state(field, f"/{field.name}", draft, environment, access)
        for child in self.form.children:
            rows = draft.values.get(child.name, ())
            kept = len(draft.base.get(child.name, ())) if child.append_only else 0
            table = self.child_access(child)
            for index, row in enumerate(rows):
                inside = replace(environment, row=row)
                access = Access.KEPT if index < kept else table
                for field in child.fields:
                    pointer = f"/{child.name}/{index}/{field.name}"
                    own = Access.COMPUTED if field.computed is not None else access
                    yield self._state(field, pointer, draft, inside, own)

    def _state(
        self,
        field: Field,
        pointer: str,
        draft: Draft,
        environment: RecordEnvironment,
        access: Access,
    ) -> FieldState:
        value, before = value_at(draft.values, pointer), value_at(draft.base, pointer)
        typed = draft.texts.get(pointer)
        top = pointer.count("/") == 1
        visible = truth(field.visible_if, environment, default=True) and (
            not top or self._asked(field)
        )
        needed = (
            field.required
            or truth(field.required_if, environment, default=False)
            or (top and field.name in self.flow.requires)
        )
        text = typed if typed is not None else ("" if value is None else edit_text(field, value))
        return FieldState(
            pointer,
            text,
            self.read(field, value),
            visible=visible,
            required=needed and access in (Access.OPEN, Access.SET),
            access=access,
            openers=self.openers(field.name) if access is Access.LOCKED else (),
            changed=self.flow.kind is not ChangeKind.CREATE and value != before,
            before=self.read(field, before),
        )

    def _access(self, field: Field) -> Access:
        if field.issued:
            return Access.ISSUED
        if field.computed is not None:
            return Access.COMPUTED
        if field.name in self.flow.sets:
            return Access.SET
        closed = self.flow.kind is not ChangeKind.CREATE and field.name not in self.flow.opens
        return Access.LOCKED if field.locked and closed else Access.OPEN

    def _shown_in_flow(self, name: str) -> bool:
        return not self.flow.shows or name in self.flow.shows or name in self.flow.sets

    def _asked(self, field: Field) -> bool:
        here = not field.flows or self.flow.id in field.flows
        return here and self._shown_in_flow(field.name)

    def _both(self, field: Field, draft: Draft, pointer: str) -> tuple[str, str]:
        before = self.read(field, value_at(draft.base, pointer))
        return before, self.read(field, value_at(draft.values, pointer))

    def _row_differences(self, child: ChildTable, draft: Draft) -> Iterator[Difference]:
        old, new = draft.base.get(child.name, []), draft.values.get(child.name, [])
        keys = child.unique_by or tuple(each.name for each in child.fields)
        before = {tuple(row.get(name) for name in keys): row for row in old}
        after = {tuple(row.get(name) for name in keys): row for row in new}
        for key in [*after, *(each for each in before if each not in after)]:
            was, now = before.get(key, {}), after.get(key, {})
            if was == now:
                continue
            index = new.index(now) if now else 0
            title = child.title + "".join(
                f" · {self.read(child.field(name), value)}"
                for name, value in zip(keys, key, strict=True)
                if value is not None and child.unique_by
            )
            for field in child.fields:
                if field.name in child.unique_by or was.get(field.name) == now.get(field.name):
                    continue
                yield Difference(
                    f"/{child.name}/{index}/{field.name}",
                    f"{title} · {field.title}",
                    self.read(field, was.get(field.name)),
                    self.read(field, now.get(field.name)),
                )
