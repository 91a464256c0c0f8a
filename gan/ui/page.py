"""The page: a header, the tabs, the endpoints; and how it is served.

Every control's event runs in the page and asks through gan/ui/tab.py; the events that programs may call are in
gan/ui/endpoints.py and in the tabs' folders. One more, /refresh_models, brings the model chooser up to date when the
page is opened, and lets it show the model of the link that opened it. The page reaches nothing outside the machine
that serves it.

    from gan.ui.page import Service, build, serve
    service = Service()
    serve(build(service), service, host="127.0.0.1", port=7860)
"""

import json
import os
import sys
import threading
from importlib import import_module
from typing import Any, NoReturn

import gradio as gr
from gradio.components.api_component import Api

from gan.ui.assets import SCRIPTS, read_part, read_scripts, read_styles
from gan.ui.endpoints import add_endpoints
from gan.ui.engine.serve import ROOT, find_version, make_engine_routes
from gan.ui.gate import Gate, keep
from gan.ui.service import Service
from gan.ui.tab import Tab
from gan.ui.tabs import NAMES
from gan.ui.theme import build_theme
from gan.ui.words.labels import build_i18n, label
from gan.ui.words.tables import make_words_route

TITLE = "Digit Forge"
KEEP_FILES_SECONDS = 3600

# The modules of the tabs in their order: TAB of each is its class
TABS = tuple(import_module(f"gan.ui.tabs.{name}.tab") for name in NAMES)


# What one tab has to say of the model chooser, which all share, is seen while that tab is open.
HIDE_OTHERS = "".join(
    f'body:not(:has(#tab-{name}-button[aria-selected="true"])) .df-problem[data-of="tab-{name}"] {{display: none}}\n'
    for name in NAMES
)

# What the page draws by itself as soon as its engine is there, by tab; all else is the server's
LOCAL = {
    "generate": ["sheet", "sheet.png", "sheet.zip"],
    "interpolate": ["frame", "frames", "strip.png"],
    "explore": ["edit", "map", "explore.png"],
}

TRANSLATE = "DigitForge.translate(element);"


class Page(gr.Blocks):
    """The page of one service, and its tabs."""

    tabs: list[Tab]

    def validate_inputs(self, block_fn: Any, inputs: list[Any]) -> None:
        """Take the defaults of an endpoint's last arguments for those that did not come, as Gradio's clients do."""
        lacking = block_fn.inputs[len(inputs) :]
        if all(isinstance(one, Api) for one in lacking):
            inputs.extend(one.value for one in lacking)
        super().validate_inputs(block_fn, inputs)


def build(service: Service) -> Page:
    """Build the page; no weights are read before somebody asks for digits."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    files = (KEEP_FILES_SECONDS, KEEP_FILES_SECONDS)
    with Page(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=files) as page:
        page.space_id = None  # else a Space's page draws the Hub's header, which asks the Hub and a server of fonts
        page.tabs = [module.TAB(service) for module in TABS]
        with gr.Row(elem_classes="df-top"):
            gr.HTML(read_part("header"), js_on_load=TRANSLATE, apply_default_css=False)
            names = service.models()
            model = gr.Dropdown(
                names,
                value=names[0] if names else None,
                label=label("page.model"),
                elem_id="model",
                filterable=False,
                scale=0,
                min_width=240,
                visible=len(names) > 1,
            )

        linked = gr.Textbox(visible=False)  # the model that the page's address names

        def refresh_models(named: str) -> Any:
            found = service.models()
            if named not in found:  # none, or a link's wrong name, which is said on its own tab
                # Gradio filters a list that changes by what is chosen: one that a visitor has open stays as it is
                return gr.skip() if found == names else gr.Dropdown(found, visible=len(found) > 1)
            return gr.Dropdown(found, value=named, visible=len(found) > 1)

        with gr.Tabs(overflow_behavior="wrap"):
            for tab in page.tabs:
                with gr.Tab(label(f"tab.{tab.name}"), id=tab.name, elem_id=f"tab-{tab.name}"):
                    tab.build(model)
        gr.HTML(read_part("letters"), js_on_load=TRANSLATE, apply_default_css=False)
        page.load(fn=None, js="() => DigitForge.openLinked()")
        told = json.dumps({"root": f"{ROOT}/{find_version()}/", "tabs": LOCAL})
        page.load(fn=None, js=f"() => (DigitForge.openLocal({told}), [])")
        page.load(
            refresh_models,
            inputs=linked,
            outputs=model,
            js="() => [DigitForge.linkedModel()]",
            api_name="refresh_models",
            api_visibility="undocumented",
            queue=False,
            show_progress="hidden",
        )
        for tab in page.tabs:
            tab.endpoints(lambda: page.GRADIO_CACHE)
        add_endpoints(service, lambda: page.GRADIO_CACHE)
    return page


def serve(page: Page, service: Service, *, host: str, port: int, mcp: bool = False, block: bool = True) -> str:
    """Serve the page until Ctrl-C, which ends the process; or, without `block`, return its address at once.

    mcp: the endpoints are tools of a Model Context Protocol server too, at /gradio_api/mcp/.
    Raises OSError when the port is taken or the host is none of this machine's.
    """
    sockets = [route for tab in page.tabs for route in tab.routes()]
    app, address, _ = page.launch(
        server_name=host,
        server_port=port,
        theme=build_theme(),
        css=read_styles() + HIDE_OTHERS,
        head=read_scripts(),
        i18n=build_i18n(),
        favicon_path=SCRIPTS / "favicon.png",
        footer_links=["api", "settings"],
        run_history=False,
        enable_monitoring=False,
        max_file_size="1mb",
        ssr_mode=False,
        share=False,
        mcp_server=mcp,
        pwa=False,
        quiet=True,
        inline=False,
        prevent_thread_lock=True,
        app_kwargs={
            "routes": [make_words_route(), *make_engine_routes(service), *sockets],
            "lifespan": keep(mcp=mcp, sockets=[socket.path for socket in sockets]),
        },
    )
    if not isinstance(app.middleware_stack, Gate):  # better no page than one without its door-keeper
        page.close()
        raise RuntimeError("the server started without its gate (gan/ui/gate.py)")
    threading.Thread(target=service.warm, name="warm", daemon=True).start()
    if block:
        print(f"{TITLE} is at {address} (Ctrl-C stops it)", flush=True)
        if mcp:
            print(f"Its MCP server is at {address.rstrip('/')}/gradio_api/mcp/", flush=True)
        page.block_thread()
        end_process()
    return address


def end_process() -> NoReturn:
    """End the process that serves, with status 0 and at once.

    Threads that answer visitors may be inside torch. The interpreter's own end would tear them out of there, and what
    they then unwind is not made for it: "terminate called without an active exception", and an abort.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
