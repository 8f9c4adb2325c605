"""Our adapters against our sandbox, and all that belongs to a run of the suite; nothing here takes a foreign server."""
