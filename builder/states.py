"""The states a number of a page may be in, by the classes of the graph, and what they are called."""

from collections.abc import Mapping

CLASSES: Mapping[str, str] = {
    "Observation": "accepted",
    "ReviewFigure": "review",
    "CandidateObservation": "candidate",
}
STATES: Mapping[str, tuple[str, str]] = {
    "accepted": ("được tính", "accepted"),
    "review": ("chờ xem lại", "for review"),
    "candidate": ("ứng viên, chưa có chỉ tiêu", "candidate, without an indicator"),
    "ignored": ("không phải số liệu", "no figure"),
}
KINDS = " ".join(f"cchc:{kind}" for kind in CLASSES)  # for a query: VALUES ?kind { … }
