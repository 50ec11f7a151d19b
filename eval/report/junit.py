"""A run as JUnit XML, which every CI shows: a test suite for the gates, and one a suite of cases for information."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from eval.outcome import problem
from eval.reply import Result
from eval.runs import Run
from eval.summary import Summary

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2


def junit(summary: Summary, run: Run) -> bytes:
    """The document. A gate that fails is a failure; a single case that is not right is noted, and fails nothing."""
    root = ET.Element("testsuites", name="medialis eval")
    broken = {id(checked) for checked in summary.broken}
    gates = ET.SubElement(
        root, "testsuite", name="limits", tests=str(len(summary.checked)), failures=str(len(broken)), errors="0"
    )
    for checked in summary.checked:
        name = f"{checked.gate.metric} {checked.gate.limit}"
        case = ET.SubElement(gates, "testcase", classname="limits", name=name)
        if id(checked) in broken:
            ET.SubElement(case, "failure", message=checked.reason)
        elif checked.verdict == "too few":
            ET.SubElement(case, "skipped", message=f"only {checked.n} cases")
    for suite in summary.suites:
        results = [result for result in run.results if result.suite == suite.name]
        made = ET.SubElement(
            root, "testsuite", name=suite.name, tests=str(len(results)), failures="0", errors=str(suite.failed)
        )
        for result in results:
            ms = result.reply.timings_ms.get("total", 0.0) if isinstance(result, Result) else 0.0
            name = f"{result.key[1]}#{result.epoch}" if result.epoch > 1 else result.key[1]
            case = ET.SubElement(made, "testcase", classname=suite.name, name=name, time=f"{ms / 1000:.3f}")
            wrong = problem(result)
            if isinstance(result, Result) and result.reply.failed:
                ET.SubElement(case, "error", message=_clean(wrong))
            elif wrong:
                ET.SubElement(case, "system-out").text = _clean(wrong)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def _clean(text: str) -> str:
    return _UNPRINTABLE.sub("�", text)
