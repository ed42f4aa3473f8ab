import functools
import math
import re
import sys
import time
import types

import numpy as np
import pytest

from learnkit.byhand import losses
from learnkit.exercises import check, check_file, exercise, hint, hints, reports
from learnkit.exercises.judge import judge
from learnkit.exercises.sandbox import limits, processes
from learnkit.exercises.table import find
from tests.exercises.hostile import sources


def define(source, name="mse_loss", **scope):
    """What a cell of a notebook would define."""
    scope = {"__name__": "__main__", "np": np, **scope}
    exec(source, scope)
    return scope[name]


RIGHT = "def mse_loss(pred, target): return np.mean((pred - target) ** 2)"


def test_a_right_answer_stays_bound_and_is_correct(capsys):
    answer = define(RIGHT)
    assert exercise(answer) is answer
    assert capsys.readouterr().out.startswith("✓ mse_loss: correct.")
    assert reports()["mse_loss"].points == 1


def test_a_wrong_answer_gives_way_to_the_reference_and_stays_at_hand(capsys):
    answer = define("def mse_loss(pred, target): return np.sum((pred - target) ** 2)")
    bound = exercise(answer)
    assert bound(np.ones(4), np.zeros(4)) == 1.0 and bound.yours is answer
    shown = capsys.readouterr().out
    assert shown.startswith("✗ mse_loss: incorrect. You summed")
    assert "expected: 0.125" in shown and "got: 0.25" in shown and "mse_loss.yours" in shown


def test_an_answer_may_call_itself_and_helpers_and_other_answers():
    helper = define("def halve(x): return x / 2", "halve")
    source = (
        "def mse_loss(pred, target):\n"
        "    if pred.ndim > 1: return mse_loss(pred.ravel(), target.ravel())\n"
        "    return 2 * halve(np.mean((pred - target) ** 2))"
    )
    assert exercise(define(source, halve=helper)).__name__ == "mse_loss"
    assert reports()["mse_loss"].correct


def test_a_stand_in_may_be_called_by_the_next_answer_but_not_by_its_own():
    stand_in = exercise(define("def mse_loss(pred, target): return 7"))
    by_psnr = define(
        "def psnr(pred, target, data_range=1.0):\n"
        "    error = mse_loss(pred, target)\n"
        "    return np.inf if error == 0 else 10 * np.log10(data_range**2 / error)",
        "psnr",
        mse_loss=stand_in,
    )
    assert check("psnr", by_psnr).correct
    by_itself = define("def mse_loss(pred, target): return old(pred, target)", old=stand_in)
    assert "calls the reference" in check("mse_loss", by_itself).message


@pytest.mark.parametrize(
    "source",
    [
        "def mse_loss(pred, target): return it(pred, target)",
        "def mse_loss(pred, target):\n    try: return it(pred, target)\n    except: return 0",
        "import learnkit.byhand.losses as them\n"
        "def mse_loss(pred, target): return them.mse_loss(pred, target)",
    ],
)
def test_the_librarys_own_is_not_there_to_be_called(source):
    report = check("mse_loss", define(source, it=losses.mse_loss))
    assert report.status == "incorrect" and "calls the reference" in report.message


@pytest.mark.parametrize(
    ("name", "source"),
    [
        (
            "max_pool2d",  # its reference is a function of the tables
            "from learnkit.byhand import pooling\n"
            "def max_pool2d(image, size): return pooling.max_pool2d(image[None], size)[0]",
        ),
        (
            "sigmoid",  # it lives in layers, and losses has it as well
            "from learnkit.byhand import losses\ndef sigmoid(z): return losses.sigmoid(z)",
        ),
    ],
)
def test_nor_is_it_to_be_called_by_another_way(name, source):
    report = check(name, define(source, name))
    assert report.status == "incorrect" and "calls the reference" in report.message


