"""How sure a reading is: the estimated probability that indicator, value and unit of a figure are right.

A logistic model weighs the signs of a reading. Its weights are data, ``cchc:logOdds`` in ``ontology/confidence.ttl``;
``python benchmarks/calibrate.py`` fits them anew to pages that people have read.
"""

import math
from collections.abc import Mapping
from decimal import Decimal

from builder.facts import Signs

BASE = "base"  # the log-odds of a reading for which nothing speaks
_LEAST, _MOST = 0.01, 0.99  # nothing that is read is certain, nor certainly wrong


def estimate(signs: Signs, log_odds: Mapping[str, float]) -> Decimal:
    """Return the probability, with two digits.

    >>> estimate(Signs(score=1.0, own=1.0), {"base": -1.0, "score": 2.0, "own": 1.0})
    Decimal('0.88')
    """
    told = sum(log_odds[name] * value for name, value in signs._asdict().items() if name in log_odds)
    probability = 1 / (1 + math.exp(-(log_odds[BASE] + told)))
    return Decimal(f"{min(_MOST, max(_LEAST, probability)):.2f}")
