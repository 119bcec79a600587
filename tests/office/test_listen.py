"""How the office listens."""

from __future__ import annotations

import asyncio
import socket

from office.server import Address, listen


async def _nodelay(listening: socket.socket) -> bool:
    """Whether asyncio sends what it is given on a connection at once."""
    found: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

    def met(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        taken = writer.get_extra_info("socket")
        found.set_result(bool(taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)))
        writer.close()

    async with await asyncio.start_server(met, sock=listening):
        _, writer = await asyncio.open_connection(*listening.getsockname())
        answer = await found
        writer.close()
        await writer.wait_closed()
    return answer


def test_a_reply_does_not_wait_for_the_acknowledgement_of_its_head() -> None:
    assert asyncio.run(_nodelay(listen(Address(port=0))))


def test_a_socket_that_does_not_say_it_is_tcp_would_wait() -> None:
    sabotaged = socket.create_server(("127.0.0.1", 0))
    assert sabotaged.proto == 0
    assert not asyncio.run(_nodelay(sabotaged))
