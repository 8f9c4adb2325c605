from typing import Literal, TypeAlias

LabelType: TypeAlias = Literal["application/pdf", "application/zpl", "image/png"]
"""Media type of a label."""
