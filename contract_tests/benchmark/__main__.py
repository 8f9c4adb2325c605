"""Print how the models and the pace compare with their alternatives: `python -m contract_tests.benchmark`.

Nothing is asserted: ratios depend on the machine, and are for a person to read.
"""

from . import codec, pace

codec.show()
pace.show()
