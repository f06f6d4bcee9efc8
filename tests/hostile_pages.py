"""Pages whose titles, texts, names, publishers and addresses try to become part of the site that shows them."""

import csv
import json
from pathlib import Path

CANARY = "pwned"  # what a script that is carried out would set on the window
ATTEMPTS = (
    *(f"{before}<script>window.pwned=1</script>" for before in ("", '"', "'", '">', "'>", "-->", "]]>", "</title>")),
    *(
        f"{before}<img src=x onerror=window.pwned=1>"
        for before in ("", '"', "'", '">', "'>", "</textarea>", "</style>")
    ),
    *(f"</{inside}><svg onload=window.pwned=1>" for inside in ("script", "svg", "mark", "a", "td", "select", "option")),
    "<svg><script>window.pwned=1</script></svg>",
    "<svg><a xlink:href='javascript:window.pwned=1'><text>x</text></a></svg>",
    "<math><mi xlink:href='javascript:window.pwned=1'>x</mi></math>",
    "<iframe srcdoc='<script>parent.pwned=1</script>'></iframe>",
    "<iframe src=javascript:window.pwned=1></iframe>",
    "<object data=javascript:window.pwned=1></object>",
    "<embed src=javascript:window.pwned=1>",
    "<base href=//example.org/>",
    "<meta http-equiv=refresh content='0;url=javascript:window.pwned=1'>",
    "<link rel=stylesheet href=//example.org/x.css>",
    "<style>@import '//example.org/x.css'; body{display:none}</style>",
    "<form action=//example.org/><button>x</button></form>",
    "<input autofocus onfocus=window.pwned=1>",
    "<details open ontoggle=window.pwned=1>",
    "<video><source onerror=window.pwned=1></video>",
    "<body onload=window.pwned=1>",
    "<a href=javascript:window.pwned=1 id=main>x</a>",
    "<template><script>window.pwned=1</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=window.pwned=1>'>",
    "<!--<img src='--><img src=x onerror=window.pwned=1>'>",
    "<![CDATA[<script>window.pwned=1</script>]]>",
    "<?xml version='1.0'?><script>window.pwned=1</script>",
    '" onmouseover="window.pwned=1" autofocus x="',
    "' onfocus='window.pwned=1' autofocus x='",
    '" style="background:url(//example.org/)" x="',
    "` onfocus=window.pwned=1 `",
    "javascript:window.pwned=1//",
    "{{ 7 * 7 }}{% for x in config %}{% endfor %}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "&lt;script&gt;window.pwned=1&lt;/script&gt;",
    "&#60;script&#62;window.pwned=1&#60;/script&#62;",
    "\\u003cscript\\u003ewindow.pwned=1\\u003c/script\\u003e",
    "+ADw-script+AD4-window.pwned=1+ADw-/script+AD4-",
    "\uff1cscript\uff1ewindow.pwned=1\uff1c/script\uff1e",
    "\u202e<script>window.pwned=1</script>\u202c",
    "\u2066\u200b<img src=x onerror=window.pwned=1>\u2069",
    "\x00<scr\x00ipt>window.pwned=1</scr\x00ipt>",
    "\x08\x1b[31m<script>window.pwned=1</script>",
    "'; window.pwned=1; //",
    '"}; window.pwned=1; //',
    "</script><script>window.pwned=1</script>",
    "../../../../etc/passwd",
)
ADDRESSES = (
    "javascript:window.pwned=1",
    "JaVaScRiPt:window.pwned=1",
    " javascript:window.pwned=1",
    "java\tscript:window.pwned=1",
    "data:text/html,<script>window.pwned=1</script>",
    "vbscript:window.pwned=1",
    "//example.org/<script>",
    'https://example.org/"onfocus="window.pwned=1"autofocus="',
    "https://example.org/'><script>window.pwned=1</script>",
    "file:///etc/passwd",
)


def write_hostile_pages(folder: Path) -> Path:
    """Write a page for each attempt, and some whose file names are attempts; return the folder."""
    folder.mkdir(parents=True)
    records = [
        {"id": f"{number} {in_name(attempt)}", "title": attempt, "publisher": attempt, "text": text_with(attempt),
         "url": ADDRESSES[number % len(ADDRESSES)], "published": "2021-07-02"}
        for number, attempt in enumerate(ATTEMPTS)
    ]  # fmt: skip
    lines = (json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    (folder / "records.jsonl").write_text("".join(lines), encoding="utf-8")
    names = [f"{in_name(attempt)}.txt" for attempt in ATTEMPTS[::3]]
    for name in names:
        (folder / name).write_text(text_with(name), encoding="utf-8")
    with (folder / "sources.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(("file", "url", "title", "published", "publisher"))
        table.writerows((n, ADDRESSES[i % len(ADDRESSES)], n, "2020-01-01", n) for i, n in enumerate(names))
    return folder


def in_name(attempt: str) -> str:
    """Return as much of an attempt as the name of a page may hold."""
    return "".join(c for c in attempt if c.isprintable() and c not in "/\\")


def text_with(attempt: str) -> str:
    """Return a page that names an attempt in its headline, as a model, and next to a figure."""
    return (
        f"{attempt}\n\nNăm 2020, huyện Tiên Yên (tỉnh Quảng Ninh) triển khai mô hình “{attempt}” ở các xã.\n\n"
        f"{attempt} Tỷ lệ hồ sơ giải quyết đúng hạn của huyện Tiên Yên đạt 99,5%. {attempt}\n"
    )
