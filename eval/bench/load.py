"""Many readers at once on one server with one language model, then many requests one after the other.

    python -m eval.bench.load [--readers 50] [--seconds 60] [--requests 2000]

Starts `medialis serve` over a new index with the settings' models. First every reader asks, reads and asks again for so
many seconds, while probes send questions that need no language model. Then so many requests are sent, and the server's
resident memory is printed every 200. Questions come from the development splits. Exit code 1 when a reader got an
error without a reason.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from eval.bench.setup import fresh_bot
from eval.cases import SUITES_DIR, load_cases

THINK_S = (10.0, 30.0)  # a reader reads the answer before the next question
PROBE_EVERY_S = 0.25
READY_WITHIN_S = 180
TIMEOUT_S = 300
EVERY = 200  # requests between two looks at the memory
AT_ONCE = 8  # requests in flight while memory is watched
COMPOSED_EVERY = 50  # of those requests, one in so many needs the language model


@dataclass(slots=True)
class Reply:
    """What came back: `outcome` is the answer's mode or the problem's code; times in seconds; None: nothing came."""

    outcome: str
    first: float | None
    total: float
    most_ahead: int = 0
    explained: bool = True


@dataclass(slots=True)
class Tally:
    """Replies of one kind of asker."""

    name: str
    replies: list[Reply] = field(default_factory=list)

    def print(self) -> None:
        """Counts by outcome, and the times of those that came to an answer."""
        counts = Counter(reply.outcome for reply in self.replies)
        firsts = sorted(reply.first for reply in self.replies if reply.first is not None)
        totals = sorted(reply.total for reply in self.replies)
        ahead = max((reply.most_ahead for reply in self.replies), default=0)
        said = ", ".join(f"{number} {outcome}" for outcome, number in counts.most_common())
        print(f"{self.name}: {len(self.replies)} replies: {said}; most ahead {ahead}")
        print(f"  first sentence ms  {spread(firsts)}\n  whole reply ms     {spread(totals)}", flush=True)


def spread(seconds: list[float]) -> str:
    """p50, p95 and maximum of sorted times, in milliseconds."""
    if not seconds:
        return "none"
    p50, p95 = (seconds[min(len(seconds) - 1, int(share * len(seconds)))] for share in (0.5, 0.95))
    return f"p50 {p50 * 1000:.0f}  p95 {p95 * 1000:.0f}  max {seconds[-1] * 1000:.0f}"


@contextmanager
def server(data: Path) -> Iterator[tuple[str, int]]:
    """URL and process id of `medialis serve` over the index in `data`."""
    env = {**os.environ, "MEDIALIS_DATA_DIR": str(data), "MEDIALIS_RATE_LIMIT": "1000000/minute"}
    line = [sys.executable, "-m", "bot.cli", "serve", "--port", "0"]
    with subprocess.Popen(line, env=env, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            if not said.startswith("medialis is at "):
                raise SystemExit("the server did not start")
            yield said.split()[3], process.pid
        finally:
            process.terminate()
            process.wait(30)


def resident_mib(pid: int) -> float:
    """Resident memory of a process in MiB (Linux: VmRSS of /proc/PID/status)."""
    line = next(one for one in Path(f"/proc/{pid}/status").read_text().splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1]) / 1024


async def ask(client: httpx.AsyncClient, text: str) -> Reply:
    """One question over server-sent events."""
    began = time.perf_counter()
    first, ahead, name = None, 0, ""
    try:
        headers = {"Accept": "text/event-stream"}
        async with client.stream("POST", "/api/chat", json={"text": text}, headers=headers) as response:
            if response.status_code != 200:
                problem = json.loads(await response.aread())
                explained = problem.get("code") and (response.status_code != 503 or "retry-after" in response.headers)
                return Reply(f"{response.status_code} {problem.get('code')}", None, _since(began), 0, bool(explained))
            async for line in response.aiter_lines():
                if line.startswith("event: "):
                    name = line[7:]
                elif line.startswith("data: "):
                    data = json.loads(line[6:])
                    if name == "status":
                        ahead = max(ahead, data["ahead"])
                    elif name == "sentence" and first is None:
                        first = _since(began)
                    elif name == "done":
                        return Reply(f"{data['kind']}/{data['mode']}", first, _since(began), ahead)
                    elif name == "error":
                        return Reply(f"error {data['code']}", first, _since(began), ahead, bool(data.get("detail")))
        return Reply("broken off", first, _since(began), ahead, explained=False)
    except (httpx.HTTPError, ValueError, KeyError) as error:
        return Reply(type(error).__name__, first, _since(began), ahead, explained=False)


def _since(began: float) -> float:
    return time.perf_counter() - began


async def ready(client: httpx.AsyncClient) -> None:
    """Wait for /readyz to say 200, and print what it said on the way."""
    began, last = time.perf_counter(), ""
    while _since(began) < READY_WITHIN_S:
        response = await client.get("/readyz")
        if response.text != last:
            last = response.text
            print(f"{_since(began):5.1f} s  /readyz {response.status_code} {last}", flush=True)
        if response.status_code == 200:
            return
        await asyncio.sleep(0.2)
    raise SystemExit("the server did not become ready")


async def crowd(
    client: httpx.AsyncClient, readers: int, seconds: float, questions: list[str], probes: dict[str, list[str]]
) -> list[Tally]:
    """So many readers for so many seconds, and beside them one asker for each kind of probe."""
    until = time.perf_counter() + seconds
    tallies = [Tally("readers"), *(Tally(name) for name in probes)]

    async def reader(number: int) -> None:
        dice = random.Random(number)
        while time.perf_counter() < until:
            tallies[0].replies.append(await ask(client, dice.choice(questions)))
            await asyncio.sleep(dice.uniform(*THINK_S))

    async def prober(tally: Tally, texts: list[str]) -> None:
        dice = random.Random(0)
        while time.perf_counter() < until:
            tally.replies.append(await ask(client, dice.choice(texts)))
            await asyncio.sleep(PROBE_EVERY_S)

    askers = [prober(tally, texts) for tally, texts in zip(tallies[1:], probes.values(), strict=True)]
    await asyncio.gather(*(reader(number) for number in range(readers)), *askers)
    return tallies


async def endurance(client: httpx.AsyncClient, pid: int, requests: int, composed: list[str], quick: list[str]) -> Tally:
    """So many requests, some at once; prints the resident memory every `EVERY`."""
    tally, dice = Tally("endurance"), random.Random(1)
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        text = dice.choice(composed if number % COMPOSED_EVERY == 0 else quick)
        async with slots:
            tally.replies.append(await ask(client, text))

    print(f"{0:6} requests  {resident_mib(pid):7.0f} MiB", flush=True)
    for start in range(0, requests, EVERY):
        await asyncio.gather(*(one(number) for number in range(start, min(start + EVERY, requests))))
        print(f"{len(tally.replies):6} requests  {resident_mib(pid):7.0f} MiB", flush=True)
    return tally


async def run(url: str, pid: int, options: argparse.Namespace) -> list[Tally]:
    """Both parts; prints as it goes."""
    faq = load_cases("faq", "dev")
    questions = [case.text for case in faq if "verbatim_faq" not in case.tags and not case.history]
    rows = map(json.loads, next(SUITES_DIR.rglob("red_flags/dev.jsonl")).read_text("utf-8").splitlines())
    alarms = [row["text"] for row in rows if not row.get("history")]
    others = [case.text for case in load_cases("unanswerable", "dev") if not case.history]
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT_S, limits=limits, trust_env=False) as client:
        await ready(client)
        starters = (await client.get("/api/starters", params={"limit": 20})).json()["starters"]
        probes = {"verbatim": starters, "safety": alarms}
        tallies = await crowd(client, options.readers, options.seconds, questions, probes)
        for tally in tallies:
            tally.print()
        print(f"memory after the crowd {resident_mib(pid):.0f} MiB")
        tallies.append(await endurance(client, pid, options.requests, questions, [*starters, *alarms, *others]))
        tallies[-1].print()
    return tallies


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--requests", type=int, default=2000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="medialis-load-") as data:
        with fresh_bot(data_dir=Path(data)):
            pass
        with server(Path(data)) as (url, pid):
            tallies = asyncio.run(run(url, pid, options))
    unexplained = [reply.outcome for tally in tallies for reply in tally.replies if not reply.explained]
    print(f"errors without a reason: {len(unexplained)} {dict(Counter(unexplained)) or ''}")
    sys.exit(bool(unexplained))


if __name__ == "__main__":
    main()
