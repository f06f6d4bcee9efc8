"""Pages that carry one and the same text are one source; what several pages state is told once, with its sources."""

import random
import time
import tracemalloc
from pathlib import Path

import pytest

from builder import corroboration, merging, queries, syndication
from builder.cli.steps import open_answers
from builder.corroboration import corroborate
from builder.explainer import explain
from builder.pipeline import CORROBORATION
from builder.stating import Stated
from builder.syndication import FEWEST, MOST, Sketch, parse_sketch, same_texts, sketch, sketch_text
from builder.validator import validate
from builder.vocabulary import NAMESPACES

ARTICLE = """Tiên Yên giải quyết hồ sơ đúng hẹn

Năm 2020, bộ phận một cửa huyện Tiên Yên (tỉnh Quảng Ninh) tiếp nhận 12.480 hồ sơ của người dân và doanh nghiệp.
Cán bộ ở quầy số 4 hướng dẫn từng người dân kê khai, kiểm tra giấy tờ ngay tại chỗ và hẹn ngày trả kết quả.
Tỷ lệ hồ sơ giải quyết đúng hạn của huyện Tiên Yên năm 2020 đạt 98,6%, trong đó lĩnh vực đất đai còn chậm nhất.
Huyện cũng mở thêm 3 điểm tiếp nhận lưu động để bà con ở thôn xa không phải đi hơn 20 km ra trung tâm.
"""
OWN_WORDS = """Quảng Ninh nhìn lại một năm

Theo thống kê của tỉnh, huyện Tiên Yên (tỉnh Quảng Ninh) là một trong những nơi làm tốt nhất công việc trả kết quả.
Trong năm 2020 tỷ lệ hồ sơ giải quyết đúng hạn của huyện Tiên Yên là 98,6%, cao hơn hẳn mặt bằng chung cả vùng.
Người dân được nhắn tin báo trước ngày nhận, nhiều thủ tục còn được đưa kết quả đến tận nhà qua bưu điện.
"""
OTHER_NUMBER = OWN_WORDS.replace("98,6%", "91,2%").replace("Quảng Ninh nhìn lại một năm", "Một cửa còn nhiều việc")
PORTAL = "Trang chủ | Giới thiệu | Tin tức | Liên hệ\n{}\nBản quyền thuộc về cổng thông tin số {}\n"
REPORT = """Báo cáo kết quả cải cách hành chính tháng {0}

Trong tháng {0}, bộ phận một cửa của huyện đã tiếp nhận {1} hồ sơ, đã giải quyết {2} hồ sơ, đang giải quyết {3} hồ sơ.
Số hồ sơ trả đúng và trước hạn là {4} hồ sơ, số hồ sơ quá hạn là {5} hồ sơ, tỷ lệ đúng hạn đạt {6}%.
Cơ quan chuyên môn đã rà soát {7} thủ tục, công khai {8} thủ tục, đưa lên cổng dịch vụ công {9} thủ tục các loại.
Ủy ban nhân dân huyện yêu cầu các phòng, ban và Ủy ban nhân dân các xã tiếp tục chấn chỉnh kỷ luật, kỷ cương hành chính,
nâng cao tinh thần trách nhiệm của cán bộ, công chức; người đứng đầu chịu trách nhiệm nếu để hồ sơ quá hạn kéo dài.
Trong thời gian tới, huyện tập trung tuyên truyền để người dân nộp hồ sơ qua mạng, thanh toán không dùng tiền mặt.
"""
ASKED = {"indicator": "on-time-rate"}


def write(folder: Path, **pages: str) -> Path:
    folder.mkdir(parents=True)
    for name, text in pages.items():
        (folder / f"{name}.txt").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def told(tmp_path, build):
    """Build some pages and return a function that asks a saved question about them."""

    def run(**pages):
        out = build(write(tmp_path / "pages", **pages), tmp_path / "out").folder
        store = open_answers(out)

        def ask(name, **values):
            answer = queries.run(store, queries.bind(queries.load(name), ASKED | values))
            return [dict(zip(answer.columns, row, strict=True)) for row in queries.as_cells(answer, queries.DATA)]

        return ask

    return run


