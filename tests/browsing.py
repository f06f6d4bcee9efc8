"""A served build, a real browser, and what is asked of every page, for the tests that look at pages as people do.

``CCHC_BROWSER=required`` makes a missing browser a failure instead of a reason to skip; ``CCHC_SCREENSHOTS`` names the
folder that keeps what the browser showed.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Request

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
# Whatever a page asks for, no name is looked up and nothing but this machine is reached.
ARGUMENTS = (
    "--no-sandbox",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--disable-background-networking",
)
LANGUAGES = ("vi", "en")
VIEWS = tuple((scheme, width) for scheme in ("light", "dark") for width in (1280, 390))
KILO = 1000
# Rules up to WCAG 2.2 AA, and experimental ones, that axe leaves off by itself.
EXTRA_RULES = (
    "target-size",
    "css-orientation-lock",
    "focus-order-semantics",
    "p-as-heading",
    "table-fake-caption",
    "td-has-header",
)
# Files may not ask for other files, so axe cannot read style sheets of its own there.
AXE = """rules => axe.run(document, {resultTypes: ["violations"], rules, preload: location.protocol !== "file:"})
  .then(found => found.violations)"""
BROKEN = """() => {
  const problems = [], root = document.documentElement;
  const seen = new Set();
  for (const each of document.querySelectorAll("[id]"))
    seen.has(each.id) ? problems.push("id twice: " + each.id) : seen.add(each.id);
  for (const each of document.querySelectorAll('a[href^="#"]'))
    if (!document.getElementById(decodeURIComponent(each.hash.slice(1)))) problems.push("no such place: " + each.hash);
  return problems;
}"""
OVERFLOW = """() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  const wide = [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > width + 1);
  return [`${document.documentElement.scrollWidth} px of content in ${width} px: ` +
    wide.slice(0, 3).map(e => e.outerHTML.slice(0, 80)).join(" ; ")];
}"""
REACHABLE = """() => {
  const asked = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
  window.reachable = [...document.querySelectorAll(asked)].filter(e => !e.disabled && e.checkVisibility());
  window.reached = [];
  document.addEventListener("focusin", event => {
    const style = getComputedStyle(event.target);
    window.reached.push([event.target, style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0]);
  });
  return window.reachable.length;
}"""
MISSED = """() => {
  const told = e => e.outerHTML.slice(0, 100);
  const problems = [];
  window.reachable.forEach((wanted, n) => {
    const [got, visible] = window.reached[n] ?? [null, false];
    if (got !== wanted) problems.push(`Tab ${n + 1} should reach ${told(wanted)}, it reached ${got && told(got)}`);
    else if (!visible) problems.push(`focus cannot be seen on ${told(wanted)}`);
  });
  return problems.slice(0, 5);
}"""


# ---------------------------------------------------------------- what is served


@contextmanager
def serving(out: Path) -> Iterator[str]:
    """Run ``cchc serve`` on a free port of this machine in a process of its own; yield the address."""
    command = [sys.executable, "-m", "builder", "serve", str(out), "--port", "0", "--workers", "1"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, encoding="utf-8") as process:
        assert process.stderr is not None
        told: list[str] = []
        try:
            for line in process.stderr:
                told.append(line)
                if found := re.search(r"http://127\.0\.0\.1:\d+", line):
                    Thread(target=process.stderr.read, daemon=True).start()  # so that it never waits to be read
                    yield found[0]
                    break
            else:
                pytest.fail("".join(told))
        finally:
            process.terminate()
            process.wait(20)


# ---------------------------------------------------------------- who looks at it


def launch(playwright: Playwright) -> Browser:
    """Return a browser without a window; skip the test, or fail it where one is required, if there is none."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        told = f"no browser here, none of {', '.join(BROWSERS)}; on Debian: apt-get install chromium fonts-noto-core"
        if os.environ.get("CCHC_BROWSER") == "required":
            pytest.fail(told)
        pytest.skip(told)
    return playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))


@dataclass
class Visit:
    """A page in a browser, and all that went wrong while it was open."""

    page: Page
    home: str
    problems: list[str] = field(default_factory=list)
    bytes: int = 0

    def open(self, path: str) -> int:
        """Go to a page of the site; return its status."""
        answer = self.page.goto(f"{self.home}/{path}")
        assert answer is not None
        return answer.status

    def check(self) -> None:
        """Note what axe and we find wrong with the page as it is shown now."""
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        rules = {rule: {"enabled": True} for rule in EXTRA_RULES}
        self.problems += [tell(each) for each in self.page.evaluate(AXE, rules)]
        self.problems += self.page.evaluate(BROKEN) + self.page.evaluate(OVERFLOW)


def tell(violation: Mapping[str, Any]) -> str:
    """Return what axe found, with the first places where it found it."""
    where = "; ".join(node["html"][:150] for node in violation["nodes"][:3])
    why = violation["nodes"][0]["failureSummary"].replace("\n", " ")
    return f"axe {violation['id']} × {len(violation['nodes'])}: {where} – {why}"


@contextmanager
def visiting(browser: Browser, home: str, **options: Any) -> Iterator[Visit]:
    """Open an empty page that notes requests to elsewhere, messages of the browser, errors of scripts and dialogs."""
    context: BrowserContext = browser.new_context(reduced_motion="reduce", **options)
    context.set_default_timeout(20_000)
    page = context.new_page()
    visit = Visit(page, home)

    def note_request(request: Request) -> None:
        if not request.url.startswith((f"{home}/", "data:")):
            visit.problems.append(f"request to elsewhere: {request.url}")

    def note_weight(request: Request) -> None:
        sizes = request.sizes()
        visit.bytes += sizes["responseHeadersSize"] + sizes["responseBodySize"]

    def note_message(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            visit.problems.append(f"console: {message.text}")

    page.on("request", note_request)
    page.on("requestfinished", note_weight)
    page.on("console", note_message)
    page.on("pageerror", lambda error: visit.problems.append(f"script: {error}"))
    page.on("dialog", lambda dialog: (visit.problems.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    yield visit
    context.close()