@pytest.mark.parametrize(
    "body", ["raise NotImplementedError", "pass", "...", "'only a docstring'", "return ..."]
)
def test_a_stub_is_not_attempted(body):
    report = check("mse_loss", define(f"def mse_loss(pred, target):\n    {body}"))
    assert report.status == "not attempted" and report.points == 0


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("x = np.mean((pred - target) ** 2)", "returns None. Is a `return` missing"),
        ("return -3.5 * np.mean((pred - target) ** 2)", "yours is -3.5 times what it should be"),
        ("return -np.mean((pred - target) ** 2)", "right, except for its sign"),
        ("return np.mean((pred - target) ** 2),", "a tuple: is there a comma at the end"),
        ("return [np.mean((pred - target) ** 2)]", "must be one number, not an array of shape"),
        ("return np.nan", "holds NaN"),
        ("return nq.mean(pred)", r"raised NameError: name 'nq' is not defined .*line 2"),
        ("pred -= target; return np.mean(pred**2)", "changes its argument `pred` in place"),
        ("exit()", r"raised SystemExit \(line 2\)\. It called exit"),
        ("return 'a'", "must return numbers; it returned a str"),
        ("yield 1", "must return numbers; it returned a generator"),
        ("while True: pass", "did not finish within"),
        ("import os; os._exit(0)", "Python itself ended"),
        ("return np.zeros((12, 1000, 1000))", "far more numbers than"),
        ("return np.zeros(10**11)", "raised .*MemoryError"),
    ],
)
def test_the_general_diagnoses(monkeypatch, body, sentence):
    monkeypatch.setattr(find("mse_loss"), "seconds", 1.0)
    monkeypatch.setattr(limits, "BACKSTOP", 400.0)  # the machine may be very busy
    report = check("mse_loss", define(f"def mse_loss(pred, target):\n    {body}"))
    assert report.status == "incorrect"
    assert re.search(sentence, report.message), report.message


def test_a_transposed_and_a_misshapen_and_a_listed_gradient_are_named():
    name = "mse_loss_grad"
    right = "2 * (pred - target) / pred.size"
    for wrong, sentence in [
        (f"({right}).T", "It looks transposed"),
        (f"({right}).ravel()", "has shape"),
        (f"({right}).tolist()", "You return a list"),
    ]:
        report = check(name, define(f"def {name}(pred, target): return {wrong}", name))
        assert sentence in report.message


@pytest.mark.parametrize(
    "body",
    [
        "return np.mean((pred - target) ** 2) + np.random.default_rng().uniform(0, 0.1)",
        "calls.append(1); return np.mean((pred - target) ** 2) + len(calls)",
    ],
)
def test_an_answer_that_does_not_keep_to_its_word_is_told_so(body):
    report = check("mse_loss", define(f"def mse_loss(pred, target):\n    {body}", calls=[]))
    assert report.status == "incorrect" and report.mistake is None
    assert "Called twice with the same input" in report.message, report.message


def test_what_the_answer_prints_is_shown():
    source = "def mse_loss(pred, target):\n    print('shape', pred.shape)\n    return 0"
    report = check("mse_loss", define(source))
    assert report.printed.startswith("shape (2,)") and "shape (2,)" in str(report)


def test_an_answer_that_cannot_travel_is_checked_here_and_says_so():
    source = (
        "import threading\nlock = threading.Lock()\n"
        "def mse_loss(pred, target):\n    with lock: return np.mean((pred - target) ** 2)"
    )
    assert check("mse_loss", define(source)).correct
    wrong = check("mse_loss", define(source.replace("** 2", "** 4")))
    assert "ran inside the notebook" in wrong.message


def test_an_answer_that_uses_a_module_made_by_hand_is_checked_here():
    module = types.ModuleType("made_by_hand")
    exec("def halve(x): return x / 2", module.__dict__)
    sys.modules["made_by_hand"] = module  # no file, so no other process can import it
    try:
        answer = define(
            "def mse_loss(pred, target): return 2 * halve(np.mean((pred - target) ** 2))",
            halve=module.halve,
        )
        assert check("mse_loss", answer).correct
    finally:
        del sys.modules["made_by_hand"]


def test_a_name_that_is_nearly_an_exercise_is_pointed_out(capsys):
    answer = define("def mse_lose(pred, target): return 0", "mse_lose")
    assert exercise(answer) is answer
    assert "did you mean 'mse_loss'" in capsys.readouterr().out
    assert answer.__globals__["mse_loss"](np.ones(2), np.zeros(2)) == 1.0


