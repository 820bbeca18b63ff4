"""The README's Python and its tree are true."""

from __future__ import annotations

import re

from tests.conftest import ROOT

README = (ROOT / "README.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    fenced = README.split("```")[1::2]
    return [b.removeprefix(f"{language}\n") for b in fenced if b.startswith(f"{language}\n")]


def test_the_five_lines_run_on_the_real_sweep(tmp_path, monkeypatch, mouse_folder, capsys):
    (script,) = blocks("python")
    assert len([line for line in script.splitlines() if line]) == 5
    for name in ("sweep.avi", "boxes.json"):
        (tmp_path / name).symlink_to(mouse_folder / name)
    monkeypatch.chdir(tmp_path)
    exec(script, {})  # noqa: S102 the README's own lines
    assert 150 < float(capsys.readouterr().out) < 205
    assert (tmp_path / "M1_d0.glb").stat().st_size > 1_000_000


def test_every_file_of_the_tree_is_there():
    tree = next(b for b in blocks("") if b.startswith("parasam_core/"))
    folder = ""
    for line in tree.splitlines():
        name = line.split()[0]
        if not line.startswith(" "):
            folder = name
        path = ROOT / name if not line.startswith(" ") else ROOT / folder / name
        assert path.exists(), path


def test_every_module_of_the_core_is_in_the_tree():
    modules = {p.name for p in (ROOT / "parasam_core").glob("*.py")} - {"__init__.py"}
    assert [name for name in sorted(modules) if f"  {name} " not in README] == []


def test_every_picture_is_there():
    for picture in re.findall(r"!\[.*?\]\((.*?)\)", README):
        assert (ROOT / picture).is_file(), picture
