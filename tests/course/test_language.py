import json

import nbformat
from jupyter_client.manager import start_new_kernel

from learnkit.course import lab
from learnkit.course.language import of_this_python


def test_a_lesson_says_of_its_language_what_the_kernel_will_say():
    lesson = (lab.lesson_folder() / lab.lesson_names()[0]).read_bytes()
    made = nbformat.reads(of_this_python(lesson).decode(), as_version=4)
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        told = client.kernel_info(reply=True, timeout=60)["content"]["language_info"]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert made.metadata.language_info == told


def test_nothing_else_of_a_lesson_changes():
    lesson = (lab.lesson_folder() / lab.lesson_names()[0]).read_bytes()
    before, after = json.loads(lesson), json.loads(of_this_python(lesson))
    assert lab.cells(lesson) == lab.cells(of_this_python(lesson))
    for one in (before, after):
        del one["metadata"]["language_info"]
    assert before == after


def test_a_notebook_of_another_language_stays_as_it_is():
    notebook = b'{"cells": [], "metadata": {"language_info": {"name": "julia"}}}'
    assert of_this_python(notebook) == notebook
    assert of_this_python(b'{"cells": []}') == b'{"cells": []}'
