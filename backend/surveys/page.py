"""The survey's page: HTML without script, in the reader's language, every value escaped."""

from dataclasses import dataclass
from html import escape

from kernel.languages import Language, preferred

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self' 'sha256-{style}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}

STYLE = (
    "body{font:18px/1.5 system-ui,sans-serif;margin:0 auto;max-width:34rem;padding:1.5rem;color:#16202a;"
    "background:#fff}h1{font-size:1.4rem}fieldset{border:1px solid #8593a1;border-radius:8px;margin:0 0 1.2rem;"
    "padding:.8rem 1rem}label{display:inline-block;min-width:2.6rem;padding:.55rem .4rem}"
    "input[type=radio]{width:1.2rem;height:1.2rem;vertical-align:middle}textarea{width:100%;box-sizing:border-box;font:inherit;min-height:6rem}"
    "button{font:inherit;padding:.7rem 1.6rem;border:0;border-radius:8px;background:#0b5cad;color:#fff}"
    "@media(prefers-color-scheme:dark){body{background:#10161c;color:#e8edf2}button{background:#7db8f2;color:#10161c}}"
)


@dataclass(frozen=True, kw_only=True)
class Text:
    """The words of the page in one language."""

    lang: str
    title: str
    about: str
    rating: str
    worst: str
    best: str
    nps: str
    comment: str
    send: str
    thanks: str
    used: str
    gone: str


ZH = Text(
    lang="zh",
    title="服务评价",
    about="服务请求",
    rating="您对本次服务满意吗?",
    worst="很不满意",
    best="非常满意",
    nps="您愿意向他人推荐我们吗?(0–10,可不填)",
    comment="您还想说些什么?(可不填)",
    send="提交",
    thanks="谢谢您的评价。",
    used="此链接已使用过,谢谢您的评价。",
    gone="此链接无效或已过期。",
)
EN = Text(
    lang="en",
    title="How did we do?",
    about="Service request",
    rating="How satisfied are you with this service?",
    worst="very dissatisfied",
    best="very satisfied",
    nps="Would you recommend us? (0–10, optional)",
    comment="Anything else you want to tell us? (optional)",
    send="Send",
    thanks="Thank you for your answer.",
    used="This link has been used. Thank you for your answer.",
    gone="This link is not valid, or no longer.",
)


def words(accept_language: str | None) -> Text:
    """Return the words in the language that the browser prefers; Chinese if it names neither."""
    return {Language.ZH: ZH, Language.EN: EN}[preferred(accept_language)]


def form(text: Text, *, number: str, summary: str) -> str:
    """Return the page with the questions; it posts to its own address."""
    stars = "".join(_radio("rating", value, required=True) for value in range(1, 6))
    scale = "".join(_radio("nps", value, required=False) for value in range(11))
    return _page(
        text,
        f"<p>{escape(text.about)} {escape(number)}: {escape(summary)}</p>"
        f'<form method="post" accept-charset="utf-8"><fieldset><legend>{escape(text.rating)}</legend>'
        f"<p>1 = {escape(text.worst)}, 5 = {escape(text.best)}</p>{stars}</fieldset>"
        f"<fieldset><legend>{escape(text.nps)}</legend>{scale}</fieldset>"
        f'<p><label for="text">{escape(text.comment)}</label>'
        '<textarea id="text" name="text" maxlength="2000"></textarea></p>'
        f'<button type="submit">{escape(text.send)}</button></form>',
    )


def _radio(name: str, value: int, *, required: bool) -> str:
    needed = " required" if required else ""
    return f'<label><input type="radio" name="{name}" value="{value}"{needed}> {value}</label>'


def notice(text: Text, line: str) -> str:
    """Return a page with one sentence."""
    return _page(text, f"<p>{escape(line)}</p>")


def _page(text: Text, body: str) -> str:
    return (
        f'<!doctype html><html lang="{text.lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(text.title)}</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{escape(text.title)}</h1>{body}</main></body></html>"
    )
