"""Photos and signatures from the phone."""

import hashlib
import io

from PIL import Image

from kernel.db import transaction
from tests.integration.mobile_api.field import Field, Phone


def a_photo() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (300, 200), "blue").save(made, "JPEG")
    return made.getvalue()


def test_a_photo_goes_up_by_its_hash_and_is_bound_to_the_visit(field: Field, phone: Phone) -> None:
    visit, photo = field.visit(), a_photo()
    sha256 = hashlib.sha256(photo).hexdigest()
    early = field.operation(visit.id, "file.attach", {"sha256": sha256, "role": "photo"}, seq=1)
    (refused,) = phone.push([early])
    place = f"/visits/{visit.id}/files/{sha256}"
    made = [phone.client.put(place, params={"name": "a.jpg"}, content=photo) for _ in range(2)]
    attach = field.operation(visit.id, "file.attach", {"sha256": sha256, "role": "photo", "caption": "铭牌"}, seq=2)

    results = [phone.push([attach])[0]["status"] for _ in range(2)]

    assert (refused["status"], refused["reason"]) == ("rejected", "file-unknown")
    assert [answer.status_code for answer in made] == [200, 200]
    assert made[0].json() == made[1].json()
    assert results == ["applied", "duplicate"]
    (listed,) = phone.client.get(f"/visits/{visit.id}/files").json()
    assert (listed["role"], listed["caption"], listed["file"]["sha256"]) == ("photo", "铭牌", sha256)
    assert phone.client.get(place).content == photo
    assert (
        phone.client.put(f"/visits/{visit.id}/files/{'0' * 64}", params={"name": "a"}, content=photo).status_code == 422
    )


def test_a_large_file_goes_up_in_chunks(field: Field, phone: Phone) -> None:
    visit, photo = field.visit(), a_photo()
    body = {"name": "a.jpg", "size": len(photo), "sha256": hashlib.sha256(photo).hexdigest()}
    upload = phone.client.post(f"/visits/{visit.id}/uploads", json=body).json()
    place = f"/visits/{visit.id}/uploads/{upload['id']}"

    for offset in range(0, len(photo), 500):
        phone.client.put(place, params={"offset": offset}, content=photo[offset : offset + 500])

    assert phone.client.post(f"{place}/finish").json()["media_type"] == "image/jpeg"


def test_files_of_somebody_elses_visit_are_out_of_reach(field: Field, phone: Phone) -> None:
    visit, photo = field.visit(field.scene.gao), a_photo()
    sha256 = hashlib.sha256(photo).hexdigest()

    answers = [
        phone.client.put(f"/visits/{visit.id}/files/{sha256}", params={"name": "a"}, content=photo),
        phone.client.get(f"/visits/{visit.id}/files"),
        phone.client.get(f"/visits/{visit.id}/files/{sha256}"),
    ]

    assert {answer.status_code for answer in answers} <= {403, 404, 409}
    with transaction(tenant_id=field.tenant):
        (refused,) = phone.push([field.operation(visit.id, "file.attach", {"sha256": sha256, "role": "photo"})])
    assert (refused["status"], refused["reason"]) == ("rejected", "not-your-visit")
