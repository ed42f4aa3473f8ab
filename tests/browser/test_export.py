import subprocess
import sys
from pathlib import Path

import pytest

from tests.browser.offline_page import opened

pytestmark = pytest.mark.browser
SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"


@pytest.fixture(scope="module", params=["00_start_here", "01_mse_by_hand"])
def exported(request, browser, tmp_path_factory):
    """The solved lesson, run and exported by `learnkit export`, in a browser without a network."""
    folder = tmp_path_factory.mktemp("export")
    command = [
        sys.executable,
        "-m",
        "learnkit",
        "export",
        str(SOLUTIONS / f"{request.param}.ipynb"),
    ]
    command += ["--run", "--to", str(folder)]
    said = subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder)
    assert "run without an error" in said.stdout
    with opened(browser, folder / f"{request.param}.html", 1400, 900) as page:
        yield page


def test_every_picture_of_an_exported_lesson_stands_without_kernel_or_network(exported):
    images = exported.locator("img").evaluate_all(
        "all => Promise.all(all.map(async (i) => { await i.decode().catch(() => 0);"
        " const whole = i.closest('[role=img]')?.getAttribute('aria-label');"
        " const shown = i.getBoundingClientRect().width;"
        " return {alt: whole ?? i.alt, wide: i.naturalWidth, shown}; }))"
    )
    assert len(images) >= 5
    for image in images:
        assert len(image["alt"].split()) >= 4, image
        assert image["wide"] > 0 and image["shown"] > 0, image


def test_the_widget_of_an_exported_lesson_is_its_picture_in_words_too(exported):
    name = exported.url.rpartition("/")[2]
    begins = {"00": "A picture of", "01": "Painted grey"}[name[:2]]
    assert exported.locator(f'img[alt^="{begins}"]').is_visible()
    assert exported.locator("script").count() == 0
