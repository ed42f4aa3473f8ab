"""axe-core, which looks for what people who see or hear or move otherwise cannot use."""

from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

OUTPUTS = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output"  # of the one in view
# Of each finding its rule and the first elements it is about.
FINDINGS = """async (part) => {
    const include = [part];
    const found = await axe.run({include}, {resultTypes: ["violations"]});
    return found.violations
        .filter((one) => ["critical", "serious"].includes(one.impact))
        .map((one) => `${one.impact}: ${one.id}, ${one.nodes.length} times, the first in `
             + one.nodes[0].html.slice(0, 300));
}"""


def findings(page: "Page", part: str = OUTPUTS) -> list[str]:
    """What axe-core calls critical or serious in a part of the page."""
    if not page.evaluate("() => 'axe' in window"):
        source = files("axe_playwright_python") / "axe.min.js"  # its copy, never the network's
        page.evaluate(source.read_text(encoding="utf-8"))
    return page.evaluate(FINDINGS, part)
