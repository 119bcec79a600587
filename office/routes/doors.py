"""What every v1 route asks of a request: protocol, media type, body, session."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Request, Response

from core.wire import protocol
from core.wire.errors import WireError
from core.wire.protocol import ProblemType
from office.context import Office
from office.problems import Refusal
from office.sessions import Caller, caller

T = TypeVar("T")


def office_of(request: Request) -> Office:
    """The office that this application serves."""
    found: Office = request.app.state.office
    return found


def speaks_v1(zhibao_protocol: Annotated[str, Header()] = "") -> None:
    """Refuses clients of another protocol.

    Raises:
        Refusal: OLD_CLIENT.

    """
    if zhibao_protocol != protocol.PROTOCOL:
        raise Refusal(ProblemType.OLD_CLIENT, "客户端版本与中心不同，请更新程序。")


async def body_of(request: Request) -> bytes:
    """The whole body; its length was checked already."""
    return await request.body()


def calling(
    office: Annotated[Office, Depends(office_of)], authorization: Annotated[str, Header()] = ""
) -> Caller:
    """The device and officer behind the request's token.

    Raises:
        Refusal: SESSION, REVOKED or FORBIDDEN.

    """
    scheme, _, token = authorization.partition(" ")
    if scheme != "Bearer" or not token:
        raise Refusal(ProblemType.SESSION, "请先登录。")
    with office.database.read() as session:
        return caller(office, session, token)


OfficeHere = Annotated[Office, Depends(office_of)]
Body = Annotated[bytes, Depends(body_of)]
CallerHere = Annotated[Caller, Depends(calling)]


def media(request: Request, expected: str) -> None:
    """Refuses a body of another media type.

    Raises:
        Refusal: MEDIA_TYPE.

    """
    found = request.headers.get("content-type", "").partition(";")[0].strip()
    if found != expected:
        raise Refusal(ProblemType.MEDIA_TYPE, f"这里只收 {expected}。")


def message(kind: type[T], content: bytes) -> T:
    """The message in a body.

    Raises:
        Refusal: BAD_REQUEST.

    """
    try:
        return protocol.read(kind, content)
    except WireError as error:
        raise Refusal(ProblemType.BAD_REQUEST, "请求的内容不合协议。") from error


def answer(content: bytes) -> Response:
    """A good reply."""
    return Response(content, media_type=protocol.JSON)


def body_schema(media_type: str, kind: type | None = None) -> dict[str, Any]:
    """What OpenAPI says about a body that the route reads by itself."""
    schema: dict[str, Any] = {"type": "string", "format": "binary"}
    if kind is not None:
        from pydantic import TypeAdapter

        schema = TypeAdapter(kind).json_schema()
    return {"requestBody": {"required": True, "content": {media_type: {"schema": schema}}}}


# The answers that any route may give instead of its own.
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"description": "RFC 9457", "content": {protocol.PROBLEM_JSON: {}}}
    for status in (400, 401, 403, 413, 429, 500, 507)
}
