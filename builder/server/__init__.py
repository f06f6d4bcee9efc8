"""Shows a built graph on the web: SPARQL endpoint, linked-data pages, comparison and graph views, and a static site."""
