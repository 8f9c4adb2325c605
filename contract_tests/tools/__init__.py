"""Tests of what the project is made and tested with: spec, ledger, generation, mock, fuzzing, kill matrix, make."""
