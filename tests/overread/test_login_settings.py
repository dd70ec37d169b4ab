"""What the file of the login must say."""

from __future__ import annotations

from pathlib import Path

import pytest

from ecgnet.overread.login_settings import LoginError, login_settings

GOOD = {
    "redirect_uri": "https://ecg.hospital.example/oauth2callback",
    "cookie_secret": "s3cret" * 6,
    "client_id": "ecgnet",
    "client_secret": "hush",
    "server_metadata_url": "https://login.hospital.example/.well-known/openid-configuration",
}


def written(folder: Path, **changed: str) -> dict[str, str]:
    file = folder / "login.toml"
    rows = "".join(f'{key} = "{value}"\n' for key, value in (GOOD | changed).items() if value)
    file.write_text(f"[auth]\n{rows}")
    return {"ECGNET_LOGIN": str(file)}


def test_nobody_logs_in_where_nothing_is_set():
    assert login_settings({}) is None


def test_the_host_is_that_of_the_way_back(tmp_path: Path):
    assert login_settings(written(tmp_path)).host == "ecg.hospital.example"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"client_id": ""}, "lacks client_id"),
        ({"cookie_secret": "hunter2"}, "fewer than 32"),
        ({"redirect_uri": "http://ecg.hospital.example/oauth2callback"}, "redirect_uri begins with https"),
        ({"redirect_uri": "https://ecg.hospital.example/"}, "ends in /oauth2callback"),
        ({"server_metadata_url": "http://login.example/"}, "server_metadata_url begins with https"),
    ],
)
def test_what_would_not_be_safe_is_a_sentence_without_the_secret(tmp_path: Path, changed: dict, said: str):
    with pytest.raises(LoginError, match=said) as fault:
        login_settings(written(tmp_path, **changed))
    assert "hush" not in str(fault.value) and "hunter2" not in str(fault.value)


@pytest.mark.parametrize("content", [None, "no toml", "[other]\nx = 1\n", "auth = 3\n"])
def test_a_file_that_is_none_is_a_sentence(tmp_path: Path, content: str | None):
    file = tmp_path / "login.toml"
    if content is not None:
        file.write_text(content)
    with pytest.raises(LoginError, match=r"login\.toml"):
        login_settings({"ECGNET_LOGIN": str(file)})
