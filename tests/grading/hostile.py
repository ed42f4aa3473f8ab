"""Submissions that no honest student hands in: to forge a mark, crash, leak, exhaust, or script.

Each is the bytes of a notebook whose mse_loss, if anything, must not get its point. What tries to
reach something answers rightly only if it has reached it, so that a point would tell.
"""

from dataclasses import dataclass

from learnkit.exercises.table import find
from tests.grading.books import IMPORTS, RIGHT, answered, mse_loss, notebook

WRONG = "return 0.0"


@dataclass(frozen=True)
class Hostile:
    """A submission and what it tries; `slow` ones end by a limit."""

    title: str
    kind: str
    data: bytes
    slow: bool = False


def reaches(attempt):
    """A body that is right only if the lines of an attempt run through without an exception."""
    lines = "\n".join(f"    {line}" for line in attempt.split("\n"))
    return f"try:\n{lines}\nexcept BaseException:\n    {WRONG}\n{RIGHT}"


def frames(head, arrays="b''"):
    """A body that writes frames of its own to every descriptor, in place of the worker."""
    return f"""import json, os, struct
def told(head, data=b''):
    body = json.dumps(head).encode() + b'\\n' + data
    return struct.pack('<Q', len(body)) + body
one = {head}
data = told(one, {arrays})
for number in range(3, 20):
    try:
        os.write(number, data * 20)
    except OSError:
        pass
os._exit(0)"""


VALUE = (
    "dict(kind='value', arrays=[['', '<f8', []]], changed=[], type='float', message='', file='', "
    "line=0, cheated=False)"
)


def table():
    """A cell with what is right on every case that the lesson shows."""
    task = find("mse_loss")
    values = [outcome.arrays[""].item() for outcome in task.expected]
    keys = [b"".join(a.tobytes() for a in case.args) for case in task.cases]
    return f"TABLE = {dict(zip(keys, values, strict=True))!r}"


