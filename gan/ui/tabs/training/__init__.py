"""The tab training."""
