"""A lesson in JupyterLab's page, used as a student does: menus, mouse and keys."""

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import psutil

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

Seen = TypeVar("Seen")
PATIENCE = 240.0  # seconds: the machine may be slow, and shared
ERRORS = '[data-mime-type="application/vnd.jupyter.error"]'
WARNINGS = '[data-mime-type="application/vnd.jupyter.stderr"]'
# "light" looks into no shadow trees, for which playwright would walk the whole page at each look.
PANEL = "css:light=.jp-NotebookPanel:not(.lm-mod-hidden)"
CELL = "css:light=.jp-CodeCell"
PROMPTS = "css:light=.jp-CodeCell .jp-InputArea-prompt"

# What a picture shows, small enough to compare.
SIGHT = (
    "img => ({alt: img.alt, src: img.src.length + img.src.slice(-4000), wide: img.naturalWidth})"
)

# Resolves when the next picture stands there.
NEXT_PICTURE = """([root]) => { window.answered = new Promise((tell) => {
    const old = root.querySelector("img").alt;
    new MutationObserver((changes, watch) => {
        const image = root.querySelector("img");
        if (!image || image.alt === old) return;
        watch.disconnect();
        image.decode().then(tell);
    }).observe(root, {subtree: true, childList: true, attributes: true, attributeFilter: ["src"]});
}); }"""


def until(
    page: "Page", look: Callable[[], Seen], holds: Callable[[Seen], bool], seconds: float = PATIENCE
) -> Seen:
    """What `look()` gives as soon as `holds` says yes to it; fails with the last of it.

    Whoever has waited long looks less often: every look takes time from what is waited for.
    """
    began = time.monotonic()
    while not holds(seen := look()):
        waited = time.monotonic() - began
        assert waited < seconds, f"after {seconds:.0f} s there is still {seen!r}"
        page.wait_for_timeout(min(max(50, 50 * waited), 500))
    return seen


class Notebook:
    """The open lesson."""

    def __init__(self, page: "Page", url: str, name: str) -> None:
        """Opens the lesson `name` in the JupyterLab whose first address is `url`."""
        page.goto(re.sub(r"/lab/tree/[^?]*", f"/lab/tree/{name}", url))
        self.page, self.name = page, name
        self.panel = page.locator(PANEL)
        self.panel.locator(".jp-Cell").first.wait_for(timeout=PATIENCE * 1000)
        self._wait_until_idle()

    def cell(self, words: str) -> "Locator":
        """The code cell whose source holds `words`, in view."""
        found = self.panel.locator(
            CELL, has=self.page.locator(".jp-InputArea-editor", has_text=words)
        ).first
        found.scroll_into_view_if_needed()
        return found

    def run_all(self) -> None:
        """Run > Run All Cells, to the end."""
        self.page.get_by_role("menuitem", name="Run", exact=True).click()
        self.page.get_by_text("Run All Cells", exact=True).click()
        until(self.page, self._prompts, lambda p: all(re.match(r"\[\d+\]", one) for one in p))

    def run(self, cell: "Locator") -> None:
        """Shift+Enter in a cell, until it has its next number; stays on it."""
        cell.locator(".jp-InputArea-prompt").click()
        self._press_run(cell)

    def answer(self, exercise: str, last_line: str, *, key_by_key: bool = False) -> "Locator":
        """Puts an answer in place of the last line of an exercise's cell, and runs it."""
        cell = self.cell(f"def {exercise}(")
        cell.locator(".cm-content").click()
        for key in ("Control+End", "Shift+Home"):
            self.page.keyboard.press(key)
        write = self.page.keyboard.type if key_by_key else self.page.keyboard.insert_text
        write(last_line)
        self._press_run(cell)
        return cell

    def picture(self, cell: "Locator") -> dict:
        """Alt text, bytes and width of the picture under a cell."""
        return cell.locator(".jp-OutputArea img:visible").evaluate(SIGHT)

    def save(self) -> None:
        """Ctrl+S, until the tab says that nothing is unsaved."""
        self.page.keyboard.press("Control+s")
        tab = self.page.locator(".lm-TabBar-tab.lm-mod-current", has_text=self.name[:8])
        until(self.page, lambda: tab.get_attribute("class"), lambda c: "jp-mod-dirty" not in c)

    def restart(self) -> None:
        """Kernel > Restart Kernel, until the new one waits for work."""
        self.page.get_by_role("menuitem", name="Kernel", exact=True).click()
        self.page.get_by_text("Restart Kernel\N{HORIZONTAL ELLIPSIS}", exact=True).click()
        self.page.locator(".jp-Dialog button.jp-mod-accept").click()
        self._wait_until_idle()

    def shut_down(self) -> None:
        """Kernel > Shut Down Kernel, until there is none."""
        self.page.get_by_role("menuitem", name="Kernel", exact=True).click()
        self.page.get_by_text("Shut Down Kernel", exact=True).click()
        self.page.locator(".jp-Toolbar-kernelName", has_text="No Kernel").wait_for()

    def errors(self) -> list[str]:
        """The text of every error and warning under the lesson's cells."""
        return self.panel.locator(f"{ERRORS}, {WARNINGS}").all_text_contents()

    def verdicts(self) -> list[str]:
        """The verdicts under the lesson's cells, top to bottom."""
        return self.panel.locator(".jp-RenderedHTMLCommon [role=status]").all_text_contents()

    def statuses(self) -> list[tuple[str, str]]:
        """Of each verdict the exercise's name and its first words: ("psnr", "not attempted")."""
        verdicts = (words for words in self.verdicts() if not words.startswith("★"))
        return [re.search(r"(\w+): (.*?)\.", words).groups() for words in verdicts]

    def scores(self) -> list[str]:
        """What stands under the lesson's challenges."""
        return [words for words in self.verdicts() if words.startswith("★")]

    def _press_run(self, cell: "Locator") -> None:
        prompt = cell.locator(".jp-InputArea-prompt")
        before = prompt.text_content()
        self.page.keyboard.press("Shift+Enter")
        until(self.page, prompt.text_content, lambda now: now != before and "*" not in now)
        cell.scroll_into_view_if_needed()

    def _wait_until_idle(self) -> None:
        """JupyterLab drops what is run before."""
        ready = self.page.locator(".jp-StatusBar-TextItem", has_text="| Idle")
        ready.wait_for(timeout=PATIENCE * 1000)

    def _prompts(self) -> list[str]:
        return self.panel.locator(PROMPTS).all_text_contents()


def work_for_picture(page: "Page", root: "Locator", key: str) -> float:
    """The kernels' CPU seconds from a key press to the next picture inside `root`."""

    def press_and_see() -> None:
        page.keyboard.press(key)
        page.evaluate("window.answered")

    page.evaluate(NEXT_PICTURE, [root.element_handle()])
    return kernels_work(press_and_see)


def kernels_work(act: Callable[[], None]) -> float:
    """The CPU seconds that the kernels work while `act` runs, however busy the machine is."""
    kernels = [one for one in psutil.Process().children(recursive=True) if _is_kernel(one)]
    before = [one.cpu_times() for one in kernels]
    act()
    after = [one.cpu_times() for one in kernels]
    return sum(b.user + b.system - a.user - a.system for a, b in zip(before, after, strict=True))


def _is_kernel(process: psutil.Process) -> bool:
    try:
        return "ipykernel_launcher" in process.cmdline()
    except psutil.Error:  # it has just ended
        return False
