"""Ask a server what its documentation leaves open, and write the answers down as policies of the sandbox."""
