"""The wheel, as who installs it gets it: built here, unpacked beside the packages of this environment, and used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from importlib.metadata import Distribution, distributions
from pathlib import Path

import numpy as np
import pytest

from ecgnet.demo import draw
from ecgnet.folders import APP, RESULTS, ROOT, WEIGHTS
from ecgnet.record import LEADS
from tests.serving import answers, serve

ECGNET = (sys.executable, "-m", "ecgnet")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-build-isolation", "--wheel-dir", folder, ROOT)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the wheel was installed into."""
    folder = tmp_path_factory.mktemp("installed")
    pip("install", "--no-compile", "--target", folder, wheel)
    return folder


@pytest.fixture
def ecg(tmp_path: Path) -> Path:
    record = draw("imi", 1)
    path = tmp_path / "ecg.csv"
    np.savetxt(path, record.signal.T, "%.4f", ",", header=",".join(LEADS), comments="")
    return path


def pip(*words: object) -> None:
    quietly = ("--quiet", "--no-deps", "--no-index", "--disable-pip-version-check")
    subprocess.run([sys.executable, "-m", "pip", words[0], *quietly, *map(str, words[1:])], check=True)


def run(packages: Path, words: Sequence[object], folder: Path) -> subprocess.CompletedProcess[str]:
    """`ecgnet WORDS` with the package that lies in a folder."""
    environment = os.environ | {"PYTHONPATH": str(packages)}
    return subprocess.run(
        [*ECGNET, *map(str, words)], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_a_checkout_keeps_app_weights_and_results_at_its_top():
    assert (ROOT / "pyproject.toml").is_file()
    assert APP.is_file() and WEIGHTS.parent == ROOT and RESULTS == ROOT / "docs/results"


def test_the_wheel_holds_all_that_the_checkout_has_for_it(wheel: Path):
    with zipfile.ZipFile(wheel) as file:
        inside = set(file.namelist())
    folders = [*(ROOT / "pages").glob("*.py"), *WEIGHTS.iterdir(), *RESULTS.glob("*.json")]
    wanted = [APP, ROOT / ".streamlit/config.toml", *folders]
    assert {f"ecgnet/_app/{path.relative_to(ROOT).as_posix()}" for path in wanted} <= inside
    code = [path for path in (ROOT / "ecgnet").rglob("*") if path.suffix in (".py", ".js", ".png")]
    assert {path.relative_to(ROOT).as_posix() for path in code} <= inside
    assert not [name for name in inside if name.endswith(".pyc") or name.startswith("tests")]


def test_the_wheel_asks_for_what_requirements_txt_pins(installed: Path):
    found: Distribution = next(d for d in distributions(path=[str(installed)]) if d.name == "ecgnet")
    scale, hospital = (
        (ROOT / f"requirements-{extra}.txt").read_text().split() for extra in ("scale", "hospital")
    )
    wanted = [
        *(ROOT / "requirements.txt").read_text().split(),
        *(f"{one}; extra == 'scale'" for one in scale),
        *(f"{one}; extra == 'hospital'" for one in hospital),
    ]
    assert sorted(found.requires or []) == sorted(wanted)
    assert found.metadata["License-Expression"] == "Apache-2.0"


def test_an_installed_ecgnet_judges_a_file(installed: Path, ecg: Path, tmp_path: Path):
    done = run(
        installed,
        ["predict", ecg, "--fs", 500, "--unit", "mV", "--model", "waveform_cnn", "--json"],
        tmp_path,
    )
    assert done.returncode == 0, done.stderr
    (row,) = json.loads(done.stdout)
    (prediction,) = row["predictions"]
    assert prediction["probabilities"]["MI"] > 0.5


def test_an_installed_ecgnet_serves_the_app_until_it_is_ended(installed: Path, tmp_path: Path):
    with serve(ECGNET, tmp_path, PYTHONPATH=str(installed)) as app:
        app.process.terminate()
        app.process.wait(20)
        assert not answers(app.address)


def test_a_wheel_without_weights_says_what_to_do(wheel: Path, ecg: Path, tmp_path: Path):
    with zipfile.ZipFile(wheel) as file:
        names = [name for name in file.namelist() if not name.startswith("ecgnet/_app/weights/")]
        file.extractall(tmp_path / "bare", names)
    done = run(tmp_path / "bare", ["predict", ecg], tmp_path)
    assert done.returncode == 1
    assert done.stderr == "ecgnet: weights/ holds no model; install ECGNet again.\n"
