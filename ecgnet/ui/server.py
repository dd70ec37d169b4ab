"""The server: what is loaded before it answers, and where it listens."""

from __future__ import annotations

import ipaddress
import logging
import runpy
import sys
from contextlib import suppress
from importlib import import_module

from ecgnet.folders import APP

LOCAL = "127.0.0.1"
PAGES = ("browse.finder", "explain.controls", "compare.strategies", "dataset.make_up", "models.overview")
"""Modules of the pages whose import takes long."""


def serve(port: int, address: str = LOCAL) -> None:
    """Streamlit in this process, so that whoever ends it ends the app; it answers once the models are loaded. Streamlit's
    other settings lie beside app.py.

    address: that of the interface to listen on; every other than this machine's own is told of, since ECGs leave the
    machine unencrypted then and nobody is asked who he is."""
    if not is_local(address):
        print(
            f"ecgnet: the app listens on {address}: whoever reaches this machine sees it, without a password and "
            "unencrypted. Put a proxy with both in front of it, or leave --address out.",
            file=sys.stderr,
        )
    warm()
    sys.argv = ["streamlit", "run", str(APP), f"--server.port={port}", f"--server.address={address}"]
    if is_local(address):  # another site's page may name this server by its own name (DNS rebinding)
        sys.argv += ["--server.allowedHosts=localhost", "--server.allowedHosts=127.0.0.1"]
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)


def is_local(address: str) -> bool:
    """Whether only this machine reaches the address."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address == "localhost"


def warm() -> None:
    """Load what the first visitor would wait for: the pages' packages, the models and one made-up ECG through them. What
    cannot be loaded is told where it is needed, not here."""
    from streamlit.runtime.pages_manager import PagesManager

    from ecgnet import demo
    from ecgnet.judge import judge
    from ecgnet.models import SHOWN
    from ecgnet.remote import ServiceError
    from ecgnet.ui import predictors
    from ecgnet.weights import WeightsError, available

    # The folder pages/ is not of Streamlit's older kind of app, which shows its files in a sidebar until app.py has run.
    PagesManager.uses_pages_directory = False
    for name in PAGES:
        import_module(f"ecgnet.ui.{name}")
    for noisy in ("streamlit.runtime.scriptrunner_utils.script_run_context", "streamlit.runtime.caching"):
        logging.getLogger(noisy).setLevel(logging.ERROR)  # outside of a visit, which is meant here
    models = []
    for name in SHOWN:
        if name in available():
            try:
                models.append(predictors.predictor(name))
            except WeightsError:
                continue
    import_module("ecgnet.ui.worklist.kept").open_ahead()
    with suppress(ServiceError):
        if models:
            judge(demo.demo_library()[0].record, models)
