"""One page of the app at a time, inside the frame that app.py gives it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest, local_script_runner
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import runpy
from ecgnet.ui.frame import frame
with frame():
    runpy.run_path({page!r})
"""


@pytest.fixture(scope="session", autouse=True)
def quick_app_tests() -> Iterator[None]:
    """What AppTest does anew for each app and is found again each time: it reads the metadata of every installed package
    for components, half a second, and looks a thousand times a second whether the script has ended."""

    def wait(runner: LocalScriptRunner, timeout: float = 3) -> None:
        runner._script_thread.join(timeout)
        if not runner.script_stopped():
            tell(runner, 0)

    tell = local_script_runner.require_widgets_deltas
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests)
        )
        patch.setattr(local_script_runner, "require_widgets_deltas", wait)
        yield


@pytest.fixture
def open_page(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """open_page("browse") runs the page on the demo library; `ptbxl` names a data set's folder, `link` a record,
    `query` what else the link says, `state` what the visitor has chosen before."""

    monkeypatch.setattr("ecgnet.ui.waiting.CALM", 0)  # no browser draws anything meanwhile

    def run(
        name: str,
        ptbxl: Path | None = None,
        link: str | None = None,
        query: Mapping[str, str] = MappingProxyType({}),
        state: Mapping[str, object] = MappingProxyType({}),
    ) -> AppTest:
        monkeypatch.chdir(ROOT)
        monkeypatch.setenv("ECGNET_PTBXL", str(ptbxl)) if ptbxl else monkeypatch.delenv("ECGNET_PTBXL", False)
        monkeypatch.setattr("ecgnet.ptbxl.DEFAULT_FOLDER", Path("no such folder"))
        app = AppTest.from_string(SCRIPT.format(page=str(ROOT / "pages" / f"{name}.py")), default_timeout=120)
        if link:
            app.query_params["record"] = link
        for key, value in query.items():
            app.query_params[key] = value
        for key, value in state.items():
            app.session_state[key] = value
        return app.run()

    return run
