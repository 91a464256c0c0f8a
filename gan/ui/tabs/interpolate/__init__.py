"""The tab interpolate."""
