"""`/v1/forms`: the form definitions that this office works with."""

from __future__ import annotations

from fastapi import APIRouter, Depends, Response

from core.resources import resource
from core.wire.canonical import canonical_bytes
from core.wire.protocol import ProblemType
from office.problems import Refusal
from office.routes.doors import REFUSALS, CallerHere, OfficeHere, answer, speaks_v1

router = APIRouter(dependencies=[Depends(speaks_v1)], responses=REFUSALS)


@router.get("/v1/forms")
def list_forms(office: OfficeHere, caller: CallerHere) -> Response:  # noqa: ARG001
    """The forms that the office works with, and their versions."""
    found = [
        {"id": each.id, "title": each.title, "version": each.version, "digest": each.digest}
        for each in office.forms.values()
    ]
    return answer(canonical_bytes(found))


@router.get("/v1/forms/{form}@{version}")
def read_form(
    form: str,
    version: str,
    office: OfficeHere,
    caller: CallerHere,  # noqa: ARG001 - only devices that may call read forms
) -> Response:
    """The definition of one form, as it was written."""
    found = office.forms.get(form)
    if found is None or version != str(found.version):
        raise Refusal(ProblemType.NOT_FOUND, "中心没有这份表的这个版本。")
    source = resource("forms", f"{found.id}.toml").read_text(encoding="utf-8")
    return answer(
        canonical_bytes(
            {
                "id": found.id,
                "version": found.version,
                "digest": found.digest,
                "source": source,
            }
        )
    )
