"""What every HTTP process shares: the transaction of a request, its caller, its refusals."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Generator, Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from kernel import idempotency
from kernel.auth import Principal, Role, read_access_token
from kernel.db import transaction
from kernel.errors import Forbidden, Invalid, Problem, Unauthenticated
from kernel.failures import DEADLOCKS, meaning, sqlstate
from kernel.log import get_logger

PROBLEM = "application/problem+json"
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
ACCESS_COOKIE, CSRF_COOKIE = "fh_access", "fh_csrf"
DEADLOCK_TRIES = 4
"""How often a request is handled at most while the database breaks deadlocks by rolling it back."""
MOST_KEPT_BYTES = 1024 * 1024
"""A longer body is not kept for another try."""
LOST_DEADLOCK = "lost_deadlock"
Access = Mapping[str, frozenset[Role]]

log = get_logger()


class BadCsrf(Forbidden):
    """The request does not carry the token of its own page."""

    slug = "bad-csrf-token"


def current_principal(request: Request, authorization: Annotated[str | None, Header()] = None) -> Principal:
    """Return the caller, from the bearer token or the browser's cookie."""
    if authorization is not None:
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("The Authorization header must be 'Bearer <token>'.")
        return read_access_token(token)
    cookie = request.cookies.get(ACCESS_COOKIE)
    if cookie is None:
        raise Unauthenticated("Log in first.")
    if request.method not in SAFE_METHODS and not _csrf_matches(request):
        raise BadCsrf("Send the value of the cookie fh_csrf as X-CSRF-Token.")
    return read_access_token(cookie)


def _csrf_matches(request: Request) -> bool:
    sent, kept = request.headers.get("x-csrf-token"), request.cookies.get(CSRF_COOKIE)
    return bool(sent) and sent == kept


Me = Annotated[Principal, Depends(current_principal)]


def authorised(request: Request) -> None:
    """Refuse a caller whose roles are not in the table for this operation."""
    operation = request.scope["route"].unique_id
    allowed = request.app.state.access[operation]
    if not allowed:
        return
    principal = current_principal(request, request.headers.get("authorization"))
    if not principal.roles & allowed:
        raise Forbidden("Your role does not allow this.", operation=operation)


def request_transaction(
    request: Request,
    me: Me,
    key: Annotated[str | None, Header(alias="Idempotency-Key", max_length=200, min_length=8)] = None,
) -> Generator[Session]:
    """Give the request one transaction of its caller's tenant; it commits before the answer goes out."""
    with transaction(tenant_id=me.tenant_id) as session:
        if key is not None and request.method == "POST":
            digest = idempotency.request_hash(
                request.method, f"{request.url.path}?{request.url.query}", request.state.body
            )
            held = idempotency.claim(session, user_id=me.user_id, key=key, digest=digest)
            request.state.idempotency = (session, held)
        yield session


Db = Annotated[Session, Depends(request_transaction, scope="function")]


class IdempotentRoute(APIRoute):
    """Stores the answer of a POST under its Idempotency-Key, and asks again where the database broke a deadlock."""

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request; one that lost a deadlock is rolled back by then and is handled once more from its start."""
        heard = Heard(receive)
        for left in reversed(range(DEADLOCK_TRIES)):
            answer = Answer(scope, send, heard, last=left == 0)
            await super().handle(scope, heard.again(), answer)
            if not answer.withheld:
                return
            await asyncio.sleep(random.uniform(0.01, 0.05) * 2 ** (DEADLOCK_TRIES - 1 - left))  # noqa: S311

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap the handler between the request's body and the end of its transaction."""
        handle = super().get_route_handler()

        async def with_key(request: Request) -> Response:
            if request.method == "POST" and "idempotency-key" in request.headers:
                request.state.body = await request.body()
            try:
                response = await handle(request)
            except idempotency.Replay as known:
                return Response(known.body, known.status, media_type=known.media_type)
            if held := getattr(request.state, "idempotency", None):
                session, claimed = held
                await run_in_threadpool(_store, session, claimed, response)
            return response

        return with_key


class Heard:
    """The messages of a request, kept so that it can be read from its start again."""

    def __init__(self, receive: Receive) -> None:
        """Listen to a client."""
        self._receive, self._kept, self._bytes = receive, list[Message](), 0

    @property
    def too_long(self) -> bool:
        """Tell whether the body was not kept whole."""
        return self._bytes > MOST_KEPT_BYTES

    def again(self) -> Receive:
        """Return the request from its start."""
        place = 0

        async def receive() -> Message:
            nonlocal place
            if place < len(self._kept):
                message = self._kept[place]
            else:
                message = await self._receive()
                self._bytes += len(message.get("body", b""))
                if not self.too_long and message["type"] == "http.request":
                    self._kept.append(message)
            place += 1
            return message

        return receive


