"""Reads Vietnamese pages about administrative reform and builds a knowledge graph with evidence."""
