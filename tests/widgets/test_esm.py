import collections
import re
from pathlib import Path

import pytest

from learnkit import widgets
from learnkit.widgets.esm import joined

HOME = Path(widgets.__file__).parent
SCRIPTS = sorted(HOME.rglob("*.js"))
WHOLE = [path for path in SCRIPTS if "export default" in path.read_text(encoding="utf-8")]
NAME = re.compile(r"^(?:async )?(?:function|const|let|class) (\w+)", re.MULTILINE)


def test_each_module_comes_once_and_behind_those_that_it_imports(tmp_path):
    (tmp_path / "room").mkdir()
    (tmp_path / "room/all.js").write_text(
        'import {\n  one,\n} from "../one.js";\nimport { two } from "./two.js";\n'
        "export default { render: () => one + two };\n"
    )
    (tmp_path / "room/two.js").write_text(
        'import { one } from "../one.js";\nexport const two = one + 1;\n'
    )
    (tmp_path / "one.js").write_text("export const one = 1;\n")
    assert joined(tmp_path / "room/all.js").split("\n") == [
        *("const one = 1;", ""),
        *("const two = one + 1;", ""),
        *("export default { render: () => one + two };", ""),
    ]


def test_modules_that_import_each_other_end(tmp_path):
    (tmp_path / "a.js").write_text('import { b } from "./b.js";\nexport function a() {}\n')
    (tmp_path / "b.js").write_text('import { a } from "./a.js";\nexport function b() {}\n')
    assert joined(tmp_path / "a.js") == "function b() {}\n\nfunction a() {}\n"


def test_every_script_belongs_to_a_widget():
    names = {path.name for path in WHOLE}
    assert names == {"brush.js", "pixels.js", "latent.js", "panel.js"}
    found = "".join(joined(path) for path in WHOLE)
    for path in SCRIPTS:
        last = path.read_text(encoding="utf-8").rstrip().splitlines()[-3:]
        assert "\n".join(last) in found, path.name


@pytest.mark.parametrize("path", WHOLE, ids=lambda path: path.name)
def test_in_the_one_scope_no_name_is_given_twice_and_nothing_is_left_to_import(path):
    text = joined(path)
    names = collections.Counter(NAME.findall(text))
    assert len(names) >= 4 and [name for name, count in names.items() if count > 1] == []
    assert re.findall(r"^(?:import|export)\b.*", text, re.MULTILINE) == [
        text.rstrip().splitlines()[-1]
    ]


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_opens_with_its_idea_ends_by_line_300_and_keeps_the_names_it_imports(path):
    text = path.read_text(encoding="utf-8")
    assert text.startswith("// ") and len(text.splitlines()) <= 300
    assert not re.search(r"^import .* as ", text, re.MULTILINE)
