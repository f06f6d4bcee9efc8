"""How legible drawings of neighbourhoods are: ``python benchmarks/legibility.py [--shots DIR]`` measures in a browser.

Draws graphs of 20, 60 and 300 nodes with labels of the ontology and the register: with our columns, and for comparison
with the spring and Kamada–Kawai layouts of networkx, which get a picture of the same size, the same letters and the
same broken lines. Needs numpy, scipy, playwright and a Chromium (``--browser``); none of them is needed by the package.
"""

import argparse
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from builder.artefacts import ontology_store
from builder.drawing import Edge, Node, neighbourhood
from builder.drawing.svg import element, figure, lines, picture, width, wrap
from builder.gazetteer import load_gazetteer

STYLE = Path(__file__).resolve().parents[1] / "builder" / "server" / "static" / "drawing.css"
LABELS = """
SELECT ?label WHERE {
  ?indicator a <https://w3id.org/cchc/ontology#Indicator> ; <http://www.w3.org/2004/02/skos/core#prefLabel> ?label .
  FILTER(LANG(?label) = "vi")
} ORDER BY ?label"""
ROOM, SIZE = 180.0, 13.0  # of a label, in all layouts

MEASURE = """
() => {
  const svg = [...document.querySelectorAll('svg')].find(each => each.getClientRects().length)
  const frame = svg.getBoundingClientRect()
  const scale = frame.width / svg.viewBox.baseVal.width
  const texts = [...svg.querySelectorAll('text')]
  const boxes = texts.map(text => text.getBoundingClientRect())
  const hit = (a, b, by = 1) =>
    a.left < b.right - by && b.left < a.right - by && a.top < b.bottom - by && b.top < a.bottom - by
  const apart = texts.map((text, i) => boxes.filter((box, j) => j > i && hit(boxes[i], box)).length)
  const inner = texts.map(text => {
    const box = text.parentNode.querySelector(':scope > .drawing-box')
    return (box || svg).getBoundingClientRect()
  })
  const out = (box, room) => box.left < room.left - 1 || box.right > room.right + 1 || box.top < room.top - 1
    || box.bottom > room.bottom + 1
  const clipped = boxes.filter((box, i) => out(box, inner[i])).length
  const cut = texts.filter(text => text.textContent.includes('…')).length
  const edges = [...svg.querySelectorAll('.drawing-edge:not([data-key]), .drawing-trunk')].map(path => {
    const matrix = path.getScreenCTM(), length = path.getTotalLength()
    const count = path.getAttribute('d').includes('C') ? Math.max(2, Math.ceil(length / 24)) : 1
    return [...Array(count + 1).keys()].map(i => path.getPointAtLength(length * i / count).matrixTransform(matrix))
  })
  const turn = (a, b, c) => (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x)
  const meet = (a, b, c, d) => turn(a, b, c) * turn(a, b, d) < 0 && turn(c, d, a) * turn(c, d, b) < 0
  const bounds = edges.map(edge => ({left: Math.min(...edge.map(p => p.x)), right: Math.max(...edge.map(p => p.x)),
    top: Math.min(...edge.map(p => p.y)), bottom: Math.max(...edge.map(p => p.y))}))
  let crossings = 0, through = 0
  edges.forEach((edge, i) => edges.forEach((other, j) => {
    if (j <= i || !hit(bounds[i], bounds[j], 0)) return
    for (let k = 1; k < edge.length; k++) for (let l = 1; l < other.length; l++)
      if (meet(edge[k - 1], edge[k], other[l - 1], other[l])) { crossings++; return }
  }))
  edges.forEach(edge => boxes.forEach(box => {
    const ends = [edge[0], edge[edge.length - 1]]
    const near = p => p.x > box.left - 12 && p.x < box.right + 12 && p.y > box.top - 12 && p.y < box.bottom + 12
    if (ends.some(near)) return
    const corners = [[box.left, box.top], [box.right, box.top], [box.right, box.bottom], [box.left, box.bottom]]
      .map(([x, y]) => ({x, y}))
    const cut = (p, k) => corners.some((corner, l) => meet(edge[k], p, corner, corners[(l + 1) % 4]))
    if (edge.slice(1).some(cut)) through++
  }))
  const sizes = texts.map(text => parseFloat(getComputedStyle(text).fontSize) * scale)
  return {labels: texts.length, overlaps: apart.reduce((a, b) => a + b, 0), clipped, cut, edges: edges.length,
    crossings, through, letters: Math.min(...sizes), height: frame.height, wide: frame.width}
}"""