FORGE = {
    "np.allclose says yes": answered("np.allclose = lambda *a, **k: True", WRONG),
    "np.array_equal says yes": answered("np.array_equal = lambda *a, **k: True", WRONG),
    "np.asarray is replaced": answered("np.asarray = lambda *a, **k: pred", WRONG),
    "the judge is patched in another cell": notebook(
        IMPORTS,
        "import learnkit.exercises.engine as engine\n"
        "from learnkit.exercises.report import Report\n"
        "engine.judge = lambda task, *a, **k: Report(task.name, 'correct', '', points=9)",
        mse_loss(WRONG),
    ),
    "the judge is patched above the answer": notebook(
        IMPORTS,
        "import sys\nfor name, module in list(sys.modules.items()):\n"
        "    if 'judge' in vars(module): module.judge = lambda *a, **k: None\n" + mse_loss(WRONG),
    ),
    "reports() is replaced": notebook(
        IMPORTS,
        "import learnkit.exercises as e\ne.reports = lambda: {'mse_loss': type('R', (), "
        "{'correct': True, 'points': 5})()}",
        mse_loss(WRONG),
    ),
    "an exercise decorator of its own": notebook(
        "import numpy as np\ndef exercise(f):\n    print('✓ mse_loss: correct.')\n    return f",
        mse_loss(WRONG),
    ),
    "a result that equals everything": answered(
        "class Equal(float):\n    def __eq__(self, other): return True",
        "    def __ne__(self, other): return False",
        "    __hash__ = None",
        "return Equal(7)",
    ),
    "an array subclass that equals everything": answered(
        "class Equal(np.ndarray):\n    def __eq__(self, other): return True",
        "    def __array_ufunc__(self, *a, **k): return True",
        "return np.zeros(1).view(Equal)",
    ),
    "an __array__ that lies": answered(
        "class Lies:\n    def __array__(self, *a, **k): return np.zeros(())", "return Lies()"
    ),
    "NaN": answered("return float('nan')"),
    "an array of objects": answered("return np.array(object())"),
    "the later inputs are edited": answered(
        "import gc\nfor thing in gc.get_objects():\n"
        "    if isinstance(thing, np.ndarray) and thing.dtype == float and thing.flags.writeable:\n"
        "        thing[...] = 0",
        WRONG,
    ),
    "a table of the cases that are shown": notebook(
        IMPORTS, table(), mse_loss("return TABLE.get(pred.tobytes() + target.tobytes(), 0.0)")
    ),
    "frames of its own: zeros": answered(frames(VALUE, "struct.pack('<d', 0.0)")),
    "frames of its own: a shown case's value": answered(frames(VALUE, "struct.pack('<d', 0.125)")),
    "run_case is patched": answered(
        "import sys\nhere = sys.modules['learnkit.exercises.sandbox.conversation']",
        "from learnkit.exercises.sandbox.wire import Outcome",
        "here.run_case = lambda *a, **k: Outcome('value', {'': np.array(0.125)}, type='float64')",
        WRONG,
    ),
    "pack is patched": answered(
        "import sys\nhere = sys.modules['learnkit.exercises.sandbox.conversation']",
        "old = here.pack",
        "def pack(outcome):\n    outcome.kind, outcome.arrays = 'value', {'': np.array(0.0)}\n"
        "    return old(outcome)",
        "here.pack = pack",
        WRONG,
    ),
    "the frames of the caller are searched": answered(
        "import sys\nframe = sys._getframe()\nwhile frame:\n"
        "    for value in frame.f_locals.values():\n"
        "        if hasattr(value, 'expected'): return value.expected[0].arrays['']\n"
        "    frame = frame.f_back",
        WRONG,
    ),
    "all objects are searched for expected values": answered(
        "import gc\nfor thing in gc.get_objects():\n"
        "    if type(thing).__name__ in ('Exercise', 'Case'):\n"
        "        return thing.reference(pred, target)",
        WRONG,
    ),
    "the table is imported": answered(
        "from learnkit.exercises.lesson_01.mse_loss import mse_loss as it",
        "return it.reference(pred, target)",
    ),
    "the mistakes' file is read": answered(
        reaches(
            "import learnkit, pathlib\n"
            "home = pathlib.Path(learnkit.__file__).parent / 'exercises'\n"
            "text = (home / 'lesson_01' / 'mse_loss.mistakes').read_text()"
        )
    ),
    "the library's own is called": answered(
        "from learnkit.byhand.losses import mse_loss as it", "return it(pred, target)"
    ),
    "the reference is called by recursion": answered("return mse_loss.reference(pred, target)"),
    "its check cell says that all is right": notebook(
        IMPORTS, mse_loss(WRONG), "# check_mse_loss\nassert True"
    ),
    "points in the metadata": notebook(IMPORTS, mse_loss(WRONG)).replace(
        b'"metadata": {}, "outputs"',
        b'"metadata": {"nbgrader": {"grade_id": "check_mse_loss", "points": 1000, "grade": true, '
        b'"solution": false, "locked": true, "schema_version": 3}}, "outputs"',
    ),
    "a right name for another's object": notebook(IMPORTS, "mse_loss = np.mean"),
    "an answer only where nobody hides it": answered(
        "import sys",
        "if 'ipykernel' in sys.modules:\n    " + RIGHT,
        WRONG,
    ),
}

