"""Bring the catalogues up to date with the code: `python -m ecgnet.language.extract`, from a checkout.

Every literal in `say`, `say_n`, `mark`, `Late`, `joined` and `Words`, and the words of the data files that are shipped,
go into messages.pot and, without a text, into each <language>.po, in the order of the files; what is no longer said goes out
of them.
`--check` changes nothing and fails where something is out of date."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator

from ecgnet.language import FOLDER
from ecgnet.language._po import read_po

ROOT = FOLDER.parents[1]
POT = FOLDER / "messages.pot"
HEAD = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=UTF-8\\n"\n"Language: {language}\\n"\n"{plural}"\n'
PLURAL = "Plural-Forms: nplurals=2; plural=(n != 1);\\n"
Messages = dict[str, tuple[str, str]]
"""Message → its plural, "" where it has none, and the file that says it first."""


def messages() -> Messages:
    """All messages of the code."""
    found: Messages = {}
    files = [
        ROOT / "app.py",
        *sorted((ROOT / "pages").glob("*.py")),
        *sorted((ROOT / "ecgnet").rglob("*.py")),
    ]
    for file in files:
        if file.parent != FOLDER:
            for message, plural in _said(ast.parse(file.read_text("utf-8"))):
                found.setdefault(message, (plural, file.relative_to(ROOT).as_posix()))
    for message, file in _shipped():
        found.setdefault(message, ("", file))
    return found


def _shipped() -> Iterator[tuple[str, str]]:
    """The words in files of data: critical values, what the cards say of limits, the demo library."""
    limits = json.loads((ROOT / "ecgnet/reading/limits.json").read_text("utf-8"))
    yield from ((row["text"], "ecgnet/reading/limits.json") for row in limits["critical"])
    atlas = json.loads((ROOT / "weights/atlas.json").read_text("utf-8"))
    yield from ((kind["title"], "weights/atlas.json") for kind in atlas["kinds"].values())
    for file in sorted((ROOT / "weights").glob("*.json")):
        card = json.loads(file.read_text("utf-8"))
        yield from ((text, "weights") for text in (card.get("limits") or ()) if isinstance(text, str))


def _said(tree: ast.AST) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or not node.args:
            continue
        first = node.args[0]
        if node.func.id in ("say", "mark", "Late", "joined"):
            yield from ((text, "") for text in _texts(first))
        elif node.func.id == "say_n":
            yield from zip(_texts(first), _texts(node.args[1]), strict=True)
        elif node.func.id == "Words" and isinstance(first, ast.Dict):
            yield from ((text, "") for value in first.values if value is not None for text in _texts(value))


def _texts(node: ast.AST) -> list[str]:
    return (
        [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value else []
    )


def written(found: Messages, texts: dict[str, tuple[str, ...]], *, language: str = "") -> str:
    """A catalogue as text."""
    blocks = [HEAD.format(language=language, plural=PLURAL)]
    for message, (plural, file) in found.items():
        said = texts.get(message, ())
        lines = [
            f"#: {file}",
            *(["#, python-brace-format"] if "{" in message else []),
            f"msgid {_quoted(message)}",
        ]
        if plural:
            lines.append(f"msgid_plural {_quoted(plural)}")
            lines += [f"msgstr[{k}] {_quoted(said[k] if len(said) > k else '')}" for k in (0, 1)]
        else:
            lines.append(f"msgstr {_quoted(said[0] if said else '')}")
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def main() -> None:
    """What stands above."""
    found, stale = messages(), []
    for file in (POT, *sorted(FOLDER.glob("*.po"))):
        before = file.read_text("utf-8") if file.exists() else ""
        now = written(found, read_po(before), language="" if file == POT else file.stem)
        if file != POT:
            lacking = sum(not read_po(now).get(message) for message in found)
            print(f"{file.name}: {len(found) - lacking} of {len(found)} messages")
        if now != before:
            stale.append(file.name)
            if "--check" not in sys.argv:
                file.write_text(now, "utf-8")
    if "--check" in sys.argv and stale:
        sys.exit(f"out of date: {', '.join(stale)}; run python -m ecgnet.language.extract")


if __name__ == "__main__":
    main()
