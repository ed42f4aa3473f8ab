import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.browser
SOLUTIONS = Path(__file__).resolve().parents[2] / "solutions"


@pytest.fixture(scope="module", params=["00_start_here", "01_mse_by_hand"])
def exported(request, browser, tmp_path_factory):
    """The solved lesson, run, as HTML without widget state, in a browser without a network."""
    folder = tmp_path_factory.mktemp("export")
    command = [sys.executable, "-m", "nbconvert", "--execute", "--to", "html"]
    command += ["--ExecutePreprocessor.store_widget_state=False", "--output-dir", str(folder)]
    command.append(str(SOLUTIONS / f"{request.param}.ipynb"))
    subprocess.run(command, check=True, capture_output=True, text=True, cwd=folder)
    context = browser.new_context(offline=True, viewport={"width": 1400, "height": 900})
    page = context.new_page()
    page.goto((folder / f"{request.param}.html").as_uri(), wait_until="domcontentloaded")
    yield page
    context.close()


def test_every_picture_of_an_exported_lesson_stands_without_kernel_or_network(exported):
    images = exported.locator("img").evaluate_all(
        "all => Promise.all(all.map(async (i) => { await i.decode().catch(() => 0);"
        " return {alt: i.alt, wide: i.naturalWidth, shown: i.getBoundingClientRect().width}; }))"
    )
    assert len(images) >= 5
    for image in images:
        assert len(image["alt"].split()) >= 4, image
        assert image["wide"] > 0 and image["shown"] > 0, image


def test_the_widget_of_an_exported_lesson_is_its_picture_in_words_too(exported):
    name = exported.url.rpartition("/")[2]
    begins = {"00": "A picture of", "01": "Painted grey"}[name[:2]]
    assert exported.locator(f'img[alt^="{begins}"]').is_visible()
    assert exported.locator("script[type*=widget]").count() == 0
