"""A screening that is killed and started again ends with the same bytes."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from oligoasp.screen.journal import JOURNAL, KEPT, ROWS, BusyError, Work
from tests.screen.small import screened, write_cohort

ROOT = Path(__file__).parents[2]
RECORDS = 200
UNTIL = 30.0


def result(output: Path) -> list[bytes]:
    return [output.with_suffix(suffix).read_bytes() for suffix in (".csv", ".ie", ".kept")]


def start(cohort: Path, output: Path, processes: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.screen.small", str(cohort), str(output), str(processes)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def kill_after(process: subprocess.Popen[bytes], journal: Path, pieces: int) -> bool:
    """Kill a screening when so many pieces are done; tell whether it was still running."""
    end = time.monotonic() + UNTIL
    while process.poll() is None and time.monotonic() < end:
        if journal.exists() and journal.read_bytes().count(b"\n") > pieces:
            break
        time.sleep(0.0005)
    running = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=UNTIL)  # ends only when the processes that decide have ended
    return running


@pytest.mark.parametrize(("processes", "points"), [(1, (0, 9)), (2, (2, 17, 30))])
def test_killed_again_and_again(tmp_path: Path, processes: int, points: tuple[int, ...]) -> None:
    cohort = write_cohort(tmp_path / "cohort.ndjson", RECORDS)
    expected = screened(cohort, tmp_path / "undisturbed.csv")
    output = tmp_path / "killed.csv"
    journal = tmp_path / "killed.unfinished" / JOURNAL
    for pieces in points:
        assert kill_after(start(cohort, output, processes), journal, pieces)
        assert not output.exists()
        assert journal.exists()
    found = screened(cohort, output, processes)
    assert found == expected
    assert result(output) == result(tmp_path / "undisturbed.csv")
    assert not journal.parent.exists()


def interrupted(cohort: Path, output: Path) -> Path:
    """Leave what a screening leaves that was stopped in the middle."""

    class StopError(Exception):
        pass

    done = 0

    def stop(_: str) -> None:
        nonlocal done
        done += 1
        if done == 8:
            raise StopError

    from oligoasp.cohort import open_cohort  # noqa: PLC0415
    from oligoasp.decide import Engine  # noqa: PLC0415
    from oligoasp.protocol import load_protocol  # noqa: PLC0415
    from oligoasp.screen import Screener, screen  # noqa: PLC0415
    from oligoasp.screen.run import Outputs  # noqa: PLC0415
    from tests.screen.small import ASTHMA, PIECE, work  # noqa: PLC0415

    engine = Engine(load_protocol(ASTHMA))
    screener = Screener(engine, open_cohort(cohort, engine.protocol.vocabulary), PIECE, keep=True)
    with work(output, screener) as opened, pytest.raises(StopError):
        screen(screener, opened, Outputs(output, "csv"), 1, stop)
    return output.with_suffix(".unfinished")


def torn(path: Path, rng: random.Random) -> None:
    data = path.read_bytes()
    path.write_bytes(data[: rng.randrange(len(data))])


def garbled(path: Path, rng: random.Random) -> None:
    data = bytearray(path.read_bytes())
    data[rng.randrange(len(data))] ^= 1
    path.write_bytes(bytes(data))


def longer(path: Path, _: random.Random) -> None:
    with path.open("ab") as stream:
        stream.write(b'{"half a li')


@pytest.mark.parametrize("damage", [torn, garbled, longer])
@pytest.mark.parametrize("file", [ROWS, JOURNAL, KEPT])
@pytest.mark.parametrize("seed", range(2))
def test_damage_to_what_was_kept_changes_nothing(
    tmp_path: Path, damage: object, file: str, seed: int
) -> None:
    cohort = write_cohort(tmp_path / "cohort.ndjson", RECORDS)
    expected = screened(cohort, tmp_path / "undisturbed.csv")
    folder = interrupted(cohort, tmp_path / "killed.csv")
    assert callable(damage)
    damage(folder / file, random.Random(seed))
    assert screened(cohort, tmp_path / "killed.csv") == expected
    assert result(tmp_path / "killed.csv") == result(tmp_path / "undisturbed.csv")


@pytest.mark.parametrize("line", [0, 3, 60, 199])
def test_a_cohort_that_has_changed_is_not_gone_on_with(tmp_path: Path, line: int) -> None:
    cohort = write_cohort(tmp_path / "cohort.ndjson", RECORDS)
    interrupted(cohort, tmp_path / "killed.csv")
    lines = cohort.read_text().splitlines(keepends=True)
    lines[line] = '{"id": "new", "age": 12}\n'
    cohort.write_text("".join(lines))
    found = screened(cohort, tmp_path / "killed.csv")
    assert found == screened(cohort, tmp_path / "undisturbed.csv")
    assert result(tmp_path / "killed.csv") == result(tmp_path / "undisturbed.csv")


def test_a_cohort_that_has_become_shorter_is_not_gone_on_with(tmp_path: Path) -> None:
    cohort = write_cohort(tmp_path / "cohort.ndjson", RECORDS)
    interrupted(cohort, tmp_path / "killed.csv")
    cohort.write_text("".join(cohort.read_text().splitlines(keepends=True)[:12]))
    found = screened(cohort, tmp_path / "killed.csv")
    assert found == screened(cohort, tmp_path / "undisturbed.csv")
    assert result(tmp_path / "killed.csv") == result(tmp_path / "undisturbed.csv")


def test_two_screenings_do_not_write_to_the_same_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("oligoasp.screen.journal.PATIENCE", 0.1)
    with Work(tmp_path / "w", {}), pytest.raises(BusyError):
        Work(tmp_path / "w", {})


def test_what_is_kept_under_another_protocol_is_dropped(tmp_path: Path) -> None:
    cohort = write_cohort(tmp_path / "cohort.ndjson", RECORDS)
    folder = interrupted(cohort, tmp_path / "killed.csv")
    kept = (folder / ROWS).stat().st_size
    assert kept
    with Work(folder, {"protocol": "another"}) as opened:
        assert all(rows is None for _, rows in opened.resume(iter(())))
        assert opened.outdated
    assert (folder / ROWS).stat().st_size == 0
