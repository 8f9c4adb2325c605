"""Compare OpenAPI documents: ours with the published one (`make drift`), ours with its own past (`make spec-diff`)."""
