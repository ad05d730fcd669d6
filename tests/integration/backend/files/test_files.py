"""Files over HTTP and in the store."""

import hashlib
import io
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from PIL import Image
from sqlalchemy import select

from backend.attachments import routes as attachments
from backend.files import handlers, routes, storage, uploads
from backend.files.models import FileUpload
from kernel.audit import AuditEntry
from kernel.auth import Role
from kernel.db import transaction
from kernel.jobs import Job
from kernel.settings import get_settings
from tests.integration.backend.callers import TestClient, a_client
from tests.integration.backend.work.scene import a_scene, an_order

CSV = "序号,读数\n".encode() + b"1,2\n" * 50
HASH = hashlib.sha256(CSV).hexdigest()


@pytest.fixture
def agent(tenant: UUID, tmp_path: Path) -> Iterator[TestClient]:
    place = {"FIELDHAND_FILE_STORE_URL": tmp_path.as_uri()}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in place.items():
            patch.setenv(name, value)
        get_settings.cache_clear()
        with a_client(tenant, Role.AGENT, routes, attachments) as client:
            yield client
    get_settings.cache_clear()


def begin(client: TestClient, **other: object) -> dict[str, object]:
    body = {"name": "读数.csv", "size": len(CSV), "sha256": HASH, "media_type": "text/csv"} | other
    answer = client.post("/files/uploads", json=body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def a_photo(color: str = "red") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (900, 600), color).save(made, "JPEG")
    return made.getvalue()


def slug(answer: object) -> str:
    return str(answer.json()["type"]).rpartition(":")[2]  # type: ignore[attr-defined]


def test_an_upload_goes_on_where_it_was_cut_off(agent: TestClient) -> None:
    upload = begin(agent)
    place = f"/files/uploads/{upload['id']}"
    assert agent.put(place, params={"offset": 0}, content=CSV[:70]).json()["received"] == 70

    gap = agent.put(place, params={"offset": 100}, content=CSV[100:])
    assert (gap.status_code, gap.json()["received"]) == (409, 70)
    assert slug(agent.post(f"{place}/finish")) == "upload-incomplete"
    assert begin(agent)["received"] == 70

    agent.put(place, params={"offset": 50}, content=CSV[50:120])
    assert agent.put(place, params={"offset": 120}, content=CSV[120:]).json()["received"] == len(CSV)
    file = agent.post(f"{place}/finish").json()

    assert (file["sha256"], file["media_type"], file["size"]) == (HASH, "text/csv", len(CSV))
    assert agent.post(f"{place}/finish").json() == file
    assert begin(agent)["file_id"] == file["id"]
    assert agent.get(f"/files/{file['id']}/content").content == CSV


def test_a_wrong_hash_is_refused_and_the_bytes_can_be_sent_again(agent: TestClient) -> None:
    upload = begin(agent)
    place = f"/files/uploads/{upload['id']}"
    agent.put(place, content=b"x" * len(CSV))

    refused = agent.post(f"{place}/finish")
    agent.put(place, params={"offset": 0}, content=CSV)

    assert (refused.status_code, slug(refused)) == (422, "hash-differs")
    assert refused.json()["announced"] == HASH
    assert agent.post(f"{place}/finish").status_code == 200
    assert slug(agent.post("/files", params={"name": "x", "sha256": "0" * 64}, content=CSV)) == "hash-differs"


def test_what_is_not_kept_is_refused_by_its_bytes_and_its_size(agent: TestClient) -> None:
    svg = agent.post("/files", params={"name": "a.jpg", "media_type": "image/jpeg"}, content=b"<svg/>")
    announced = agent.post("/files/uploads", json={"name": "a", "size": 9, "sha256": HASH, "media_type": "text/html"})
    large = agent.post("/files/uploads", json={"name": "a", "size": 2**31, "sha256": HASH})

    assert [slug(answer) for answer in (svg, announced, large)] == [
        "media-type-unfit", "media-type-unfit", "file-too-large",
    ]  # fmt: skip
    assert large.status_code == 413


