"""How a picture is asked for and answered over HTTP."""

from typing import Annotated, Any

from fastapi import Header, Query, Response

from iot_gateway.evidence_plot import Theme
from kernel.languages import Language

SVG = "image/svg+xml"
PICTURE: dict[int | str, dict[str, Any]] = {200: {"description": "The picture.", "content": {SVG: {}}}}
HEADERS = {
    "Cache-Control": "private, max-age=60",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Vary": "Accept-Language",
}

Lang = Annotated[Language | None, Query(description="Without it, what Accept-Language prefers.")]
Look = Annotated[Theme, Query(description="For a light or a dark page.")]
AcceptLanguage = Annotated[str | None, Header(alias="Accept-Language", max_length=500)]


def picture(body: str, language: Language) -> Response:
    """Return a picture that runs nothing and loads nothing, also when it is opened by itself."""
    return Response(body, media_type=SVG, headers=HEADERS | {"Content-Language": language})
