"""The reference half of the documentation: its names made into links, and its pages made from the code.

`docs/conf.py` loads `docstrings`, `linking`, `generating` and `proving` as extensions of Sphinx. `names` knows what is
public. `python -m reference` builds the site.
"""

from pathlib import Path

SITE = Path(__file__).parents[2] / "reports" / "site"
