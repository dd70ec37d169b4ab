"""Where the app listens, and what starts without loading the networks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ecgnet.overread.login_settings import LoginError, LoginSettings
from ecgnet.ui import server


@pytest.mark.parametrize(
    ("address", "local"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("10.0.0.7", False)],
)
def test_only_this_machine_reaches_a_loopback_address(address: str, local: bool):
    assert server.is_local(address) == local


def started(monkeypatch: pytest.MonkeyPatch, *address: str, **about: object) -> list[str]:
    """What Streamlit is started with."""
    monkeypatch.setattr(server, "warm", lambda: None)
    monkeypatch.setattr(server.runpy, "run_module", lambda *about, **options: None)
    monkeypatch.setattr(sys, "argv", [])
    server.serve(8501, *address, **about)
    return sys.argv


def test_the_app_listens_on_this_machine_alone(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    asked = started(monkeypatch)
    assert "--server.address=127.0.0.1" in asked
    assert "--server.allowedHosts=localhost" in asked
    assert capsys.readouterr().err == ""


def test_an_address_that_others_reach_demands_a_login(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(LoginError, match="name a login in ECGNET_LOGIN"):
        started(monkeypatch, "0.0.0.0")


def test_where_somebody_else_asks_who_they_are_it_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
):
    monkeypatch.setenv(server.WITHOUT_LOGIN, "")  # brought back after the test
    assert "--server.address=0.0.0.0" in started(monkeypatch, "0.0.0.0", without_login=True)
    assert "without a password" in capsys.readouterr().err


def test_with_a_login_the_app_answers_under_its_own_names_alone(monkeypatch: pytest.MonkeyPatch):
    pytest.importorskip("authlib")
    login = LoginSettings(Path("/etc/ecgnet/login.toml"), "ecg.hospital.example")
    assert "--server.allowedHosts=ecg.hospital.example" in (
        asked := started(monkeypatch, "0.0.0.0", login=login)
    )
    assert "--secrets.files=/etc/ecgnet/login.toml" in asked
    assert "--server.allowedHosts=127.0.0.1" not in asked


def test_what_is_in_a_file_is_said_without_loading_the_networks(tmp_path: Path):
    file = tmp_path / "ecg.csv"
    file.write_text(
        "I,II,III,aVR,aVL,aVF,V1,V2,V3,V4,V5,V6\n" + "0.1,0.2,0.1,-0.15,0,0.15,0,0,0,0,0,0\n" * 1000
    )
    code = (
        "import sys; from ecgnet.__main__ import main; "
        f"done = main(['info', {str(file)!r}, '--fs', '100', '--unit', 'mV']); print(done, 'torch' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert run.stdout.splitlines()[-1] == "0 False"
