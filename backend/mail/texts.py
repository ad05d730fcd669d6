"""What mails say, in both languages; `{words}` are filled in."""

from collections.abc import Mapping

REPORT_ZH = """{name},您好:

{site} 的服务工作已完成({summary}),随信附上服务报告(第 {version} 版)。
工单号:{number}

如有疑问,请直接回复本邮件。

{sender}
"""
REPORT_EN = """Dear {name},

the work at {site} is done ({summary}). The service report (version {version}) is attached.
Work order: {number}

Please answer this mail if you have questions.

{sender}
"""
REPLY_ZH = """{name},您好:

{text}

服务请求:{number} {summary}

{sender}
"""
REPLY_EN = """Dear {name},

{text}

Service request: {number} {summary}

{sender}
"""
TEXTS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "service_report": {
        "zh": ("服务报告 {number}:{site}", REPORT_ZH),
        "en": ("Service report {number}: {site}", REPORT_EN),
    },
    "ticket_reply": {
        "zh": ("服务请求 {number}:{summary}", REPLY_ZH),
        "en": ("Service request {number}: {summary}", REPLY_EN),
    },
}
PROSE = "text"
"""The word that keeps its lines, in the body only."""


def fill(kind: str, locale: str, words: Mapping[str, str]) -> tuple[str, str]:
    """Return title and body of a kind of mail; other languages than Chinese and English read English."""
    title, body = TEXTS[kind]["zh" if locale.startswith("zh") else "en"]
    plain = {name: " ".join(value.split()) for name, value in words.items()}
    prose = {PROSE: words[PROSE].strip()} if PROSE in words else {}
    return title.format_map(plain), body.format_map(plain | prose)