def same(one: str, other: str) -> bool:
    texts = same_texts({"one": sketch_text(one), "other": sketch_text(other)})
    return texts["one"] == texts["other"]


# ---------------------------------------------------------------- one and the same text


def test_a_copy_on_another_portal_is_the_same_text(read_text):
    first, second = (read_text(PORTAL.format(ARTICLE, number)) for number in (17, 23))
    texts = same_texts({"first": sketch(first), "second": sketch(second)})
    assert texts["first"] == texts["second"]


def test_a_shortened_copy_and_one_with_a_number_corrected_are_the_same_text():
    assert same(ARTICLE, "\n".join(ARTICLE.splitlines()[:5]))
    assert same(ARTICLE, ARTICLE.replace("98,6%", "96,8%"))


def test_two_articles_about_one_fact_are_not_the_same_text():
    assert not same(ARTICLE, OWN_WORDS)


def test_furniture_alone_is_no_common_text(read_text):
    """Two short articles of one portal, each between the same long menu and foot."""
    menu = "Trang chủ | Giới thiệu | Tin tức | Văn bản | Liên hệ | Sơ đồ cổng | Hỏi đáp\n" * 12
    foot = "".join(
        f"Bản quyền thuộc về Cổng thông tin điện tử. Điện thoại: 0203.{n}. Số lượt truy cập: {n}9.\n"
        for n in range(321, 341)
    )
    texts = same_texts({name: sketch(read_text(f"{text}\n{menu}{foot}")) for name, text in pages_of_one_portal()})
    assert texts == {"article": "article", "report": "report"}


def pages_of_one_portal():
    return (("article", ARTICLE), ("report", REPORT.format(*range(5, 15))))


def test_two_reports_from_one_template_are_not_the_same_text():
    may, june = (REPORT.format(*numbers) for numbers in ((5, *range(310, 319)), (6, *range(520, 529))))
    assert not same(may, june)
    assert len(sketch_text(may).phrases & sketch_text(june).phrases) > 0.4 * len(sketch_text(may).phrases)


def test_a_page_quoted_in_a_longer_one_is_the_same_text():
    assert same(ARTICLE, REPORT.format(*range(5, 15)) + OTHER_NUMBER + ARTICLE)


def test_two_long_pages_that_quote_one_release_are_not_the_same_text():
    """The release belongs to one of them; they do not become one text by it."""
    words, choice = sorted(set((OWN_WORDS + REPORT).split())), random.Random(3)
    first, second = (" ".join(choice.choices(words, k=400)) + "\n" + ARTICLE for _ in range(2))
    texts = same_texts({"first": sketch_text(first), "second": sketch_text(second), "release": sketch_text(ARTICLE)})
    assert texts["release"] in ("first", "second")
    assert texts["first"] != texts["second"]


def test_a_text_too_short_to_be_known_again_is_its_own():
    assert len(sketch_text("Tỷ lệ đúng hạn đạt 98,6%.").phrases) < FEWEST
    assert not same("Tỷ lệ đúng hạn đạt 98,6%.", "Tỷ lệ đúng hạn đạt 98,6%.")


def test_what_stands_in_very_many_texts_tells_nothing():
    """A notice found in more than 64 different texts no longer makes a page that ends with it one of them."""
    notice = frozenset(range(20))
    texts = {f"{n:04}": Sketch(notice | set(range(1000 * n, 1000 * n + 40)), frozenset()) for n in range(1, MOST + 2)}
    page = Sketch(notice | set(range(10)), frozenset())
    assert same_texts({"page": page} | dict(list(texts.items())[: MOST - 1]))["page"] != "page"
    assert same_texts({"page": page} | texts)["page"] == "page"


def test_order_of_the_pages_does_not_matter():
    pages = {str(n): PORTAL.format(text, n) for n, text in enumerate([ARTICLE, OWN_WORDS, ARTICLE[:500], OTHER_NUMBER])}
    sketches = {name: sketch_text(text) for name, text in pages.items()}
    backwards = dict(reversed(sketches.items()))
    assert same_texts(sketches) == same_texts(backwards)


