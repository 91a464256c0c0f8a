"""The look: one calm theme within Gradio's, ink blue on paper and on slate, in the system's own typefaces.

No font is fetched: the stacks name what the visitor's machine has. Contrast was chosen for WCAG 2.2 AA in both modes.
"""

import gradio as gr
from gradio.themes.utils import colors, sizes

SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "Helvetica Neue", "Arial", "sans-serif")
MONO = ("ui-monospace", "SF Mono", "Menlo", "Consolas", "DejaVu Sans Mono", "monospace")

INK = colors.Color(
    name="ink",
    c50="#f0f4ff",
    c100="#e0e8ff",
    c200="#c6d4fe",
    c300="#a3b8fb",
    c400="#7b95f4",
    c500="#5570e6",
    c600="#3a53cc",
    c700="#2f43a6",
    c800="#2a3a85",
    c900="#26346b",
    c950="#171f42",
)


def build_theme() -> gr.themes.Base:
    """The theme, built on Gradio's Base."""
    theme = gr.themes.Base(
        primary_hue=INK,
        secondary_hue=INK,
        neutral_hue=colors.slate,
        radius_size=sizes.radius_md,
        text_size=sizes.text_md,
        font=SANS,
        font_mono=MONO,
    )
    return theme.set(
        body_background_fill="#f6f7fb",
        body_background_fill_dark="#0e1220",
        body_text_color="#1c2333",
        body_text_color_dark="#e6e9f2",
        body_text_color_subdued="#545d73",
        body_text_color_subdued_dark="#a4adc2",
        color_accent="#3a53cc",
        background_fill_primary="#ffffff",
        background_fill_primary_dark="#161b2c",
        background_fill_secondary="#f1f3f9",
        background_fill_secondary_dark="#1c2237",
        border_color_primary="#d9deea",
        border_color_primary_dark="#2b334d",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_border_width_dark="0px",
        block_shadow="none",
        block_shadow_dark="none",
        block_padding="0px",
        block_label_background_fill="transparent",
        block_label_background_fill_dark="transparent",
        block_title_text_weight="600",
        block_title_text_color="*body_text_color",
        block_title_text_color_dark="*body_text_color",
        block_info_text_color="*body_text_color_subdued",
        block_info_text_color_dark="*body_text_color_subdued",
        input_background_fill="#ffffff",
        input_background_fill_dark="#10152a",
        input_border_color="#8a93a8",
        input_border_color_dark="#6b7590",
        input_border_width="1px",
        input_shadow="none",
        input_shadow_dark="none",
        button_primary_background_fill="#3a53cc",
        button_primary_background_fill_dark="#a3b8fb",
        button_primary_background_fill_hover="#2f43a6",
        button_primary_background_fill_hover_dark="#c6d4fe",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#10152a",
        button_secondary_background_fill="#ffffff",
        button_secondary_background_fill_dark="#1c2237",
        button_secondary_background_fill_hover="#e9edf8",
        button_secondary_background_fill_hover_dark="#283052",
        button_secondary_border_color="#8a93a8",
        button_secondary_border_color_dark="#6b7590",
        button_secondary_text_color="#1c2333",
        button_secondary_text_color_dark="#e6e9f2",
        button_border_width="1px",
        button_border_width_dark="1px",
        slider_color="#3a53cc",
        slider_color_dark="#a3b8fb",
        link_text_color="#2f43a6",
        link_text_color_dark="#a3b8fb",
        shadow_drop="none",
    )
