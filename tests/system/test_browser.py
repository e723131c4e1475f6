# SPDX-License-Identifier: ISC
"""A browser as the reader: the sample blog in Chromium."""
import os
import signal
import struct

import blogd
import browser
import servers
from repo import article
from test_status import socket_path, wait_told

HOST = "blog.example"
SITE = "https://" + HOST
SAMPLE = os.path.join(blogd.TOP, "conf", "sample-blog")
POST = "/Posts/Everything-a-post-can-hold"

# What the pages refer to, by the end of its name.
MEDIA_TYPES = {"css": "text/css", "svg": "image/svg+xml", "wav": "audio/wav"}


def silence(seconds, rate=8000):
    """A WAV file: 8 bits, one channel."""
    size = seconds * rate
    return b"RIFF" + struct.pack("<I", 36 + size) + b"WAVEfmt " + struct.pack(
        "<IHHIIHH", 16, 1, 1, rate, rate, 1, 8) + b"data" + struct.pack(
            "<I", size) + b"\x80" * size


def sample():
    """The files of the sample blog."""
    found = {}
    for directory, _, names in os.walk(SAMPLE):
        for name in names:
            path = os.path.join(directory, name)
            with open(path, "rb") as file:
                found[os.path.relpath(path, SAMPLE)] = file.read()
    found[".config/root"] = SITE
    return found


def start(t, files=None, **settings):
    """The sample blog's repository and its daemon."""
    made = t.repo()
    made.commit({**sample(), **(files or {})})
    return made, t.daemon(made.path, site={}, options={
        "control": socket_path(t), "serve": settings})


def browse(t, daemon):
    return browser.Browser(t, {HOST + ":443": daemon.port("https")},
                           [browser.key_of(daemon.certificate[0])])


def check(tab, visit, protocol="h2"):
    """All of the page is there, and nothing was complained about."""
    assert not tab.problems, tab.problems
    for request in visit.requests:
        assert not request.failed and request.status in (200, 304), request
        assert request.protocol == protocol, request
        kind = request.path.rsplit(".", 1)[-1].split("?")[0]
        assert request.media_type == MEDIA_TYPES.get(kind, "text/html"), \
            request
    assert visit.document.media_type == "text/html", visit.document


def kinds(visit):
    return {r.media_type for r in visit.requests}


# ----------------------------------------------------------------- pages --

def pages(t, protocol, **settings):
    _, daemon = start(t, **settings)
    tab = browse(t, daemon).tab()
    home = tab.go(SITE + "/")
    check(tab, home, protocol)
    assert kinds(home) == {"text/html", "image/svg+xml"}, kinds(home)
    assert tab.run("document.styleSheets[0].cssRules.length") > 10
    assert home.document.status == 200
    assert home.document.field("content-encoding") in ("br", "zstd")
    assert "may do almost nothing" in tab.text
    assert "Small Rights" in tab.run("document.title")

    post = tab.follow(POST)
    check(tab, post, protocol)
    assert post.document.path == POST and post.document.status == 200
    assert tab.run("location.href") == SITE + POST
    assert tab.run("document.querySelectorAll('table tr').length") == 4
    assert tab.run("[...document.images].every(i => i.naturalWidth > 0)")


def test_pages_over_h2(t):
    pages(t, "h2")


def test_pages_over_http_1(t):
    pages(t, "http/1.1", http2="off")


def test_every_page_of_the_site(t):
    """All links within the site lead somewhere, and no page breaks the rules
    that the site gives to browsers."""
    _, daemon = start(t)
    tab = browse(t, daemon).tab()
    waiting, seen = ["/"], {"/", "/atom"}
    while waiting:
        check(tab, tab.go(SITE + waiting.pop()))
        for link in tab.run("[...document.links].filter(a => a.origin =="
                            " location.origin).map(a => a.pathname)"):
            if link not in seen:
                seen.add(link)
                waiting.append(link)
    assert len(seen) > 10 and POST in seen, seen


