"""Confidence is an estimated probability: signs recorded while reading, weighed by a model whose numbers are data."""

import importlib.util
import json
import math
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree

import pytest
from conftest import Outcome

from builder import pipeline
from builder.confidence import BASE, estimate
from builder.facts import Extraction, FigureClaim, Observation, Signs
from builder.gazetteer import Gazetteer
from builder.lexicon import Lexicon
from builder.linker import link_document
from builder.rereading import list_sources, reread
from builder.store import open_store
from builder.writer import write_document

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
FULL = Signs(*[1.0] * len(Signs._fields))


def load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "benchmarks" / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def calibrate() -> ModuleType:
    return load("calibrate")


@pytest.fixture(scope="module")
def reliability() -> ModuleType:
    return load("reliability")


# ---------------------------------------------------------------- the model


def test_every_sign_has_a_weight_that_is_not_negative(lexicon: Lexicon) -> None:
    assert set(lexicon.log_odds) == {BASE, *Signs._fields}
    assert all(lexicon.log_odds[name] >= 0 for name in Signs._fields)


@pytest.mark.parametrize("name", Signs._fields)
def test_a_further_sign_never_makes_a_figure_less_sure(lexicon: Lexicon, name: str) -> None:
    for others in (Signs(), FULL):
        told = [estimate(others._replace(**{name: value}), lexicon.log_odds) for value in (0.0, 0.5, 1.0)]
        assert told == sorted(told)


def test_confidence_is_a_probability_that_is_never_certain(lexicon: Lexicon) -> None:
    told = (estimate(signs, lexicon.log_odds) for signs in (Signs(), FULL))
    assert all(Decimal("0.01") <= p <= Decimal("0.99") for p in told)
    extreme = {BASE: -50.0} | dict.fromkeys(Signs._fields, 100.0)
    assert [estimate(signs, extreme) for signs in (Signs(), FULL)] == [Decimal("0.01"), Decimal("0.99")]


def test_it_is_the_logistic_of_the_weighed_signs() -> None:
    weights = {BASE: -1.0} | {name: 0.3 * i for i, name in enumerate(Signs._fields)}
    signs = Signs(*(0.1 * i for i in range(len(Signs._fields))))
    told = -1 + sum(0.3 * i * 0.1 * i for i in range(len(Signs._fields)))
    assert float(estimate(signs, weights)) == pytest.approx(1 / (1 + math.exp(-told)), abs=0.005)


# ---------------------------------------------------------------- the signs

Read = Callable[..., Extraction]


def signs_of(extract_text: Read, sentence: str, printed: str) -> Signs:
    page = f"Tiên Yên đổi mới\n\nNgày 28/11/2019\n\nNăm 2019, huyện Tiên Yên tiến bộ rõ. {sentence}\n"
    (found,) = [
        c.signs for c in extract_text(page).claims if isinstance(c, FigureClaim) and c.quantity.span.of(page) == printed
    ]
    return found


def test_words_of_its_own_and_words_taken_over(extract_text: Read) -> None:
    sentence = "Tỷ lệ hồ sơ giải quyết đúng hạn đạt 99%, của cấp xã là 97%."
    own, taken = (signs_of(extract_text, sentence, printed) for printed in ("99%", "97%"))
    assert (own.own, taken.own) == (1.0, 0.0)


def test_a_noun_right_behind(extract_text: Read) -> None:
    assert signs_of(extract_text, "Huyện tiếp nhận 1.234 hồ sơ.", "1.234").noun == 1.0
    assert signs_of(extract_text, "Số hồ sơ tiếp nhận là 1.234.", "1.234").noun == 0.0


def test_a_rival_makes_the_margin_smaller(extract_text: Read) -> None:
    clear = signs_of(extract_text, "Mức độ hài lòng của người dân đạt 98%.", "98%")
    assert 0 <= clear.margin <= 1
    sentences = ("Tỷ lệ hồ sơ trực tuyến giải quyết đúng hạn đạt 91%.", "Tỷ lệ hồ sơ đúng hạn đạt 91%.")
    assert len({signs_of(extract_text, s, "91%").margin for s in (*sentences, "Xếp thứ 5 về chỉ số CCHC, 91%.")}) > 1


@pytest.mark.parametrize(("rate", "agrees"), [("99,4%", 1.0), ("95,1%", 0.0)])
def test_arithmetic_that_agrees(extract_text: Read, rate: str, agrees: float) -> None:
    sentence = f"Đã giải quyết 3.760 hồ sơ, trong đó đúng hạn 3.740 hồ sơ, đạt {rate}."
    told = [signs_of(extract_text, sentence, printed).agreement for printed in ("3.760", "3.740", rate)]
    assert told == [agrees] * 3