@pytest.mark.parametrize(
    ("thing", "kind"),
    [
        (5, "int"),
        ([], "list"),
        (object(), "object"),
        (np.ones(3), "ndarray"),
        (math, "module"),
        (print, "builtin_function_or_method"),
        (functools.partial(pow, 2), "partial"),
        (staticmethod(pow), "staticmethod"),
    ],
)
def test_the_decorator_over_something_that_is_no_function_says_where_it_goes(thing, kind, capsys):
    assert exercise(thing) is thing
    shown = capsys.readouterr().out
    assert f"of the type {kind}" in shown and "right above a function" in shown


def test_brackets_after_the_decorator_do_no_harm():
    assert exercise()(define(RIGHT))(np.ones(2), np.zeros(2)) == 1.0


def test_hints_tell_one_more_each_time(capsys):
    for count in (1, 2, 3, 3):
        hint("roughness_grad")
        assert capsys.readouterr().out.count("Hint") == count


def test_a_verdict_loads_no_torch_and_costs_the_notebook_little():
    """Less computing than it takes this machine to add up ten million; the worker's is apart."""

    def cost(of):
        began = time.process_time()
        of()
        return time.process_time() - began

    check("mse_loss", define(RIGHT))
    verdict = min(cost(lambda: check("mse_loss", define(RIGHT))) for _ in range(3))
    assert verdict < cost(lambda: sum(range(10_000_000)))  # `make bench` measures the wait
    report = check(
        "mse_loss", define("def mse_loss(p, t):\n import sys\n return 'torch' in sys.modules")
    )
    assert "expected" in dict(report.example) and dict(report.example)["got"] == "False"


@pytest.mark.errors
def test_an_unknown_exercise_is_named_with_the_nearest():
    with pytest.raises(ValueError, match="no exercise is called 'mse'; did you mean 'mse_loss'"):
        check("mse", print)


@pytest.mark.parametrize("source", sources())
def test_no_answer_raises_hangs_or_ends_the_notebook(monkeypatch, source, capsys):
    monkeypatch.setattr(find("mse_loss"), "seconds", 0.3)
    monkeypatch.setattr(limits, "BACKSTOP", 10.0)
    monkeypatch.setattr(processes, "_is_running", lambda process: False)  # nor may a busy machine
    answer = define(source)
    bound = exercise(answer)
    report = reports()["mse_loss"]
    assert report.status in ("incorrect", "not attempted")
    assert len(str(report)) < 4000 and capsys.readouterr().out
    assert bound(np.ones(4), np.zeros(4)) == 1.0


def test_there_are_a_hundred_hostile_answers():
    assert len(set(sources())) >= 100


# ---- files -------------------------------------------------------------------------------------


def write(tmp_path, source):
    path = tmp_path / "answer.py"
    path.write_text(source, encoding="utf-8")
    return path


def test_a_file_is_checked_in_a_worker(tmp_path):
    head = "import numpy as np\nfrom learnkit.exercises import exercise\n\n@exercise\n"
    assert check_file("mse_loss", write(tmp_path, head + RIGHT)).correct
    wrong = check_file("mse_loss", write(tmp_path, head + RIGHT.replace("mean", "sum")))
    assert wrong.mistake == "summed"
    stub = "def mse_loss(pred, target):\n    raise NotImplementedError"
    assert check_file("mse_loss", write(tmp_path, stub)).status == "not attempted"


def test_a_file_may_call_the_other_exercises_as_the_lesson_does(tmp_path):
    source = (
        "def fill_hole(image, hole, lr, steps):\n    filled = image.copy()\n    filled[hole] = 0\n"
        "    for _ in range(steps):\n"
        "        filled[hole] -= lr * roughness_grad(filled)[hole]\n    return filled\n"
    )
    assert check_file("fill_hole", write(tmp_path, source)).correct
    itself = "def fill_hole(*args): return fill_hole(*args)"
    assert "calls itself without end" in check_file("fill_hole", write(tmp_path, itself)).message


def test_a_signature_that_does_not_fit_is_shown_without_its_types():
    report = check("mse_loss", define("def mse_loss(pred): return 0"))
    assert "calls mse_loss(pred, target), and yours cannot be" in report.message
    assert "takes 1 positional argument but 2 were given" in report.message


def test_a_warning_of_numpy_is_told_in_one_line_without_a_path():
    report = check("mse_loss", define("def mse_loss(pred, target):\n    return np.zeros(1) / 0"))
    assert report.printed == "warning: invalid value encountered in divide (line 2)\n"


