"""A device reads its claim, and sends its token nowhere in the clear."""

import stat

import pytest

from firmware_sim.claim import Granted, keep, read_claim
from firmware_sim.credentials import read_credentials
from firmware_sim.errors import CredentialsError

TOKEN = "fhc_abc-DEF_123"


def test_a_claim_names_where_to_trade_and_the_token() -> None:
    found = read_claim(f" fieldhand:claim?u=https://fieldhand.example.org:8443/&t={TOKEN}\n")

    assert (found.url, found.token) == ("https://fieldhand.example.org:8443", TOKEN)
    assert TOKEN not in repr(found)


@pytest.mark.parametrize(
    "text",
    [
        "",
        TOKEN,
        f"fieldhand:claim?t={TOKEN}",
        "fieldhand:claim?u=https://a.example.org",
        f"https://a.example.org/claim?u=https://a.example.org&t={TOKEN}",
        f"fieldhand:claim?u=http://a.example.org&t={TOKEN}",
        f"fieldhand:claim?u=file:///etc/passwd&t={TOKEN}",
        f"fieldhand:claim?u=http://127.0.0.1.example.org&t={TOKEN}",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(CredentialsError):
        read_claim(text)


def test_what_was_granted_is_kept_for_its_owner_only(tmp_path) -> None:
    granted = Granted(name="pump-x", model="pump", tenant="demo", host="h", port=8883, secret="s3cr3t", ca="PEM")
    path = tmp_path / "device.json"

    keep(granted, path)

    found = read_credentials(path)
    assert (found.tenant, found.host, found.port) == ("demo", "h", 8883)
    assert [(one.name, one.secret) for one in found.devices] == [("pump-x", "s3cr3t")]
    assert (tmp_path / str(found.ca)).read_text() == "PEM"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
