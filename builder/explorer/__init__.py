"""Asks a graph about one thing at a time and returns what a page about it shows, as values."""
