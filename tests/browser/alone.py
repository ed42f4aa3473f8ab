"""A widget's JavaScript in a page of its own: no JupyterLab and no kernel, a model of plain values.

What the browser sends is kept in `window.model`: `values` as they are, `sent` for messages.
"""

import base64

PAGE = """<!doctype html><html><body style="margin:0"><div id="root"></div></body></html>"""
START = """async ([script, values]) => {
    const codes = (text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    for (const [key, one] of Object.entries(values)) {
        if (one && one.base64 !== undefined) values[key] = new DataView(codes(one.base64).buffer);
    }
    const heard = {};
    window.model = {
        values, sent: [], saved: 0, heard,
        get: (key) => values[key],
        set: (key, value) => {
            values[key] = value;
            for (const act of heard[`change:${key}`] ?? []) act();
        },
        save_changes: () => { window.model.saved += 1; },
        send: (message) => { window.model.sent.push(message); },
        on: (name, act) => { (heard[name] ??= []).push(act); },
        off: (name, act) => { heard[name] = (heard[name] ?? []).filter((one) => one !== act); },
    };
    const module = await import(URL.createObjectURL(new Blob([script], {type: "text/javascript"})));
    window.end = module.default.render({model: window.model, el: document.querySelector("#root")});
}"""


def open_alone(page, widget) -> None:
    """Shows a widget of ours in the page, as its traits are now."""
    page.set_content(PAGE)
    page.add_style_tag(content=widget._css)
    values = {}
    for name in widget.traits(sync=True):
        value = getattr(widget, name)
        if isinstance(value, bytes):
            value = {"base64": base64.b64encode(value).decode()}
        if isinstance(value, str | int | float | list | tuple | dict | bool) and name[0] != "_":
            values[name] = value
    page.evaluate(START, [widget._esm, values])
