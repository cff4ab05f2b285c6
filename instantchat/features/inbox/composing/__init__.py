"""Writing in the open conversation: answers, notes, and the news that somebody types."""
