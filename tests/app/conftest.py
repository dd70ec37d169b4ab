"""One page of the app at a time, inside the frame that app.py gives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import runpy
from ecgnet.ui.frame import frame
with frame():
    runpy.run_path({page!r})
"""


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
