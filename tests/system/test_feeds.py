# SPDX-License-Identifier: ISC
"""The other feeds, and what else machines ask for."""
import os
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from urllib.parse import unquote

import feed
import jsonfeed
from repo import EPOCH, article

ROOT = "https://blog.example"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def atom(t, daemon, path):
    found = daemon.get(path)
    assert found.status == 200, "%s: %r" % (path, found)
    assert found.get("Content-Type") == "application/atom+xml; charset=utf-8"
    return feed.check(t, found.body, ROOT + path)


def json(daemon, path):
    found = daemon.get(path)
    assert found.status == 200, "%s: %r" % (path, found)
    assert found.get("Content-Type") == "application/feed+json"
    return jsonfeed.check(found.body, ROOT + path)


def test_the_judge_is_judged(t):
    """Each of these is against a rule that the grammar does not hold."""
    daemon = t.serve()
    good = daemon.get("/atom").body
    assert not feed.Feed(good).problems(ROOT + "/atom")
    for pattern, replacement, problem in [
            (rb'(<link rel="self".*?)/atom"', rb'\1/feed"', "not at"),
            (rb'(<link rel="self" type=")[^"]*', rb"\1text/html", "self link"),
            (rb'<link rel="self"', b'<link rel="mine"', "self link"),
            (rb' xml:lang="en"', b"", "language"),
            (rb' xml:lang="en"', b' xml:lang="English!"', "language"),
            (rb"(<entry>.*?</entry>)", rb"\1\1", "twice"),
            (rb"(<category[^>]*/>)", rb"\1\1", "category"),
            (rb"<published>....", b"<published>2999", "before"),
            (rb"(<content[^>]*>).*?(</content>)", rb"\1\2", "empty"),
            (rb"(<content[^>]*>)", rb"\1&lt;a href=&quot;/x&quot;&gt;",
             "relative reference"),
            (rb"<name>[^<]*", b"<name>me@mail.example", "e-mail"),
            (rb"<updated>.*?</updated>",
             b"<updated>2016-04-07T03:33:20+01:00</updated>", "date"),
            (rb'(<entry>.*?href=")https://blog.example', rb"\1",
             "relative link"),
            (rb"urn:uuid:(.*?</id>.*urn:uuid:)[0-9a-f]{4}",
             rb"urn:uuid:\1ABCD", "canonical")]:
        bad, count = re.subn(pattern, replacement, good, count=1, flags=re.S)
        assert count == 1, pattern
        problems = feed.Feed(bad).problems(ROOT + "/atom")
        assert any(problem in p for p in problems), (pattern, problems)


def test_every_kind_of_feed(t):
    daemon = t.serve({
        ".config/description": "All about <it> & more\n",
        ".config/lang": "en-GB\n",
        "static/logo.png": b"\x89PNG",
        "Posts/Two": article("Two", "[x](y) ![z](z.png)\n", tags="a, d/e",
                             author="[me](/Me) & you", abstract="An *em*"),
        "Posts/Deep/Three": article("Three", "", tags="a", author_url="/T")})
    main = atom(t, daemon, "/atom")
    assert main.root.findtext(feed.ATOM + "subtitle") == \
        "All about <it> & more"
    assert main.root.get(feed.XML + "lang") == "en-GB"
    assert main.root.findtext(feed.ATOM + "logo") == ROOT + "/static/logo.png"
    ids = {e.title: e.id for e in main.entries}
    seen = {main.id}
    for path, titles in [("/Posts", {"First post", "Two", "Three"}),
                         ("/Posts/Deep", {"Three"}),
                         ("/tags/a", {"First post", "Two", "Three"}),
                         ("/tags/b%20c", {"First post"}),
                         ("/tags/d/e", {"Two"})]:
        found = atom(t, daemon, path + "/atom")
        assert {e.title for e in found.entries} == titles
        assert all(ids[e.title] == e.id for e in found.entries)
        assert found.updated == max(e.updated for e in found.entries)
        assert found.link("alternate") == ROOT + path
        assert daemon.get(path).status == 200
        name = unquote(path).split("/", 2 if "tags" in path else 1)[-1]
        assert found.title == "Small blog: " + name, found.title
        assert found.id not in seen, "an id of another feed"
        seen.add(found.id)
        same = json(daemon, path + "/feed.json")
        assert same["home_page_url"] == ROOT + path
        assert {i["id"] for i in same["items"]} == {ids[x] for x in titles}
    two = next(i for i in json(daemon, "/feed.json")["items"]
               if i["title"] == "Two")
    assert two["authors"] == [{"name": "me & you", "url": ROOT + "/Me"}]
    assert two["tags"] == ["a", "d/e"] and two["summary"] == "An em"
    assert two["url"] == ROOT + "/Posts/Two"
    three = next(e for e in main.entries if e.title == "Three")
    assert three.content is None and three.summary == "Three"


