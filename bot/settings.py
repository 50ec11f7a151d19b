"""Settings from `MEDIALIS_*` variables or `medialis.toml`; variables win.

An unknown name, in either place, is an error: a misspelt safety setting must not be silently ignored.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from bot.errors import SettingsError

PREFIX = "MEDIALIS_"
CONFIG_FILE = "medialis.toml"


def _root() -> Path:
    """The checkout this file stands in, or the current folder when medialis was installed as a wheel."""
    checkout = Path(__file__).resolve().parent.parent
    return checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()


class Settings(BaseSettings):
    """Everything an operator can set; `docs/settings.md` has a heading for each."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True, protected_namespaces=())

    corpus_dir: Path = Field(default_factory=lambda: _root() / "corpus")
    data_dir: Path = Field(default_factory=lambda: _root() / "data")
    model_dir: Path = Field(default_factory=lambda: _root() / "models")
    locale: str = "unknown"

    llm: str = Field("qwen2.5-coder-1.5b", description="a model of the catalogue, or none")
    llm_base_url: str | None = None
    llm_api_key: str | None = None
    llm_model: str | None = Field(None, description="the model name asked for at llm_base_url")
    llm_timeout_s: float = Field(120.0, gt=0)
    llm_queue: int = Field(8, ge=1, description="askers that may wait for the engine at once")
    threads: int = Field(1, ge=1, description="threads that generate text")
    threads_batch: int = Field(2, ge=1, description="threads that read prompts and embed guides")

    chroma_url: str | None = None
    max_question_chars: int = Field(2000, ge=50)
    max_history_turns: int = Field(12, ge=0)

    host: str = "127.0.0.1"
    port: int = Field(7860, ge=0, le=65535)
    allowed_origins: tuple[str, ...] = ()
    rate_limit: str = Field("60/minute", description="questions and feedback from one address, as in 60/minute")
    rate_limit_store: str = Field("memory://", description="memory:// or the URL of a Redis server")
    max_body_bytes: int = Field(262_144, ge=4096, description="largest request body the server reads")
    locale_from_reader: bool = Field(False, description="let a request name the country its reader is in")
    mcp: bool = Field(False, description="serve the Model Context Protocol at /mcp")
    operator_token: SecretStr | None = Field(
        None, min_length=16, description="opens the operator's page; none, no page"
    )
    feedback: bool = Field(True, description="store thumbs up and down with the reader's consent")
    log_level: Literal["debug", "info", "warning", "error"] = "warning"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments first, then variables, then the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, Path.cwd() / CONFIG_FILE)


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; raises SettingsError naming the first bad one."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and name.upper() not in known)
    if unknown:
        raise SettingsError(f"{unknown[0]} is not a setting", hint="docs/settings.md lists them")
    try:
        return Settings(**overrides)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"setting {name}: {first['msg']}", hint="docs/settings.md lists them") from error
    except ValueError as error:  # a medialis.toml that is not TOML, a list that is not JSON
        raise SettingsError(f"settings cannot be read: {str(error).splitlines()[0]}") from error