def make_graph(size: int) -> tuple[Node, list[Node], list[Edge]]:
    """Return a district with what it reports, runs and is named by, and other places that share some of it."""
    chance = random.Random(size)
    labels = [row["label"].value for row in ontology_store().query(LABELS)]  # type: ignore[union-attr, index]
    chance.shuffle(labels)
    units = [unit for unit in load_gazetteer().versions.values() if unit.level in ("district", "commune")]
    centre = Node("0", "Huyện Lấp Vò, tỉnh Đồng Tháp", "unit", href="/0", note="đến 30/06/2025")
    told = (
        ("indicator", "báo cáo chỉ tiêu", "{0}"),
        ("initiative", "thực hiện sáng kiến", "Mô hình “{0}”"),
        ("indicator", "báo cáo chỉ tiêu", "{0}"),
        ("document", "được nêu trong", "Lấp Vò: {0} tại bộ phận một cửa"),
    )
    nodes, edges = [], []
    for rank in range(size // 3):
        kind, relation, label = told[rank % len(told)]
        nodes.append(Node(f"1.{rank}", label.format(labels[rank % len(labels)]), kind, relation, href=f"/{rank}"))
        edges.append(Edge("0", f"1.{rank}", relation))
    shared = [node for node in nodes if node.kind != "document"]
    for rank, unit in enumerate(chance.sample(units, size - 1 - len(nodes))):
        nodes.append(Node(f"2.{rank}", unit.label, "unit", "địa phương khác", href=f"/u{rank}"))
        for other in chance.sample(shared, min(chance.choice((1, 1, 1, 2, 3)), len(shared))):
            edges.append(Edge(f"2.{rank}", other.id, "cùng " + other.group.split()[0]))
    return centre, nodes, edges


def draw_plain(graph: tuple[Node, list[Node], list[Edge]], layout: str, sizes: Sequence[tuple[float, float]]) -> str:
    """Draw the same graph with a layout of networkx: lines, points, and a label under each point."""
    import networkx

    centre, nodes, edges = graph
    net = networkx.Graph((edge.source, edge.target) for edge in edges)
    places = networkx.spring_layout(net, seed=1) if layout == "spring" else networkx.kamada_kawai_layout(net)
    pictures = [
        picture("".join(_plain(places, (centre, *nodes), edges, size)), size, name=f"{layout}-{rank}", title="",
                description="", linked=False)
        for rank, size in enumerate(sizes)
    ]  # fmt: skip
    return figure("graph", *pictures)


def _plain(places: Any, nodes: Sequence[Node], edges: Sequence[Edge], size: tuple[float, float]) -> Iterator[str]:
    """Yield lines, points and labels; the picture leaves the space of half a label at its sides."""
    side = min(ROOM / 2, size[0] / 5)

    def at(node: str) -> tuple[float, float]:
        x, y = places[node]
        return side + (x + 1) / 2 * (size[0] - 2 * side), 20 + (y + 1) / 2 * (size[1] - 80)

    for edge in edges:
        (x, y), (to_x, to_y) = at(edge.source), at(edge.target)
        yield element("path", d=f"M{x:.1f} {y:.1f}L{to_x:.1f} {to_y:.1f}", class_="drawing-edge")
    for node in nodes:
        x, y = at(node.id)
        yield element("circle", cx=x, cy=y, r=5, class_="drawing-bar")
        broken = wrap(node.label, min(ROOM, size[0] / 2), SIZE, 4)
        widest = max(width(line, SIZE) for line in broken)
        left = min(max(x - widest / 2, 0), size[0] - widest)
        yield lines(left, y + 20, broken, "drawing-ink drawing-halo", SIZE)


def page(markup: str) -> str:
    """Return a page that shows a drawing with the stylesheet of the project."""
    style = STYLE.read_text(encoding="utf-8")
    ground = "@media (prefers-color-scheme: dark) { body { background: #14181f } }"
    return (
        '<!doctype html><html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<style>{style} body {{ margin: 16px; font-family: sans-serif }} {ground}</style></head>"
        f"<body>{markup}</body></html>"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--browser", default="/usr/bin/chromium")
    parser.add_argument("--shots", type=Path, help="folder for pictures of every page")
    options = parser.parse_args()
    from playwright.sync_api import sync_playwright

    columns = (
        "nodes layout page labels overlapping clipped shortened edges crossings through-labels letters height kB CPU-ms"
    )
    print("| " + " | ".join(columns.split()) + " |\n" + "|---" * len(columns.split()) + "|")
    with sync_playwright() as player:
        browser = player.chromium.launch(executable_path=options.browser, args=["--no-sandbox"])
        for size in (20, 60, 300):
            graph = make_graph(size)
            sizes: list[tuple[float, float]] = []
            for layout in ("columns", "spring", "kamada-kawai"):
                begun = time.process_time()
                if layout == "columns":
                    markup = neighbourhood(*graph, title="Lấp Vò", limit=size)
                else:
                    markup = draw_plain(graph, layout, sizes)
                spent = time.process_time() - begun
                for across, scheme in ((1280, "light"), (390, "light"), (1280, "dark"), (390, "dark")):
                    context = browser.new_context(viewport={"width": across, "height": 800}, color_scheme=scheme)
                    tab = context.new_page()
                    tab.set_content(page(markup))
                    if options.shots:
                        options.shots.mkdir(parents=True, exist_ok=True)
                        shot = options.shots / f"{size}-{layout}-{across}-{scheme}.png"
                        tab.screenshot(path=shot, full_page=True)
                    if scheme == "light":
                        found = tab.evaluate(MEASURE)
                        if layout == "columns":
                            sizes.append((found["wide"], found["height"]))
                        told = (
                            size, layout, across, found["labels"], found["overlaps"], found["clipped"], found["cut"],
                            found["edges"], found["crossings"], found["through"], f"{found['letters']:.1f}",
                            f"{found['height']:.0f}", f"{len(markup.encode()) / 1000:.0f}", f"{spent * 1000:.0f}",
                        )  # fmt: skip
                        print("| " + " | ".join(map(str, told)) + " |", flush=True)
                    context.close()
        browser.close()


if __name__ == "__main__":
    main()
