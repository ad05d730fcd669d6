"""How an ASGI application of Fieldhand is made: limits, security headers, metrics, health."""

import time
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, Counter, Histogram, generate_latest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kernel.db import Login, transaction
from kernel.errors import TooLarge
from kernel.examples import add_examples
from kernel.http import install_problem_handlers, problem_response
from kernel.log import configure_logging
from kernel.settings import get_settings

MAX_BODY_BYTES = 8 * 1024 * 1024

REQUESTS = Counter("fieldhand_http_requests_total", "HTTP requests", ["app", "operation", "status"])
SECONDS = Histogram("fieldhand_http_request_seconds", "Time to the answer", ["app", "operation"])

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class BodyLimit:
    """Refuses bodies over the limit, whether announced or streamed."""

    def __init__(self, app: ASGIApp, limit: int = MAX_BODY_BYTES) -> None:
        """Stand before `app`."""
        self.app, self.limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count the body as it arrives."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        refusal = TooLarge(f"At most {self.limit} bytes.", limit=self.limit)
        if not announced.isdigit() or int(announced) > self.limit:
            await problem_response(refusal)(scope, receive, send)
            return
        seen, over, started = 0, False, False

        async def counted() -> Message:
            nonlocal seen, over
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self.limit:
                over = True
                raise refusal
            return message

        async def answer(message: Message) -> None:
            nonlocal started
            if started or not over:
                started = True
                await send(message)

        await self.app(scope, counted, answer)
        if over and not started:
            await problem_response(refusal)(scope, receive, send)


def make_app(*, name: str, title: str, version: str) -> FastAPI:
    """Return an application with refusals, limits, metrics and health checks; rooms are included into it."""
    settings = get_settings()
    configure_logging(level=settings.log_level, json=settings.log_json)
    app = FastAPI(title=title, version=version, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.access = {}
    describe = app.openapi
    app.openapi = lambda: app.openapi_schema or add_examples(describe())  # type: ignore[method-assign]
    install_problem_handlers(app)
    app.add_middleware(BodyLimit)

    @app.middleware("http")
    async def measured(request: Request, proceed: Callable[[Request], Awaitable[Response]]) -> Response:
        started, status = time.perf_counter(), 500
        try:
            response = await proceed(request)
            status = response.status_code
        finally:
            operation = getattr(request.scope.get("route"), "unique_id", None) or "other"
            REQUESTS.labels(name, operation, status).inc()
            SECONDS.labels(name, operation).observe(time.perf_counter() - started)
        for header, value in HEADERS.items():
            response.headers.setdefault(header, value)
        return response

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz", include_in_schema=False)
    def readyz() -> JSONResponse:
        try:
            with transaction(Login.APP) as session:
                session.execute(text("SELECT 1 FROM tenant LIMIT 1"))
        except (OperationalError, PoolTimeout):
            return JSONResponse({"status": "database away"}, 503)
        return JSONResponse({"status": "ready"})

    @app.get("/metrics", include_in_schema=False)
    def metrics() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return app