@pytest.mark.parametrize("held", [0, 7, 200])
def test_texts_that_wait_on_disk_are_the_same(monkeypatch, held):
    """However few phrases are held in memory, and where all seem to be of several pages."""
    choice = random.Random(4)
    wholes = [choice.sample(range(2000), 60) for _ in range(12)]
    sketches = {
        f"{n:03}": Sketch(frozenset(choice.sample(wholes[n % 12], choice.randrange(5, 60))), frozenset({n % 12}))
        for n in range(90)
    }
    texts = same_texts(sketches)
    assert 12 <= len(set(texts.values())) < 90
    monkeypatch.setattr(syndication, "HELD", held)
    monkeypatch.setattr(syndication, "SLOTS", 1)
    assert same_texts(sketches) == texts


def test_what_every_page_of_a_portal_says_does_not_make_its_articles_less_alike():
    """Phrases that too many texts share count neither for nor against two articles being one."""
    menu, article, numbers = range(100), range(1_000, 1_012), frozenset({7})
    longer = {n: range(10_000 + 100 * n, 10_050 + 100 * n) for n in range(MOST + 1)}
    others = {f"other {n}": Sketch(frozenset([*menu, *own]), frozenset({n + 50})) for n, own in longer.items()}
    original = Sketch(frozenset([*menu, *article]), numbers)
    copy = Sketch(frozenset([*menu, *article[:-1]]), numbers)
    texts = same_texts({**others, "original": original, "copy": copy})
    assert texts["copy"] == "original"


def test_a_sketch_is_read_as_it_was_written():
    assert parse_sketch(str(sketch_text(ARTICLE))) == sketch_text(ARTICLE)
    assert parse_sketch(str(sketch_text(""))) == sketch_text("")


def test_ten_thousand_copies_are_one_text_in_linear_time():
    """Ten times as many edited copies take about ten times as long, not a hundred times."""
    choice = random.Random(2)
    whole = [choice.randrange(2**32) for _ in range(150)]

    def copies(number):
        return {f"{n:06}": Sketch(frozenset(choice.sample(whole, 120)), frozenset()) for n in range(number)}

    def measure(sketches):
        started = time.process_time()
        assert len(set(same_texts(sketches).values())) == 1
        return time.process_time() - started

    few, many = copies(1000), copies(10_000)
    assert measure(many) < 30 * max(measure(few), 0.01)


# ---------------------------------------------------------------- what several pages state


def test_one_article_on_two_portals_is_one_fact_with_two_figures_and_one_source(told):
    ask = told(a=PORTAL.format(ARTICLE, 17), b=PORTAL.format(ARTICLE, 23))
    (fact,) = ask("corroborated-figures", least="1")
    assert (fact["value"], fact["pages"], fact["sources"]) == ("98.6", "2", "1")
    assert ask("corroborated-figures") == [], "a copy confirms nothing"
    assert len(ask("evidence-of-figure")) == 2, "both pages keep their figure and its evidence"


def test_an_article_in_other_words_is_another_source(told):
    ask = told(a=ARTICLE, b=PORTAL.format(ARTICLE, 23), c=OWN_WORDS)
    (fact,) = ask("corroborated-figures")
    assert (fact["value"], fact["pages"], fact["sources"]) == ("98.6", "3", "2")


def test_a_contradiction_is_listed_once_however_often_an_article_is_copied(told):
    copies = {f"copy{n:02}": PORTAL.format(ARTICLE, n) for n in range(12)}
    rows = told(other=OTHER_NUMBER, **copies)("contradictions")
    assert [(row["value"], row["sources"]) for row in rows] == [("91.2", "2"), ("98.6", "2")]


def test_a_copy_that_changes_the_number_is_listed_as_one_source_that_contradicts_itself(told):
    rows = told(a=ARTICLE, b=ARTICLE.replace("98,6%", "96,8%"))("contradictions")
    assert [(row["value"], row["sources"]) for row in rows] == [("96.8", "1"), ("98.6", "1")]


