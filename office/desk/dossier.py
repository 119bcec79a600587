"""Everything about one submission, gathered for its page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from sqlalchemy.orm import Session

from core.changes.states import State
from core.changes.submission import Submission as Content
from core.changes.submission import read_submission
from core.checks.head import Duty
from core.checks.sentences import place
from core.forms.model import ChangeKind, FieldType, Form
from core.record import Values
from core.resources import calendar
from office import checks, decisions
from office.context import Office
from office.desk import queries, words
from office.desk.compare import Comparison, Sides, file_id
from office.desk.pages import (
    Badge,
    Fact,
    FileLine,
    Group,
    Note,
    Step,
    SubmissionPage,
)
from office.desk.security import Reader
from office.intake.base import Ground, ground
from office.intake.verdict import problem
from office.models import DecisionRow, Submission

LONGEST_CHAIN = 20  # submissions that follow one another, as far as the page looks back


@dataclass(frozen=True, slots=True)
class Typed:
    """What the reviewer typed already, when the page is shown again, and why it is."""

    comments: Mapping[str, str] = field(default_factory=dict)
    general: str = ""
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dossier:
    """One submission with what belongs to it, read in one session."""

    session: Session
    office: Office
    reader: Reader
    row: Submission
    revealed: frozenset[str] = frozenset()

    @cached_property
    def readable(self) -> bool:
        """Whether there is a content to compare: intake took it, or answered with a conflict."""
        form = self.office.forms.get(self.row.form)
        known = form is not None and any(each.id == self.row.flow for each in form.flows)
        taken = not self.row.problems or self.row.state == State.CONFLICT
        return known and taken and bool(self.row.body)

    @cached_property
    def documents(self) -> dict[str, str]:
        """The documents that may be fetched from this page: digest → media type."""
        found = {each.digest: each.media_type for each in self.content.attachments}
        sides = (self.content.values, self.base, self.current)
        for values in sides:
            for each in self.form.fields:
                value = values.get(each.name)
                if each.type is FieldType.ATTACHMENT and isinstance(value, Mapping):
                    found[str(value.get("digest", ""))] = str(value.get("media_type", ""))
        return found

    @cached_property
    def content(self) -> Content:
        """What the officer sent."""
        return read_submission(json.loads(self.row.body))

    @cached_property
    def form(self) -> Form:
        """The form of the record."""
        return self.office.forms[self.row.form]

    @cached_property
    def base(self) -> Values:
        """The record that the officer started from."""
        found = queries.version(
            self.session, self.office, self.row.form, self.row.record_id, self.row.base_version
        )
        return {} if found is None else found.values

    @cached_property
    def current(self) -> Values:
        """The record as it is now."""
        found = queries.record(self.session, self.office, self.row.form, self.row.record_id)
        return {} if found is None else found.values

    @cached_property
    def decision(self) -> DecisionRow | None:
        """The decision, once there is one."""
        return queries.decision(self.session, self.office, self.row.submission_id)

    @cached_property
    def ground(self) -> Ground:
        """What the change comes to on the record as it is now."""
        return ground(self.session, self.office, self.content)

    @property
    def waiting(self) -> bool:
        """Whether a decision is still to be made."""
        return self.row.state in queries.WAITING

    def page(self, typed: Typed) -> SubmissionPage:
        """The page for the reader."""
        new = self.content.kind is ChangeKind.CREATE
        compared = Comparison(self.office.forms, self.form, self.title_of, new=new)
        first, rest = self._groups(compared, typed, new=new)
        why_not = self._why_not()
        receipt = queries.receipt(self.session, self.office, self.row)
        return SubmissionPage(
            submission_id=self.row.submission_id,
            title=self.title,
            form=self.form.title,
            flow=self.form.flow(self.row.flow).title,
            unit=self.unit_title,
            state=self.state,
            can_decide=not why_not,
            why_not=why_not,
            facts=self._facts(typed),
            first=first,
            rest=rest,
            notes=tuple(self.warnings),
            files=self._files(),
            files_fact=_commented("附件", "", "/head/attachments", typed),
            steps=tuple(self._steps()),
            again=self.row.supersedes,
            problems=typed.problems,
            general=typed.general,
            receipt="" if receipt is None else str(receipt.log_index),
            digest=self.row.digest,
            notices=self._notices(),
        )

    @property
    def title(self) -> str:
        """What the record is called."""
        record = queries.record(self.session, self.office, self.row.form, self.row.record_id)
        return self.row.label or (record.label if record is not None else "") or self.form.title

    @property
    def state(self) -> Badge:
        """The state in words."""
        return words.STATES.get(self.row.state, words.UNKNOWN)

    @property
    def unit_title(self) -> str:
        """The unit's name."""
        return self.title_of(self.office.units_form.id, self.row.unit) or self.row.unit

    def title_of(self, form: str, key: str) -> str:
        """The title of a record that is referred to."""
        return queries.title_of(self.session, self.office, form, key)

    def sides(self, typed: Typed) -> Sides:
        """What is to be compared, depending on how far the submission has come."""
        before, after, merged = self._before_after()
        notes: dict[str, list[Note]] = {}
        for note in (*self.warnings, *self._comments(self.decision), *self._problems()):
            notes.setdefault(note.pointer, []).append(note)
        return Sides(
            before=before,
            after=after,
            earlier=self._earlier(),
            notes=notes,
            merged=merged,
            revealed=self.revealed,
            comments=typed.comments,
        )

    def _before_after(self) -> tuple[Values, Values, frozenset[str]]:
        today = self.office.today()
        if self.row.state == State.APPROVED:
            made = queries.version_made_by(
                self.session,
                self.office,
                self.row.form,
                self.row.record_id,
                self.row.submission_id,
            )
            if made is not None:
                before = queries.version(
                    self.session,
                    self.office,
                    self.row.form,
                    self.row.record_id,
                    made.version - 1,
                )
                return (
                    {} if before is None else before.values,
                    made.values,
                    frozenset(self.row.merged),
                )
        if self.waiting:
            after = checks.complete(self.office, self.form, self.ground.values, today)
            return self.current, after, frozenset(self.ground.merged)
        after = checks.complete(self.office, self.form, self.content.values, today)
        return self.base, after, frozenset(self.row.merged)

    def _groups(
        self, compared: Comparison, typed: Typed, *, new: bool
    ) -> tuple[tuple[Group, ...], tuple[Group, ...]]:
        conflicts: tuple[Group, ...] = ()
        if (self.waiting or self.row.state == State.CONFLICT) and self.ground.conflicts:
            sides = Sides({}, {}, revealed=self.revealed, comments=typed.comments)
            rows = compared.conflicts(self.ground.conflicts, sides)
            remark = f"{len(rows)} 项：填报期间，登记簿上的同一字段也改了"
            conflicts = (Group("有冲突的字段", rows, remark, "three"),)
        if self.row.state == State.CONFLICT:
            return conflicts, ()
        rows = tuple(compared.rows(self.sides(typed)))
        if new:
            return compared.groups(rows), ()
        clashing = {row.pointer for group in conflicts for row in group.rows}
        changed = tuple(row for row in rows if row.changed and row.pointer not in clashing)
        noted = tuple(row for row in rows if not row.changed and (row.notes or row.merged))
        shown = {*clashing, *(row.pointer for row in (*changed, *noted))}
        first = [*conflicts]
        if changed or not conflicts:
            remark = f"{len(changed)} 项" if changed else "没有改动"
            first.append(Group("改动的字段", changed, remark))
        if noted:
            first.append(Group("未改动但有说明的字段", noted, f"{len(noted)} 项"))
        return tuple(first), compared.groups([row for row in rows if row.pointer not in shown])

    def _notices(self) -> tuple[Badge, ...]:
        if not self.waiting:
            return tuple(
                Badge(str(each.get("text", "")), "circle-x", "error")
                for each in self.row.problems
                if not each.get("pointer")
            )
        if self.ground.refused:
            sentence = problem(self.ground.refused).text
            return (Badge(f"通过会记为冲突，不改登记簿。{sentence}。", "git-merge", "changed"),)
        if self.ground.conflicts:
            word = "与登记簿现在的值冲突：通过会记为冲突，不改登记簿，由信息员对照后重报。"
            return (Badge(word, "git-merge", "changed"),)
        if self.ground.merged:
            count = len(self.ground.merged)
            word = f"填报期间登记簿另有 {count} 项更新，与本件不冲突，通过时一并保留。"
            return (Badge(word, "git-merge", "changed"),)
        return ()

    def _why_not(self) -> str:
        code = decisions.may_decide(self.session, self.office, self.reader.person, self.row)
        if code == "decided":
            return f"这一件{self.state.word}，不能再办理。"
        if code == "not_found":
            return "这一件还涉及管辖范围以外的单位，由上级编办的审核员办理。"
        return str(decisions.DecisionRefusedError(code)) if code else ""

    def _facts(self, typed: Typed) -> tuple[Fact, ...]:
        head, row = self.content.head, self.row
        duty = duty_of(self.office)
        term = words.term(row.event_date, row.received_at, duty)
        due = duty.due(row.event_date) if words.is_day(row.event_date) else ""
        author = queries.account_title(self.session, self.office, row.account)
        facts = [
            _commented("事由", head.reason, "/head/reason", typed),
            _commented("事由日期", row.event_date, "/head/event_date", typed),
            Fact("报送期限", due, term if due else None),
            _commented("超期说明", head.overdue_reason, "/head/overdue_reason", typed),
            Fact("收到", words.when(row.received_at)),
            Fact(
                "填报人",
                head.filled_by
                if head.filled_by == author
                else f"{head.filled_by}(账号 {author})"
                if head.filled_by
                else author,
            ),
            _commented("电话", head.phone, "/head/phone", typed),
        ]
        return tuple(each for each in facts if each.text or each.badge)

    @cached_property
    def warnings(self) -> list[Note]:
        """Warnings of the checks with the officer's reasons."""
        return [
            Note(
                words.WARNING,
                str(each.get("text", "")),
                str(each.get("reason", "")),
                str(each.get("pointer", "")),
                place(self.form, str(each.get("pointer", ""))),
            )
            for each in self.row.warnings
        ]

    def _problems(self) -> list[Note]:
        return [self._remark(each, words.REFUSED) for each in self.row.problems]

    def _comments(self, decision: DecisionRow | None) -> list[Note]:
        found = [] if decision is None else decision.comments
        return [self._remark(each, words.COMMENT) for each in found]

    def _remark(self, each: Mapping[str, Any], badge: Badge) -> Note:
        pointer = str(each.get("pointer", ""))
        where = place(self.form, pointer) if pointer else ""
        return Note(badge, str(each.get("text", "")), "", pointer, where)

    def _earlier(self) -> Values | None:
        if not self.row.supersedes:
            return None
        found = self._submission(self.row.supersedes)
        if found is None:
            return None
        content = read_submission(json.loads(found.body))
        return checks.complete(self.office, self.form, content.values, self.office.today())

    def _submission(self, submission_id: str) -> Submission | None:
        scope = self.reader.person.scope
        return queries.submission(self.session, self.office, scope, submission_id)

    def _files(self) -> tuple[FileLine, ...]:
        sizes = queries.blob_sizes(
            self.session, self.office, [each.digest for each in self.content.attachments]
        )
        kinds = self.office.forms.codelists.get("attachment_kind")
        return tuple(
            FileLine(
                file_id(each.digest),
                each.name,
                words.size(each.size),
                kinds.title(each.kind) if kinds is not None and each.kind else "",
                each.digest in sizes,
            )
            for each in self.content.attachments
        )

    def _steps(self) -> list[Step]:
        """What happened, first things first, through the submissions that this one follows."""
        chain = [self.row]
        while chain[-1].supersedes and len(chain) < LONGEST_CHAIN:
            found = self._submission(chain[-1].supersedes)
            if found is None or found in chain:
                break
            chain.append(found)
        steps: list[Step] = []
        for row in reversed(chain):
            steps.append(Step(words.when(row.received_at), words.RECEIVED, "", row.submission_id))
            decision = queries.decision(self.session, self.office, row.submission_id)
            if decision is not None:
                steps.append(self._decided(row, decision))
        return steps

    def _decided(self, row: Submission, decision: DecisionRow) -> Step:
        badge = words.STATES.get(row.state, words.UNKNOWN)
        by = queries.account_title(self.session, self.office, decision.reviewer)
        said = tuple(self._comments(decision))
        return Step(words.when(decision.decided_at), badge, by, row.submission_id, said)


def _commented(title: str, text: str, pointer: str, typed: Typed) -> Fact:
    return Fact(title, text, None, pointer, typed.comments.get(pointer, ""))


def duty_of(office: Office) -> Duty:
    """Within how many days changes are to be reported here."""
    return Duty(calendar(), office.settings.duty_days, working=office.settings.duty_working_days)
