"""How the parts of an answer are spoken of, in the words for a change of it.

They name arguments and functions, which every answer shares. A variable of the answer's own says
nothing to a student who has others, and is not named.
"""

import ast

SIGNS: dict[type, str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.FloorDiv: "//",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.MatMult: "@",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.And: "and",
    ast.Or: "or",
}
FUNCTIONS = {
    "mean": "the mean",
    "sum": "the sum",
    "max": "the maximum",
    "min": "the minimum",
    "sqrt": "the square root",
    "square": "the square",
    "exp": "the exponential",
    "log": "the natural logarithm",
    "log10": "the logarithm to base 10",
    "log2": "the logarithm to base 2",
    "abs": "the absolute value",
    "std": "the standard deviation",
    "var": "the variance",
    "norm": "the norm",
    "prod": "the product",
    "softmax": "the softmax",
    "sigmoid": "the sigmoid",
    "clip": "the clipping",
    "clamp": "the clamping",
    "copy": "the copy",
    "clone": "the copy",
    "trace": "the trace",
}
LONGEST = 32  # characters of code that a sentence quotes


class Words:
    """The words for the parts of one answer."""

    def __init__(self, tree: ast.Module):
        """Notes which names are the answer's own."""
        outer, *inner = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
        stored = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and is_stored(n)}
        within = {a.arg for f in inner for a in f.args.args} | {f.name for f in inner}
        self.arguments = [a.arg for a in outer.args.args if a.arg != "self"]
        self._own = (stored | within) - set(self.arguments)

    def part(self, node: ast.AST) -> str:
        """A short expression as code, or a call by its function, where every answer shares it."""
        text, names = ast.unparse(node), {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        if not names & self._own and len(text) <= LONGEST:
            return f"`{text}`"
        name = called(node)
        if not name or name in self._own:
            return ""
        return FUNCTIONS.get(name, f"`{name}(...)`")

    def between(self, one: ast.AST, other: ast.AST) -> str:
        """Where an operator stands: " between `a` and `b`", or as much as there are words for."""
        a, b = self.part(one), self.part(other)
        if a and b:
            return f" between {a} and {b}"
        return f" behind {a}" if a else f" before {b}" if b else ""

    def stored(self, target: ast.AST) -> str:
        """What a statement sets, where every answer shares its name."""
        names = {n.id for n in ast.walk(target) if isinstance(n, ast.Name)}
        return "" if names & self._own else f"`{ast.unparse(target)}`"


def called(node: ast.AST) -> str:
    """The last name of the function that a call calls: mean, of np.mean(x) and of x.mean()."""
    if not isinstance(node, ast.Call):
        return ""
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def function(name: str) -> str:
    """A function of that name in words."""
    return FUNCTIONS.get(name, f"`{name}`" if name else "")


def is_stored(node: ast.Name) -> bool:
    """Whether a name is set here, and not read."""
    return isinstance(node.ctx, ast.Store)
