"""What is kept on disk changes no answer, says nothing of patients, and does no harm if broken."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from oligoasp import cache
from oligoasp.cache import Key
from oligoasp.protocol.files import keep_later, rules_of
from oligoasp.protocol.load import asp_folder
from oligoasp.solver.ahead import in_copy

CASES = asp_folder().parent / "cases"
SMALL = Path(__file__).parent / "protocols"
Explain = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def explain(folder: Path) -> Explain:
    """Give a function that explains a record from the shell, and waits for what is then kept."""

    def call(record: Path, *options: str) -> subprocess.CompletedProcess[str]:
        command = (
            "import os\nfrom oligoasp import cache\nfrom oligoasp.cli import run\n"
            # What is kept is kept by a copy of the process, for which nobody waits but a test.
            "finish = cache.finish\n"
            "cache.finish = lambda: cache._waiting and (finish(), os.wait())\n"
            "run()"
        )
        return subprocess.run(
            [sys.executable, "-c", command, "explain", str(record), *options],
            env={**os.environ, cache.VARIABLE: str(folder)},
            capture_output=True,
            text=True,
            check=False,
        )

    return call


@pytest.fixture
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Let this process keep things in a folder of its own."""
    monkeypatch.setenv(cache.VARIABLE, str(folder))
    cache._folder.cache_clear()
    monkeypatch.setattr(cache, "_waiting", [])
    yield folder
    cache._folder.cache_clear()


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


# ---- answers ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "record", ["published/c11-a.yaml", "published/c02-a.yaml", "eligible/baseline.yaml"]
)
@pytest.mark.parametrize("options", [(), ("--full", "--format", "json")])
def test_answers_are_the_same_bytes_whether_programs_are_grounded_or_loaded(
    explain: Explain, folder: Path, record: str, options: tuple[str, ...]
) -> None:
    first = explain(CASES / record, *options)
    kept = names(folder)
    assert sum(name.startswith("program-") for name in kept) == 4, "two programs, each with rules"
    assert sum(name.startswith("protocol-") for name in kept) == 1
    again = explain(CASES / record, *options)
    assert (again.stdout, again.stderr, again.returncode) == (
        first.stdout,
        first.stderr,
        first.returncode,
    )
    assert names(folder) == kept


def test_what_is_asked_of_a_new_patient_is_kept_and_the_same_of_everybody(
    explain: Explain, folder: Path, tmp_path: Path
) -> None:
    first, other = tmp_path / "first.yaml", tmp_path / "other.yaml"
    first.write_text("id: first\n", "utf-8")
    other.write_text("# nothing yet\nid: other\n", "utf-8")
    options = ("--full", "--format", "json")
    one = explain(first, *options)
    assert [name for name in names(folder) if name.startswith("silence-")]
    said = [json.loads(found.stdout) for found in (one, explain(other, *options))]
    same = [
        {k: v for k, v in answer.items() if k not in ("record", "source", "filing")}
        for answer in said
    ]
    assert said[1]["record"] == "other"
    assert same[0] == same[1]
    assert same[0]["needs"]
    assert same[0]["readings"] == []


@pytest.mark.parametrize("said", ["sex: male\n", "lesions: []\n"])
def test_a_record_that_says_something_is_not_taken_for_one_that_says_nothing(
    explain: Explain, folder: Path, tmp_path: Path, said: str
) -> None:
    nothing, something = tmp_path / "nothing.yaml", tmp_path / "something.yaml"
    nothing.write_text("id: r\n", "utf-8")
    something.write_text(f"id: r\n{said}", "utf-8")
    alone = explain(something).stdout
    for file in folder.iterdir():
        file.unlink()
    explain(nothing)
    assert explain(something).stdout == alone


def test_readings_of_the_text_are_told_apart(explain: Explain, tmp_path: Path) -> None:
    nothing = tmp_path / "nothing.yaml"
    nothing.write_text("id: r\n", "utf-8")
    options = ("--reading", "measurable_lesion=not_required")
    default = explain(nothing).stdout
    other = explain(nothing, *options)
    assert other.returncode == 3, other.stderr
    assert other.stdout != default
    assert explain(nothing, *options).stdout == other.stdout
    assert explain(nothing).stdout == default


def test_a_rule_that_changes_is_read_again(explain: Explain, tmp_path: Path) -> None:
    rules = tmp_path / "tiny" / "protocol.lp"
    rules.parent.mkdir()
    text = (SMALL / "tiny" / "protocol.lp").read_text("utf-8")
    rules.write_text(text, "utf-8")
    record = tmp_path / "record.yaml"
    record.write_text("id: r\nage: 40\nsex: male\ndrugs: []\n", "utf-8")
    options = ("--protocol", str(rules.parent))
    before = explain(record, *options)
    assert before.stdout.startswith("r: "), before.stderr
    assert explain(record, *options).stdout == before.stdout
    assert "at least 18 years old" in explain(record, "--full", *options).stdout
    changed = rules.read_text("utf-8").replace("at least 18 years old", "of age")
    rules.write_text(changed, "utf-8")
    after = explain(record, "--full", *options).stdout
    assert "of age" in after
    assert "at least 18 years old" not in after


