"""The login in a browser, at a provider of OpenID Connect on loopback: a stranger sees nothing, a reader signs, and who
has logged out sees nothing again."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from ecgnet.overread import chain
from ecgnet.overread.database import Database
from tests.browser.conftest import CHROMIUM, LAPTOP, ROOT
from tests.serving import serve

pytest.importorskip("authlib")
pytest.importorskip("sqlalchemy")
provider = pytest.importorskip("oidc_provider_mock")
WAIT = 120_000
PAGES = ("", "upload", "validate", "explain", "compare", "dataset", "models")
NOTHING = "Skip to main content ECGNet login Log in science Research use only, not a diagnosis."
"""All that a stranger may read; "login" and "science" are icons."""
SETTINGS = """[auth]
redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
cookie_secret = "not a secret outside of this test"
client_id = "ecgnet"
client_secret = "none"
server_metadata_url = "{issuer}/.well-known/openid-configuration"
"""


@dataclass(frozen=True)
class Hospital:
    """app: its address; issuer: the provider's; journal: the file."""

    app: str
    issuer: str
    journal: Path


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hospital]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    folder = tmp_path_factory.mktemp("hospital")
    ada = provider.User(sub="ada", claims={"name": "Ada <i>Löwe"})
    with provider.run_server_in_thread(user_claims=[ada]) as server:
        issuer = f"http://localhost:{server.server_port}"
        (folder / "login.toml").write_text(SETTINGS.format(issuer=issuer))
        with serve(
            [sys.executable, "-m", "ecgnet"],
            folder,
            PYTHONPATH=ROOT,
            ECGNET_LOGIN=str(folder / "login.toml"),
            ECGNET_DB=str(folder / "readers.db"),
        ) as app:
            yield Hospital(app.address, issuer, folder / "readers.db")


@pytest.fixture
def page(browser) -> Iterator:
    """A visit without any cookie."""
    context = browser.new_context(**LAPTOP)
    context.route("**/cdn.jsdelivr.net/**", lambda route: route.abort())  # the provider's style sheet
    yield context.new_page()
    context.close()


def at_the_door(page) -> str:
    """Every word on screen of who is shown the way in."""
    page.get_by_role("button", name="Log in").wait_for(timeout=WAIT)
    page.get_by_text("Research use only").wait_for(timeout=WAIT)
    return " ".join(page.locator("body").inner_text().split())


def grave_faults(page) -> list[str]:
    """What shuts somebody out, as axe-core finds it with the pointer elsewhere."""
    page.mouse.move(0, 0)
    found = Axe().run(page).response["violations"]
    return [
        f"{fault['help']}: {fault['nodes'][0]['html'][:200]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
    ]


def test_a_stranger_sees_nothing_of_any_page(page, hospital: Hospital):
    for name in PAGES:
        page.goto(f"{hospital.app}/{name}?record=demo/demo-05")
        assert at_the_door(page) == NOTHING
    assert not grave_faults(page)
    with Database(str(hospital.journal)).reading() as connection:
        assert chain.entries(connection) == []


def test_a_reader_logs_in_signs_and_after_logging_out_sees_nothing(page, hospital: Hospital):
    page.goto(f"{hospital.app}/models?record=demo/demo-05")
    page.get_by_role("button", name="Log in").click(timeout=WAIT)
    page.locator("button[value=ada]").first.click(timeout=WAIT)
    page.wait_for_url(f"{hospital.app}/models?record=demo**demo-05", timeout=WAIT)  # as was asked for
    page.get_by_role("link", name="Browse").click(timeout=WAIT)
    page.get_by_text("Logged in as Ada").wait_for(timeout=WAIT)
    assert page.locator("i", has_text="Löwe").count() == 0  # a name stays a text
    page.get_by_text("nobody has signed this reading").click(timeout=WAIT)
    page.get_by_text("Correct it").click(timeout=WAIT)
    page.get_by_text("Classes").wait_for(timeout=WAIT)
    assert not grave_faults(page)
    page.get_by_text("Agree with ECGNet").click(timeout=WAIT)
    page.get_by_role("button", name="Sign as Ada").click(timeout=WAIT)
    page.get_by_text("signed by Ada").wait_for(timeout=WAIT)
    with Database(str(hospital.journal)).reading() as connection:
        chain.verify(connection)
        (entry,) = chain.entries(connection)
    assert (entry.kind, entry.reader.subject) == ("signed", f"{hospital.issuer} ada")

    page.get_by_role("button", name="Log out").click()
    page.wait_for_url(f"{hospital.issuer}/**", timeout=WAIT)  # whose session ends, too
    page.goto(f"{hospital.app}/explain")
    assert at_the_door(page) == NOTHING
