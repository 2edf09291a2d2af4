"""What several tests need: the engine, records made from data, small protocol variants."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path
from typing import Any

from oligoasp.answers import Explanation
from oligoasp.batch import Batch
from oligoasp.decide import Decision, Engine
from oligoasp.explain.whole import explain
from oligoasp.protocol.load import asp_folder, load_protocol
from oligoasp.protocol.model import Protocol
from oligoasp.record.errors import RecordError
from oligoasp.record.read import Record, parse_record
from tests.reference.generate import baseline, changed, metastases, woman

__all__ = ["answer", "baseline", "changed", "decide", "engine", "explained", "metastases", "parse"]
__all__ += ["protocol", "variant", "woman"]

Data = dict[str, Any]

NAME = "eso_shanghai_13"


@cache
def protocol() -> Protocol:
    return load_protocol(NAME)


@cache
def engine(**readings: str) -> Engine:
    return Engine(protocol(), readings)


def parse(data: Data) -> Record:
    return parse_record(data, protocol().vocabulary)


def decide(data: Data, **readings: str) -> Decision:
    return engine(**readings).decide(parse(data))


def explained(data: Data, **readings: str) -> Explanation:
    return explain(engine(**readings), parse(data))


def variant(
    folder: Path, *, extra: str = "", without: str = "", replace: tuple[str, str] = ("", "")
) -> Protocol:
    """Give the protocol with rules added, a clause left out, or words replaced."""
    for name in ("oncology", NAME):
        shutil.copytree(asp_folder() / name, folder / name)
    place = folder / NAME
    if without:
        for file in place.glob("*clusion.lp"):
            parts = file.read_text(encoding="utf-8").split("\nclause(")
            kept = [part for part in parts if not part.startswith(f'"{without}",')]
            file.write_text("\nclause(".join(kept), encoding="utf-8")
    if replace[0]:
        found = [f for f in sorted(folder.rglob("*.lp")) if replace[0] in f.read_text("utf-8")]
        assert found, f"{replace[0]} is in no file"
        text = found[0].read_text("utf-8").replace(*replace)
        found[0].write_text(text, encoding="utf-8")
    if extra:
        (place / "extra.lp").write_text(extra, encoding="utf-8")
        with (place / "protocol.lp").open("a", encoding="utf-8") as file:
            file.write('\n#include "extra.lp".\n')
    return load_protocol(place, draft=bool(without))  # other rules may still name the clause


def small_trial(
    folder: Path, extra: str = "", replace: tuple[str, str] = ("", ""), *, draft: bool = False
) -> Protocol:
    """Give the README's protocol of one's own with rules added or words replaced."""
    text = (Path(__file__).parent / "readme" / "small_trial" / "protocol.lp").read_text("utf-8")
    text = text.replace("../../../asp", str(asp_folder())).replace(*replace)
    folder.mkdir(exist_ok=True)
    (folder / "protocol.lp").write_text(text + extra, encoding="utf-8")
    return load_protocol(folder, draft=draft)


def answer(decider: Engine | Batch, data: Data) -> object:
    """Give the verdict and all statuses, or why the record is refused."""
    try:
        found = decider.decide(parse(data))
    except RecordError as error:
        return str(error)
    return found.verdict, dict(found.statuses)
