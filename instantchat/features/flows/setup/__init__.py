"""What a flow has beside its canvas: how often it starts, its priority and category; and flows as files."""