def test_no_links_without_a_text(t):
    """Those beside headings are for our style sheet."""
    body = "Some\n\n## A *part*\n\n<a class=\"anchor\" href=\"#p\">b</a>\n"
    daemon = t.serve({"Posts/Two": article("Two", body)})
    assert '></a></div>' in daemon.page("/Posts/Two")
    content = next(e.content for e in atom(t, daemon, "/atom").entries
                   if e.title == "Two")
    assert '<h2 id="a-part">A <em>part</em></h2></div>' in content, content
    assert content.count("<a ") == 1 and ">b</a>" in content, content


def test_ids_stay(t):
    """Over edits, other dates in the header and other hosts."""
    made = t.blog({"Posts/Two": article("Two", tags="a b")})
    daemon = t.daemon(made.path)
    before = atom(t, daemon, "/Posts/atom")
    made.commit({"Posts/Two": article("Two", "Edited.\n", tags="a b",
                                      date="2011-02-03")})
    daemon.update()
    after = atom(t, daemon, "/Posts/atom")
    assert before.id == after.id
    assert {e.id for e in before.entries} == {e.id for e in after.entries}


def test_all_articles_in_pages(t):
    made = t.blog({"Posts/N%03d" % n: article("N%03d" % n, "Text %d.\n" % n)
                   for n in range(150)})
    daemon = t.daemon(made.path)
    titles, path, before = [], "/atom", None
    while path:
        page = atom(t, daemon, path)
        assert page.link("previous") == before
        assert page.link("first") == ROOT + "/atom"
        titles += [e.title for e in page.entries]
        assert (page.entries[0].content is None) == (path != "/atom")
        assert all(e.summary or e.content for e in page.entries)
        before, last = ROOT + path, page.link("last")
        path = (page.link("next") or "")[len(ROOT):]
    assert before == last == ROOT + "/atom/3"
    assert len(titles) == len(set(titles)) == 152
    assert daemon.get("/atom/4").status == 404
    of_json, path = [], "/feed.json"
    while path:
        page = json(daemon, path)
        of_json += [item["title"] for item in page["items"]]
        path = page.get("next_url", "")[len(ROOT):]
    assert of_json == titles
    assert daemon.get("/feed-4.json").status == 404
    tags = [daemon.get(p).get("ETag") for p in ("/atom/2", "/atom/3")]
    made.commit({"Posts/New": article("New")})
    daemon.update()
    again = [daemon.get(p).get("ETag") for p in ("/atom/2", "/atom/3")]
    assert tags[0] != again[0] and tags[1] == again[1]


def test_etiquette(t):
    """Whoever asks again gets little, and need not ask at once."""
    daemon = t.serve()
    for path in ("/atom", "/feed.json", "/tags/a/atom", "/sitemap.xml"):
        found = daemon.get(path)
        assert found.get("Cache-Control") == "public, max-age=600", path
        assert found.get("Vary") == "Accept-Encoding"
        again = daemon.get(path, fields=[
            ("If-None-Match", found.get("ETag"))])
        assert again.status == 304 and not again.body
        small = daemon.get(path, fields=[("Accept-Encoding", "gzip")])
        assert small.get("Content-Encoding") == "gzip"
        assert len(small.body) < len(found.body)


def test_only_what_changed(t):
    made = t.blog({"Other/One": article("One", tags="z"),
                   "Posts/Two": article("Two", tags="a")})
    daemon = t.daemon(made.path)
    paths = ["/Other/atom", "/tags/z/feed.json", "/Posts/atom",
             "/tags/a/feed.json", "/atom", "/sitemap.xml", "/robots.txt"]
    before = {p: daemon.get(p).get("ETag") for p in paths}
    made.commit({"Posts/Two": article("Two", "Edited.\n", tags="a")})
    daemon.update()
    changed = {p for p in paths if daemon.get(p).get("ETag") != before[p]}
    assert changed == set(paths[2:6]), changed


# -------------------------------------------------- for crawlers and tabs --

