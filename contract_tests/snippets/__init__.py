"""What runs the snippets of the documentation, each page in a folder and against a sandbox of its own."""
