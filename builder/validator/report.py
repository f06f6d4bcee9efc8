"""A report as RDF, as JSON and as a page to read."""

import json
import re
from collections import Counter
from hashlib import sha256
from html import escape

import pyoxigraph as ox

from builder.artefacts import load_prefixes
from builder.facts import Report, Violation

SH = "http://www.w3.org/ns/shacl#"
TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
BOOLEAN = ox.NamedNode("http://www.w3.org/2001/XMLSchema#boolean")
REPORT = "https://w3id.org/cchc/id/report"
CHECKS = "https://w3id.org/cchc/check/"
ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
SEVERITIES = {"Violation": "vi phạm", "Warning": "cảnh báo", "Info": "thông tin"}


# ---------------------------------------------------------------- RDF


def report_ttl(report: Report) -> str:
    """Return the report in the words of SHACL; every result is named after what it says."""
    node = ox.NamedNode(REPORT)
    triples = {
        ox.Triple(node, TYPE, _sh("ValidationReport")),
        ox.Triple(node, _sh("conforms"), ox.Literal(str(report.conforms).lower(), datatype=BOOLEAN)),
    }
    for violation in report.violations:
        result = ox.NamedNode(f"{REPORT}/{_digest(violation)}")
        triples.add(ox.Triple(node, _sh("result"), result))
        triples.update(_result(result, violation))
    text = ox.serialize(sorted(triples, key=str), format=ox.RdfFormat.TURTLE, prefixes=load_prefixes())
    return (text or b"").decode("utf-8")


def _result(node: ox.NamedNode, violation: Violation) -> list[ox.Triple]:
    component = violation.constraint
    told = {
        "resultSeverity": SH + violation.severity,
        "focusNode": violation.focus,
        "sourceShape": violation.shape,
        "sourceConstraintComponent": (SH if component.endswith("Component") else CHECKS) + component,
        "resultPath": violation.path,
        "value": violation.value,
    }
    triples = [ox.Triple(node, TYPE, _sh("ValidationResult"))]
    triples += [ox.Triple(node, _sh(name), _term(text)) for name, text in told.items() if text]
    for language, message in violation.messages.items():
        literal = ox.Literal(message, language=language) if language else ox.Literal(message)
        triples.append(ox.Triple(node, _sh("resultMessage"), literal))
    return triples


def _digest(violation: Violation) -> str:
    parts = (violation.focus, violation.shape, violation.constraint, violation.path, violation.value)
    return sha256("\0".join(parts).encode()).hexdigest()[:16]


def _term(text: str) -> ox.NamedNode | ox.Literal:
    return ox.NamedNode(text) if ADDRESS.fullmatch(text) else ox.Literal(text)


def _sh(name: str) -> ox.NamedNode:
    return ox.NamedNode(SH + name)


# ---------------------------------------------------------------- JSON


def report_json(report: Report) -> str:
    """Return the report as JSON: the verdict, how many of each severity, and every result."""
    results = [
        {
            "severity": v.severity,
            "focus": v.focus,
            "shape": v.shape,
            "constraint": v.constraint,
            "path": v.path,
            "value": v.value,
            "messages": dict(v.messages),
        }
        for v in report.violations
    ]
    verdict = {"conforms": report.conforms, "counts": count_severities(report), "results": results}
    return json.dumps(verdict, ensure_ascii=False, indent=1) + "\n"


def count_severities(report: Report) -> dict[str, int]:
    """Return how many results each severity has."""
    found = Counter(violation.severity for violation in report.violations)
    return {severity: found[severity] for severity in ("Violation", "Warning", "Info")}


# ---------------------------------------------------------------- a page to read

PAGE = """<!doctype html>
<html lang="vi">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Kết quả kiểm tra đồ thị · Validation report</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #222; }}
h1 {{ font-size: 1.5rem; }}
h2 {{ font-size: 1.1rem; margin-top: 2rem; }}
table {{ border-collapse: collapse; width: 100%; font-size: 0.9rem; }}
th, td {{ text-align: left; vertical-align: top; padding: 0.25rem 0.5rem; border-top: 1px solid #ccc; }}
td {{ overflow-wrap: anywhere; }}
.Violation {{ color: #a40000; }}
.Warning {{ color: #7a4b00; }}
.Info {{ color: #00427a; }}
</style>
<h1>Kết quả kiểm tra đồ thị <span lang="en">· Validation report</span></h1>
<p><strong>{verdict_vi}</strong> <span lang="en">{verdict_en}</span></p>
{counts}
{groups}
</html>
"""
VERDICTS = {
    True: ("Đồ thị đạt yêu cầu.", "The graph conforms."),
    False: ("Đồ thị không đạt yêu cầu.", "The graph does not conform."),
}


def report_html(report: Report) -> str:
    """Return the report as one page that needs nothing else: promises broken, most serious first, in both languages."""
    groups: dict[tuple[str, str, str], list[Violation]] = {}
    for violation in report.violations:
        groups.setdefault((violation.severity, violation.shape, violation.constraint), []).append(violation)
    vi, en = VERDICTS[report.conforms]
    return PAGE.format(
        verdict_vi=vi,
        verdict_en=en,
        counts=_counts(report),
        groups="\n".join(_group(list(found)) for found in groups.values()),
    )


def _counts(report: Report) -> str:
    items = (
        f"<li>{number} {SEVERITIES[severity]} · {severity}</li>"
        for severity, number in count_severities(report).items()
    )
    return f"<ul>{''.join(items)}</ul>"


def _group(violations: list[Violation]) -> str:
    first = violations[0]
    name = first.shape.rpartition("/")[2] or first.constraint
    rows = "\n".join(
        f"<tr><td>{_link(v.focus)}</td><td>{escape(_short(v.path))}</td><td>{_link(v.value)}</td></tr>"
        for v in violations
    )
    return (
        f'<h2 class="{first.severity}">{escape(first.messages.get("vi", name))}</h2>\n'
        f'<p lang="en">{escape(first.messages.get("en", ""))}</p>\n'
        f"<p>{SEVERITIES[first.severity]} · {first.severity} · {escape(name)} · {escape(first.constraint)}</p>\n"
        f"<table><tr><th>nút · node</th><th>thuộc tính · property</th><th>giá trị · value</th></tr>\n{rows}\n</table>"
    )


def _link(text: str) -> str:
    shown = escape(text)
    return f'<a href="{shown}">{shown}</a>' if ADDRESS.fullmatch(text) else shown


def _short(path: str) -> str:
    return re.split(r"[/#]", path)[-1]
