from uuid import RFC_4122

from kernel.ids import new_id


def test_ids_are_version_seven_and_rise_with_time() -> None:
    ids = [new_id() for _ in range(200)]

    assert all(made.version == 7 and made.variant == RFC_4122 for made in ids)
    assert len(set(ids)) == 200
    assert [made.int >> 80 for made in ids] == sorted(made.int >> 80 for made in ids)
