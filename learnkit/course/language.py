"""A lesson that nobody touched is closed without a question.

JupyterLab writes into a notebook what its kernel says of its language, down to Python's version.
Where that is news, the notebook counts as changed, and JupyterLab asks whether to save it. The
lessons of the course are for every Python; the student's copy says beforehand which one it is.
"""

import json


def of_this_python(notebook: bytes) -> bytes:
    """The notebook with the language as the kernel of this Python tells it; else as it is.

    What names no Python as its language comes back byte by byte.
    """
    made = json.loads(notebook)
    told = made.get("metadata", {}).get("language_info", {})
    if told.get("name") != "python":
        return notebook
    from ipykernel.ipkernel import IPythonKernel  # half a second to import

    made["metadata"]["language_info"] = dict(IPythonKernel.language_info)
    text = json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True)  # as nbformat writes it
    return (text + "\n").encode()
