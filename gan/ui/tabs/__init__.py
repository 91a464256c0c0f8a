"""The tabs, a folder each. NAMES is the only list of them, in the page's order: a new tab is its folder and a line."""

NAMES = (
    "generate",
    "interpolate",
    "explore",
    "hand",
    "inspector",
    "training",
    "about",
)