def test_a_file_may_hold_classes_data_and_several_answers(tmp_path):
    source = (
        "import numpy as np\nclass Mean:\n    def __call__(self, x): return np.mean(x)\n"
        "mean = Mean()\ndef mse_loss(pred, target): return mean((pred - target) ** 2)\n"
        "def psnr(pred, target, data_range=1.0):\n    e = mse_loss(pred, target)\n"
        "    return np.inf if e == 0 else 10 * np.log10(data_range**2 / e)\n"
    )
    assert check_file("mse_loss", write(tmp_path, source)).correct
    assert check_file("psnr", write(tmp_path, source)).correct


@pytest.mark.errors
@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("def mse_loss(pred, target:\n    pass", "line 1 is not Python"),
        ("x = 1", "defines no mse_loss"),
        (
            "import nowhere_at_all\ndef mse_loss(pred, target): return 0",
            r"cannot run: ModuleNot.*line 1",
        ),
        ("1 / 0\ndef mse_loss(pred, target): return 0", r"ZeroDivisionError.*\(line 1\)"),
        ("exit()\ndef mse_loss(pred, target): return 0", "cannot run"),
    ],
)
def test_a_file_that_cannot_be_used_is_named_in_one_sentence(tmp_path, source, sentence):
    with pytest.raises(ValueError, match=sentence):
        check_file("mse_loss", write(tmp_path, source))


@pytest.mark.errors
def test_a_missing_file_and_a_file_of_bytes_are_named(tmp_path):
    with pytest.raises(ValueError, match=r"cannot read .*: No such file"):
        check_file("mse_loss", tmp_path / "nothing.py")
    (tmp_path / "bytes.py").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match="not UTF-8"):
        check_file("mse_loss", tmp_path / "bytes.py")


@pytest.mark.parametrize(
    ("name", "answer", "mistake"),
    [
        ("sigmoid", lambda z: 1 / (1 + np.exp(z)), "sign"),
        ("sigmoid", lambda z: np.log(1 / (1 + np.exp(-z))), "log_sigmoid"),
        ("sigmoid", lambda z: np.exp(z) / np.exp(z).sum(), "softmax_of_all"),
        (
            "binary_cross_entropy_with_logits",
            lambda z, t: np.mean(-t * np.log(1 / (1 + np.exp(-z)))),
            "one_term_only",
        ),
    ],
)
def test_of_two_faults_the_one_that_is_known_is_named_though_the_other_overflows(
    name, answer, mistake
):
    assert check(name, answer).mistake == mistake


def test_an_overflow_alone_is_not_taken_for_another_mistake():
    def sigmoid(z):
        return np.where(abs(z) > 500, np.nan, 1 / (1 + np.exp(-np.clip(z, -500, 500))))

    assert check("sigmoid", sigmoid).mistake is None


# ---- what else stands under @exercise ----------------------------------------------------------


def test_a_right_answer_is_its_own_yours_and_can_travel_with_it():
    answer = exercise(define(RIGHT))
    assert answer.yours is answer
    assert exercise(answer) is answer and reports()["mse_loss"].correct
    by_psnr = define(
        "def psnr(pred, target, data_range=1.0):\n"
        "    error = mse_loss(pred, target)\n"
        "    return np.inf if error == 0 else 10 * np.log10(data_range**2 / error)",
        "psnr",
        mse_loss=answer,
    )
    assert check("psnr", by_psnr).correct


@pytest.mark.parametrize(
    ("name", "source"),
    [
        (
            "conv2d_output_size",
            "@functools.cache\ndef conv2d_output_size(size, kernel, stride, padding):\n"
            "    return (size + 2 * padding - kernel) // stride + 1",
        ),
        (
            "conv2d_output_size",
            "@functools.lru_cache(maxsize=3)\ndef conv2d_output_size(size, kernel, stride, padding)"
            ":\n    return (size + 2 * padding - kernel) // stride + 1",
        ),
        (
            "relu_grad",
            "@np.vectorize\ndef relu_grad(x, upstream): return upstream if x > 0 else 0.0",
        ),
        (
            "mse_loss",
            "def own(f):\n    @functools.wraps(f)\n    def g(*a): return f(*a)\n    return g\n"
            "@own\ndef mse_loss(pred, target): return np.mean((pred - target) ** 2)",
        ),
        (
            "mse_loss",
            "class Mean:\n    __name__ = 'mse_loss'\n"
            "    def __call__(self, pred, target): return np.mean((pred - target) ** 2)\n"
            "mse_loss = Mean()",
        ),
    ],
)
def test_a_right_answer_may_be_wrapped(name, source, capsys):
    answer = define(source, name, functools=functools)
    assert exercise(answer) is answer
    assert reports()[name].correct and "inside the notebook" not in capsys.readouterr().out