def clearness(
    extract_text: Read, read_text: Callable[..., object], told: tuple[Gazetteer, Lexicon], text: str
) -> float:
    gazetteer, lexicon = told
    linked = link_document(read_text(text), extract_text(text), gazetteer, lexicon)  # type: ignore[arg-type]
    (figure,) = [fact for fact in linked.facts if isinstance(fact, Observation)]
    return figure.signs.unit


def test_a_unit_named_stands_out_and_guessed(
    extract_text: Read, read_text: Callable[..., object], gazetteer: Gazetteer, lexicon: Lexicon
) -> None:
    rate = "Năm 2019, tỷ lệ hồ sơ giải quyết đúng hạn đạt 98%.\n"
    named = f"Tin trong tỉnh\n\nNgày 28/11/2019\n\nHuyện Tiên Yên, tỉnh Quảng Ninh: {rate}"
    alone = f"Huyện Tiên Yên, tỉnh Quảng Ninh đổi mới\n\nNgày 28/11/2019\n\n{rate}"
    among = f"Huyện Tiên Yên, tỉnh Quảng Ninh học huyện Lấp Vò\n\nNgày 28/11/2019\n\nHuyện Lấp Vò cử đoàn.\n\n{rate}"
    told = [clearness(extract_text, read_text, (gazetteer, lexicon), text) for text in (named, alone, among)]
    assert told[0] == told[1] == 1.0
    assert told[2] < 1.0


@pytest.mark.parametrize(
    ("told", "confirmed", "sure"),
    [("0.40", False, "0.40"), ("0.40", True, "0.70"), (None, True, None), (None, False, None)],
)
def test_what_an_engine_tells_of_itself_counts_and_a_second_makes_surer(
    extract_text: Read,
    read_text: Callable[..., object],
    gazetteer: Gazetteer,
    lexicon: Lexicon,
    told: str | None,
    confirmed: bool,
    sure: str | None,
) -> None:
    page = "Tiên Yên, Quảng Ninh\n\nNgày 28/11/2019\n\nNăm 2019, tỷ lệ hồ sơ giải quyết đúng hạn đạt 98%.\n"
    found = extract_text(page)
    claims = tuple(
        replace(c, confidence=told and Decimal(told), confirmed=confirmed) if isinstance(c, FigureClaim) else c
        for c in found.claims
    )
    linked = link_document(read_text(page), replace(found, claims=claims), gazetteer, lexicon)  # type: ignore[arg-type]
    (figure,) = [fact for fact in linked.facts if isinstance(fact, Observation)]
    weighed = estimate(figure.signs, lexicon.log_odds)
    expected = Decimal(sure) if sure else ((1 + weighed) / 2).quantize(Decimal("0.01")) if confirmed else weighed
    assert figure.confidence == expected


# ---------------------------------------------------------------- reading again


def test_a_page_read_again_says_the_same(good_pages: Path, tmp_path: Path, lexicon: Lexicon) -> None:
    """The figures of text pages come out with the same statements from the kept text alone."""
    out = tmp_path / "out"
    pipeline.build([good_pages], out)
    store = open_store("memory:")
    store.load_nquads(out / "graph.nq")
    sources = {source.id: source for source in list_sources(store, out)}
    assert len(sources) == 5
    built = set((out / "graph.nq").read_text(encoding="utf-8").splitlines(keepends=True))
    for name in ("tien-yen.txt", "portal.jsonl/bao-lac", "sub/dong-hoi.md"):
        _, _, linked = reread(sources[name])
        again = [line for line in write_document(linked, lexicon) if "/id/observation/" in line.split()[0]]
        assert len(again) > 10
        assert set(again) <= built


# ---------------------------------------------------------------- calibration


def rows(right: int, wrong: int, sure: float) -> list[tuple[str, list[float], bool]]:
    signs = [sure, *[0.0] * (len(Signs._fields) - 1)]
    verdicts = [True] * right + [False] * wrong
    return [(f"{i}.txt", signs, verdict) for i, verdict in enumerate(verdicts)]


def test_the_model_learns_the_share_that_is_right(calibrate: ModuleType) -> None:
    weights = calibrate.fit(rows(180, 20, 1.0) + rows(100, 100, 0.0))
    told = [calibrate.probability(weights, [1.0, sure, *[0.0] * 5]) for sure in (0.0, 1.0)]
    assert told == pytest.approx([0.5, 0.9], abs=0.02)


def test_a_sign_that_misleads_gets_no_weight(calibrate: ModuleType) -> None:
    weights = calibrate.fit(rows(50, 50, 1.0) + rows(90, 10, 0.0))
    assert weights[1] == 0.0


def test_few_figures_teach_little(calibrate: ModuleType) -> None:
    few, many = (calibrate.fit(rows(9 * n, n, 1.0) + rows(5 * n, 5 * n, 0.0))[1] for n in (1, 50))
    assert few < many