def test_redirects_and_missing_pages(t):
    _, daemon = start(t)
    tab = browse(t, daemon).tab()
    for path, to in [("/Old/first-post", "/Posts/Least-authority"),
                     ("//Posts//Five-lines/", "/Posts/Five-lines")]:
        check(tab, tab.go(SITE + path))
        shown = tab.run("location.href")
        assert shown == SITE + to, (path, shown)
    assert tab.go(SITE + "/nothing").document.status == 404
    assert "Not found" in tab.text


def test_colour_schemes(t):
    """Text on a page that is light, or dark."""
    _, daemon = start(t)
    tab = browse(t, daemon).tab()
    tab.go(SITE + "/")

    def look(scheme):
        """The brightness of what is behind everything, and of all else."""
        found = tab.colours(scheme)
        behind = max(found, key=found.get)
        total = sum(found.values())
        assert len(found) > 20 and found[behind] < total * 0.98, scheme
        rest = sum(sum(c) * n for c, n in found.items() if c != behind)
        return sum(behind), rest / (total - found[behind])

    for scheme, is_dark in [("light", False), ("dark", True)]:
        behind, rest = look(scheme)
        assert (behind < 3 * 64) if is_dark else (behind > 3 * 192), behind
        assert (behind < rest) == is_dark, (scheme, behind, rest)
    assert not tab.problems, tab.problems


# -------------------------------------------------------- the same again --

def test_second_visit(t):
    """Pages are asked for again and not sent again; style sheets and pictures
    have names that change with them, or are asked for again."""
    _, daemon = start(t)
    tab = browse(t, daemon).tab()
    first = tab.go(SITE + "/")
    again = tab.reload()
    check(tab, again)
    assert again.document.status == 304, again.document
    assert again.document.sent["if-none-match"] == \
        first.document.field("etag")
    assert again.document.size < first.document.size
    for request in again.requests:
        assert request.cached or request.status == 304, request
    assert "may do almost nothing" in tab.text
    whole = tab.reload(ignore_cache=True)
    check(tab, whole)
    assert all(r.status == 200 and not r.cached for r in whole.requests)


def test_update(t):
    """A push is seen at the next reload."""
    made, daemon = start(t)
    tab = browse(t, daemon).tab()
    tab.go(SITE + "/About")
    for word in ["Heliotrope", "Xylophone"]:
        assert word not in tab.text
        made.commit({"About": article("About", word + "\n")})
        daemon.update()
        visit = tab.reload()
        check(tab, visit)
        assert visit.document.status == 200
        assert word in tab.text
    assert tab.reload().document.status == 304
    check(tab, tab.go(SITE + "/"))


# ----------------------------------------------------------------- parts --

def test_ranges(t):
    """What a player asks for: all of it, then what is behind a jump."""
    _, daemon = start(t, {
        "static/long.wav": silence(600),
        "Posts/Listen": article("Listen", '<audio src="/static/long.wav" '
                                'controls preload="metadata"></audio>\n')})
    tab = browse(t, daemon).tab()

    def asked(request):
        # What was sent is told by an event that may come after the answer's.
        return request.path == "/static/long.wav" and request.status == 206 \
            and request.response is not None and "range" in request.sent
    tab.go(SITE + "/Posts/Listen")
    first = tab.wait_request(asked, "range")
    assert first.sent["range"] == "bytes=0-"
    assert first.protocol == "h2" and first.media_type == "audio/wav"
    assert tab.run("""new Promise((done, failed) => {
        const audio = document.querySelector("audio");
        audio.onerror = () => failed(audio.error.message);
        const jump = () => {
            audio.onseeked = () => done(audio.currentTime);
            audio.currentTime = audio.duration - 10;
        };
        audio.readyState > 0 ? jump() : audio.onloadedmetadata = jump;
    })""") > 580
    jump = tab.wait_request(lambda r: asked(r) and r is not first, "jump")
    begin = int(jump.sent["range"].partition("=")[2].partition("-")[0])
    assert begin > 4_000_000, jump.sent
    assert jump.field("content-range").startswith("bytes %d-" % begin)
    assert not tab.problems, tab.problems


