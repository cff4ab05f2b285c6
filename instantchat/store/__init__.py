"""Storage: plain records, the port every backend implements, and the adapters."""
