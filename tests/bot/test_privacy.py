"""A run opens no outward connection: counted by the kernel, so native libraries are counted too."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import load_settings

# In a network of its own that has only loopback, whatever is sent elsewhere (a name look-up too) has no route.
IN_A_NETWORK_WITHOUT_EXIT = """
import fcntl, pathlib, socket, struct, subprocess, sys
with socket.socket() as any_socket:
    fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS: IFF_UP | IFF_RUNNING
def refused():
    names, values = [l.split()[1:] for l in pathlib.Path("/proc/net/snmp").read_text().splitlines() if l.startswith("Ip:")]
    six = dict(l.split() for l in pathlib.Path("/proc/net/snmp6").read_text().splitlines())
    return int(dict(zip(names, values))["OutNoRoutes"]) + int(six.get("Ip6OutNoRoutes", 0))
before = refused()
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE, text=True)
print(done.stdout)
print("exit", done.returncode, "outward", refused() - before)
"""


def run_without_exit(*command: str) -> str:
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this machine allows no network namespaces")
    inside = [sys.executable, "-c", IN_A_NETWORK_WITHOUT_EXIT, *command]
    return subprocess.run([unshare, "-rn", *inside], stdout=subprocess.PIPE, text=True, check=True).stdout


@pytest.mark.real
def test_the_counter_counts() -> None:
    call = "import socket; s = socket.socket(); s.settimeout(1); print(s.connect_ex(('192.0.2.1', 80)))"
    assert "outward 0" not in run_without_exit(sys.executable, "-c", call)


@pytest.mark.real
@pytest.mark.parametrize("mode", ["--extractive", "--json"])  # --json: composed by the small model
def test_answering_opens_no_outward_connection(mode: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEDIALIS_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("MEDIALIS_MODEL_DIR", str(load_settings().model_dir))
    monkeypatch.setenv("MEDIALIS_LLM", "smollm2-135m")
    assert "exit 0 outward 0" in run_without_exit(sys.executable, "-m", "bot.cli", "ingest")
    said = run_without_exit(sys.executable, "-m", "bot.cli", "ask", "how should stretches feel?", mode)
    assert "gentle" in said
    assert "exit 0 outward 0" in said
