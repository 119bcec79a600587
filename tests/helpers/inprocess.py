"""HTTP against an ASGI application in this process: no socket, no thread of ours."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx


class InProcess(httpx.BaseTransport):
    """Carries each request into *app* and its answer back; faults of the app are raised."""

    def __init__(self, app: Any, client: str = "127.0.0.1") -> None:
        self._app, self._client = app, client

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return asyncio.run(self._exchange(request, request.read()))

    async def _exchange(self, request: httpx.Request, body: bytes) -> httpx.Response:
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": request.url.scheme,
            "path": request.url.path,
            "raw_path": request.url.raw_path.partition(b"?")[0],
            "query_string": request.url.query,
            "root_path": "",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "client": (self._client, 1),
            "server": (request.url.host, request.url.port or 80),
        }
        parts: list[dict[str, Any]] = []
        sent = False

        async def receive() -> dict[str, Any]:
            nonlocal sent
            if sent:
                return {"type": "http.disconnect"}
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            parts.append(message)

        await self._app(scope, receive, send)
        start = next(each for each in parts if each["type"] == "http.response.start")
        content = b"".join(each.get("body", b"") for each in parts[1:])
        stream = httpx.ByteStream(content)
        return httpx.Response(start["status"], headers=start["headers"], stream=stream)


def client(app: Any) -> httpx.Client:
    """An HTTP client whose requests go to *app*."""
    return httpx.Client(transport=InProcess(app), base_url="http://office.test")