def test_a_limit_confirms_nothing(told):
    bound = OWN_WORDS.replace("là 98,6%", "là trên 98,6%")
    ask = told(a=ARTICLE, b=bound)
    assert len(ask("evidence-of-figure")) == 2
    assert ask("corroborated-figures", least="1") == ask("contradictions") == []


def test_page_of_a_figure_and_explain_name_the_others(tmp_path, build, call):
    out = build(write(tmp_path / "pages", a=ARTICLE, b=PORTAL.format(ARTICLE, 3), c=OWN_WORDS), tmp_path / "out").folder
    store = open_answers(out)
    answer = queries.run(store, queries.bind(queries.load("evidence-of-figure"), ASKED))
    figures = {row[answer.columns.index("page")].value[-5:]: row[-1].value for row in answer.rows}
    shared = explain(store, figures["c.txt"]).shared
    assert shared is not None
    assert (shared.pages, shared.sources, shared.agree) == (3, 2, True)
    assert [each.counts for each in shared.retellings].count(False) == 1
    code, said, _ = call("--lang", "en", "explain", out, figures["c.txt"])
    assert code == 0
    assert "3 pages, 2 independent, agreeing: " in said
    assert "(the same text)" in said


def test_what_is_derived_keeps_the_promises_of_the_shapes(tmp_path, build):
    pages = write(tmp_path / "pages", a=ARTICLE, b=PORTAL.format(ARTICLE, 3), c=OTHER_NUMBER)
    out = build(pages, tmp_path / "out").folder
    assert (out / CORROBORATION).read_text(encoding="utf-8").count("#SharedFact> ") == 2
    report = validate(out / "graph.nq", out / "texts", derived=[out / CORROBORATION])
    assert [v for v in report.violations if v.severity == "Violation"] == []


def test_what_waits_on_disk_is_the_same(tmp_path, monkeypatch):
    """However few things can be told apart by number, and however few figures are held in memory."""
    choice, exact = random.Random(5), NAMESPACES["bound"] + "exact"
    things = [(f"p{choice.randrange(40):02}", "i", f"a{choice.randrange(60)}", "", "2020") for _ in range(200)]
    figures = [Stated(f"f{n:03}", *thing, "", "", "s", exact, f"{n % 3}") for n, thing in enumerate(things)]
    sketches = [
        (f"p{n:02}", str(Sketch(frozenset(range(n % 4 * 100, n % 4 * 100 + 9)), frozenset()))) for n in range(30)
    ]

    def derived():
        with corroborate(lambda: figures, sketches, tmp_path) as found:
            return list(found.facts), list(found.texts)

    facts, texts = derived()
    pages = {figure.page for figure in figures}
    assert {len(group) for group in texts} <= {7, 8}
    assert len(facts) > 10
    assert all(len({figures[int(f[1:])].page for f in fact.figures}) == fact.pages > 1 for fact in facts)
    assert all({*group} <= pages for group in texts)
    monkeypatch.setattr(corroboration, "SLOTS", 1)
    monkeypatch.setattr(merging, "MOST", 300)
    assert derived() == (facts, texts)


def test_memory_does_not_grow_with_figures_that_nobody_else_tells(tmp_path, monkeypatch):
    monkeypatch.setattr(corroboration, "SLOTS", 1 << 16)
    monkeypatch.setattr(merging, "MOST", 1 << 16)

    def peak(number):
        exact = NAMESPACES["bound"] + "exact"

        def figures():
            return (Stated(f"f{n}", f"p{n}", "i", f"a{n}", "", "2020", "", "", "s", exact, "1") for n in range(number))

        sketches = ((f"p{n}", str(Sketch(frozenset(range(9)), frozenset()))) for n in range(number))
        tracemalloc.start()
        with corroborate(figures, sketches, tmp_path) as found:
            assert list(found.facts) == []
        told = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return told

    peak(10)
    assert peak(8000) < 1.5 * peak(2000)


def test_without_pages_that_share_a_fact_nothing_is_derived(tmp_path):
    with corroborate(list[Stated], (), tmp_path) as found:
        assert (list(found.facts), list(found.texts)) == ([], [])
