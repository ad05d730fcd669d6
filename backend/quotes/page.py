"""The quote's page: HTML without script, in the reader's language, every value escaped."""

import base64
import hashlib
from dataclasses import dataclass
from html import escape

from backend.contracts.coverage import Kind
from backend.quotes.models import OnRefusal, QuoteState
from backend.quotes.service import Shown
from kernel.languages import Language, preferred

STYLE = (
    "body{font:18px/1.5 system-ui,sans-serif;margin:0 auto;max-width:40rem;padding:1.5rem;color:#16202a;"
    "background:#fff}h1{font-size:1.4rem}table{border-collapse:collapse;width:100%}th,td{padding:.45rem .3rem;"
    "text-align:left;border-bottom:1px solid #8593a1;vertical-align:top}"
    ".n{text-align:right;white-space:nowrap}"
    "label{display:block;margin:1rem 0 .2rem}"
    "input,textarea{width:100%;box-sizing:border-box;font:inherit;padding:.5rem}"
    "textarea{min-height:5rem}button{font:inherit;padding:.7rem 1.6rem;margin:1rem .6rem 0 0;border:1px solid #0b5cad;"
    "border-radius:8px;background:#0b5cad;color:#fff}button.no{background:transparent;color:#0b5cad}"
    "@media(prefers-color-scheme:dark){body{background:#10161c;color:#e8edf2}button{background:#7db8f2;color:#10161c;"
    "border-color:#7db8f2}button.no{color:#7db8f2}}"
)
_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
}


@dataclass(frozen=True, kw_only=True)
class Text:
    """The words of the page in one language."""

    lang: str
    title: str
    about: str
    item: str
    quantity: str
    price: str
    amount: str
    total: str
    until: str
    name: str
    note: str
    accept: str
    refuse: str
    ends: str
    gone: str
    kinds: dict[Kind, str]
    units: dict[str, str]
    states: dict[QuoteState, str]


ZH = Text(
    lang="zh",
    title="维修报价",
    about="工单",
    item="项目",
    quantity="数量",
    price="单价",
    amount="金额",
    total="合计",
    until="有效期至",
    name="您的姓名",
    note="备注(可不填)",
    accept="同意报价",
    refuse="不同意",
    ends="如不同意,本工单将取消。",
    gone="此链接无效。",
    kinds={Kind.LABOUR: "人工", Kind.PARTS: "备件", Kind.TRAVEL: "上门", Kind.CONSUMABLES: "耗材"},
    units={"h": "小时", "visit": "次", "km": "公里"},
    states={
        QuoteState.ACCEPTED: "您已同意此报价,谢谢。",
        QuoteState.REFUSED: "您没有同意此报价,谢谢您的答复。",
        QuoteState.WITHDRAWN: "此报价已撤回。",
        QuoteState.EXPIRED: "此报价已过期。",
        QuoteState.SENT: "此报价已过期。",
    },
)
EN = Text(
    lang="en",
    title="Quote for a repair",
    about="Work order",
    item="Item",
    quantity="Quantity",
    price="Unit price",
    amount="Amount",
    total="Total",
    until="Valid until",
    name="Your name",
    note="Note (optional)",
    accept="Accept the quote",
    refuse="Refuse",
    ends="If you refuse, the work order will be cancelled.",
    gone="This link is not valid.",
    kinds={Kind.LABOUR: "Labour", Kind.PARTS: "Parts", Kind.TRAVEL: "Call-out", Kind.CONSUMABLES: "Consumables"},
    units={"h": "h", "visit": "×", "km": "km"},
    states={
        QuoteState.ACCEPTED: "You have accepted this quote. Thank you.",
        QuoteState.REFUSED: "You have refused this quote. Thank you for your answer.",
        QuoteState.WITHDRAWN: "This quote was withdrawn.",
        QuoteState.EXPIRED: "This quote is out of date.",
        QuoteState.SENT: "This quote is out of date.",
    },
)


def words(accept_language: str | None) -> Text:
    """Return the words in the language that the browser prefers; Chinese if it names neither."""
    return {Language.ZH: ZH, Language.EN: EN}[preferred(accept_language)]


def quote(text: Text, shown: Shown) -> str:
    """Return the page of a quote, with the form while it can be answered; it posts to its own address."""
    row = shown.quote
    lines = "".join(
        f"<tr><td>{escape(text.kinds[line.kind])} {escape(line.text)}</td>"
        f'<td class="n">{line.quantity.normalize():f} {escape(text.units.get(line.unit, line.unit))}</td>'
        f'<td class="n">{line.unit_price.normalize():f}</td><td class="n">{line.amount:f}</td></tr>'
        for line in shown.lines
    )
    until = row.valid_until.astimezone(shown.zone)
    table = (
        f"<table><thead><tr><th>{text.item}</th><th class=n>{text.quantity}</th><th class=n>{text.price}</th>"
        f"<th class=n>{text.amount}</th></tr></thead><tbody>{lines}</tbody><tfoot><tr><th colspan=3>{text.total}</th>"
        f'<th class="n">{escape(row.currency)} {row.total:f}</th></tr></tfoot></table>'
    )
    head = f"<p>{text.about} {escape(shown.order_number)}: {escape(shown.order_summary)}</p>"
    note = f"<p>{escape(row.note)}</p>" if row.note else ""
    end = f"<p>{text.until} {until:%Y-%m-%d %H:%M}</p>"
    foot = _form(text, ends=row.on_refusal is OnRefusal.CANCEL) if shown.open else f"<p>{text.states[row.state]}</p>"
    return _page(text, head + note + table + end + foot)


def _form(text: Text, *, ends: bool) -> str:
    return (
        '<form method="post" accept-charset="utf-8">'
        f'<label for="name">{text.name}</label><input id="name" name="name" maxlength="100" required>'
        f'<label for="note">{text.note}</label><textarea id="note" name="note" maxlength="500"></textarea>'
        + (f"<p>{text.ends}</p>" if ends else "")
        + f'<button type="submit" name="decision" value="accept">{text.accept}</button>'
        f'<button type="submit" class="no" name="decision" value="refuse">{text.refuse}</button></form>'
    )


def gone(text: Text) -> str:
    """Return the page of a link that leads nowhere."""
    return _page(text, f"<p>{text.gone}</p>")


def _page(text: Text, body: str) -> str:
    return (
        f'<!doctype html><html lang="{text.lang}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{text.title}</title><style>{STYLE}</style></head>"
        f"<body><main><h1>{text.title}</h1>{body}</main></body></html>"
    )
