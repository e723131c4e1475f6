# SPDX-License-Identifier: ISC
"""What readers find by the words in it."""
import html
import re
import time

from repo import article
from test_h2 import compare

FILES = {
    "Posts/Tea": article("Tea in Łódź", "Water, *leaves* and Ärger.\n",
                         tags="kitchen", abstract="A hot drink"),
    "Posts/Kettle": article("The kettle", "## Boiling\n\nIt boils water.\n"),
    "Posts/Japan": article("日本語", "東京の天気\n"),
}


def found(text):
    """The titles of the results, in order."""
    return [html.unescape(re.sub("<[^>]*>", "", title)) for title in
            re.findall(r"<h2[^>]*>(.*?)</h2>", text, re.S)]


def search(daemon, query):
    answer = daemon.get("/search?q=" + query)
    assert answer.status == 200, answer
    return found(answer.text)


def test_words(t):
    daemon = t.serve(FILES)
    for query, titles in [
            ("water", ["The kettle", "Tea in Łódź"]),
            ("WAT", ["The kettle", "Tea in Łódź"]),
            ("boiling", ["The kettle"]), ("arger", ["Tea in Łódź"]),
            ("lodz+water", ["Tea in Łódź"]), ("kitchen", ["Tea in Łódź"]),
            ("hot+drink", ["Tea in Łódź"]), ("%E6%97%A5", ["日本語"]),
            ("%E5%A4%A9%E6%B0%97", ["日本語"]), ("coffee", []),
            ("%E7%94%B0", [])]:
        assert search(daemon, query) == titles, (query, search(daemon, query))


def test_languages_with_a_sign(t):
    daemon = t.serve({"Posts/%d" % n: article(name, "About %s.\n" % name)
                      for n, name in enumerate(["C", "C++", "C#", "Cats"])})
    assert search(daemon, "c%2B%2B") == ["C++"]
    assert search(daemon, "C%23") == ["C#"]
    # A letter means itself; "First post" has it as a tag.
    assert set(search(daemon, "c")) == {"C", "C++", "C#", "First post"}
    assert "Cats" in search(daemon, "ca")


def test_versions(t):
    daemon = t.serve({
        "Posts/A": article("Release 1.31.1", "One.\n"),
        "Posts/B": article("Release 1.40", "Of 31 changes.\n")})
    assert search(daemon, "1.31") == ["Release 1.31.1"]
    assert search(daemon, "release+1.4") == ["Release 1.40"]
    assert set(search(daemon, "31+release")) == {"Release 1.31.1",
                                                 "Release 1.40"}


def test_results_in_the_language_of_the_site(t):
    posts = {"Posts/N%d" % n: article("Note %d" % n, "Wasser\n")
             for n in range(30)}
    daemon = t.serve({**FILES, **posts, ".config/lang": "de\n"})
    for query, text in [
            ("water+kettle", "<p>1 Ergebnis</p>"),
            ("water", "<p>2 Ergebnisse</p>"),
            ("coffee", "<p>Kein Artikel hat eines dieser W\u00f6rter.</p>"),
            ("wasser+kettle+tea",
             "<p>Kein Artikel hat alle diese W\u00f6rter. "),
            ("wasser", 'aria-label="Seiten mit Ergebnissen">'),
            ("wasser", ">Weitere Ergebnisse</a>"),
            ("wasser&page=2", ">Vorige Ergebnisse</a>")]:
        shown = daemon.get("/search?q=" + query).text
        assert text in shown, (query, shown)
        # What serve says is no part of the page otherwise.
        assert "{n}" not in shown and "No article" not in shown, shown
        assert shown.endswith("</html>\n"), shown[-200:]


def test_formulas_are_their_tex(t):
    daemon = t.serve({"Posts/Maths": article("Maths", "Then $\\zeta(2)$.\n")})
    assert "ζ" in daemon.page("/Posts/Maths")
    assert search(daemon, "zeta") == ["Maths"]
    assert search(daemon, "%CE%B6") == []


