"""medialis: answers questions about health guides, from the guides and nothing else.

The variables are set here, before any library is imported: each of them would otherwise open an outward
connection or report usage. tests/bot/test_privacy.py proves that none is opened.
"""

import os

_QUIET = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_SHARE": "False",
    "ANONYMIZED_TELEMETRY": "False",
    "LANGSMITH_TRACING": "false",
    "LANGCHAIN_TRACING_V2": "false",
    "OTEL_SDK_DISABLED": "true",
    "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime's Linux builds report to their publisher; found by test_privacy.py
    # idle threads must sleep: two spinning ones beside a busy neighbour cost ten times the decode speed
    "OMP_WAIT_POLICY": "passive",
    # the products we ask of it are small; two threads that wait for each other took twice as long beside a busy neighbour
    "OPENBLAS_NUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}
os.environ.update(_QUIET)

__version__ = "0.1.0"
