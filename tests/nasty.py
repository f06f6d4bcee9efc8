"""Texts that break out of what they are put into, where it is not done right: queries, tables, markup, RDF."""

QUOTES = ('"', "'", '"""', "'''", '\\"', '\\\\"', r"\u0022", r"\\u0022", r"\U00000022", r"\x22", "”", "＂")
ENDINGS = (" } #", " . } DROP ALL #", ' || "1"="1', "@vi", "^^<a:b>", " UNION { ?s ?p ?o }")
NASTY = (
    *(f"a{quote}{ENDINGS[n % len(ENDINGS)]}" for n, quote in enumerate(QUOTES)),
    *("a\\", "\\1 \\g<name>", "$1 ${x}", "%s %(x)s {0} {x}", "?s } # parameter", "<http://x/> } #", "a> <b", "_:a"),
    *("a\nb\r\n\tc", "a\u2028b\u2029c\x85d", "\ufeffa", " a b ", "a\u00a0b", "e\u0301 đ Đ Ð", "đúng hạn “99,4 %”"),
    *("=1+1", "-5,2%", "+84 912", "@SUM(A1)", "]]>", "&lt;&amp;", "<!-- a -->", "</script>", "a\\u0000", "a;b,c|d"),
    *(
        "𠮷 \U0001f1fb\U0001f1f3",
        "\u200b\u202e\u2066",
        "x " * 2_500,
        "SERVICE <http://127.0.0.1:9/> {}",
        "@prefix x: <y> .",
    ),
)
