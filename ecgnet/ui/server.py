"""The server: what is loaded before it answers, and where it listens."""

from __future__ import annotations

import ipaddress
import logging
import os
import runpy
import sys
from contextlib import suppress
from importlib import import_module

from streamlit.auth_util import is_authlib_installed

from ecgnet.folders import APP
from ecgnet.overread.login_settings import VARIABLE, LoginError, LoginSettings

LOCAL = "127.0.0.1"
WITHOUT_LOGIN = "ECGNET_WITHOUT_LOGIN"
"""Set for the pages by `ecgnet run --without-login`: somebody else asks who people are."""
PAGES = ("browse.finder", "explain.controls", "compare.strategies", "dataset.make_up", "models.overview")
"""Modules of the pages whose import takes long."""


def serve(
    port: int, address: str = LOCAL, *, login: LoginSettings | None = None, without_login: bool = False
) -> None:
    """Streamlit in this process, so that whoever ends it ends the app; it answers once the models are loaded. Streamlit's
    other settings lie beside app.py.

    address: that of the interface to listen on; login: where people log in, demanded of every address but this machine's
    own unless somebody else asks who they are (`without_login`). Raises LoginError."""
    if login is not None and not is_authlib_installed():
        raise LoginError("A login needs a package that is not installed: pip install 'ecgnet[hospital]'")
    if not is_local(address):
        if login is None and not without_login:
            raise LoginError(
                f"The app would be open to others at {address} and ask nobody who they are: name a login in {VARIABLE} "
                "(docs/hospital.md), leave --address out, or say --without-login where a proxy asks in its place."
            )
        asked = "" if login else ", without a password"
        print(
            f"ecgnet: the app listens on {address}: whoever reaches this machine reaches it{asked}, unencrypted. Put a "
            "proxy that speaks TLS in front of it, or leave --address out.",
            file=sys.stderr,
        )
    if without_login:
        os.environ[WITHOUT_LOGIN] = "1"
    warm()
    sys.argv = ["streamlit", "run", str(APP), f"--server.port={port}", f"--server.address={address}"]
    hosts = [LOCAL, "localhost"] if is_local(address) else []
    if login is not None:
        hosts.append(login.host)
        sys.argv.append(f"--secrets.files={login.file}")
    if hosts:  # another site's page may name this server by its own name (DNS rebinding)
        sys.argv += [f"--server.allowedHosts={host}" for host in dict.fromkeys(hosts)]
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
