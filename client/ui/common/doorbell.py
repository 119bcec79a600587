"""A second start of the program rings; the first one raises its window."""

from __future__ import annotations

import hashlib
import logging

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

log = logging.getLogger("zhibao.window")

_PATIENCE_MS = 1000


def name_of(base: str) -> str:
    """The name that both starts on the base folder *base* know."""
    return "zhibao-" + hashlib.sha256(base.encode()).hexdigest()[:16]


def ring(name: str) -> bool:
    """Rings at the first program; False if nobody answers."""
    socket = QLocalSocket()
    socket.connectToServer(name)
    answered = socket.waitForConnected(_PATIENCE_MS)
    if answered:
        socket.write(b"raise\n")
        socket.waitForBytesWritten(_PATIENCE_MS)
        socket.disconnectFromServer()
    return answered


class Doorbell(QObject):
    """Listens for the ring of a second start; only this user may ring.

    Signals:
        rung: somebody started the program again.

    """

    rung = Signal()

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_connection)
        QLocalServer.removeServer(name)
        if not self._server.listen(name):
            log.warning("no doorbell: a second start cannot raise this window")

    def close(self) -> None:
        """Listens no more."""
        self._server.close()

    @Slot()
    def _on_connection(self) -> None:
        socket = self._server.nextPendingConnection()
        while socket is not None:
            socket.disconnected.connect(socket.deleteLater)
            socket.close()
            self.rung.emit()
            socket = self._server.nextPendingConnection()
