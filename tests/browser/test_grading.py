"""From an assignment to marks, in a real browser: a student solves, a person grades."""

import csv
import os
import re
import shutil
import signal
import socket
import subprocess
import sys

import pytest

from tests.browser import axe
from tests.browser.conftest import wait_for
from tests.browser.notebook import Notebook, until
from tests.grading.class_of import NAME, handed_in, hostile

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("bubblewrap")]
SCRIPTS = (
    "a script in the question",
    "a script behind a fence",
    "a formula with a link",
    "a script in the answer",
    "a script in an exception",
    "a script in the name of a type",
    "a script in an output",
    "a script in a title",
    "colours of a terminal",
)
TOKEN = "t0ken"


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course with lesson 1 handed out."""
    folder = tmp_path_factory.mktemp("graded") / "course"
    learnkit("assign", "1", "--to", folder)
    return folder


def learnkit(*words):
    """The command in a process of its own: a driven browser has an event loop in this one."""
    command = [sys.executable, "-m", "learnkit", *map(str, words)]
    ran = subprocess.run(command, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr


@pytest.fixture(scope="module")
def solved(course, page, url, work):
    """The release, opened by a student in JupyterLab, partly solved, saved and handed in."""
    shutil.copy(course / "release" / NAME / f"{NAME}.ipynb", work / "assigned.ipynb")
    notebook = Notebook(page, url, "assigned.ipynb")
    notebook.run_all()
    notebook.answer("mse_loss", "return np.mean((pred - target) ** 2)")
    notebook.answer("psnr", "return 20 * np.log10(data_range**2 / mse_loss(pred, target))")
    return notebook


def test_the_release_runs_to_its_end_and_a_check_cell_says_one_sentence(solved):
    cell = solved.cell('graded("psnr"')
    solved.run(cell)
    said = cell.locator(".jp-OutputArea").text_content()
    assert "psnr: 0 of 1 points so far: see its verdict." in said and "Traceback" not in said
    cell = solved.cell('graded("mse_loss"')
    solved.run(cell)
    assert "mse_loss: 1 of 1 points, if the hidden cases agree." in cell.text_content()
    shown = solved.panel.text_content()
    assert "A question about a picture of your own" in shown and "says which looks worse" in shown


def test_a_locked_cell_takes_no_letter(solved):
    cell = solved.cell('graded("psnr"')
    before = cell.locator(".jp-InputArea-editor").text_content()
    cell.locator(".cm-content").click()
    solved.page.keyboard.type("x = 1")
    assert cell.locator(".jp-InputArea-editor").text_content() == before


@pytest.fixture(scope="module")
def graded(course, solved, work):
    """The student's notebook among hostile ones, graded."""
    solved.save()
    place = course / "submitted" / "jane" / NAME
    place.mkdir(parents=True)
    shutil.copy(work / "assigned.ipynb", place / f"{NAME}.ipynb")
    hostile(course, SCRIPTS)
    handed_in(course, "zoe", {}, question="It was **31 dB**.")
    learnkit("grade", course)
    return course


def test_the_students_points_and_sentences_are_in_the_table(graded):
    with (graded / "marks" / "marks.csv").open(encoding="utf-8", newline="") as file:
        rows = {r["exercise"]: r for r in csv.DictReader(file) if r["student"] == "jane"}
    assert rows["mse_loss"]["points"] == "1.0" and rows["psnr"]["points"] == "0.0"
    assert rows["numerical_grad"]["status"] == "not attempted"
    assert rows["psnr"]["mistake"] == "twenty" and rows["question"]["status"] == "not attempted"


def test_the_feedback_page_reads_well_and_runs_nothing(graded, bare_page):
    for student in ("jane", "003_hostile"):
        path = graded / "feedback" / student / NAME / f"{NAME}.html"
        bare_page.goto(path.as_uri())
        assert bare_page.title() == f"{NAME}: {student}"
        assert axe.findings(bare_page, "html") == []
    bare_page.goto((graded / "feedback" / "jane" / NAME / f"{NAME}.html").as_uri())
    bare_page.locator("section.incorrect summary").click()
    assert "1 of 9 points" in bare_page.locator("main").inner_text()
    assert "20 * np.log10" in bare_page.locator("section.incorrect").inner_text()


@pytest.fixture(scope="module")
def formgrader(graded):
    """JupyterLab's server in the course folder, as an instructor starts it."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "jupyter", "server", "--no-browser", f"--port={port}"]
    command += [f"--IdentityProvider.token={TOKEN}", "--ServerApp.root_dir=.", "--allow-root"]
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ["PATH"]])
    process = subprocess.Popen(
        command,
        cwd=graded,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "PATH": path},
    )
    try:
        wait_for(port)
        yield f"http://127.0.0.1:{port}/formgrader"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


@pytest.fixture(scope="module")
def grader_page(browser, formgrader):
    """A page that is logged in, and notes what it is made to ask and to say."""
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.noted = []
    page.on("dialog", lambda dialog: page.noted.append(dialog.message) or dialog.dismiss())
    page.on("request", lambda request: page.noted.append(request.url))
    page.goto(f"{formgrader}?token={TOKEN}")
    yield page
    page.close()


def submissions(page, formgrader):
    """The links to every student's notebook, as formgrader lists them."""
    page.goto(f"{formgrader}/gradebook/{NAME}/{NAME}")
    page.locator("table a").first.wait_for()
    links = page.locator("table a").evaluate_all("all => all.map(one => one.href)")
    return list(dict.fromkeys(link for link in links if "/submissions/" in link))


def test_formgrader_opens_the_graded_course(grader_page, formgrader):
    grader_page.goto(formgrader)
    until(grader_page, grader_page.locator("body").inner_text, lambda text: NAME in text)


def test_no_script_of_a_student_runs_in_formgrader(grader_page, formgrader):
    links = submissions(grader_page, formgrader)
    assert len(links) == len(SCRIPTS) + 2
    for link in links:
        grader_page.noted.clear()
        grader_page.goto(link)
        grader_page.locator("div.nbgrader_cell").first.wait_for()
        grader_page.wait_for_timeout(500)  # a script would run by now
        assert "owned" not in grader_page.title()
        assert not [url for url in grader_page.noted if "/api/contents" in url]
        hrefs = grader_page.locator("a").evaluate_all("all => all.map(one => one.href)")
        assert not [href for href in hrefs if href.startswith("javascript")]
        assert grader_page.locator("img[onerror]").count() == 0


def test_a_person_gives_points_for_the_question_and_they_count(grader_page, formgrader, graded):
    for link in submissions(grader_page, formgrader):
        grader_page.goto(link)
        grader_page.locator("div.nbgrader_cell").first.wait_for()
        if "It was **31 dB**." in grader_page.locator("body").inner_text():
            break
    score = grader_page.locator("input.score").last
    with grader_page.expect_response(re.compile("/api/grade/")):
        score.fill("3")
        score.press("Tab")
    learnkit("grade", graded)
    with (graded / "marks" / "totals.csv").open(encoding="utf-8", newline="") as file:
        totals = {row["student"]: row for row in csv.DictReader(file)}
    assert totals["zoe"]["points"] == "3.0" and totals["zoe"]["waits"] == ""