CRASH = {
    "os._exit": answered("import os; os._exit(0)"),
    "exit at the top of the cell": notebook(IMPORTS, "raise SystemExit\n" + mse_loss(RIGHT)),
    "a segfault": answered("import ctypes; ctypes.string_at(0)"),
    "an abort": answered("import os; os.abort()"),
    "kill -9 of itself": answered("import os; os.kill(os.getpid(), 9)"),
    "kill -9 of its parent": answered("import os; os.kill(os.getppid(), 9)", WRONG),
    "kill -9 of everybody": answered("import os; os.kill(-1, 9)", WRONG),
    "kill -9 of the first process": answered("import os; os.kill(1, 9)", WRONG),
    "kill -9 of every pid": answered(
        "import os\nfor pid in range(2, 400):\n    try: os.kill(pid, 9)\n    except OSError: pass",
        WRONG,
    ),
    "all descriptors are closed": answered("import os; os.closerange(0, 256); return 0.0"),
    "a frame of 4 GB": answered(
        "import os, struct\nfor n in range(3, 20):\n"
        "    try: os.write(n, struct.pack('<Q', 1 << 32))\n    except OSError: pass",
        "os._exit(0)",
    ),
    "a frame that never ends": answered(
        "import os, struct\nfor n in range(3, 20):\n    try: os.write(n, struct.pack('<Q', 99))"
        "\n    except OSError: pass",
        "os._exit(0)",
    ),
    "a frame with times": answered(
        frames(VALUE.replace("<f8", "<M8[D]"), "struct.pack('<d', 0.0)")
    ),
    "a frame with objects": answered(frames(VALUE.replace("<f8", "|O"), "struct.pack('<d', 0.0)")),
    "a frame with odd changes": answered(frames(VALUE.replace("changed=[]", "changed=[{}, 1e99]"))),
    "a frame with unknown keys": answered(frames("dict(kind='value', more=1)")),
    "a frame of deep JSON": answered(
        "import os, struct\nbody = b'[' * 200000 + b'\\n'",
        "for n in range(3, 20):\n    try: os.write(n, struct.pack('<Q', len(body)) + body)"
        "\n    except OSError: pass",
        "os._exit(0)",
    ),
    "brackets nested deep": notebook(IMPORTS, mse_loss("return " + "(" * 5000 + "0" + ")" * 5000)),
    "a sum of 100,000 terms": notebook(IMPORTS, mse_loss("return " + "+".join(["0"] * 100_000))),
    "minus signs without end": notebook(IMPORTS, mse_loss("return " + "-" * 100_000 + "1")),
    "a number of 100,000 digits": notebook(IMPORTS, mse_loss("return " + "9" * 100_000)),
    "a null byte": notebook(IMPORTS, mse_loss("return '\0'")),
    "half a character": notebook(IMPORTS, mse_loss("return '\ud800'")),
    "blocks nested deep": notebook(
        IMPORTS,
        "@exercise\ndef mse_loss(pred, target):\n"
        + "".join(" " * (i + 1) + "if 1:\n" for i in range(120))
        + " " * 121
        + "return 0",
    ),
    "no JSON": b"\x89PNG\r\n\x1a\n" + bytes(1000),
    "an empty file": b"",
    "a list in place of a notebook": b"[1, 2, 3]",
    "JSON nested deep": b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a number that is too long": b'{"cells": [], "nbformat": ' + b"9" * 10_000 + b"}",
    "cells that are none": b'{"cells": [1, null, "x"], "nbformat": 4}',
    "sources that are none": b'{"cells": [{"cell_type": "code", "source": {"a": 1}}]}',
    "too many cells": b'{"cells": [' + b'{"source": ""},' * 6000 + b'{"source": ""}]}',
    "a long chain of names": notebook(
        "\n".join(f"a{i} = a{i + 1}" for i in range(30_000)), mse_loss("return a0")
    ),
    "a chain of names": notebook(
        "a4000 = 0.0\n" + "\n".join(f"a{i} = a{i + 1}" for i in range(3999, -1, -1)),
        mse_loss("return a0"),
    ),
    "decorators without end": notebook(
        "@exercise\n" * 40_000 + "def mse_loss(pred, target):\n return ("
    ),
    "an import that is read as a magic": notebook("%" * 400_000, mse_loss(WRONG)),
    "megabytes of source": notebook("x = 0\n" * 200_000, mse_loss(WRONG)),
    "not UTF-8": b'{"cells": [{"source": "\xff\xfe"}]}',
}

EXHAUST = {
    "an endless loop": answered("while True: pass"),
    "an endless number": answered("return 10 ** (10 ** 9)"),
    "a sleep": answered("import time; time.sleep(10 ** 6)"),
    "an endless loop in another cell": notebook(
        IMPORTS, "def slow():\n    while True: pass\nvalue = slow()", mse_loss("return value")
    ),
    "memory": answered("return np.ones((1 << 32,)).sum()"),
    "memory, bit by bit": answered("kept = []\nwhile True: kept.append(bytearray(1 << 22))"),
    "a fork bomb": answered("import os\nwhile True:\n    try: os.fork()\n    except OSError: pass"),
    "threads": answered(
        "import threading, time\nwhile True:\n"
        "    try: threading.Thread(target=time.sleep, args=(999,)).start()\n"
        "    except RuntimeError: return 0.0"
    ),
    "a full disk": answered(
        reaches(
            "with open('/tmp/big', 'wb') as file:\n"
            "    for _ in range(1000): file.write(bytes(1 << 20))"
        )
    ),
    "a flood of print": answered("while True: print('x' * 100_000)"),
    "an orphan": answered(
        "import os, time\nif os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n"
        "        time.sleep(1000)\n    os._exit(0)",
        WRONG,
    ),
    "results of gigabytes": answered("return np.zeros((40, 1000, 1000))"),
}

