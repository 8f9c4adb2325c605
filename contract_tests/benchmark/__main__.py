"""Print how the models and the pace compare with their alternatives: `python -m benchmark`.

Nothing is asserted: ratios depend on the machine, and are for a person to read.
"""

from benchmark import codec, pace

codec.show()
pace.show()