class Answer:
    """Passes an answer on, unless it only says that a deadlock was lost and the request will be handled again."""

    def __init__(self, scope: Scope, send: Send, heard: Heard, *, last: bool) -> None:
        """Answer a client; `last`: the request is not handled again."""
        self._state, self._send, self._heard, self._last = scope.setdefault("state", {}), send, heard, last
        self._state.pop(LOST_DEADLOCK, None)
        self.withheld = False

    async def __call__(self, message: Message) -> None:
        """Pass a message on or keep it back."""
        if message["type"] == "http.response.start":
            again = not self._last and not self._heard.too_long
            self.withheld = again and bool(self._state.get(LOST_DEADLOCK))
        if not self.withheld:
            await self._send(message)


def _store(session: Session, held: idempotency.Claim, response: Response) -> None:
    idempotency.store(
        session,
        held,
        status=response.status_code,
        media_type=response.media_type or response.headers.get("content-type", "application/json"),
        body=bytes(response.body),
    )


def problems(*kinds: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI entry of the refusals that an operation may answer with."""
    found: dict[int | str, dict[str, Any]] = {}
    for kind in kinds:
        entry = found.setdefault(kind.status, {"description": "", "content": {PROBLEM: {"schema": PROBLEM_SCHEMA}}})
        entry["description"] = " / ".join(filter(None, [entry["description"], f"{kind.slug}: {kind.title()}"]))
    return found


PROBLEM_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}


def router(tag: str, prefix: str = "") -> APIRouter:
    """Return the router of a room; its operations are named `tag.function`."""
    return APIRouter(
        prefix=prefix,
        tags=[tag],
        route_class=IdempotentRoute,
        dependencies=[Depends(authorised)],
        responses=problems(Unauthenticated, Forbidden, Invalid),
        generate_unique_id_function=lambda route: f"{tag}.{route.name}",
    )


def include(app: FastAPI, routes: APIRouter, access: Access, *, prefix: str) -> None:
    """Mount the routes of a room together with their rows of the access table.

    Raises:
        LookupError: an operation has no row, or a row no operation.
    """
    tag = routes.tags[0]
    names = {route.name for route in routes.routes if isinstance(route, APIRoute)}
    if names != set(access):
        raise LookupError(f"access table of {tag} and its routes differ in {sorted(names ^ set(access))}")
    app.state.access.update({f"{tag}.{name}": roles for name, roles in access.items()})
    app.include_router(routes, prefix=prefix)


def problem_response(problem: Problem) -> JSONResponse:
    """Return the problem document of a refusal."""
    later = problem.members.get("retry_after")
    headers = {"Retry-After": str(later)} if isinstance(later, int) else None
    return JSONResponse(problem_body(problem), problem.status, headers, PROBLEM)


def problem_body(problem: Problem) -> dict[str, Any]:
    """Return the members of a refusal's problem document, in JSON's types."""
    body: dict[str, Any] = jsonable_encoder(
        {
            "type": f"urn:fieldhand:problem:{problem.slug}",
            "title": problem.title(),
            "status": problem.status,
            "detail": problem.detail,
            **problem.members,
        }
    )
    return body


def install_problem_handlers(app: FastAPI) -> None:
    """Answer every refusal and every bug with a problem document, and no bug with its trace."""

    @app.exception_handler(Problem)
    def refused(_: Request, problem: Problem) -> JSONResponse:
        return problem_response(problem)

    @app.exception_handler(RequestValidationError)
    def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        fields = [
            {"field": ".".join(str(part) for part in item["loc"]), "text": item["msg"]} for item in error.errors()[:50]
        ]
        return problem_response(Invalid("The request does not fit its description.", errors=fields))

    @app.exception_handler(HTTPException)
    def refused_by_framework(_: Request, error: HTTPException) -> JSONResponse:
        if error.status_code == HTTPStatus.BAD_REQUEST:
            return problem_response(Invalid("The body cannot be read."))
        body = {"type": "about:blank", "title": str(error.detail), "status": error.status_code}
        return JSONResponse(body, error.status_code, media_type=PROBLEM, headers=error.headers)

    @app.exception_handler(SQLAlchemyError)
    def database_failed(request: Request, error: SQLAlchemyError) -> JSONResponse:
        problem = meaning(error)
        if problem is None:
            return bug(request, error)
        setattr(request.state, LOST_DEADLOCK, sqlstate(error) in DEADLOCKS)
        log.warning("database_refused", path=request.url.path, problem=problem.slug, sqlstate=sqlstate(error))
        return problem_response(problem)

    @app.exception_handler(Exception)
    def bug(request: Request, error: Exception) -> JSONResponse:
        log.error("unhandled_error", path=request.url.path, exc_info=error)
        body = {"type": "urn:fieldhand:problem:internal", "title": "Something went wrong here", "status": 500}
        return JSONResponse(body, 500, media_type=PROBLEM)
