"""Counters for Prometheus: kinds and times of answers, never a word of them."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from bot.types import Answer

_SECONDS = (0.05, 0.1, 0.3, 0.5, 1, 2, 5, 10, 20, 60, 120)


class Metrics:
    """The server's own registry; labels take a closed set of values only."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "medialis_requests", "HTTP requests", ["method", "route", "status"], registry=self.registry
        )
        self.answers = Counter(
            "medialis_answers", "Answers given", ["surface", "kind", "category", "mode"], registry=self.registry
        )
        self.seconds = Histogram(
            "medialis_answer_seconds", "Time to the whole answer", ["mode"], buckets=_SECONDS, registry=self.registry
        )
        self.failures = Counter(
            "medialis_failures", "Questions without an answer", ["surface", "code"], registry=self.registry
        )
        self.asking = Gauge("medialis_questions_in_flight", "Questions being answered now", registry=self.registry)
        self.votes = Counter("medialis_votes", "Thumbs up and down", ["vote"], registry=self.registry)

    def answered(self, surface: str, answer: Answer, seconds: float) -> None:
        """Count one answer."""
        self.answers.labels(surface, answer.kind, answer.category, answer.mode).inc()
        self.seconds.labels(answer.mode).observe(seconds)

    def asked_and_abstained(self) -> tuple[int, int]:
        """How many questions were answered in any way since the start, and how many of them were left open."""
        samples = [one for metric in self.answers.collect() for one in metric.samples if one.name.endswith("_total")]
        left = sum(one.value for one in samples if one.labels["kind"] == "abstain")
        return int(sum(one.value for one in samples)), int(left)

    def render(self) -> bytes:
        """The exposition text."""
        return generate_latest(self.registry)