def test_fields(t):
    daemon = t.serve(FILES)
    page = daemon.get("/Posts/Tea")
    answer = daemon.get("/search?q=tea")
    assert answer.get("Content-Type") == "text/html; charset=utf-8"
    assert answer.get("Cache-Control") == "no-cache"
    assert "noindex" in answer.get("X-Robots-Tag")
    for name in ["Content-Security-Policy", "X-Content-Type-Options",
                 "Referrer-Policy", "Strict-Transport-Security"]:
        assert answer.all(name) == page.all(name), name
    assert "form-action 'self'" in answer.get("Content-Security-Policy")


def test_same_in_both_protocols(t):
    daemon = t.serve(FILES)
    for target in ["/search", "/search?q=", "/search?q=water",
                   "/search?q=water&page=2", "/search?q=nothing",
                   "/search?q=%ff", "/search/?q=a", "/search?q=%22%3E%3Cb%3E",
                   "/search?q=" + "a+" * 600]:
        for method in ["GET", "HEAD", "POST", "OPTIONS"]:
            compare(daemon, target, method)


def test_hostile_queries(t):
    """Nothing of a query gets out of its place on the page."""
    daemon = t.serve(FILES)
    for query in ["<script>alert(1)</script>", "\"><img src=x onerror=a>",
                  "' onfocus='x", "</title><b>", "&lt;b&gt;", "\r\nX: y",
                  "{{query}}", "<!--", "\x1b[2J", "javascript:x"]:
        raw = "".join("%%%02X" % b for b in query.encode())
        answer = daemon.get("/search?q=" + raw)
        assert answer.status == 200
        assert answer.get("X") is None
        assert query not in answer.text or not set(query) & set("<>\"'&\n")
        assert "<script" not in answer.text and "<img" not in answer.text
    for raw in ["%", "%zz", "%00", "a%00b", "%C0%AF", "%ED%A0%80", "%F8"]:
        answer = daemon.get("/search?q=" + raw)
        assert answer.status == 400, (raw, answer)
    assert daemon.get("/search?q=" + "a" * 9000).status == 414
    assert daemon.get("/search?q=" + "a+" * 4000).status == 200


def test_update_changes_results(t):
    made = t.blog(FILES)
    daemon = t.daemon(made.path)
    assert search(daemon, "coffee") == []
    mark = daemon.mark()
    tip = made.commit({"Posts/Coffee": article("Coffee", "Black.\n"),
                       "Posts/Tea": None})
    daemon.push_hook()
    daemon.wait_serving(tip, after=mark)
    assert search(daemon, "coffee") == ["Coffee"]
    assert search(daemon, "water") == ["The kettle"]


def test_index_survives_a_push_of_something_else(t):
    made = t.blog(FILES)
    daemon = t.daemon(made.path)
    before = search(daemon, "water")
    for i in range(12):  # more segments than a snapshot has
        mark = daemon.mark()
        tip = made.commit({"static/x": b"%d" % i})
        daemon.push_hook()
        daemon.wait_serving(tip, after=mark)
        assert search(daemon, "water") == before


def test_file_at_this_address(t):
    daemon = t.serve({**FILES, "search": article("Mine", "My own search.\n")})
    assert "My own search." in daemon.page("/search")
    # No form leads to what cannot find anything.
    assert '<form' not in daemon.page("/Index")
    assert 'rel="search"' not in daemon.page("/Index")
    assert daemon.get("/opensearch.xml").status == 404
    assert "My own search." in daemon.page("/search?q=water")


def test_many_at_a_time(t):
    """A hundred searches on one connection, and a client that does not read:
    others are answered."""
    files = {"Posts/%d" % i: article("Post %d" % i, "Same words. %s\n" % " ".join(
        "a%d" % (i * 7 + k) for k in range(40))) for i in range(300)}
    daemon = t.serve(files)
    with daemon.connect_h2() as idle:
        for i in range(50):
            idle.request("/search?q=a+b+c+same&page=%d" % (i % 20 + 1))
        with daemon.connect_h2() as connection:
            began = time.monotonic()
            for i in range(100):
                answer = connection.fetch("/search?q=a+same")
                assert answer.status == 200
            took = time.monotonic() - began
        assert len(found(answer.text)) == 20
        assert took < 20, took
