"""Each step of the connection to Instagram, tried for real: what was found, and how to put it right."""
