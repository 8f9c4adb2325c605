"""Break the sandbox one rule at a time, run the contract suite against it, and show which tests saw it."""
