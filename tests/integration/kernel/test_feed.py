"""The feed skips no late commit, and knows which marks it still serves."""

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from backend.worker.calendar import clear_feed
from kernel import clock, feed
from kernel.db import Login, bind_tenant, engine, transaction
from kernel.outbox import Event, publish


@dataclass(frozen=True, kw_only=True)
class Said(Event):
    """Somebody said something."""

    topic: ClassVar[str] = "test.said.v1"
    word: str


@dataclass(frozen=True, kw_only=True)
class Sung(Event):
    """Somebody sang."""

    topic: ClassVar[str] = "test.sung.v1"
    word: str


def say(tenant: UUID, *words: str) -> None:
    for word in words:
        with transaction(tenant_id=tenant) as session:
            publish(session, Said(word=word))


def head(tenant: UUID) -> feed.Mark:
    with transaction(tenant_id=tenant) as session:
        return feed.head(session)


def heard(tenant: UUID, mark: feed.Mark, **other: frozenset[str]) -> list[str]:
    with transaction(tenant_id=tenant) as session:
        return [change.body["word"] for change in feed.since(session, mark, **other)]


def known(tenant: UUID, mark: feed.Mark) -> bool:
    with transaction(tenant_id=tenant) as session:
        return feed.is_known(session, mark)


def test_what_is_committed_comes_once_and_in_order(tenant: UUID, other_tenant: UUID) -> None:
    start = head(tenant)
    say(tenant, "one", "two")
    say(other_tenant, "elsewhere")

    with transaction(tenant_id=tenant) as session:
        changes = feed.since(session, start)

    assert [change.body["word"] for change in changes] == ["one", "two"]
    assert heard(tenant, changes[0].mark) == ["two"]
    assert heard(tenant, changes[1].mark) == heard(tenant, head(tenant)) == []


def test_a_transaction_that_commits_late_is_not_skipped(tenant: UUID) -> None:
    start, seen = head(tenant), []
    mark = start
    with Session(engine(Login.APP)) as slow:
        bind_tenant(slow, tenant)
        publish(slow, Said(word="began first"))
        slow.flush()
        say(tenant, "committed first")

        with transaction(tenant_id=tenant) as session:
            early, between = feed.since(session, mark), feed.head(session)
        seen += [change.body["word"] for change in early]
        mark = early[-1].mark if early else between
        slow.commit()

    seen += heard(tenant, mark)
    assert seen == ["began first", "committed first"]


def test_only_the_topics_asked_for_come(tenant: UUID) -> None:
    start = head(tenant)
    say(tenant, "spoken")
    with transaction(tenant_id=tenant) as session:
        publish(session, Sung(word="sung"))

    assert heard(tenant, start, topics=frozenset({Sung.topic})) == ["sung"]


def test_a_mark_is_known_although_nothing_ever_happened(tenant: UUID) -> None:
    assert known(tenant, head(tenant))


def test_a_mark_from_another_database_is_not_known(tenant: UUID) -> None:
    mark = head(tenant)

    assert not known(tenant, replace(mark, xid=mark.xid + 1_000_000))
    assert not known(tenant, replace(mark, xid=feed.XID_LIMIT - 1))


def test_a_mark_older_than_the_feed_is_not_known_even_when_the_feed_is_empty(tenant: UUID) -> None:
    old = int((clock.now() - feed.KEPT).timestamp())
    start = replace(head(tenant), at=old)
    say(tenant, "long ago")
    with transaction(Login.SYSTEM) as session:
        session.execute(
            text("UPDATE outbox_event SET relayed_at = :at WHERE tenant_id = :tenant"),
            {"at": clock.now() - feed.KEPT - timedelta(minutes=1), "tenant": tenant},
        )
    clear_feed(clock.now())

    assert heard(tenant, start) == []
    assert not known(tenant, start)


def test_absurd_marks_are_answered(tenant: UUID) -> None:
    for at in (0, 10**12 - 1):
        assert known(tenant, feed.Mark(0, UUID(int=0), at)) is (at > 0)
