"""The tab explore."""
