"""What `deploy/` promises of the image and of the cluster, without building either."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import pytest
from dockerfile_parse import DockerfileParser

from ecgnet.folders import ROOT

DEPLOY = ROOT / "deploy"


@pytest.fixture
def image(tmp_path: Path) -> list[tuple[str, str]]:
    """The image's instructions and their values."""
    parser = DockerfileParser(str(tmp_path))  # it writes into its folder
    parser.content = (DEPLOY / "Dockerfile").read_text()
    return [(line["instruction"], line["value"]) for line in parser.structure]


def values(image: list[tuple[str, str]], instruction: str) -> list[str]:
    return [value for name, value in image if name == instruction]


def test_the_container_is_not_run_by_root(image):
    assert values(image, "USER") == ["10001"]
    names = [name for name, _ in image]
    assert names.index("USER") > len(names) - 1 - names[::-1].index("RUN")


def test_the_container_says_whether_it_is_well(image):
    (check,) = values(image, "HEALTHCHECK")
    assert "8501/_stcore/health" in check and "8601/health" in check and "--timeout" in check


def test_what_is_copied_is_there_and_not_left_out(image):
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().split()
    for value in values(image, "COPY"):
        *sources, _ = value.split()
        for source in sources:
            assert (ROOT / source).exists() and source not in ignored


def test_the_wheel_in_the_container_finds_all_that_it_is_made_of(image):
    copied = {source for value in values(image, "COPY") for source in value.split()[:-1]}
    wanted = {
        line.split('"')[1]
        for line in (ROOT / "pyproject.toml").read_text().splitlines()
        if '"ecgnet/_app/' in line
    }
    assert len(wanted) > 3
    assert all(any(path == source or path.startswith(f"{source}/") for source in copied) for path in wanted)


def test_the_cluster_is_one_that_ray_takes():
    jsonschema, yaml = pytest.importorskip("jsonschema"), pytest.importorskip("yaml")
    schema = json.loads((resources.files("ray.autoscaler") / "ray-schema.json").read_text())
    jsonschema.validate(yaml.safe_load((DEPLOY / "ray-cluster.yaml").read_text()), schema)
