"""Campaigns of faults and hostile input against the product, and the page that tells how they ended.

``python tests/campaigns NAME…`` wages them in full, ``--short`` in the form of every run of the tests; ``--write`` puts
the results into RELIABILITY.md.
"""
