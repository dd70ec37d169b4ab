"""Clients that open a connection and send no request: uvicorn waits for them for ever, this protocol does not."""

from __future__ import annotations

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol


def patient(seconds: float) -> type[H11Protocol]:
    """uvicorn's protocol, which gives the head of each request so many seconds from its first byte, or from the opening of
    the connection."""

    class Patient(H11Protocol):
        _head: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            self.access_log = False  # its lines have the query, whoever configures its logger
            self._head = self.loop.call_later(seconds, self._too_late)

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            waits = self.conn.their_state is h11.IDLE
            if not waits:
                self._forget()
            elif self._head is None:
                self._head = self.loop.call_later(seconds, self._too_late)

        def connection_lost(self, exc: Exception | None) -> None:
            self._forget()
            super().connection_lost(exc)

        def _forget(self) -> None:
            if self._head is not None:
                self._head.cancel()
                self._head = None

        def _too_late(self) -> None:
            self._head = None
            if not self.transport.is_closing():
                self.transport.write(
                    b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
                )
                self.transport.close()

    return Patient
