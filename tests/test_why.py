"""Why a number was read as it was: cues, indicators that lost, where period and unit come from, for every state."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from builder import explainer, pipeline
from builder.cli import run
from builder.errors import QueryError
from builder.facts import CandidateClaim, Extraction, FigureClaim, Signs, Span
from builder.headings import BLOCKS, PERIOD_SOURCES, UNIT_SOURCES
from builder.rereading import find_why
from builder.states import STATES
from builder.store import Store, open_store

TIEN_YEN = """Huyện Tiên Yên (tỉnh Quảng Ninh): kết quả năm 2019
Ngày 28/11/2019

Trong 9 tháng năm 2019, Trung tâm Hành chính công tiếp nhận 15.840 hồ sơ. Tỷ lệ hồ sơ giải quyết đúng hạn đạt 99,97%.

Đã lắp đặt 12 camera giám sát tại trụ sở.
"""


def claim(extraction: Extraction, printed: str, page: str) -> FigureClaim:
    told = [c.figure if isinstance(c, CandidateClaim) else c for c in extraction.claims]
    (found,) = [c for c in told if isinstance(c, FigureClaim) and c.quantity.span.of(page) == printed]
    return found


Read = Callable[..., Extraction]
HEAD = "Tin cải cách\n\nNgày 28/11/2019\n\n"


@pytest.mark.parametrize(
    ("page", "printed", "source", "words"),
    [
        (HEAD + "Năm 2018, huyện Tiên Yên tiếp nhận 1.234 hồ sơ.\n", "1.234", "own-words", "Năm 2018"),
        (HEAD + "Năm 2018, huyện Tiên Yên đổi mới. Tỷ lệ hồ sơ đúng hạn đạt 98%.\n", "98%", "before", "Năm 2018"),
        ("Tiên Yên: kết quả năm 2018\n\nHuyện đổi mới. Tỷ lệ hồ sơ đúng hạn đạt 98%.\n", "98%", "headline", "năm 2018"),
        (HEAD + "Đến nay, huyện Tiên Yên có 45 thủ tục hành chính.\n", "45", "publication", "Đến nay"),
        (HEAD + "Tỷ lệ hồ sơ đúng hạn đạt 98%.\n", "98%", "", ""),
        (HEAD + "Đơn vị | Năm 2018\nTỷ lệ hồ sơ đúng hạn | 98%\n", "98%", "column", ""),
    ],
)
def test_where_the_period_comes_from(extract_text: Read, page: str, printed: str, source: str, words: str) -> None:
    grounds = claim(extract_text(page), printed, page).grounds
    assert grounds.period == source
    assert (grounds.period_words.of(page) if grounds.period_words else "") == words


def test_the_days_of_a_report_replace_its_label(extract_text: Read) -> None:
    page = (
        "Kết quả quý I\n\n(Kỳ báo cáo: từ 15/12/2022 đến 14/3/2023)\n\nQuý I/2023, huyện Tiên Yên nhận 1.234 hồ sơ.\n"
    )
    found = claim(extract_text(page), "1.234", page)
    assert found.grounds.period == "report"
    assert found.period is not None
    assert str(found.period.start) == "2022-12-15"


def test_the_cues_and_the_indicators_that_lost(extract_text: Read) -> None:
    page = HEAD + "Năm 2019, tỷ lệ hồ sơ trực tuyến giải quyết đúng hạn đạt 98%.\n"
    found = claim(extract_text(page), "98%", page)
    cues = dict(found.grounds.cues)
    assert {"dossier", "punctual"} <= set(cues)
    assert found.indicator not in dict(found.grounds.rivals)
    assert found.grounds.rivals
    assert all(score <= found.grounds.score for _, score in found.grounds.rivals)


def test_every_source_is_called_something_in_both_languages() -> None:
    for names in (BLOCKS, PERIOD_SOURCES, STATES, UNIT_SOURCES):
        assert all(vi and en and vi != en for vi, en in names.values())


# ---------------------------------------------------------------- of a build


@pytest.fixture(scope="module", params=["0", "1"], ids=["accepted", "review"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, Store]:
    folder = tmp_path_factory.mktemp("why")
    (folder / "pages").mkdir()
    (folder / "pages" / "tien-yen.txt").write_text(TIEN_YEN, encoding="utf-8")
    pipeline.build([folder / "pages"], folder / "out", min_confidence=Decimal(request.param))
    store = open_store("memory:")
    store.load_nquads(folder / "out" / "graph.nq")
    return ("accepted", "review")[int(request.param)], folder / "out", store


def place(printed: str) -> str:
    return f"tien-yen.txt:{TIEN_YEN.index(printed)}"


def test_a_figure_of_any_state_is_explained(told: tuple[str, Path, Store], capsys: pytest.CaptureFixture[str]) -> None:
    state, out, _ = told
    assert run(["explain", str(out), place("99,97%"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["state"], found["value"], found["phrase"]) == (state, "99.97", "")
    why = found["why"]
    assert ["punctual", 1.0] in why["cues"]
    assert (why["period"], why["period_words"]) == ("before", "Trong 9 tháng năm 2019") or why["period"] == "headline"
    assert why["unit"] == "page"
    assert why["clues"][0][0] == "Huyện Tiên Yên"
    assert dict(why["blocks"])["title"] == 1
    assert [name for name, *_ in why["signs"]] == list(Signs._fields)


def test_a_candidate_is_explained(told: tuple[str, Path, Store], capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = told
    assert run(["explain", str(out), place("12 camera"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["state"], found["phrase"], found["indicator"]) == ("candidate", "camera giám sát", "")
    assert found["why"]["score"] == 0
    assert found["why"]["signs"] == []


def test_it_is_said_in_both_languages(told: tuple[str, Path, Store], capsys: pytest.CaptureFixture[str]) -> None:
    state, out, _ = told
    assert run(["explain", str(out), place("99,97%")]) == 0
    said = capsys.readouterr().out
    assert "▶99,97%◀" in said
    assert " / ".join(STATES[state]) in said
    for heading in ("dấu hiệu / cues", "kỳ lấy từ / period from", "đơn vị lấy từ / unit from"):
        assert heading in said
    assert "Huyện Tiên Yên" in said
    assert "hồ sơ / dossier 1" in said


def test_a_figure_is_found_by_the_end_of_its_address(told: tuple[str, Path, Store]) -> None:
    state, _, store = told
    folder = "observation" if state == "accepted" else "review"
    for printed, kind in (("99,97%", folder), ("12 camera", "candidate")):
        figure = explainer.find_figure(store, place(printed))
        kind_there, name = figure.rsplit("/", 2)[-2:]
        assert kind_there == kind
        assert explainer.find_figure(store, f"{kind}/{name}") == explainer.find_figure(store, name) == figure
        with pytest.raises(QueryError, match="no figure"):
            explainer.find_figure(store, f"{'candidate' if kind != 'candidate' else folder}/{name}")


def test_what_is_read_otherwise_now_is_not_explained(told: tuple[str, Path, Store], tmp_path: Path) -> None:
    _, out, store = told
    at = TIEN_YEN.index("99,97%")
    assert find_why(store, out, "tien-yen.txt", Span(at, at + 6), "on-time-rate") is not None
    assert find_why(store, out, "tien-yen.txt", Span(at, at + 6), "overdue-rate") is None
    assert find_why(store, out, "other.txt", Span(at, at + 6), "on-time-rate") is None
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "tien-yen.txt.txt").write_text(TIEN_YEN.replace("99,97%", "nhiều."), encoding="utf-8")
    assert find_why(store, tmp_path, "tien-yen.txt", Span(at, at + 6), "on-time-rate") is None


def test_pages_of_every_kind_are_explained(good: object, capsys: pytest.CaptureFixture[str]) -> None:
    out = good.folder  # type: ignore[attr-defined]
    text = (out / "texts" / "lap-vo.html.txt").read_text(encoding="utf-8")
    assert run(["explain", str(out), f"lap-vo.html:{text.index('99,4%')}", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["why"]["unit"] in UNIT_SOURCES


@pytest.mark.parametrize(
    ("kinds", "meant"),
    [(("candidate", "review"), "review"), (("review", "observation", "candidate"), "observation"),
     (("candidate",), "candidate")],
)  # fmt: skip
def test_by_place_the_surest_state_is_meant(kinds: tuple[str, ...], meant: str) -> None:
    places = [{"figure": f"https://w3id.org/cchc/id/{k}/0a", "page": "a.txt", "begin": "3", "end": "6"} for k in kinds]
    assert explainer._by_place(places, "a.txt:4") == [f"https://w3id.org/cchc/id/{meant}/0a"]


def test_a_number_that_only_a_model_reads_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    from builder.cli.show import _reasons

    ((heading, said),) = _reasons(None, {})
    assert heading == "vì sao / why"
    assert "read again" in said
