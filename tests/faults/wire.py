"""What clients send that no library sends, by a socket alone; and what that costs the server."""

import contextlib
import socket
from pathlib import Path

import httpx

from tests.world import Server

MIB = 2**20


def connect(server: Server) -> socket.socket:
    host, port = server.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=30)


def answer(client: socket.socket) -> bytes:
    """All that comes until the server closes."""
    said = b""
    with contextlib.suppress(ConnectionResetError):
        while part := client.recv(65536):
            said += part
    return said


def pour(client: socket.socket, piece: bytes, most: int) -> int:
    """Send a piece again and again until the server closes; how many bytes it took."""
    sent = 0
    with contextlib.suppress(ConnectionError):
        while sent < most:
            client.sendall(piece)
            sent += len(piece)
    return sent


def memory(server: Server) -> int:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) * 1024


def create(served: tuple[Server, str, str]) -> httpx.Response:
    """A request in two parts, as httpx sends them: some of it is held until the rest is there."""
    server, token, space = served
    url = f"{server.url}/api/latest/spaces/{space}/iterations"
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.post(url, json={"title": "x", "goal": "y" * 1000}, headers=headers, timeout=30)
