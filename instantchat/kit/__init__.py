"""The one door for time, ids, randomness, secrets and HTTP, so that tests need no patching."""