def test_a_download_runs_nowhere_and_is_sent_once(agent: TestClient) -> None:
    photo = agent.post("/files", params={"name": "泵 1.jpg"}, content=a_photo()).json()
    text = agent.post("/files", params={"name": "a.txt"}, content=b"plain").json()

    answer = agent.get(f"/files/{photo['id']}/content", params={"inline": True})
    again = agent.get(f"/files/{photo['id']}/content", headers={"If-None-Match": answer.headers["etag"]})
    plain = agent.get(f"/files/{text['id']}/content", params={"inline": True})

    assert answer.headers["content-disposition"] == "inline; filename*=UTF-8''%E6%B3%B5%201.jpg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["etag"] == f'"{photo["sha256"]}"'
    assert (again.status_code, again.content) == (304, b"")
    assert plain.headers["content-disposition"].startswith("attachment")
    small = agent.get(f"/files/{photo['id']}/thumbnail")
    assert Image.open(io.BytesIO(small.content)).size == (480, 320)
    assert slug(agent.get(f"/files/{text['id']}/thumbnail")) == "no-thumbnail"


def test_the_same_photo_on_another_order_is_told(agent: TestClient, tenant: UUID) -> None:
    with transaction(tenant_id=tenant) as session:
        scene = a_scene(session)
        first, second = an_order(session, scene), an_order(session, scene)
    photo = agent.post("/files", params={"name": "a.jpg"}, content=a_photo()).json()
    again = agent.post("/files", params={"name": "b.jpg"}, content=a_photo()).json()
    assert again == photo

    def attach(order_id: UUID) -> dict[str, object]:
        body = {"file_id": photo["id"], "subject_kind": "work_order", "subject_id": str(order_id), "role": "photo"}
        answer = agent.post("/attachments", json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    one, same, two = attach(first.id), attach(first.id), attach(second.id)

    assert one["reused_from"] is None
    assert one == same
    assert two["reused_from"]["subject_id"] == str(first.id)  # type: ignore[index]
    listed = agent.get("/attachments", params={"subject_kind": "work_order", "subject_id": str(second.id)}).json()
    assert listed["items"] == [two]

    assert agent.delete(f"/attachments/{two['id']}").status_code == 204
    assert slug(agent.delete(f"/attachments/{two['id']}")) == "link-unknown"
    with transaction(tenant_id=tenant) as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "files.unlink")).one()
    assert (entry.subject, entry.subject_id) == ("work_order", second.id)


def test_half_an_upload_is_cleared_away_a_day_later(agent: TestClient, tenant: UUID, tmp_path: Path) -> None:
    upload = begin(agent)
    agent.put(f"/files/uploads/{upload['id']}", content=CSV[:10])
    with transaction(tenant_id=tenant) as session:
        row = session.scalars(select(FileUpload)).one()
        job = session.scalars(select(Job).where(Job.kind == uploads.SWEEP_JOB)).one()
    assert job.due_at == row.expires_at > row.created_at + timedelta(hours=23)
    assert storage.chunks(tenant, row.id)

    handlers.sweep_upload(tenant, job.body)
    handlers.sweep_upload(tenant, job.body)

    assert not list(tmp_path.rglob(f"*{row.id}*"))
    assert agent.get(f"/files/uploads/{upload['id']}").status_code == 404


def test_others_cannot_go_on_with_an_upload(agent: TestClient, tenant: UUID) -> None:
    upload = begin(agent)
    with a_client(tenant, Role.DISPATCHER, routes) as other, a_client(tenant, Role.AUDITOR, routes) as auditor:
        assert other.get(f"/files/uploads/{upload['id']}").status_code == 404
        assert auditor.post("/files", params={"name": "x"}, content=CSV).status_code == 403
    with a_client(tenant, Role.TECHNICIAN, routes) as technician:
        assert technician.get(f"/files/{upload['id']}").status_code == 403
