"""A hundred answers that no sane student writes, and every teacher has seen, as bodies.

Each is the body of `def mse_loss(pred, target):` (or the whole source, where it starts with
`def`, `class` or `import`). None may raise, hang, or end the process that checks it.
"""

BODIES = """
exit()
quit()
raise SystemExit
raise SystemExit(0)
raise KeyboardInterrupt
raise GeneratorExit
raise StopIteration
raise MemoryError
raise BaseException('base')
raise Exception
raise NotImplementedError('half done') if pred.size > 2 else ValueError
import os; os._exit(0)
import os; os._exit(13)
import os; os.abort()
import os; os.kill(os.getpid(), 9)
import os; os.kill(os.getpid(), 15)
import os; os.kill(os.getpid(), 11)
import os; os.close(0); os.close(1); os.close(2); return 0
import os; [os.close(i) for i in range(3, 50)]
import os; os.closerange(0, 99); return 0.125
import os; os.fork(); return 0
import os; os.setsid()
import sys; sys.stdout.close(); return 0
import sys; sys.stdout = None; print('x')
import sys; sys.stderr = 5; return 1/0
import sys; sys.setrecursionlimit(10**9); return mse_loss(pred, target)
import sys; sys.modules.clear(); return 0
import sys; sys.path.clear(); import zipfile; return 0
import sys; sys.settrace(lambda *a: 1/0); return 0
import builtins; builtins.len = None; return 0
import builtins; builtins.print = exit; print()
import json; json.dumps = None; return 0
import struct; struct.pack = None; return 0
import numpy; numpy.asarray = None; return 0
import numpy; numpy.allclose = lambda *a, **k: True; return 7
import numpy; numpy.array_equal = lambda *a, **k: True; pred[:] = 0; return 7
import ctypes; ctypes.string_at(0)
import ctypes; ctypes.memset(0, 1, 1)
import signal; signal.alarm(1); return 0
import signal; signal.raise_signal(signal.SIGSEGV)
import threading; threading.Thread(target=exit).start(); return 0
import threading; threading.Thread(target=lambda: [0 for _ in iter(int, 1)]).start(); return 0
import time; time.sleep(60)
import time; time.sleep = None; return 0
import subprocess; subprocess.run(['sleep', '60'])
import subprocess; subprocess.Popen(['sleep', '60']); return 0
import socket; return socket.socket()
import gc; gc.disable(); return gc.get_objects()
import faulthandler; faulthandler._sigsegv()
import multiprocessing; return multiprocessing.current_process()
import random; return random
import this; return 0
import nonexistent_module
import learnkit.exercises.lesson_01.mse_loss
from learnkit.exercises import judge
from learnkit.exercises.lesson_01.mse_loss import mse_loss as it; return it.reference(pred, target)
from learnkit.byhand.losses import mse_loss as it; return it(pred, target)
from learnkit.exercises import exercise; return exercise
while True: pass
while True: print('x' * 1000)
while True: pred = pred + 1
for i in iter(int, 1): pass
return mse_loss(pred, target)
return (lambda f: f(f))(lambda f: f(f))
return sum(range(10**12))
return 10**(10**9)
return [0] * 10**12
return bytes(10**12)
import numpy as np; return np.zeros(10**12)
import numpy as np; return np.ones((5000, 5000))
import numpy as np; return np.ones((40, 1000, 1000))
import numpy as np; return np.sort(np.random.rand(10**9))
import numpy as np; return np.float64('nan')
import numpy as np; return -np.inf
import numpy as np; return np.array(None)
import numpy as np; return np.array([object()])
import numpy as np; return np.array(['0.125'])
import numpy as np; return np.datetime64('now')
import numpy as np; return np.zeros((0, 3))
import numpy as np; return np.zeros((1,) * 30)
import numpy as np; np.seterr(all='raise'); return np.zeros(1) / 0
return
pass
...
'a docstring and nothing else'
return ...
return None
return True
return '0.125'
return b'0.125'
return [[1], [1, 2]]
return {'loss': 0.125}
return {0.125}
return lambda: 0.125
return mse_loss
return type
return pred is target
return 0.125 + 0j
return 10**400
return float('1e400')
yield 0.125
pred[:] = target; return 0.0
pred.resize(0, refcheck=False); return 0.125
del pred; return pred
return undefined_name
return input('what is the answer? ')
return open('/nowhere/at/all').read()
return pred.nope
return pred['a']
return pred[99]
return 1 / 0
assert False, 'sure?'
print('\\x00\\xff' * 99); return 0
global mse_loss; mse_loss = None; return 0
return __import__('inspect').stack()[-1]
A = type("A", (), {"__array__": None}); return A()
"""

SOURCES = [
    "def mse_loss(): return 0",
    "def mse_loss(pred): return 0",
    "def mse_loss(a, b, c): return 0",
    "def mse_loss(*, pred, target): return 0",
    "async def mse_loss(pred, target): return 0.125",
    "class mse_loss: pass",
    "class mse_loss:\n    def __init__(self, pred, target): raise ValueError",
    "class mse_loss(float):\n    def __new__(cls, pred, target): return float.__new__(cls, 1)",
    "class R:\n    def __array__(self, *a, **k): raise ValueError\n"
    "def mse_loss(pred, target): return R()",
    "class R:\n    def __array__(self, *a, **k): import os; os._exit(0)\n"
    "def mse_loss(pred, target): return R()",
    "class E(Exception):\n    def __str__(self): raise ValueError\n"
    "def mse_loss(pred, target): raise E",
    "class E(Exception):\n    def __str__(self): return 'x' * 10**8\n"
    "def mse_loss(pred, target): raise E",
    "class R:\n    def __reduce__(self): return (exit, ())\nbad = R()\n"
    "def mse_loss(pred, target): return bad",
    "import threading\nlock = threading.Lock()\ndef mse_loss(pred, target):\n"
    "    with lock: return 7.0",
    "import sys\nout = sys.stdout\ndef mse_loss(pred, target): out.write('x'); return 7.0",
    "gen = (i for i in range(9))\ndef mse_loss(pred, target): return float(next(gen))",
    "mse_loss = lambda pred, target: 7.0\nmse_loss.__name__ = 'mse_loss'",
    "import functools\n@functools.cache\ndef helper(x): return x\n"
    "def mse_loss(pred, target): return helper(7.0)",
    "def mse_loss(pred, target, memo=[]):\n    memo.append(1)\n    return float(len(memo))",
]


def sources() -> list[str]:
    """Each answer as a piece of source that defines mse_loss."""
    bodies = [line for line in BODIES.strip().splitlines() if line]
    return [f"def mse_loss(pred, target):\n    {body}\n" for body in bodies] + SOURCES
