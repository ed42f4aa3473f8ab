"""What a person may want to look at in an answer that is judged: flags, which cost no points.

The solutions are public, and a library may do what was to be written by hand. Neither can be
forbidden by a machine that is sure of it, so each is said and left to a person.
"""

import ast
from collections.abc import Iterator

from learnkit.exercises.sandbox.parcel import hidden
from learnkit.exercises.table import Exercise
from learnkit.grading.transplant import Answer

LIBRARIES = {
    "autograd",
    "cv2",
    "jax",
    "keras",
    "scipy",
    "skimage",
    "sklearn",
    "tensorflow",
    "torch",
}
REACHES = {"ctypes", "gc", "importlib", "inspect", "multiprocessing", "os", "pickle", "socket"}
REACHES |= {"subprocess", "sys"}
CALLS = {"__import__", "eval", "exec", "globals", "open", "vars"}
LONG = 4  # statements, at any depth, from which on the very words of a solution are no accident


def flags(task: Exercise, answer: Answer) -> tuple[str, ...]:
    """A sentence for each thing worth a look."""
    try:
        tree = ast.parse(f"{answer.before}\n{answer.source}")
        return tuple(_flags(task, tree))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()


def _flags(task: Exercise, tree: ast.Module) -> Iterator[str]:
    modules = sorted(set(_imported(tree)))
    roots = {module.split(".")[0] for module in modules}
    allowed = {"torch"} if "torch" in task.prewarm else set()
    if used := sorted(roots & LIBRARIES - allowed - _of_the_solution(task)):
        yield f"It takes {' and '.join(used)} for help, where the lesson does without."
    own = sorted(set(modules) & {module for module, _ in hidden(task)})
    if own:
        yield f"It imports where the course's own {task.name} is: {', '.join(own)}."
    functions = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    called = {function.id for function in functions if isinstance(function, ast.Name)}
    if reached := sorted((roots & REACHES) | (called & CALLS)):
        yield f"It reaches beyond numbers: {', '.join(reached)}."
    if _copied(task, tree):
        yield "Word for word it is the solution that the course publishes."


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def _of_the_solution(task: Exercise) -> set[str]:
    """The libraries that the published answer itself uses."""
    if task.written is None:
        return set()
    words = {n.id for n in ast.walk(ast.parse(task.written.definition)) if isinstance(n, ast.Name)}
    modules = (getattr(task.written.names.get(word), "__name__", "") for word in words)
    return {str(module).split(".")[0] for module in modules}


def _copied(task: Exercise, tree: ast.Module) -> bool:
    if task.written is None:
        return False
    solution = _bodies(ast.parse(task.written.definition), task.name)
    return any(_statements(body) >= LONG and body in solution for body in _bodies(tree, task.name))


def _bodies(tree: ast.Module, name: str) -> list[str]:
    """The body of each definition of that name, without docstring and layout."""
    kinds = ast.FunctionDef | ast.ClassDef
    found = [n for n in ast.walk(tree) if isinstance(n, kinds) and n.name == name]
    return ["\n".join(ast.unparse(s) for s in n.body if not _is_docstring(s)) for n in found]


def _statements(body: str) -> int:
    return sum(isinstance(node, ast.stmt) for node in ast.walk(ast.parse(body)))


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