def test_rules_are_kept(t):
    """Content-Security-Policy: the browser lets no page do what none needs;
    and these tests would see it complain."""
    _, daemon = start(t)
    tab = browse(t, daemon).tab()
    for script in ["fetch('https://elsewhere.example/').then(() => 0, () => 1)",
                   "document.head.append(Object.assign(document.createElement("
                   "'script'), {text: 'document.title = 1'}))",
                   "document.body.setAttribute('style', 'color: red')"]:
        check(tab, tab.go(SITE + "/"))
        tab.run(script)
        assert tab.run("document.title") != "1"
        tab.browser.wait(lambda: any(
            "Content Security Policy" in p for p in tab.problems), script)
        tab.problems.clear()


# ----------------------------------------------------------- connections --

def test_several_tabs(t):
    """At once, over the connection of the first."""
    _, daemon = start(t)
    reader = browse(t, daemon)
    first = reader.tab().go(SITE + "/")
    tabs = [reader.tab() for _ in range(6)]
    begun = [tab.begin("Page.navigate", url=SITE + POST) for tab in tabs]
    visits = [tab.visited(b) for tab, b in zip(tabs, begun)]
    for tab, visit in zip(tabs, visits):
        check(tab, visit)
        assert "a page to copy from" in tab.run(
            "document.documentElement.innerHTML").lower()
        assert visit.document.response["connectionId"] == \
            first.document.response["connectionId"]


def test_reload_of_the_daemon(t):
    """GOAWAY: requests go over a new connection, whose session is resumed, and
    none fails, whenever it comes."""
    _, daemon = start(t)
    tab = browse(t, daemon).tab()
    check(tab, tab.go(SITE + "/"))
    for _ in range(3):
        mark = daemon.mark()
        daemon.signal(signal.SIGHUP)
        for _ in range(3):
            check(tab, tab.reload(ignore_cache=True))
        daemon.wait_log("reloaded", after=mark)
        check(tab, tab.follow(POST))
        check(tab, tab.go(SITE + "/"))
    wait_told(t, lambda s: s["readers"]["resumptions"] >= 1, "resumption")


def test_restart_of_the_daemon(t):
    """Another one at the same address: nothing of the old is in the way."""
    made = t.repo()
    made.commit(sample())
    options = {"https": ["127.0.0.1:%d" % servers.free_port()]}
    daemon = t.daemon(made.path, options=options)
    tab = browse(t, daemon).tab()
    check(tab, tab.go(SITE + "/"))
    daemon.stop()
    daemon = t.daemon(made.path, options=options,
                      certificate=daemon.certificate)
    again = tab.reload()
    check(tab, again)
    assert again.document.status == 304  # the same content, the same tag
    check(tab, tab.follow(POST))


def test_sessions_are_resumed(t):
    """HTTP/1.1 has a connection for each of several pictures; not all of them
    need a full handshake."""
    lighthouse = sample()["static/lighthouse.svg"]
    names = ["static/%d.svg" % i for i in range(8)]
    _, daemon = start(t, {
        **{name: lighthouse + b"<!-- %s -->" % name.encode()
           for name in names},
        "Posts/Pictures": article("Pictures", "".join(
            '<img alt="a picture" src="/%s" width="16">\n' % name
            for name in names))}, http2="off")
    tab = browse(t, daemon).tab()
    visit = tab.go(SITE + "/Posts/Pictures")
    # They are loaded lazily, perhaps after the document's own load event.
    tab.browser.wait(lambda: sum(r.path.endswith(".svg") and r.finished
                                 for r in tab.requests.values()) == len(names),
                     "pictures")
    check(tab, visit, "http/1.1")
    wait_told(t, lambda s: s["readers"]["resumptions"] >= 1, "resumption")


def test_the_browser_is_strict(t):
    """These tests would not see what is wrong with a browser that takes any
    key, or finds any host."""
    _, daemon = start(t)
    other = t.ca("stranger").issue(HOST)
    tab = browser.Browser(t, {HOST + ":443": daemon.port("https")},
                          [browser.key_of(other[0])]).tab()
    for url, error in [(SITE, "ERR_CERT_AUTHORITY_INVALID"),
                       ("https://debian.org/", "ERR_NAME_NOT_RESOLVED")]:
        try:
            tab.go(url)
            raise LookupError(url)
        except AssertionError as refused:
            assert error in str(refused), refused