def test_what_was_worked_out_while_rules_changed_is_not_kept(here: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.lp"
    rules.write_text("a.")
    before, key = rules_of((rules,)), Key("thing-1", "")
    keep_later((rules,), lambda: cache.put(key, "of a or of b"))
    rules.write_text("b.")
    for work in cache._waiting:
        work()
    assert cache.get(key) is None
    rules.write_text("a.")
    assert rules_of((rules,)) == before
    for work in cache._waiting:
        work()
    assert names(here) == [key.name]


def test_an_amended_protocol_is_not_taken_for_the_one_that_is_kept(
    explain: Explain,
) -> None:
    record = CASES / "eligible" / "baseline.yaml"
    assert explain(record).stdout.startswith("baseline: eligible")
    amended = explain(record, "--amendment", "eso_shanghai_20_exclusions")
    assert amended.stdout.startswith("baseline: undetermined"), amended.stderr
    assert explain(record).stdout.startswith("baseline: eligible")


def test_nothing_that_a_record_says_is_kept(explain: Explain, folder: Path, tmp_path: Path) -> None:
    record = tmp_path / "record.yaml"
    text = (CASES / "published" / "c11-a.yaml").read_text("utf-8")
    said = ("Qxzyv-17", "Wmqtk", "2015-04", "2013-07")
    record.write_text(text.replace("id: C11-A", "id: Qxzyv-17").replace("id: l1", "id: Wmqtk"))
    assert explain(record).stdout.startswith("Qxzyv-17: undetermined")
    assert names(folder)
    for file in folder.iterdir():
        content = file.read_bytes()
        assert not [text for text in said if text.encode() in content], file.name


# ---- what may be wrong with it ------------------------------------------------------------


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.write_bytes(file.read_bytes()[:-7]),
        lambda file: file.write_bytes(file.read_bytes()[:200] + b"\0" + file.read_bytes()[201:]),
        lambda file: file.unlink(),
    ],
    ids=["cut short", "one byte", "gone"],
)
def test_what_is_spoilt_is_worked_out_anew(
    explain: Explain, folder: Path, spoil: Callable[[Path], object]
) -> None:
    record = CASES / "published" / "c02-a.yaml"
    first = explain(record)
    for file in sorted(folder.iterdir()):
        sound = file.read_bytes()
        spoil(file)
        again = explain(record)
        assert (again.stdout, again.stderr) == (first.stdout, first.stderr)
        assert file.read_bytes()[-100:] == sound[-100:], "it is kept again"


@pytest.mark.usefixtures("here")
def test_what_is_kept_of_something_else_is_not_taken() -> None:
    cache.put(Key("thing-1", "made of this"), "this")
    assert cache.get(Key("thing-1", "made of this")) == "this"
    assert cache.get(Key("thing-1", "made of that")) is None


def test_programs_of_another_version_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    before = cache.key("thing", ("x",))
    assert cache.key("thing", ("x",)) == before
    monkeypatch.setattr(cache, "_programs", lambda: ("another version",))
    assert cache.key("thing", ("x",)) != before


def test_contents_of_files_make_the_key(tmp_path: Path) -> None:
    file = tmp_path / "rules.lp"
    file.write_text("a.")
    before = cache.key("thing", (), [file])
    file.write_text("b.")
    assert cache.key("thing", (), [file]) != before


@pytest.mark.skipif(os.name != "posix", reason="permissions")
def test_a_folder_that_others_can_write_to_is_not_used(explain: Explain, folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o777)
    assert explain(CASES / "eligible" / "baseline.yaml").returncode == 0
    assert not names(folder)


def test_a_folder_that_cannot_be_is_not_missed(explain: Explain, folder: Path) -> None:
    folder.write_text("a file")
    found = explain(CASES / "eligible" / "baseline.yaml")
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.usefixtures("here")
def test_nothing_is_kept_if_nobody_wants_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.VARIABLE, "")
    cache._folder.cache_clear()
    key = Key("thing-1", "")
    cache.put(key, "this")
    assert cache.get(key) is None
    assert cache.place(key) is None
    assert not cache.wanted()


# ---- how much is kept, and when -------------------------------------------------------------


def test_what_has_not_been_used_for_longest_goes_and_no_file_of_others(
    monkeypatch: pytest.MonkeyPatch, here: Path
) -> None:
    monkeypatch.setattr(cache, "MOST", 3)
    keys = [cache.key("thing", (n,)) for n in range(4)]
    here.mkdir()
    (here / "thesis.txt").write_text("not ours")
    os.utime(here / "thesis.txt", (1, 1))
    for age, key in enumerate(keys[:3]):
        cache.put(key, age)
        os.utime(here / key.name, (1_000_000 + age, 1_000_000 + age))
    assert cache.get(keys[0]) == 0, "used once more"
    cache.put(keys[3], 3)
    left = [keys[0].name, keys[2].name, keys[3].name, "thesis.txt"]
    assert names(here) == sorted(left)


@pytest.mark.usefixtures("here")
def test_what_is_kept_later_is_kept_by_a_copy_that_nobody_waits_for() -> None:
    key = Key("thing-1", "")

    def answer() -> bool:
        cache.later(lambda: cache.put(key, os.getpid()))
        cache.finish()
        os.wait()
        return cache.get(key) != os.getpid()

    assert cache.wanted()
    done = in_copy(answer)
    assert done.result() if done else answer()


@pytest.mark.usefixtures("here")
def test_one_call_keeps_a_few_things_only() -> None:
    for _ in range(cache.MOST_WAITING):
        assert cache.wanted()
        cache.later(lambda: None)
    assert not cache.wanted()


@pytest.mark.parametrize(
    ("platform", "variables", "expected"),
    [
        ("linux", {}, ".cache"),
        ("linux", {"XDG_CACHE_HOME": "{home}/mine"}, "mine"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, ".cache"),
        ("darwin", {}, "Library/Caches"),
        ("win32", {"LOCALAPPDATA": "{home}/local"}, "local"),
        ("win32", {}, "AppData/Local"),
    ],
)
def test_it_is_where_programs_of_the_system_keep_such_things(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    platform: str,
    variables: dict[str, str],
    expected: str,
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value.format(home=tmp_path))
    assert cache._usual() == tmp_path / expected
