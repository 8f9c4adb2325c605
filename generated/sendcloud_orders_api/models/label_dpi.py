from typing import Literal, TypeAlias

LabelDpi: TypeAlias = Literal[72, 150, 203, 300, 600]
"""Dots per inch. A PDF has 72, a PNG 150 or 300; ZPL ignores it."""
