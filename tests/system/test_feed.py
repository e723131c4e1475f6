# SPDX-License-Identifier: ISC
"""The Atom feed: valid by RFC 4287, with Canopy's ids."""
import re
import uuid

import feed
import page
from repo import EPOCH, article
from test_content import HOSTILE

UUID = "981361ca-e71d-4997-a52c-baeee78e4156"


def get(t, daemon):
    found = daemon.get("/atom")
    assert found.status == 200
    assert found.get("Content-Type").lower().startswith("application/atom+xml")
    return feed.check(t, found.body)


def test_the_grammar_refuses_bad_feeds(t):
    """The judge is judged first."""
    daemon = t.serve()
    good = daemon.get("/atom").body
    assert feed.validate(good, t.path("good")) == ""
    for pattern, replacement in [
            (rb"<id>.*?</id>", b""), (rb"<updated>.*?</updated>", b""),
            (rb"<updated>.*?</updated>", b"<updated>2016-04-07</updated>"),
            (rb"(<title.*?</title>)", rb"\1\1"), (rb'href="[^"]*"', b""),
            (rb"<name>.*?</name>", b""), (rb'term="[^"]*"', b""),
            (rb"</entry>", b"<extra/></entry>"),
            (rb'type="html"', b'type="HTML"'), (rb"</feed>", b"")]:
        bad, count = re.subn(pattern, replacement, good, count=1, flags=re.S)
        assert count == 1, pattern
        assert feed.validate(bad, t.path("bad")), pattern


def test_ids_are_computed_as_canopy_does(t):
    assert str(feed.entry_id(1460227820, UUID)) == \
        "eef349f2-00da-5681-b9de-6c5f01be9083"
    made = t.repo()
    made.commit({"Index": article("Home"), ".config/uuid": UUID,
                 ".config/root": "https://blog.example"}, date=EPOCH)
    made.commit({"Posts/One": article("One")}, date=1460227820)
    made.commit({"Posts/One": article("One, edited")}, date=EPOCH + 999999)
    found = get(t, t.daemon(made.path))
    assert found.id == "urn:uuid:" + UUID
    one = next(e for e in found.entries if e.title == "One, edited")
    assert one.id == "urn:uuid:eef349f2-00da-5681-b9de-6c5f01be9083"
    assert one.published == 1460227820
    assert one.updated == EPOCH + 999999
    assert found.updated == EPOCH + 999999


def test_ids_of_one_second_differ(t):
    """The first by path keeps Canopy's id, the others get one from it."""
    made = t.repo()
    made.commit({"Index": article("Home"), ".config/uuid": UUID}, date=EPOCH)
    made.commit({"Posts/%s" % x: article(x) for x in "CAB"}, date=EPOCH + 5)
    found = get(t, t.daemon(made.path))
    first = feed.entry_id(EPOCH + 5, UUID)
    wanted = {"A": first, "B": uuid.uuid5(first, "Posts/B"),
              "C": uuid.uuid5(first, "Posts/C")}
    ids = {e.title: e.id for e in found.entries if e.title in wanted}
    assert ids == {k: "urn:uuid:%s" % v for k, v in wanted.items()}, ids


def test_newest_ten_first(t):
    made = t.blog()
    for number in range(14):
        made.commit({"Posts/N%d" % number: article("N%d" % number)})
    made.commit({"Posts/N0": article("N0")})
    found = get(t, t.daemon(made.path))
    assert [e.title for e in found.entries] == \
        ["N%d" % n for n in range(13, 3, -1)]


def test_title_links_and_categories(t):
    daemon = t.serve({"Posts/Two words.md": article(
        "Two", tags="a b, c", abstract="The *abstract*")})
    found = get(t, daemon)
    assert found.title == "Small blog"
    assert found.link("self") == "https://blog.example/atom"
    entry = next(e for e in found.entries if e.title == "Two")
    assert entry.link.startswith("https://blog.example/Posts/Two%20words")
    assert daemon.get(entry.link[len("https://blog.example"):]).status == 200
    assert {c.get("term") for c in entry.categories} == {"a b", "c"}
    assert {c.get("scheme") for c in entry.categories} == {
        "https://blog.example/tags/a%20b", "https://blog.example/tags/c"}
    assert entry.type_of("summary") == "html"
    assert "<em>abstract</em>" in entry.summary


def test_content_is_whole_html_with_absolute_links(t):
    daemon = t.serve({"Posts/Links": article("Links", (
        "[a](/About) [b](Other) [c](../x) [d](#part) [e](?q) "
        "![f](/static/p.png)\n\n<img src=\"p.png\">\n\n[g](//h.example/)\n"
        "[h](mailto:x@y.example)\n"))})
    entry = next(e for e in get(t, daemon).entries if e.title == "Links")
    assert entry.type_of("content") == "html"
    shown = page.Page(entry.content)
    urls = shown.links + [a["src"] for a in shown.all("img")]
    base = "https://blog.example"
    assert urls == [
        base + "/About", base + "/Posts/Other", base + "/x",
        base + "/Posts/Links#part", base + "/Posts/Links?q",
        "https://h.example/", "mailto:x@y.example",
        base + "/static/p.png", base + "/Posts/p.png"], urls


def test_hostile_bytes(t):
    bad = "]]> & <b> \" ' \u202e \ufffe \uffff \x01 \x7f \x85"
    daemon = t.serve({
        "Posts/Bad": article(bad, bad + "\n\n```\n" + bad + "\n```\n",
                             author=bad, tags=bad, abstract=bad),
        "Posts/Latin": b"---\ntitle: \xff\xfe\xed\xa0\x80\nauthor: \xe9\n"
                       b"tags: \xe9\n---\n\xe9\xff\n",
        ".config/blog_name": bad})
    found = get(t, daemon)
    assert any("]]> & <b>" in e.title for e in found.entries)
    for entry in found.entries:
        assert not page.Page(entry.content).dangers(allowed=("input",))


def test_hostile_markdown_is_harmless_in_the_feed_too(t):
    daemon = t.serve({"Posts/Xss": article("Xss", HOSTILE, abstract=HOSTILE
                                           .replace("\n", " "))})
    entry = next(e for e in get(t, daemon).entries if e.title == "Xss")
    for part in (entry.content, entry.summary):
        assert not page.Page(part).dangers(), page.Page(part).dangers()


def test_uuid_is_derived_when_there_is_none(t):
    daemon = t.serve({".config/uuid": None})
    again = t.daemon(t.path("blog.git"))
    first, second = get(t, daemon), get(t, again)
    assert uuid.UUID(first.id[len("urn:uuid:"):])
    assert first.id == second.id
    daemon.wait_log(r"\.config/uuid")


def test_uuid_that_is_none(t):
    daemon = t.serve({".config/uuid": 'no <uuid> & "x"\n'})
    get(t, daemon)


def test_feed_of_old_and_far_dates(t):
    made = t.repo()
    made.commit({"Index": article("Home"), "Posts/Zero": article("Zero")},
                date=0)
    made.commit({"Posts/Far": article("Far")}, date=253402300799)
    found = get(t, t.daemon(made.path))
    assert {e.published for e in found.entries} >= {0, 253402300799}


def test_page_tells_where_the_feed_is(t):
    shown = page.check(t.serve().page("/"))
    links = shown.all("link", rel="alternate", type="application/atom+xml")
    assert links and links[0]["href"].endswith("/atom"), links
