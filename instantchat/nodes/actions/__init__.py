"""Actions of the action node, one module each."""