def test_a_stub_may_be_wrapped_too_and_a_cache_of_arrays_is_explained():
    stub = "@np.vectorize\ndef mse_loss(pred, target): raise NotImplementedError"
    assert check("mse_loss", define(stub)).status == "not attempted"
    source = "@functools.cache\ndef bias_grad(upstream): return upstream.sum(0)"
    cached = check("bias_grad", define(source, "bias_grad", functools=functools))
    assert cached.status == "incorrect" and "functools.cache" in cached.message


def test_a_lambda_and_a_name_in_brackets_are_told_what_to_write(capsys):
    exercise(lambda pred, target: 0)
    assert "A lambda has no name" in capsys.readouterr().out
    answer = define(RIGHT)
    assert exercise("mse_loss")(answer) is answer
    shown = capsys.readouterr().out
    assert "Write @exercise alone" in shown and "✓ mse_loss: correct." in shown


# ---- stubs and what is left of them ------------------------------------------------------------

STUB = '"""Mean of the squared differences."""\n    # Your turn.\n    '


@pytest.mark.parametrize(
    "body",
    [
        STUB + "raise NotImplementedError",
        STUB + "raise NotImplementedError('yet')",
        "raise NotImplementedError()",
        STUB + "...",
    ],
)
def test_a_stub_as_the_lessons_have_it_is_not_attempted(body):
    source = f"def mse_loss(pred, target):\n    {body}"
    assert check("mse_loss", define(source)).status == "not attempted"


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (STUB + "loss = np.mean((pred - target) ** 2)\n    raise NotImplementedError", 5),
        ("np.mean((pred - target) ** 2)\n    raise NotImplementedError('yet')", 3),
        ("if pred.size > 2:\n        raise NotImplementedError\n    return 0.125", 3),
        ("for p in pred: pass\n    else:\n        raise NotImplementedError", 4),
    ],
)
def test_a_stub_s_line_left_below_an_answer_is_named(body, line):
    report = check("mse_loss", define(f"def mse_loss(pred, target):\n    {body}"))
    assert report.status == "incorrect"
    assert f"`raise NotImplementedError` (line {line}) is still in your answer" in report.message


def test_a_class_is_a_stub_until_one_of_its_methods_is_written():
    empty = "        raise NotImplementedError\n"
    head = "import torch\nclass DenseBlock(torch.nn.Module):\n"
    start, forward = (
        "    def __init__(self, channels, growth, layers):\n        'Made.'\n",
        "    def forward(self, x):\n        'Run.'\n",
    )
    made = "        super().__init__()\n        self.layers = torch.nn.ModuleList()\n"
    for body, status in (
        (start + empty + forward + empty, "not attempted"),
        (start + made + forward + empty, "incorrect"),
        (start + made + empty + forward + empty, "incorrect"),
    ):
        report = judge(
            task := find("DenseBlock"), task.run(define(head + body, "DenseBlock", __name__="m"))
        )
        assert report.status == status, report.message
        assert ("is still in your answer" in report.message) == (status == "incorrect")


def test_an_error_of_torch_s_of_that_type_is_not_the_stub_s():
    source = (
        "import torch\ndef mse_loss(pred, target):\n"
        "    return torch.ones(2, dtype=torch.bool).mean() + torch.zeros(2, device='meta').item()"
    )
    report = check("mse_loss", define(source))
    assert report.status == "incorrect" and "still in your answer" not in report.message


