# SPDX-License-Identifier: ISC
"""_redirects and _headers of a repository."""
from author import Tree
from repo import article


def test_redirects(t):
    daemon = t.serve({"_redirects": (
        "# moved\n"
        "/old /Posts/One\n"
        "/old%20page https://else.example/x?y#z 302\n"
        "/blog/* /Posts/:splat 308\n"
        "/gone/* /Index 307\n"
        "/Posts/One /Index\n"
        "/rewrite /Index 200\n"
        "/a /b /c /d\n"
        "/m /n\n/n /m\n/o /old\n")})
    for target, status, location in [
            ("/old", 301, "/Posts/One"),
            ("/old%20page", 302, "https://else.example/x?y#z"),
            ("/blog", 308, "/Posts"),
            ("/blog/One", 308, "/Posts/One"),
            ("/blog/a%20b/c?q=1", 308, "/Posts/a%20b/c?q=1"),
            ("/blog//evil.example/", 308, "/Posts/evil.example"),
            ("/blog/%5cevil.example", 308, "/Posts/%5Cevil.example"),
            ("/gone/x/y", 307, "/Index")]:
        found = daemon.get(target)
        assert (found.status, found.get("Location")) == (status, location), \
            (target, found.status, found.get("Location"))
        head = daemon.get(target, method="HEAD")
        assert head.get("Location") == location
    assert daemon.get("/Posts/One").status == 200
    assert daemon.get("/_redirects").status == 404
    assert daemon.get("/rewrite").status == 404
    for problem in ("_redirects:6:1: not used",
                    "_redirects:7:17: only redirects",
                    "_redirects:8:1: a rule is two addresses",
                    "_redirects:9:1: it leads to /n, and on in a circle",
                    "_redirects:10:1: it leads to /m, and on in a circle"):
        daemon.wait_log(problem)
    assert not any("_redirects:11" in line for line in daemon.log)


def test_links_to_what_has_no_page(t):
    """Such as what a rule redirects, and the search."""
    tree = Tree(t, {"_redirects": "/blog/* https://else.example/:splat\n"
                                  "/find /search?q=x\n/b /blog/a\n",
                    "Posts/Two": article(
                        "Two", "[a](/blog/a) [b](../blog/b/c) [c](/search)\n"
                        "[d](/search?q=tea) [e](/blogs) [f](/searches)\n")})
    status, out, _ = tree.run("check")
    found = [line.split(": ", 2)[-1] for line in out if "lead" in line]
    assert found == ['the link to "/blogs" leads nowhere',
                     'the link to "/searches" leads nowhere'], out
    assert status == 1


def test_where_hugo_and_zola_have_them(t):
    files = {"hugo.toml": "", "content/posts/one.md": article("One"),
             "static/_redirects": "/old /posts/one\n",
             "static/_headers": "/posts/*\n  X-Robots-Tag: noai\n",
             "static/robots.txt": "User-agent: x\n",
             "static/favicon.ico": b"\0\0\1\0",
             "static/.well-known/security.txt": "Contact: x\n",
             "static/.secret": "x"}
    daemon = t.serve(files)
    assert daemon.get("/old").get("Location") == "/posts/one"
    assert daemon.get("/posts/one").get("X-Robots-Tag") == "noai"
    for path in ("/_redirects", "/_headers", "/.secret", "/static/.secret"):
        assert daemon.get(path).status == 404, path
    for path in ("robots.txt", ".well-known/security.txt"):
        assert daemon.get("/" + path).text == files["static/" + path], path
    assert daemon.get("/favicon.ico").body == files["static/favicon.ico"]
    assert not any("another page" in line for line in daemon.log), daemon.log


def test_redirects_over_http2(t):
    daemon = t.serve({"_redirects": "/blog/* /Posts/:splat 303\n"})
    with daemon.connect_h2() as c:
        found = c.fetch("/blog/One")
    assert found.status == 303
    assert found.get("location") == "/Posts/One"


def test_headers(t):
    daemon = t.serve({
        "static/x": "x", "static/a.woff2": b"x",
        "_headers": (
            "/*\n"
            "  X-Robots-Tag: noai\n"
            "  Link: <https://me.example/>; rel=me\n"
            "  Set-Cookie: a=b\n"
            "/static/*\n"
            "  Access-Control-Allow-Origin: *\n"
            "  Cache-Control: public, max-age=99\n"
            "/static/x\n"
            "  Content-Type: application/json\n"
            "/Posts/*\n"
            "  X-Robots-Tag: noindex\n"
            "  Referrer-Policy: no-referrer\n"
            "  Referrer-Policy: unsafe-url\n"
            "  Content-Security-Policy: img-src 'self'\n")})
    index, post = daemon.get("/Index"), daemon.get("/Posts/One")
    assert index.get("X-Robots-Tag") == "noai"
    assert index.get("Link") == "<https://me.example/>; rel=me"
    assert index.get("Set-Cookie") is None
    assert post.get("X-Robots-Tag") == "noai, noindex"
    assert post.all("Referrer-Policy") == ["no-referrer"]
    assert len(post.all("Content-Security-Policy")) == 2
    assert post.all("Content-Security-Policy")[0] == \
        index.get("Content-Security-Policy")
    font = daemon.get("/static/a.woff2")
    assert font.get("Access-Control-Allow-Origin") == "*"
    assert font.all("Cache-Control") == ["public, max-age=99"]
    assert font.get("Content-Type") == "font/woff2"
    assert daemon.get("/static/x").get("Content-Type") == "application/json"
    fresh = daemon.get("/Posts/One", fields=[
        ("If-None-Match", post.get("ETag"))])
    assert fresh.status == 304
    assert fresh.get("Referrer-Policy") == "no-referrer"
    daemon.wait_log("_headers:4:3: Set-Cookie is not a header that")
    daemon.wait_log("_headers:13:20: Referrer-Policy may not have this value")
    assert daemon.get("/_headers").status == 404


def test_a_push_changes_them(t):
    made = t.blog({"_headers": "/*\n  X-Robots-Tag: noindex\n"})
    daemon = t.daemon(made.path)
    assert daemon.get("/Posts/One").get("X-Robots-Tag") == "noindex"
    made.commit({"_headers": "/Index\n  X-Robots-Tag: none\n",
                 "_redirects": "/Posts/* /Index\n"})
    daemon.update()
    assert daemon.get("/Posts/One").get("X-Robots-Tag") is None
    assert daemon.get("/Index").get("X-Robots-Tag") == "none"
    assert daemon.get("/Posts/else").status == 301
    made.commit({"_headers": None, "_redirects": None,
                 "Posts/New": article("New")})
    daemon.update()
    assert daemon.get("/Index").get("X-Robots-Tag") is None
    assert daemon.get("/Posts/else").status == 404
