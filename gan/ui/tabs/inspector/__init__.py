"""The tab inspector."""
