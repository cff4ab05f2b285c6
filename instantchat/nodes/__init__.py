"""Node types, one module each; the engine finds them by looking."""
