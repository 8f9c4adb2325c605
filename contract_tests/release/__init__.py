"""Whether this commit can be released: `make release-check` runs each check here, and fills `dist/`."""
