"""Who may import whom: read from the import statements, nothing is run."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[1]
LAYERS = (
    {"language"},
    {"folders", "atomic", "progress", "notices", "recorder", "signal", "estimate", "lazy"},
    {"precision"},
    {"statements", "states", "subgroups", "operating", "recalibration", "study_results", "record"},
    {"translation"},
    {"leads", "paper", "metrics", "measure", "modalities", "ptbxl", "wire"},
    {"readers", "store", "physionet", "record_search", "quality", "models", "modality_transform"},
    {"cards", "demo", "windows"},
    {"weights", "fold_scores", "site_profile", "remote"},
    {"engine", "device_faults", "electrodes"},
    {"inference"},
    {"explain", "trust", "figures", "scoring"},
    {"evaluation", "stored_answers", "reading"},
    {"judge"},
    {"signature"},
    {"report"},
    {"archive", "interop", "file_answers"},
    {"validation", "service", "overread"},
    {"adaptation", "monitoring", "reader_studies"},
    {"ui", "training", "commands", "benchmark"},
    {"pages", "__main__", "__init__"},
    {"app"},
)
"""Each part imports from lower layers alone, so that no two parts import one another."""
UI_LAYERS = (
    {"base"},
    {"record"},
    {"overread"},
    {"browse", "upload", "explain", "dataset", "models", "help"},
    {"compare", "validate", "pacs", "worklist", "reader_studies"},
    {"monitor"},
)
"""The folders of ecgnet/ui, one a page; base is what lies in none of them."""
LAYER = {part: height for height, parts in enumerate(LAYERS) for part in parts}
UI_LAYER = {room: height for height, rooms in enumerate(UI_LAYERS) for room in rooms}
WITHOUT_TORCH = (
    *("language", "folders", "atomic", "notices", "states"),
    *("record", "recorder", "leads", "readers", "signal", "figures", "ptbxl", "store", "demo", "progress"),
    *("measure", "quality", "windows", "statements", "paper", "physionet", "record_search", "operating"),
    *("subgroups", "study_results", "recalibration", "estimate", "translation"),
)


@dataclass(frozen=True)
class Import:
    """One import: the file that has it, the part of the house the file belongs to, and what it asks for, either a
    part of the house (`ecgnet.models.base` is "models") or a package from outside."""

    file: str
    part: str
    wanted: str
    typing_only: bool

    def __str__(self) -> str:
        return f"{self.file} imports {self.wanted}"


def part_of(file: Path) -> str:
    """ecgnet/models/base.py → models, pages/browse.py → pages, app.py → app."""
    steps = file.relative_to(CHECKOUT).with_suffix("").parts
    return steps[1] if steps[0] == "ecgnet" else steps[0]


def wanted_by(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif node.module == "ecgnet":
        names = [f"ecgnet.{alias.name}" for alias in node.names]
    else:
        names = [node.module or ""]
    for name in names:
        first, *rest = name.split(".")
        yield (rest[0] if rest else "__init__") if first == "ecgnet" else first


@cache
def nodes_of(file: Path) -> tuple[ast.AST, ...]:
    """All nodes of a file, parsed and walked once for all tests."""
    return tuple(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))


def for_types_only(nodes: tuple[ast.AST, ...]) -> set[ast.AST]:
    """All nodes under `if TYPE_CHECKING:`."""
    blocks = (
        node
        for node in nodes
        if isinstance(node, ast.If)
        and "TYPE_CHECKING" in (getattr(node.test, "id", ""), getattr(node.test, "attr", ""))
    )
    return {inner for block in blocks for statement in block.body for inner in ast.walk(statement)}


def imports_of(file: Path) -> Iterator[Import]:
    nodes = nodes_of(file)
    hidden = for_types_only(nodes)
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            assert getattr(node, "level", 0) == 0, f"{file.name}: imports are written out in full"
            for wanted in wanted_by(node):
                yield Import(file.relative_to(CHECKOUT).as_posix(), part_of(file), wanted, node in hidden)


FILES = sorted(
    [*(CHECKOUT / "ecgnet").rglob("*.py"), *(CHECKOUT / "pages").glob("*.py"), CHECKOUT / "app.py"]
)


@cache
def all_imports() -> tuple[Import, ...]:
    """Read by the first test that asks, not by every worker that collects the tests."""
    return tuple(found for file in FILES for found in imports_of(file))


def complain(wrong: list[Import]) -> str:
    return "\n".join(["", *map(str, wrong)])


def test_every_part_has_its_layer():
    assert {part_of(file) for file in FILES} <= set(LAYER)


def test_imports_go_downwards_only():
    """Never sideways either, but for the types of a neighbour one layer up: `reading` names what `judge` makes."""
    wrong = [
        i
        for i in all_imports()
        if i.wanted in LAYER and i.wanted != i.part and LAYER[i.wanted] >= LAYER[i.part] + 2 * i.typing_only
    ]
    assert not wrong, complain(wrong)


def module_of(file: Path) -> str:
    """ecgnet/models/base.py → ecgnet.models.base; a package is its __init__."""
    steps = file.relative_to(CHECKOUT).with_suffix("").parts
    return ".".join(steps[:-1] if steps[-1] == "__init__" else steps)


MODULES = {module_of(file): file for file in FILES}


def neighbours(file: Path) -> set[str]:
    """The modules of the house that a file imports while it is itself imported: not for types, not within functions."""
    nodes = nodes_of(file)
    later = {
        inner
        for node in nodes
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
    }
    skipped = for_types_only(nodes) | later
    found = set()
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node not in skipped:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Import) and node not in skipped:
            found |= {alias.name for alias in node.names}
    return found & set(MODULES) - {module_of(file)}


def test_no_modules_import_one_another_in_a_circle():
    left = {name: neighbours(file) for name, file in MODULES.items()}
    for name, wanted in left.items():  # a package is imported by its parts, and imports them: no circle
        left[name] = {other for other in wanted if not name.startswith(f"{other}.")}
    while free := {name for name, wanted in left.items() if not wanted & set(left)}:
        left = {name: wanted for name, wanted in left.items() if name not in free}
    assert not left, f"a circle among {', '.join(sorted(left))}"


def test_no_private_name_of_another_package_is_used():
    wrong = []
    for file in FILES:
        own = file.parent.relative_to(CHECKOUT).parts
        for node in nodes_of(file):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "ecgnet":
                for name in (*node.module.split("."), *(alias.name for alias in node.names)):
                    private = name.startswith("_") and not name.startswith("__")
                    if private and tuple(node.module.split("."))[: len(own)] != own:
                        wrong.append(f"{file.relative_to(CHECKOUT)} imports {node.module}: {name}")
    assert not wrong, "\n".join(["", *wrong])


def test_no_private_attribute_of_another_module_is_used():
    """An attribute `x._name` belongs to what is defined in the same file, or to the object itself. One file reaches into
    Streamlit, which has no public way to let go of stale widgets; it does without where the attributes are gone."""
    wrong = []
    for file in FILES:
        if file.name == "stale_widgets.py":
            continue
        nodes = nodes_of(file)
        outside = {
            alias.asname or alias.name
            for node in nodes
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        own = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        wrong += [
            f"{file.relative_to(CHECKOUT)}:{node.lineno} uses {ast.unparse(node)}"
            for node in nodes
            if isinstance(node, ast.Attribute)
            and re.match(r"_[^_]", node.attr)
            and node.attr not in own
            and ast.unparse(node.value) not in {"self", "cls", *outside}
        ]
    assert not wrong, "\n".join(["", *wrong])


def test_streamlit_stays_in_the_app():
    wrong = [i for i in all_imports() if i.wanted == "streamlit" and i.part not in ("ui", "pages", "app")]
    assert not wrong, complain(wrong)


def test_plotly_stays_in_the_figures():
    wrong = [
        i
        for i in all_imports()
        if i.wanted == "plotly" and i.part != "figures" and not (i.part == "ui" and i.typing_only)
    ]
    assert not wrong, complain(wrong)


def test_only_the_command_line_trains():
    wrong = [i for i in all_imports() if i.wanted == "training" and i.part not in ("training", "__main__")]
    assert not wrong, complain(wrong)


def ui_room(steps: tuple[str, ...]) -> str:
    """("ecgnet", "ui", "record", "views") → record, ("ecgnet", "ui", "charts") → base."""
    return steps[2] if len(steps) > 2 and (CHECKOUT / "ecgnet" / "ui" / steps[2]).is_dir() else "base"


def test_the_screens_import_from_lower_layers_or_their_own_folder():
    wrong = []
    for file in FILES:
        if part_of(file) == "ui":
            own = ui_room(file.relative_to(CHECKOUT).with_suffix("").parts)
            for node in nodes_of(file):
                if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ecgnet.ui"):
                    for alias in node.names:
                        other = ui_room((*node.module.split("."), alias.name))
                        if other != own and UI_LAYER[other] >= UI_LAYER[own]:
                            wrong.append(f"{file.relative_to(CHECKOUT)} imports {node.module}.{alias.name}")
    assert not wrong, "\n".join(["", *wrong])


def test_no_file_of_the_screens_bears_the_name_of_a_core_module():
    """So that a name searched for leads to one of the two."""
    assert not {file.stem for file in (CHECKOUT / "ecgnet" / "ui").rglob("*.py")} & (
        set(LAYER) - {"__init__"}
    )


@pytest.mark.parametrize("part", WITHOUT_TORCH)
def test_torch_is_not_reached(part: str):
    """Neither by the part itself nor through what it imports."""
    chains, seen = [[i] for i in all_imports() if i.part == part and not i.typing_only], {part}
    while chains:
        chain = chains.pop()
        last = chain[-1].wanted
        assert last not in ("torch", "lazy"), complain(chain)
        if last in LAYER and last not in seen:
            seen.add(last)
            chains += [[*chain, i] for i in all_imports() if i.part == last and not i.typing_only]
