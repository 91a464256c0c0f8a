"""The tab about."""
