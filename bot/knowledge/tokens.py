"""Counts tokens without a network."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

from bot.errors import ModelCorrupt, ModelMissing

ENCODING = "cl100k_base"
# tiktoken names a cached file by the SHA-1 of the address it would be fetched from, and pins its SHA-256;
# both stand in tiktoken_ext/openai_public.py.
CACHE_NAME = "9b5ad71b2ce5302211f9c61530b329a4922fc6a4"
SHA256 = "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7"


def token_counter(model_dir: Path) -> Callable[[str], int]:
    """A function that counts cl100k_base tokens, read from `model_dir/tiktoken`.

    The file is checked first, because tiktoken would delete a damaged one and fetch another.
    Raises ModelMissing or ModelCorrupt.
    """
    folder = model_dir / "tiktoken"
    path = folder / CACHE_NAME
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ModelMissing(f"{path} is not there", hint="medialis models pull") from error
    if digest != SHA256:
        raise ModelCorrupt(f"{path} is not the pinned file", hint="medialis models pull")
    os.environ["TIKTOKEN_CACHE_DIR"] = str(folder)
    import tiktoken

    encoding = tiktoken.get_encoding(ENCODING)
    return lambda text: len(encoding.encode_ordinary(text))
