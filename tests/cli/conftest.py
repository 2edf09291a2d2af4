"""Calling the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from oligoasp.cli import main
from oligoasp.protocol.load import asp_folder

CASES = asp_folder().parent / "cases"

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    """Give a function that calls a command as a shell would."""
    for name in ("OLIGOASP_PROTOCOL", "OLIGOASP_DEBUG"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str | Path, stdin: str | None = None) -> Result:
        return CliRunner().invoke(main, [str(a) for a in arguments], input=stdin)

    return call


@pytest.fixture
def eligible() -> Path:
    return CASES / "eligible" / "baseline.yaml"


@pytest.fixture
def ineligible(eligible: Path, tmp_path: Path) -> Path:
    """The eligible patient with too few neutrophils."""
    return changed(eligible, tmp_path / "ineligible.yaml", "value: 3.4,", "value: 1.2,")


@pytest.fixture
def undetermined(eligible: Path, tmp_path: Path) -> Path:
    """The eligible patient without a neutrophil count."""
    lines = eligible.read_text(encoding="utf-8").splitlines(keepends=True)
    path = tmp_path / "undetermined.yaml"
    kept = [line for line in lines if not line.startswith("  neutrophils:")]
    path.write_text("".join(kept).replace("id: baseline", "id: undetermined"), encoding="utf-8")
    return path


@pytest.fixture
def several(eligible: Path, tmp_path: Path) -> Path:
    """The eligible patient as a and as c, and between them a record with a wrong field."""
    text = eligible.read_text(encoding="utf-8")
    first, last = (text.replace("id: baseline", f"id: {name}") for name in "ac")
    path = tmp_path / "several.yaml"
    path.write_text(f"{first}\n---\nid: b\nsexx: 1\n---\n{last}", encoding="utf-8")
    return path


def changed(base: Path, path: Path, old: str, new: str) -> Path:
    text = base.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path
