"""`submissions` and `decide`."""

from __future__ import annotations

import argparse
from typing import Any

from sqlalchemy import select

from core.wire.receipts import Outcome, Remark
from office import accounts, decisions
from office.accounts import Person
from office.cli.common import DONE, FOUND_ERRORS, CommandError, opened, say
from office.context import Office
from office.models import Role, Submission

_OUTCOMES = {"approve": Outcome.APPROVED, "return": Outcome.RETURNED, "reject": Outcome.REJECTED}
_WORDS = {
    "received": "已收到",
    "under_review": "审核中",
    "approved": "已通过",
    "returned": "已退回",
    "rejected": "不予受理",
    "conflict": "有冲突",
}


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the commands of this file."""
    listing = commands.add_parser("submissions", help="报来的件")
    listing.add_argument("--state", choices=[*_WORDS, "all"], help="默认只列待审的")
    listing.set_defaults(run=_submissions)
    decide = commands.add_parser("decide", help="审核一件")
    decide.add_argument("submission")
    decide.add_argument("outcome", choices=list(_OUTCOMES))
    decide.add_argument(
        "--comment",
        action="append",
        default=[],
        metavar="POINTER=TEXT",
        help="某一项的意见，例如 /posted_on=与批文不符；可以写几条",
    )
    decide.add_argument("--as", dest="reviewer", help="审核员账号（只有一个时可省略）")
    decide.set_defaults(run=_decide)


def _submissions(args: argparse.Namespace) -> int:
    with opened(args) as office, office.database.read() as session:
        query = select(Submission).where(Submission.county == office.county)
        if args.state is None:
            query = query.where(Submission.state.in_([str(each) for each in decisions.OPEN]))
            query = query.where(Submission.superseded_by == "")
        elif args.state != "all":
            query = query.where(Submission.state == args.state)
        rows: list[dict[str, Any]] = [
            {
                "submission": each.submission_id,
                "form": each.form,
                "flow": each.flow,
                "label": each.label,
                "record": each.record_id,
                "unit": each.unit,
                "account": each.account,
                "state": each.state,
                "received_at": each.received_at,
                "event_date": each.event_date,
                "supersedes": each.supersedes,
                "waiting_for": each.waiting_for,
                "problems": each.problems,
            }
            for each in session.scalars(query.order_by(Submission.received_at))
        ]
    lines = (
        f"{e['submission']}  {_WORDS[e['state']]}  {e['form']}/{e['flow']}  {e['unit']}"
        for e in rows
    )
    say(args, rows, "\n".join(lines) or "没有待审的件。")
    return DONE


def _decide(args: argparse.Namespace) -> int:
    comments = [_comment(each) for each in args.comment]
    with opened(args) as office:
        reviewer = _reviewer(office, args.reviewer)
        try:
            decided = decisions.decide(
                office, reviewer, args.submission, _OUTCOMES[args.outcome], comments
            )
        except decisions.DecisionRefusedError as refusal:
            code = FOUND_ERRORS if refusal.code == "checks" else 2
            raise CommandError(str(refusal), code) from refusal
    decision = decided.decision
    value = {
        "submission": decision.submission_id,
        "state": decided.state,
        "outcome": decision.outcome,
        "record_version": decision.record_version,
        "assigned": decision.assigned,
    }
    say(args, value, f"{decision.submission_id}：{_WORDS[decided.state]}。")
    return DONE


def _comment(text: str) -> Remark:
    pointer, found, words = text.partition("=")
    if not found or not words.strip():
        raise CommandError(f"意见要写成 POINTER=TEXT，例如 /posted_on=与批文不符。收到：{text}")
    return Remark(pointer, "comment", "error", words)


def _reviewer(office: Office, name: str | None) -> Person:
    with office.database.read() as session:
        reviewers = [
            each for each in accounts.everyone(session, office) if each.role is Role.REVIEWER
        ]
    chosen = [each for each in reviewers if name in (None, each.name)]
    if len(chosen) != 1:
        known = "、".join(each.name for each in reviewers) or "还没有"
        raise CommandError(f"请用 --as 指明审核员账号。现有：{known}。")
    return chosen[0]
