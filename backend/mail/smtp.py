"""The mail port: one message by SMTP (RFC 5321), with the deployment's settings."""

import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr
from uuid import UUID

from backend.mail.errors import NotNow, Refused
from kernel.settings import MailSecurity, Settings, get_settings

TIMEOUT_SECONDS = 20
PERMANENT = range(500, 600)
UNAUTHORISED = frozenset({530, 534, 535, 538})
"""Answers to our log-in: the mail is none the worse, somebody has to mend the settings."""


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail as it goes out."""

    mail_id: UUID
    to_address: str
    to_name: str
    locale: str
    title: str
    body: str
    at: datetime
    file: tuple[str, str, bytes] | None
    """Name, media type, content."""


def configured() -> bool:
    """Tell whether there is a mail server to send with."""
    return bool(get_settings().smtp_host)


def send(letter: Letter) -> None:
    """Hand one mail over.

    Raises:
        Refused: it will never be taken.
        NotNow: it was not taken this time.
    """
    settings = get_settings()
    try:
        message = compose(letter, settings)
        with _connect(settings) as server:
            if settings.smtp_user:
                server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
            server.send_message(message, from_addr=settings.smtp_from, to_addrs=[letter.to_address])
    except smtplib.SMTPRecipientsRefused as error:
        code, words = next(iter(error.recipients.values()))
        raise _meaning(code, words) from error
    except smtplib.SMTPResponseException as error:
        raise _meaning(error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPNotSupportedError as error:
        raise NotNow(f"the server cannot do what the settings ask for: {error}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotNow(f"{type(error).__name__}: {error}") from error
    except ValueError as error:
        raise Refused(f"the mail cannot be written: {error}") from error


def compose(letter: Letter, settings: Settings) -> EmailMessage:
    """Return the message (RFC 5322); its id follows from the row's.

    Raises:
        ValueError: an address or a title cannot stand in a header.
    """
    message = EmailMessage()
    message["From"] = formataddr((settings.smtp_from_name, settings.smtp_from))
    message["To"] = formataddr((letter.to_name, letter.to_address))
    message["Subject"] = letter.title
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = f"<{letter.mail_id}@{settings.smtp_from.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = letter.locale
    message.set_content(letter.body)
    if letter.file is not None:
        name, media_type, content = letter.file
        kind, _, form = media_type.partition("/")
        message.add_attachment(content, maintype=kind, subtype=form, filename=name)
    return message


def _connect(settings: Settings) -> smtplib.SMTP:
    host, port = settings.smtp_host or "", settings.smtp_port
    if settings.smtp_security is MailSecurity.TLS:
        return smtplib.SMTP_SSL(host, port, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context())
    server = smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS)
    if settings.smtp_security is MailSecurity.STARTTLS:
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _meaning(code: int, words: bytes | str) -> Refused | NotNow:
    said = words.decode(errors="replace") if isinstance(words, bytes) else words
    kind = Refused if code in PERMANENT and code not in UNAUTHORISED else NotNow
    return kind(f"{code} {said}"[:1000])
