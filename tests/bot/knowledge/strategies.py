"""Markdown of every kind, generated."""

from hypothesis import strategies as st

WORDS = st.text(
    alphabet=st.sampled_from(list("abcKneé膝😀ßЖ -*_`[]()<>&|#.?!,\"'“”…0123\u00a0\u2028\t")), min_size=1, max_size=40
)
SENTENCES = st.lists(
    st.sampled_from(
        [
            "The knee bends.",
            "Rest is rarely necessary!",
            "Is it safe?",
            "“Stop,” said Dr. Smith, e.g. at 3.5 mg.",
            "Zwölf Übungen genügen.",
            "膝が痛いです。休みましょう。",
            "**Do not run.** _Ask_ [a physio](https://example.org).",
            "A line\nthat wraps.",
            "word " * 30,
            "unbroken" * 20,
        ]
    ),
    min_size=1,
    max_size=6,
).map(" ".join)
LINES = st.one_of(SENTENCES, WORDS)
BLOCKS = st.one_of(
    LINES,
    st.tuples(st.integers(1, 6), WORDS).map(lambda p: f"{'#' * p[0]} {p[1]}"),
    st.tuples(st.integers(1, 3), SENTENCES).map(lambda p: f"{'#' * p[0]} Is it safe?\n\n{p[1]}"),
    st.lists(LINES, min_size=1, max_size=5).map(lambda items: "\n".join(f"- {i}" for i in items)),
    st.lists(LINES, min_size=1, max_size=3).map(
        lambda items: "\n".join(f"{n}. {i}\n   - {i}" for n, i in enumerate(items))
    ),
    LINES.map(lambda line: "> " + line.replace("\n", "\n> ")),
    LINES.map(lambda line: f"| a | b |\n|---|---|\n| {line.splitlines()[0] if line.splitlines() else ''} | 2 |"),
    LINES.map(lambda line: f"```\n{line}\n```"),
    LINES.map(lambda line: f"    {line}"),
    LINES.map(lambda line: f"{line}\n==="),
    st.just("---"),
    st.just("<!-- a note\n\nto editors -->"),
    st.just("<div>\nA box.\n</div>"),
    st.just("## Frequently asked questions"),
)
MARKDOWN = st.lists(BLOCKS, max_size=12).map("\n\n".join)
ANY_TEXT = st.one_of(MARKDOWN, st.text(max_size=200))
