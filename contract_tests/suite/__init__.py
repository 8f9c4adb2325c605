"""The rules that any server must keep: each test takes `target`, whichever server that is."""
