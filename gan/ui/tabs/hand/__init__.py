"""The tab hand."""