def sitemap(t, daemon, path="/sitemap.xml"):
    found = daemon.get(path)
    assert found.status == 200
    assert found.get("Content-Type") == "application/xml"
    with open(t.path("sitemap.xml"), "wb") as out:
        out.write(found.body)
    done = subprocess.run(
        ["xmllint", "--nonet", "--noout", "--relaxng",
         os.path.join(feed.HERE, "sitemap.rng"), t.path("sitemap.xml")],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, done.stdout
    return ElementTree.fromstring(found.body)


def test_sitemap(t):
    daemon = t.serve({"Posts/Two words.md": article("Two"), "Old":
                      "redirect: /About\n", "static/x.txt": "x"})
    locations = [e.text for e in sitemap(t, daemon).iter(SITEMAP + "loc")]
    assert len(set(locations)) == len(locations)
    for location in locations:
        assert location.startswith(ROOT + "/"), location
        found = daemon.get(location[len(ROOT):])
        assert found.status == 200, location
        assert found.get("Content-Type").startswith("text/html")
    assert {ROOT + "/", ROOT + "/Posts", ROOT + "/Posts/Two%20words",
            ROOT + "/Posts/One", ROOT + "/tags/b%20c"} <= set(locations)
    assert not any("Old" in x or "static" in x or "atom" in x
                   for x in locations)


def test_first_page_is_one_page(t):
    """Although it is at two addresses."""
    daemon = t.serve()
    for path in ("/", "/Index"):
        text = daemon.page(path)
        assert '<link rel="canonical" href="%s/">' % ROOT in text
        assert '<meta property="og:url" content="%s/">' % ROOT in text
        assert '"url":"%s/","mainEntityOfPage":"%s/"' % (ROOT, ROOT) in text
    locations = [e.text for e in sitemap(t, daemon).iter(SITEMAP + "loc")]
    assert ROOT + "/" in locations and ROOT + "/Index" not in locations
    assert '<link rel="canonical" href="%s/Posts/One">' % ROOT in \
        daemon.page("/Posts/One")


def test_robots(t):
    text = t.serve().get("/robots.txt")
    assert text.get("Content-Type") == "text/plain; charset=utf-8"
    assert "Sitemap: %s/sitemap.xml\n" % ROOT in text.text
    assert "Disallow" not in text.text


def test_own_files_win(t):
    daemon = t.serve({
        "robots.txt": "User-agent: x\nDisallow: /\n",
        "favicon.ico": b"\0\0\1\0ico", "static/favicon.svg": "<svg/>",
        "sitemap.xml": article("Mine"),
        ".well-known/security.txt": "Contact: mailto:x@y.example\n",
        ".well-known/.secret": "x", ".secret/x": "x"})
    assert daemon.get("/robots.txt").text == "User-agent: x\nDisallow: /\n"
    assert daemon.get("/favicon.ico").body == b"\0\0\1\0ico"
    assert daemon.get("/favicon.svg").text == "<svg/>"
    assert "Mine" in daemon.page("/sitemap.xml")
    daemon.wait_log("/sitemap.xml:1:1: another page has this address")
    found = daemon.get("/.well-known/security.txt")
    assert found.text.startswith("Contact:")
    assert found.get("Content-Type") == "text/plain; charset=utf-8"
    assert daemon.get("/.well-known/.secret").status == 404
    assert daemon.get("/.secret/x").status == 404


def test_own_files_below_static(t):
    daemon = t.serve({"static/robots.txt": "User-agent: y\n",
                      "static/favicon.png": b"\x89PNG"})
    assert daemon.get("/robots.txt").text == "User-agent: y\n"
    assert daemon.get("/favicon.png").body == b"\x89PNG"
    assert daemon.get("/favicon.ico").get("Location") == "/favicon.png"
    assert daemon.get("/favicon.svg").status == 404
    assert "<icon>%s/favicon.png</icon>" % ROOT in daemon.get("/atom").text


def test_icon(t):
    daemon = t.serve()
    icon = daemon.get("/favicon.svg")
    assert icon.get("Content-Type") == "image/svg+xml"
    ElementTree.fromstring(icon.body)
    assert ">S</text>" in icon.text
    found = daemon.get("/favicon.ico")
    assert found.status == 302
    assert found.get("Location") == "/favicon.svg"


def test_opensearch(t):
    found = t.serve().get("/opensearch.xml")
    assert found.get("Content-Type") == \
        "application/opensearchdescription+xml"
    root = ElementTree.fromstring(found.body)
    space = "{http://a9.com/-/spec/opensearch/1.1/}"
    assert root.tag == space + "OpenSearchDescription"
    assert 0 < len(root.findtext(space + "ShortName")) <= 16
    assert root.findtext(space + "Description")
    urls = {e.get("type"): e.get("template")
            for e in root.findall(space + "Url")}
    assert urls["text/html"] == ROOT + "/search?q={searchTerms}"


def test_hostile_names_in_all_documents(t):
    bad = "]]> & <b> \" ' \\ \x01 \x7f {searchTerms}"
    daemon = t.serve({
        ".config/blog_name": bad, ".config/description": bad,
        "Posts/Bad & <x> \"q\" 'a'": article(bad, bad, author=bad, tags=bad,
                                             abstract=bad)})
    json(daemon, "/feed.json")
    atom(t, daemon, "/Posts/atom")
    sitemap(t, daemon)
    for path in ("/opensearch.xml", "/favicon.svg"):
        ElementTree.fromstring(daemon.get(path).body)


def test_dates_of_old(t):
    made = t.repo()
    made.commit({"Index": article("Home"), "Posts/Zero": article("Zero")},
                date=0)
    made.commit({"Posts/Now": article("Now")}, date=EPOCH)
    found = json(t.daemon(made.path, url=ROOT), "/feed.json")
    assert found["items"][-1]["date_published"] == "1970-01-01T00:00:00Z"
