"""Mail through a real SMTP server: taken, put off, refused, cut off, tried again."""

import contextlib
import email
import email.policy
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import select
from sqlalchemy.orm import Session

from backend.files import service as files
from backend.mail import routes, service
from backend.mail.models import MailState, OutboundMail
from backend.mail.service import SEND_JOB, Attachment, Recipient
from kernel import clock
from kernel.auth import Role
from kernel.db import transaction
from kernel.ids import new_id
from kernel.jobs import Job
from kernel.settings import get_settings
from tests.integration.backend.callers import a_client

WORDS = {"name": "王工", "number": "WO-1", "site": "北门", "summary": "轴承", "version": "1", "sender": "合力"}
OK = "250 ok"


@dataclass
class Server:
    """A mail server that answers what it is told to."""

    answers: list[str] = field(default_factory=list)
    taken: list[EmailMessage] = field(default_factory=list)

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        answer = self.answers[0] if self.answers else OK
        if answer.startswith("550"):
            return self.answers.pop(0)
        envelope.rcpt_tos.append(address)
        return OK

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        answer = self.answers.pop(0) if self.answers else OK
        if answer == OK:
            message = email.message_from_bytes(envelope.content, policy=email.policy.default)
            assert isinstance(message, EmailMessage)
            self.taken.append(message)
        return answer


@contextlib.contextmanager
def sending_to(port: int) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {"HOST": "127.0.0.1", "PORT": str(port), "SECURITY": "none", "FROM": "a@heli.cn"}.items():
            patch.setenv(f"FIELDHAND_SMTP_{name}", value)
        get_settings.cache_clear()
        yield
    get_settings.cache_clear()


@pytest.fixture
def server(tenant: UUID) -> Iterator[Server]:
    handler = Server()
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    with sending_to(controller.port):
        yield handler
    controller.stop()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def write(session: Session, key: str = "k", *, locale: str = "zh") -> OutboundMail:
    file = files.put_bytes(session, b"%PDF-1.7 report", name="r.pdf", by=None)
    return service.write(
        session,
        "service_report",
        key=key,
        to=Recipient(address="wang@example.com", name="王工", locale=locale),
        words=WORDS,
        about=("work_order", new_id()),
        attachment=Attachment(file.id, "服务报告 WO-1.pdf"),
        at=clock.now() - timedelta(seconds=1),
    )


def written(tenant: UUID, **other: str) -> UUID:
    with transaction(tenant_id=tenant) as session:
        return write(session, **other).id


def now(tenant: UUID, mail_id: UUID) -> OutboundMail:
    with transaction(tenant_id=tenant) as session:
        return service.get_mail(session, mail_id)


def test_a_mail_is_written_once_and_sent_with_its_file(tenant: UUID, server: Server) -> None:
    mail_id = written(tenant)
    assert written(tenant) == mail_id

    for _ in range(2):
        service.send_mail(tenant, mail_id)

    (message,) = server.taken
    assert now(tenant, mail_id).state is MailState.SENT
    assert message["Message-ID"] == f"<{mail_id}@heli.cn>"
    assert (message["Subject"], message["To"]) == ("服务报告 WO-1:北门", "王工 <wang@example.com>")
    (attached,) = message.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == ("服务报告 WO-1.pdf", "application/pdf")
    assert attached.get_content() == b"%PDF-1.7 report"
    body = message.get_body()
    assert body is not None
    assert "王工,您好" in body.get_content()


def test_what_the_server_puts_off_is_tried_again_later(tenant: UUID, server: Server) -> None:
    server.answers = ["451 try later", OK]
    mail_id = written(tenant, locale="en")

    service.send_mail(tenant, mail_id)
    waiting = now(tenant, mail_id)
    service.send_mail(tenant, mail_id)
    assert (waiting.state, waiting.attempts, waiting.error) == (MailState.QUEUED, 1, "451 try later")
    assert server.taken == []
    with transaction(tenant_id=tenant) as session:
        due = session.scalars(select(Job.due_at).where(Job.kind == SEND_JOB)).all()
    assert waiting.next_at in due

    service.send_mail(tenant, mail_id, at=waiting.next_at)

    assert now(tenant, mail_id).state is MailState.SENT
    assert server.taken[0]["Subject"] == "Service report WO-1: 北门"


def test_a_refused_mail_is_dead_with_the_reason_until_somebody_sends_it_anew(tenant: UUID, server: Server) -> None:
    server.answers = ["550 no such user"]
    mail_id = written(tenant)

    service.send_mail(tenant, mail_id)

    dead = now(tenant, mail_id)
    assert (dead.state, dead.error) == (MailState.DEAD, "550 no such user")
    with a_client(tenant, Role.SUPERVISOR, routes) as client:
        listed = client.get("/outbound-mails", params={"state": "dead"}).json()["items"]
        again = client.post(f"/outbound-mails/{mail_id}/retry").json()
        service.send_mail(tenant, mail_id)
        refused = client.post(f"/outbound-mails/{mail_id}/retry")
    assert [line["id"] for line in listed] == [str(mail_id)]
    assert (again["state"], again["attempts"]) == ("queued", 0)
    assert now(tenant, mail_id).state is MailState.SENT
    assert refused.json()["type"].endswith("mail-is-sent")


def test_a_cut_connection_and_a_dead_server_are_tried_until_it_is_enough(tenant: UUID) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, sending_to(listener.getsockname()[1]):
        mail_id = written(tenant)

        def cut() -> None:
            connection, _ = listener.accept()
            connection.sendall(b"220 hello\r\n")
            connection.recv(100)
            connection.close()

        cutter = threading.Thread(target=cut)
        cutter.start()
        service.send_mail(tenant, mail_id)
        cutter.join(60)
    once = now(tenant, mail_id)
    assert (once.state, once.attempts) == (MailState.QUEUED, 1)
    assert "Disconnected" in str(once.error)

    at = once.next_at
    with sending_to(free_port()):
        for _ in range(service.MOST_ATTEMPTS - 1):
            service.send_mail(tenant, mail_id, at=at)
            at = now(tenant, mail_id).next_at

    given_up = now(tenant, mail_id)
    assert (given_up.state, given_up.attempts) == (MailState.DEAD, service.MOST_ATTEMPTS)
    assert "Refused" in str(given_up.error)


def test_a_lost_worker_leaves_the_mail_to_the_next(tenant: UUID, server: Server) -> None:
    mail_id, at = written(tenant), clock.now()
    assert service._claim(tenant, mail_id, at) is not None

    service.send_mail(tenant, mail_id, at=at)
    assert server.taken == []
    service.send_mail(tenant, mail_id, at=at + service.LEASE)

    assert now(tenant, mail_id).state is MailState.SENT


def test_without_a_server_mails_are_kept(tenant: UUID) -> None:
    mail_id = written(tenant)

    service.send_mail(tenant, mail_id)

    kept = now(tenant, mail_id)
    assert (kept.state, kept.attempts) == (MailState.OFF, 0)
