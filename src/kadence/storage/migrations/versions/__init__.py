"""One module per change of the schema, applied in order of their numbers."""
