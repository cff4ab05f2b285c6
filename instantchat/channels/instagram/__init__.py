"""Instagram API with Instagram Login: webhooks in, Graph calls out. Settings are passed in, never imported."""