@pytest.fixture
def gold(tmp_path: Path, examples: Path) -> tuple[Path, Path]:
    """A build of the example pages, and gold that finds its first figure of each page right and the others wrong."""
    out = shutil.copytree(examples, tmp_path / "out")
    from builder.evaluator import read_pages

    folder = tmp_path / "gold"
    folder.mkdir()
    for name, page in read_pages(out / "graph.nq").items():
        right = []
        for figure in list(page.figures.values())[:1]:
            begin, end = min(figure.spans)
            right.append({"indicator": figure.indicator, "value": str(figure.value), "locality": "-", "period": None,
                          "level": "-", "bound": "exact", "status": "actual",
                          "anchor": {"start": begin, "end": end, "text": ""}})  # fmt: skip
        told = {"document": name, "locality": None, "observations": right}
        told |= {key: [] for key in ("initiatives", "legal", "traps", "skips")}
        (folder / f"{name}.json").write_text(json.dumps(told), encoding="utf-8")
    return folder, out


def test_one_command_calibrates(calibrate: ModuleType, gold: tuple[Path, Path], tmp_path: Path, monkeypatch, capsys):
    model = shutil.copy(calibrate.MODEL, tmp_path / "confidence.ttl")
    monkeypatch.setattr(calibrate, "MODEL", model)
    before = model.read_text(encoding="utf-8")
    monkeypatch.setattr(sys, "argv", ["calibrate.py", str(gold[0]), str(gold[1]), "--dry"])
    calibrate.main()
    assert model.read_text(encoding="utf-8") == before
    monkeypatch.setattr(sys, "argv", ["calibrate.py", str(gold[0]), str(gold[1])])
    calibrate.main()
    said = capsys.readouterr().out.splitlines()
    after = model.read_text(encoding="utf-8")
    assert after != before
    assert len([line for line in after.splitlines() if "    cchc:logOdds " in line]) == len(Signs._fields) + 1
    assert [
        a for a, b in zip(after.splitlines(), before.splitlines(), strict=True) if a != b and "logOdds" not in a
    ] == []
    base = float(after.split("sign:base a")[1].split("logOdds ")[1].split(" .")[0])
    assert base < 0, "most figures are called wrong here"
    assert said[0].startswith("1") or said[0][0].isdigit()


# ---------------------------------------------------------------- reliability


def test_bins_hold_every_figure_once(reliability: ModuleType) -> None:
    judged = [(p / 100, p % 3 == 0) for p in range(101)]
    found = list(reliability.bins(judged))
    assert sum(b.number for b in found) == 101
    assert all(b.low <= b.confidence <= b.high for b in found)


@pytest.mark.parametrize(
    ("judged", "error"),
    [
        ([(0.75, True)] * 3 + [(0.75, False)], 0.0),
        ([(0.95, True)] * 2 + [(0.95, False)] * 2, 0.45),
        ([(0.9, True)] * 9 + [(0.9, False)] + [(0.1, True)] * 10, 0.45),
        ([], 0.0),
    ],
)
def test_the_calibration_error(reliability: ModuleType, judged: list[tuple[float, bool]], error: float) -> None:
    assert reliability.calibration_error(list(reliability.bins(judged))) == pytest.approx(error)


def test_a_threshold_trades_recall_for_precision(reliability: ModuleType) -> None:
    judged = [(0.95, True)] * 6 + [(0.7, True)] * 2 + [(0.7, False)] * 2
    lines = reliability.thresholds(judged, 10).splitlines()
    assert "| 0.0 | 0.800 | 0.800 | 10 |" in lines
    assert "| 0.9 | 1.000 | 0.600 | 6 |" in lines


def test_the_diagram_is_drawn(gold: tuple[Path, Path], tmp_path: Path) -> None:
    picture = tmp_path / "reliability.svg"
    command = [sys.executable, ROOT / "benchmarks" / "reliability.py", gold[1], gold[0], "--svg", picture]
    said = subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout
    assert "expected calibration error" in said
    judged = int(said.split(" figures, expected")[0].splitlines()[-1])
    numbers = [int(line.split("|")[4]) for line in said.splitlines()[2:] if line.count("|") == 5 and "–" in line]
    assert sum(numbers) == judged > 50
    tree = ElementTree.parse(picture)
    assert len(tree.findall(".//{http://www.w3.org/2000/svg}circle")) == len(numbers)


@pytest.mark.slow
@pytest.mark.skipif(not (SHARED / "gold" / "seeds").is_dir(), reason="no annotated pages here")
def test_confidence_fits_annotated_pages(reliability: ModuleType, real: Outcome) -> None:
    judged, wanted = reliability.judge(real.folder, SHARED / "gold" / "seeds")
    assert len(judged) > 40
    assert wanted >= len(judged)
    assert reliability.calibration_error(list(reliability.bins(judged))) < 0.1
