"""A device that downloads: cut connections, wrong hashes, refusals, restarts."""

import hashlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
import pytest

from firmware_sim.protocol import Command, Status
from firmware_sim.updates import UPDATE, Manner, Outcome, Updater

IMAGE = bytes(range(256)) * 400


@dataclass
class Source:
    """An HTTP server of one image; `cuts` says after how many bytes each answer ends."""

    cuts: list[int] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)
    status: int = 206
    url: str = ""


@pytest.fixture
def source() -> Iterator[Source]:
    found = Source()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.ranges.append(self.headers["Range"])
            rest = IMAGE[int(self.headers["Range"][6:-1]) :]
            self.send_response(found.status)
            self.send_header("Content-Length", str(len(rest)))
            self.end_headers()
            if found.status == 206:
                self.wfile.write(rest[: found.cuts.pop(0)] if found.cuts else rest)

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_port}/image"
    yield found
    server.shutdown()
    server.server_close()


def update(source: Source, *, sha256: str | None = None, key: str = "c1") -> Command:
    args = {
        "version": "2.0.0",
        "url": source.url,
        "size": len(IMAGE),
        "sha256": sha256 or hashlib.sha256(IMAGE).hexdigest(),
    }
    return Command(key, UPDATE, {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in args.items()})


def outcome_of(updater: Updater) -> Outcome:
    deadline = time.monotonic() + 90
    while (found := updater.outcome()) is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found


def test_an_image_is_fetched_proved_and_told_of(source: Source) -> None:
    updater = Updater("a")
    assert updater.begin(update(source), "1.4.2") is None
    assert updater.begin(update(source), "1.4.2") is None

    done = outcome_of(updater)

    assert (done.answer.status, done.firmware) == (Status.ACKED, "2.0.0")
    assert source.ranges == ["bytes=0-"]
    assert [note["status"] for note in updater.notes()] == ["downloading"] * 4 + ["verified"]
    assert updater.notes() == []


def test_a_cut_download_goes_on_where_it_was_cut(source: Source) -> None:
    source.cuts = [50_000]
    updater = Updater("a")
    updater.begin(update(source), "1.4.2")

    assert outcome_of(updater).answer.status is Status.ACKED
    assert source.ranges == ["bytes=0-", "bytes=50000-"]


def test_a_wrong_hash_and_a_closed_door_are_refusals(source: Source) -> None:
    updater = Updater("a")
    updater.begin(update(source, sha256="0" * 64), "1.4.2")
    wrong = outcome_of(updater)
    source.status = 404
    updater.begin(update(source, key="c2"), "1.4.2")
    gone = outcome_of(updater)

    assert (wrong.answer.status, wrong.answer.detail) == (
        Status.FAILED,
        "the image does not have the hash it should have",
    )
    assert (gone.answer.status, gone.answer.detail) == (Status.FAILED, "the server answers 404")


def test_what_is_no_update_is_refused_at_once(source: Source) -> None:
    reply = Updater("a").begin(update(source, sha256="short"), "1.4.2")

    assert reply is not None
    assert reply.status is Status.FAILED


def test_a_restart_ends_what_is_under_way(source: Source) -> None:
    updater = Updater("a", Manner(bytes_per_second=200_000))
    updater.begin(update(source), "1.4.2")
    updater.abort()

    assert updater.begin(update(source, key="c2"), "1.4.2") is None
    assert outcome_of(updater).answer.id == "c2"


def test_the_share_of_failures_is_as_asked_and_the_same_for_a_seed() -> None:
    manner = Manner(failures=0.3, seed=7)
    chances = [manner.chance(f"device-{n}", "2.0.0") for n in range(2000)]

    assert chances == [Manner(failures=0.3, seed=7).chance(f"device-{n}", "2.0.0") for n in range(2000)]
    assert 0.25 < sum(chance < 0.3 for chance in chances) / 2000 < 0.35
