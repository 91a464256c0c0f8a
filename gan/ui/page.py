"""The page: a header, the tabs, the endpoints; and how it is served.

Every control's event runs in the page and asks through gan/ui/bridge.py; the events that programs may call are in
gan/ui/api.py. One more, /refresh_models, brings the model chooser up to date when the page is opened, and lets it show
the model of the link that opened it. The page reaches nothing outside the machine that serves it.

    from gan.ui.page import Service, build, serve
    service = Service()
    serve(build(service), service, host="127.0.0.1", port=7860)
"""

import os
import sys
import threading
from collections.abc import Callable
from typing import Any, NoReturn

import gradio as gr

from gan.ui.endpoints import add_endpoints
from gan.ui.service import Service
from gan.ui.tabs.about.tab import build_about
from gan.ui.tabs.explore.endpoints import add_explore_endpoints
from gan.ui.tabs.explore.tab import build_explore, make_explore_route
from gan.ui.tabs.generate.tab import build_generate
from gan.ui.tabs.hand.endpoints import add_hand_endpoints
from gan.ui.tabs.hand.tab import build_hand
from gan.ui.tabs.inspector.endpoints import add_score_endpoint
from gan.ui.tabs.inspector.tab import build_inspector
from gan.ui.tabs.interpolate.tab import build_interpolate
from gan.ui.tabs.training.tab import build_training
from gan.ui.theme import build_theme
from gan.ui.wire import SCRIPTS, read_scripts, read_styles
from gan.ui.words import build_i18n, make_words_route, say

TITLE = "Digit Forge"
KEEP_FILES_SECONDS = 3600

# A tab: its id (also in links), its label, and what builds it into the surrounding layout
TABS: tuple[tuple[str, str, Callable[[Service, gr.Dropdown], None]], ...] = (
    ("generate", "Generate", build_generate),
    ("interpolate", "Interpolate", build_interpolate),
    ("explore", "Explore", build_explore),
    ("hand", "Your hand", build_hand),
    ("inspector", "Forger and inspector", build_inspector),
    ("training", "Training", build_training),
    ("about", "About", build_about),
)

# Words stand in the page in English and are replaced where the browser asks for Chinese (scripts/page.js).
HEADER = """
<header class="df-header">
  <h1>Digit Forge</h1>
  <p data-word="page.lead">A generator G that learnt handwriting from MNIST draws digits nobody ever wrote: you choose
  the digit, chance chooses the hand.</p>
</header>
"""

LETTERS = """
<details class="df-words"><summary data-word="page.letters">What the letters mean</summary>
<dl>
  <dt>G</dt><dd data-word="page.g">the generator: a small network that turns numbers into a picture.</dd>
  <dt>D</dt><dd data-word="page.d">the discriminator: the network that G learnt against; it tells real digits from
  forged ones.</dd>
  <dt>y</dt><dd data-word="page.y">the digit that is asked for, 0 to 9.</dd>
  <dt>z</dt><dd data-word="page.z">random numbers that decide the hand: slant, weight, loops. A seed names them, to have
  them again.</dd>
  <dt>w</dt><dd data-word="page.w">what G makes of z and y before it draws; two digits are blended here.</dd>
  <dt>ψ</dt><dd data-word="page.psi">truncation: how far w may be from its digit's mean. Common hands come often and
  rare ones seldom; a lower ψ leaves the rare ones out.</dd>
</dl>
</details>
"""

# What one tab has to say of the model chooser, which all share, is seen while that tab is open.
HIDE_OTHERS = "".join(
    f'body:not(:has(#tab-{name}-button[aria-selected="true"])) .df-problem[data-of="tab-{name}"] {{display: none}}\n'
    for name, _, _ in TABS
)

TRANSLATE = "DigitForge.translate(element);"


def build(service: Service) -> gr.Blocks:
    """Build the page; no weights are read before somebody asks for digits."""
    os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
    files = (KEEP_FILES_SECONDS, KEEP_FILES_SECONDS)
    with gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=files) as page:
        with gr.Row(elem_classes="df-top"):
            gr.HTML(HEADER, js_on_load=TRANSLATE, apply_default_css=False)
            names = service.models()
            model = gr.Dropdown(
                names,
                value=names[0] if names else None,
                label=say("page.model"),
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
            for name, _, build_tab in TABS:
                with gr.Tab(say(f"tab.{name}"), id=name, elem_id=f"tab-{name}"):
                    build_tab(service, model)
        gr.HTML(LETTERS, js_on_load=TRANSLATE, apply_default_css=False)
        page.load(fn=None, js="() => DigitForge.openLinked()")
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
        add_endpoints(service, lambda: page.GRADIO_CACHE)
        add_score_endpoint(service, lambda: page.GRADIO_CACHE)
        add_explore_endpoints(service, lambda: page.GRADIO_CACHE)
        add_hand_endpoints(service, lambda: page.GRADIO_CACHE)
    return page


def serve(page: gr.Blocks, service: Service, *, host: str, port: int, mcp: bool = False, block: bool = True) -> str:
    """Serve the page until Ctrl-C, which ends the process; or, without `block`, return its address at once.

    mcp: the endpoints are tools of a Model Context Protocol server too, at /gradio_api/mcp/.
    Raises OSError when the port is taken or the host is none of this machine's.
    """
    _, address, _ = page.launch(
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
        app_kwargs={"routes": [make_explore_route(service), make_words_route()]},
    )
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
