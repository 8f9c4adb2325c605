"""The settings of the documentation; what Sphinx cannot do by itself stands in `contract_tests/reference/`."""

import tomllib
from pathlib import Path

project = "sendcloud-orders"
author = "the authors of sendcloud-orders"
version = release = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"][
    "version"
]

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx_click",
    "sphinx_copybutton",
    "sphinx_design",
    "reference.docstrings",
    "reference.linking",
    "reference.generating",
    "reference.proving",
]
exclude_patterns = ["conftest.py"]
nitpicky = True

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

# Quotes and dots alone: of the two hyphens of an option no dash is made.
smartquotes_action = "qe"

# In docstrings a name stands between single backticks.
default_role = "literal"
add_module_names = False
autodoc_default_options = {"members": True, "undoc-members": True}
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
python_maximum_signature_line_length = 80
toc_object_entries_show_parents = "hide"

copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True
copybutton_line_continuation_character = "\\"
# Not beside what is only shown.
copybutton_selector = (
    "div.highlight-python pre, div.highlight-console pre, div.highlight-toml pre, div.highlight-yaml pre"
)

html_theme = "furo"
pygments_dark_style = "github-dark"
html_title = "sendcloud-orders"
html_logo = html_favicon = "_static/mark.svg"
html_theme_options = {
    "light_css_variables": {"color-brand-primary": "#0a5fb4", "color-brand-content": "#0a5fb4"},
    "dark_css_variables": {"color-brand-primary": "#6cb6ff", "color-brand-content": "#6cb6ff"},
}
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_show_sphinx = False
