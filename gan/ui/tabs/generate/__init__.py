"""The tab generate."""
