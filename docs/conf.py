"""The settings of the documentation; what Sphinx cannot do by itself stands in `known_names`."""

import tomllib
from pathlib import Path

project = "sendcloud-orders"
author = "the authors of sendcloud-orders"
version = release = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"][
    "version"
]

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_copybutton", "sphinx_design", "sphinx_click"]
exclude_patterns = ["conftest.py"]
nitpicky = True

myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3

# In docstrings a name stands between single backticks.
default_role = "literal"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"

copybutton_prompt_text = "$ "
copybutton_only_copy_prompt_lines = True
copybutton_line_continuation_character = "\\"

html_theme = "furo"
html_title = "sendcloud-orders"
html_static_path = ["_static"]
html_copy_source = False
html_show_sourcelink = False