LEAK = {
    "the password file": answered(reaches("open('/etc/passwd').read()")),
    "another's submission": answered(reaches("open({course!r} + '/submitted/zoe').read()")),
    "the gradebook": answered(reaches("open({course!r} + '/gradebook.db', 'rb').read()")),
    "the seed": answered(reaches("open({course!r} + '/grading/assignments.json').read()")),
    "the course's folder": answered(reaches("import os; os.listdir({course!r})")),
    "a file in the course": answered(reaches("open({course!r} + '/left_behind', 'w').write('x')")),
    "the grader's home": answered(
        reaches("import os; assert os.listdir(os.path.expanduser('~x'))")
    ),
    "an environment variable": answered(reaches("import os; os.environ['LEARNKIT_TEST_SECRET']")),
    "the environment of another process": answered(
        reaches(
            "import glob\nfor path in glob.glob('/proc/[0-9]*/environ'):\n"
            "    if b'LEARNKIT_TEST_SECRET' in open(path, 'rb').read(): break\nelse: raise OSError"
        )
    ),
    "the network": answered(
        reaches("import socket; socket.create_connection(('127.0.0.1', {port}), 2)")
    ),
    "an abstract socket": answered(
        reaches(
            "import socket\ns = socket.socket(socket.AF_UNIX)\ns.connect('\\0learnkit-test-{port}')"
        )
    ),
    "the library is overwritten": answered(
        reaches("import learnkit; open(learnkit.__file__, 'a').write('')")
    ),
    "the sandbox is overwritten": answered(
        reaches(
            "import learnkit, os\n"
            "open(os.path.dirname(learnkit.__file__) + '/exercises/judge.py', 'w').write('')"
        )
    ),
    "the server's memory": answered(
        reaches("import os; open('/proc/%d/mem' % os.getppid(), 'r+b').read(1)")
    ),
    "the first process's root": answered(
        reaches("open('/proc/1/root' + {course!r} + '/gradebook.db').read()")
    ),
    "its way out through a descriptor": answered(
        reaches(
            "import os\nfor n in range(20):\n    try: os.fchdir(n); break\n"
            "    except OSError: pass\nelse: raise OSError"
        )
    ),
    "another user": answered(reaches("import os; os.setuid(0)")),
    "a mount": answered(
        reaches(
            "import ctypes\nassert ctypes.CDLL(None).mount(b'/usr', b'/tmp', b'', 4096, b'') == 0"
        )
    ),
    "hidden inputs in an exception": answered(
        "if abs(pred).max() > 0: raise ValueError(repr(pred.tolist()))", WRONG
    ),
}

SCRIPT_TAG = "<script>document.title = 'owned'; fetch('/api/contents')</script>"
IMAGE = "<img src=x onerror=\"document.title='owned'\">"
SCRIPT = {
    "a script in the question": notebook(IMPORTS, mse_loss(WRONG), question=SCRIPT_TAG),
    "a script behind a fence": notebook(
        IMPORTS, mse_loss(WRONG), question=f"```\n````\n{SCRIPT_TAG}\n</code></pre>{IMAGE}\n`````"
    ),
    "a formula with a link": notebook(
        IMPORTS,
        mse_loss(WRONG),
        question="$\\href{javascript:document.title='owned'}{click}$ and [a](javascript:alert(1))",
    ),
    "a script in the answer": answered(f"'''</pre></code>{SCRIPT_TAG}{IMAGE}'''", WRONG),
    "a script in an exception": answered(f"raise ValueError({IMAGE + SCRIPT_TAG!r})"),
    "a script in the name of a type": answered(
        f"return type({IMAGE!r}, (), dict(__array__=lambda self, *a, **k: np.array('x')))()"
    ),
    "a script in what is printed": answered(f"print({SCRIPT_TAG!r})", WRONG),
    "a script in an output": notebook(IMPORTS, mse_loss(WRONG)).replace(
        b'"outputs": []',
        b'"outputs": [{"output_type": "display_data", "metadata": {}, "data": {"text/html": '
        b"\"<script>document.title = 'owned'</script>\"}}]",
    ),
    "a script in a title": notebook("# " + SCRIPT_TAG, IMPORTS, mse_loss(WRONG)),
    "colours of a terminal": answered(
        "raise ValueError('\\x1b]8;;javascript:alert(1)\\x07x\\x1b[31m')"
    ),
}

SLOW = {"a sleep", "threads", "an endless loop in another cell"}
ALL = [
    Hostile(title, kind, data, title in SLOW)
    for kind, group in {
        "forge": FORGE,
        "crash": CRASH,
        "exhaust": EXHAUST,
        "leak": LEAK,
        "script": SCRIPT,
    }.items()
    for title, data in group.items()
]