# ---- no line of ours ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("result", "says"),
    [
        ("(pred, target[1:])", "a tuple whose parts have different shapes, (2,) and (1,)"),
        ("[[1.0], [1.0, 2.0]]", "a list whose parts have different shapes, (1,) and (2,)"),
        ("[1.0, [[1.0], [2.0, 3.0]]]", "a list whose parts do not make one array"),
        ("10 ** 400", "must return numbers; it returned an int"),
        ("np.array([None])", "it returned an ndarray of object"),
        ("Odd()", "raised ValueError: mine (line 2)"),
    ],
)
def test_what_is_no_array_is_told_in_words_of_ours_without_a_line_of_ours(result, says):
    head = "class Odd:\n    def __array__(self, *_, **__): raise ValueError('mine')\n"
    report = check("mse_loss", define(f"{head}def mse_loss(pred, target): return {result}"))
    assert report.status == "incorrect" and says in report.message, report.message
    assert "asarray" not in report.message and "learnkit" not in report.message


def test_tensors_that_no_array_holds_are_named():
    for result, says in (
        ("torch.ones(2).bfloat16()", "a tensor of torch.bfloat16"),
        ("torch.ones(2, device='meta')", "on the device meta"),
        ("[torch.ones(2, requires_grad=True)] * 2", "torch.stack or torch.cat"),
    ):
        source = f"import torch\ndef mse_loss(pred, target): return {result}"
        task = find("mse_loss")
        report = judge(task, task.run(define(source)))
        assert says in report.message and "line" not in report.message, report.message


# ---- the library's own, wherever it stands -----------------------------------------------------


@pytest.mark.parametrize(
    ("name", "module", "arguments"),
    [
        ("psnr", "learnkit.images.metrics", "(pred, target, data_range=1.0)"),
        ("cut_hole", "learnkit.holes.draw", "(image, hole)"),
    ],
)
def test_a_twin_in_the_pictures_is_hidden_from_its_own_exercise(name, module, arguments):
    passed = arguments.replace("=1.0", "=data_range")
    for source in (
        f"import {module} as it\ndef {name}{arguments}: return it.{name}{passed}",
        f"def {name}{arguments}:\n    from {module} import {name} as it\n    return it{passed}",
        f"from {module} import {name} as it\ndef {name}{arguments}: return it{passed}",
    ):
        report = check(name, define(source, name))
        assert report.status == "incorrect" and "calls the reference" in report.message


def test_and_is_there_for_the_others():
    source = (
        "from learnkit.holes.draw import cut_hole\nfrom learnkit.images import metrics\n"
        "def mse_loss(pred, target):\n    rms = 10 ** (-metrics.psnr(pred, target) / 20)\n"
        "    return rms**2"
    )
    assert "calls the reference" not in check("mse_loss", define(source)).message


def test_a_file_may_import_what_a_lesson_imports(tmp_path):
    head = "import numpy as np\nfrom learnkit.exercises import exercise, hint\n\nhint('mse_loss')\n"
    assert check_file("mse_loss", write(tmp_path, head + "@exercise\n" + RIGHT)).correct


# ---- hints -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("which", "says"),
    [
        ("cuthole", 'do you mean hint("cut_hole")?'),
        ("denseblock", 'do you mean hint("DenseBlock")?'),
        ("psrn", 'do you mean hint("psnr")?'),
        ("qqqqqq", "the function under @exercise"),
        (7, "Say which exercise"),
        (None, "Say which exercise"),
        (lambda: 0, "No exercise is called '<lambda>'"),
    ],
)
def test_a_hint_for_what_is_no_exercise_is_one_sentence(which, says, capsys):
    hint(which)
    shown = capsys.readouterr().out
    assert says in shown and shown.count("\n") == 1


def test_running_all_cells_again_tells_no_more_and_asking_again_does(capsys, monkeypatch):
    monkeypatch.setattr(hints, "_told", {})
    told = []

    def run(*cells):
        for cell in cells:
            hints.begins(cell)
            if cell == "hint":
                hint("invert")
                told.append(capsys.readouterr().out.count("Hint "))

    run("setup", "hint", "invert", "setup", "hint", "invert", "setup", "hint", "invert")
    assert told == [1, 1, 1]  # three times Run All
    run("hint", "hint")
    assert told[3:] == [1, 2]  # the same cell twice in a row
    hints.tries("invert", "return -image")
    run("hint", "setup", "hint")
    assert told[5:] == [3, 3]  # a new try, and Run All after it
    hints.begins("")
