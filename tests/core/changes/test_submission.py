"""Submissions: canonical, known by their digest, read back strictly."""

from __future__ import annotations

import json
import uuid
from dataclasses import asdict
from typing import Any

import pytest

from core.changes.draft import AttachedFile, Draft, Head
from core.changes.states import NEXT, IllegalTransitionError, State, check_transition
from core.changes.submission import (
    Submission,
    SubmissionError,
    read_submission,
    seal,
    submission_of,
    uuid7,
)
from core.resources import forms
from tests.helpers.people import person

DRAFT = Draft(
    draft_id="d1",
    form="person",
    form_version=1,
    flow="amend",
    record_id=str(uuid.UUID(int=7)),
    unit="420583000001",
    base_version=3,
    base_digest="sha256:00",
    base=person(),
    values=person(position="科长"),
    head=Head(reason="任职", event_date="2008-12-01", filled_by="王"),
    overrides={"seconded_reason@/seconded": "已批"},
    attachments=(AttachedFile("sha256:11", "批文.pdf", 12, "application/pdf"),),
)


def submission() -> Submission:
    return submission_of(
        DRAFT, forms()["person"], device_seq=4, submitted_at="2008-12-08T02:00:00Z"
    )


def test_what_is_sealed_is_read_back_unchanged() -> None:
    original = submission()
    sealed = seal(original)
    assert sealed.digest.startswith("sha256:")
    assert read_submission(json.loads(sealed.body)) == original
    assert original.changed == ("/position",)


def test_the_same_submission_has_the_same_bytes() -> None:
    original = submission()
    assert seal(original) == seal(original)


def test_ids_are_ordered_by_time_and_never_alike() -> None:
    made = [uuid7() for _ in range(200)]
    assert len(set(made)) == 200
    assert all(uuid.UUID(each).version == 7 for each in made)
    assert made[0][:8] <= made[-1][:8]
    assert all(uuid.UUID(each).variant == uuid.RFC_4122 for each in made)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"extra": 1}, "extra"),
        ({"form": 1}, "form"),
        ({"device_seq": True}, "device_seq"),
        ({"format": 2}, "format 2"),
        ({"kind": "destroy"}, "destroy"),
        ({"submission": "x"}, "hexadecimal"),
        ({"head": {"reason": 1}}, "text"),
        ({"head": {"colour": "red"}}, "colour"),
        ({"changed": [1]}, "text"),
        ({"overrides": [{"issue": "x"}]}, "reason"),
        ({"overrides": ["x"]}, "reason"),
        ({"overrides": [{}]}, "reason"),
        ({"overrides": [{"issue": "x", "reason": 1}]}, "text"),
        ({"overrides": [{"issue": "x", "reason": "y", "more": "z"}]}, "reason"),
        ({"attachments": [{**asdict(DRAFT.attachments[0]), "size": "12"}]}, "size"),
        ({"attachments": [{**asdict(DRAFT.attachments[0]), "name": 7}]}, "text"),
        ({"attachments": [{"path": "/etc"}]}, "path"),
    ],
)
def test_what_is_no_submission_is_refused_with_the_reason(change: Any, reason: str) -> None:
    body = {**submission().body(), **change}
    with pytest.raises(SubmissionError, match=reason):
        read_submission(body)


def test_a_missing_key_is_named() -> None:
    body = submission().body()
    del body["unit"]
    with pytest.raises(SubmissionError, match="unit"):
        read_submission(body)


def test_nothing_is_received_that_was_not_on_the_way() -> None:
    with pytest.raises(IllegalTransitionError):
        check_transition(State.QUEUED, State.RECEIVED)
    with pytest.raises(IllegalTransitionError):
        check_transition(State.RECEIVED, State.SENDING)


@pytest.mark.parametrize("old", list(State))
@pytest.mark.parametrize("new", list(State))
def test_only_the_listed_transitions_are_allowed(old: State, new: State) -> None:
    if new is old or new in NEXT[old]:
        check_transition(old, new)
    else:
        with pytest.raises(IllegalTransitionError):
            check_transition(old, new)
