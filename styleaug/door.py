"""The door of a public page: an allow-list of routes, small bodies, and no error that quotes what somebody typed.

It is plain ASGI: it wraps any web application, and knows nothing of the one behind it but the rules it is given.
"""

import json
import logging
import re
import traceback
from collections.abc import Awaitable, Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

logger = logging.getLogger("styleaug.door")


@dataclass(frozen=True)
class Refusal:
    """Why a request is not let in."""

    status: int
    message: str


NOT_OPEN = Refusal(404, "There is nothing here.")
UNREADABLE = Refusal(400, "The body must be a JSON object.")
BROKEN = Refusal(500, "The server could not answer this request.")

Judge = Callable[[Scope, Mapping[str, Any]], Refusal | None]
"""Told the request and its JSON body; None lets it in."""


class Door:
    """Lets in what is on its list, in front of an application."""

    def __init__(self, app: Application, *, routes: Mapping[str, Sequence[str]], most_bytes: int, judge: Judge) -> None:
        """
        Args:
            routes: by method, the regular expressions of whole paths (without a "/" at their end) that are open.
            most_bytes: of a body. It is held in memory, so that it can be judged.
            judge: decides on each body that comes in.
        """
        self._app = app
        self._routes = {method: re.compile("|".join(patterns)) for method, patterns in routes.items()}
        self._most_bytes = most_bytes
        self._judge = judge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or pass it on."""
        if scope["type"] == "lifespan":
            return await self._app(scope, receive, send)
        if scope["type"] != "http" or not self._is_open(scope):
            return await _answer(NOT_OPEN, scope, send)
        if scope["method"] != "POST":
            return await self._pass_on(scope, receive, send)
        body = await _read(receive, self._most_bytes)
        if body is None:
            too_large = Refusal(413, f"The body must be at most {self._most_bytes} bytes.")
            return await _answer(too_large, scope, send)
        refusal = self._judged(scope, body)
        if refusal is not None:
            return await _answer(refusal, scope, send)
        return await self._pass_on(scope, _again(body, receive), send)

    def _is_open(self, scope: Scope) -> bool:
        path = scope["path"].removeprefix(scope.get("root_path", "")).rstrip("/") or "/"
        pattern = self._routes.get(scope["method"])
        return pattern is not None and pattern.fullmatch(path) is not None

    def _judged(self, scope: Scope, body: bytes) -> Refusal | None:
        try:
            content = json.loads(body)
        except (ValueError, RecursionError):
            return UNREADABLE
        return self._judge(scope, content) if isinstance(content, dict) else UNREADABLE

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the request over. What the application breaks on is logged without its message: it may quote."""
        begun = ended = False

        async def watched(message: Message) -> None:
            nonlocal begun, ended
            begun = True
            ended = message["type"] == "http.response.body" and not message.get("more_body", False)
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            logger.warning("%s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
            if not begun:
                await _answer(BROKEN, scope, send)
            elif not ended:
                await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _read(receive: Receive, most_bytes: int) -> bytes | None:
    """The whole body, or None if it is larger. What comes in chunks without a length is counted as well."""
    parts: list[bytes] = []
    length = 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        length += len(part)
        if length > most_bytes:
            return None
        parts.append(part)
        if not message.get("more_body", False):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body once more, then goes on as the real one does."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def _answer(refusal: Refusal, scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        return await send({"type": "websocket.close", "code": 1008})
    body = json.dumps({"detail": refusal.message}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
