"""What the reader of claims learns from."""

from __future__ import annotations

from collections import Counter

from eval.cases import load_support_pairs
from eval.guides import GUIDES
from eval.tune.support import lessons
from tests.alike import alike


def test_claims_of_every_guide_are_learned_from_and_each_is_labelled_once() -> None:
    pairs = lessons()
    assert sum(pair.supported for pair in pairs) > 0.3 * len(pairs)
    seen = Counter((pair.context, pair.claim.casefold()) for pair in pairs)
    assert max(seen.values()) == 1
    small = [p for folder in GUIDES.iterdir() for p in load_support_pairs("train", f"{folder.name}/pairs", root=GUIDES)]
    assert {pair.id for pair in small} < {pair.id for pair in pairs}


def test_no_claim_that_is_learned_is_measured() -> None:
    claims = [pair.claim for pair in lessons()]
    assert [claim for split in ("dev", "test") for claim in alike(claims, split, fields=("claim",))] == []
