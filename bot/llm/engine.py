"""The embedded engine: llama.cpp in this process, behind a loopback port that only this process has the key of."""

from __future__ import annotations

import logging
import secrets
import threading
from pathlib import Path
from typing import Any

import httpx

from bot.errors import LLMUnavailable

log = logging.getLogger(__name__)

# Prompt lookup: guess the next DRAFT tokens wherever the last MATCH tokens stand in the prompt already. Answers quote
# their evidence, so the guess is often right: 31 → 45 tokens/s with the same text; other sizes gained nothing.
MATCH, DRAFT = 3, 15
# A prompt is read in steps of this many tokens and a cancelled one stops at the next step: at 80 tokens/s the
# default of 2048 would hold the engine for 25 s.
BATCH = 256
# Prompts read before are kept here, so that changing between the composing and the judging prompt costs no re-reading.
# A 1.5B model takes 28 kB a token.
PROMPT_CACHE_MIB = 1024
# How often a silent stream looks whether it is to end; `stop` in the middle of a reply waits that long (30 s by default).
PING_S = 1
HEALTH_TIMEOUT_S = 5.0


class Engine:
    """One model file served over OpenAI's protocol on a free loopback port, one request at a time.

    `threads` generate, `threads_batch` read prompts, `ctx` is the context in tokens; prompts can be kept across
    restarts when `slot_dir` is given.
    """

    def __init__(
        self,
        path: Path,
        *,
        threads: int = 1,
        threads_batch: int = 2,
        ctx: int = 8192,
        slot_dir: Path | None = None,
        alias: str | None = None,
    ) -> None:
        self._path = path
        self._threads = threads
        self._threads_batch = threads_batch
        self._ctx = ctx
        self._slot_dir = slot_dir
        self.alias = alias or path.stem
        self.api_key = secrets.token_urlsafe(32)
        self._server: Any = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Load the model unless it is loaded; raises LLMUnavailable when it cannot be."""
        with self._lock:
            if self._server is not None:
                return
            if self._slot_dir is not None:
                self._slot_dir.mkdir(parents=True, exist_ok=True)
            try:
                import xllamacpp

                self._server = xllamacpp.Server(self._params(xllamacpp))
            except ImportError as error:  # not installed, or not built for this machine
                raise LLMUnavailable(f"the engine cannot be loaded ({error})") from error
            except RuntimeError as error:  # all that llama.cpp says of a file it cannot load
                raise LLMUnavailable(
                    f"the engine cannot load {self._path}", hint="run: medialis models verify"
                ) from error
            log.info("engine started with %s", self.alias)

    def stop(self) -> None:
        """Free the model and the port; a later `start` loads it again."""
        with self._lock:
            self._server = None  # its destructor stops the threads and closes the port

    @property
    def base_url(self) -> str:
        """Where the OpenAI-compatible API is; raises LLMUnavailable when the engine is not started."""
        return f"{self._address()}/v1"

    def healthy(self) -> bool:
        """Whether the engine is started and answers."""
        try:
            return httpx.get(f"{self._address()}/health", timeout=HEALTH_TIMEOUT_S, trust_env=False).is_success
        except (LLMUnavailable, httpx.HTTPError):
            return False

    def save_prompt(self, name: str) -> int:
        """Write what the engine has read of the last prompt to `slot_dir`/`name`; returns its tokens."""
        return int(self._slot("save", name)["n_saved"])

    def restore_prompt(self, name: str) -> int:
        """Bring back a prompt saved with the same model, so that it need not be read again; returns its tokens."""
        return int(self._slot("restore", name)["n_restored"])

    def _address(self) -> str:
        server = self._server
        if server is None:
            raise LLMUnavailable("the engine is not started")
        return str(server.listening_address)

    def _slot(self, action: str, name: str) -> Any:
        try:
            response = httpx.post(
                f"{self._address()}/slots/0",
                params={"action": action},
                json={"filename": name},
                headers={"Authorization": f"Bearer {self.api_key}"},
                timeout=HEALTH_TIMEOUT_S,
                trust_env=False,
            )
            response.raise_for_status()
        except httpx.HTTPError as error:
            raise LLMUnavailable(f"the engine cannot {action} the prompt {name}") from error
        return response.json()

    def _params(self, xllamacpp: Any) -> Any:
        params = xllamacpp.CommonParams()
        params.model.path = str(self._path)
        params.model_alias = {self.alias}  # else the API names the file's path
        params.n_ctx = self._ctx
        params.n_parallel = 1
        params.n_batch = params.n_ubatch = BATCH
        params.cpuparams.n_threads = self._threads
        params.cpuparams_batch.n_threads = self._threads_batch
        params.cache_ram_mib = PROMPT_CACHE_MIB
        params.fit_params = False  # n_ctx is set on purpose; measuring the machine costs start-up time
        params.warmup = False
        params.offline = True
        params.sse_ping_interval = PING_S
        params.verbosity = -1
        if self._slot_dir is not None:
            params.slot_save_path = f"{self._slot_dir}/"

        params.speculative.types = [xllamacpp.common_speculative_type.COMMON_SPECULATIVE_TYPE_NGRAM_SIMPLE]
        params.speculative.ngram_simple.size_n = MATCH
        params.speculative.ngram_simple.size_m = DRAFT

        # its defaults are an open port: no key, any origin, a page and the slots' contents
        params.hostnames = ["127.0.0.1"]
        params.port = 0
        params.api_keys = [self.api_key]
        params.cors_origins = params.cors_methods = params.cors_headers = ""
        params.cors_credentials = False
        params.ui = False
        params.endpoint_slots = params.endpoint_metrics = params.endpoint_props = False
        return params
