"""Asking a server whether it is ready."""

import http.client
import socket
from urllib.parse import urlsplit


def accepts_tcp(host: str, port: int) -> bool:
    """Tell whether something listens there."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True


def redis_answers(host: str, port: int, password: str | None = None) -> bool:
    """Tell whether a Redis has loaded its data."""
    command = f"AUTH {password}\r\nPING\r\n" if password else "PING\r\n"
    try:
        with socket.create_connection((host, port), timeout=1) as connection:
            connection.settimeout(1)
            connection.sendall(command.encode())
            answer = b""
            while b"PONG" not in answer and answer.count(b"\n") < 2:
                part = connection.recv(256)
                if not part:
                    break
                answer += part
    except OSError:
        return False
    return b"+PONG" in answer


def http_answers(url: str) -> bool:
    """Tell whether a URL answers below 400."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port or 80, timeout=2)
    try:
        connection.request("GET", parts.path or "/", headers={"Connection": "close"})
        return connection.getresponse().status < 400
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
