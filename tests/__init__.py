"""The tests; a package so that they can share made_digits and chromium."""
