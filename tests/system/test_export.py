# SPDX-License-Identifier: ISC
"""blogd export: the site as files, the same as what is served."""
import os
import re
import urllib.parse

import author
from author import PEOPLE, Tree
from repo import article

SITE = {
    "Posts/With blank": article("Blank", "Text *ä*.\n", tags="ä b, c"),
    "Posts/three.md": article("Three", "[one](One)\n"),
    "Old": "---\nredirect: /Posts/One\n---\n",
    "Gone": "---\nredirect: https://example.org/?a=1&b=2\n---\n",
    "static/picture.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
    "static/data": b"\x00\x01\xff" * 1000,
    "static/deep/er/x.css": "a { color: red }\n",
    "_headers": "/*\n  X-Robots-Tag: noai",
    "_redirects": "/blog/* /Posts/:splat 302\n/wiki/* /Posts\n",
}


def files(directory):
    """path: bytes of all files below; symbolic links are an error."""
    found = {}
    for base, directories, names in os.walk(directory):
        for name in names + directories:
            assert not os.path.islink(os.path.join(base, name)), name
        for name in names:
            whole = os.path.join(base, name)
            with open(whole, "rb") as file:
                found[os.path.relpath(whole, directory)] = file.read()
    return found


def address(path):
    """Of the page or file."""
    if path == "index.html":
        return "/"
    for end in ["/index.html", "/index.xml", "/index.json"]:
        if path.endswith(end):
            return "/" + path[:-len(end)]
    return "/" + path


def without_search(page):
    """A page as it is where nothing answers a search."""
    page, forms = re.subn(rb"<search>.*?</search>\n", b"", page, flags=re.S)
    page, links = re.subn(rb'<link rel="search".*?>\n', b"", page)
    assert forms == links == 1, (forms, links)
    return page


OWN = {".blogd-export", ".nojekyll", "_redirects", "_headers", "404.html"}


def test_is_what_is_served(t):
    tree = Tree(t, SITE)
    tree.commit()
    daemon = t.daemon(tree.path + "/.git")
    for number, user in enumerate(PEOPLE):
        out = t.path("out%d" % number)
        if user:
            os.mkdir(out)
            os.chmod(out, 0o777)
        status, said, errors = tree.run("export", out, user=user)
        assert status == 0 and errors == [], errors
        assert said[-1].startswith("4 articles, "), said
        found = files(out)
        seen = set()
        for path, content in found.items():
            if path in OWN:
                continue
            asked = urllib.parse.quote(address(path))
            answer = daemon.get(asked)
            if answer.status == 200:
                served = answer.body
                if "text/html" in answer.get("Content-Type"):
                    served = without_search(served)
                assert served == content, path
            else:
                assert answer.status in (301, 302), (path, answer.status)
                to = answer.get("location")
                assert "url=%s\"" % to.replace("&", "&amp;") in \
                    content.decode(), (to, content)
                assert "%s %s %d\n" % (asked, to, answer.status) in \
                    found["_redirects"].decode(), found["_redirects"]
            seen.add(asked)
        for asked in ["/", "/Posts", "/Posts/With%20blank", "/Old", "/Gone",
                      "/Posts/three", "/Posts/three.md", "/atom", "/tags",
                      "/tags/%C3%A4%20b", "/static/data", "/sitemap.xml"]:
            assert asked in seen, (asked, sorted(seen))
        assert found["404.html"] == \
            without_search(daemon.get("/nothing").body)
        assert "/atom\n  Content-Type: application/atom+xml" in \
            found["_headers"].decode()
        assert "/*\n  X-Robots-Tag: noai\n" in found["_headers"].decode()
        assert "/_headers" not in found["_headers"].decode()
        # Hosts take the first line that matches.
        assert found["_redirects"].endswith(
            b"/blog/* /Posts/:splat 302\n/wiki/* /Posts 301\n")


def test_no_search_without_a_server(t):
    tree = Tree(t, SITE)
    assert tree.run("export", t.path("out"))[0] == 0
    found = files(t.path("out"))
    assert "opensearch.xml" not in found
    for path, content in found.items():
        if path.endswith(".html"):
            assert b"search" not in re.sub(b"(?s)<style.*?</style>", b"",
                                           content), path


def test_feed_of_many_is_a_file(t):
    """/atom, which nothing may be below."""
    tree = Tree(t, {"Posts/%d" % n: article("Post %d" % n) for n in range(30)})
    assert tree.run("export", t.path("out"))[0] == 0
    found = files(t.path("out"))
    assert found["atom"].count(b"<entry") == 10
    assert b'rel="next"' not in found["atom"]
    assert b"next_url" not in found["feed.json"]


def test_again_changes_what_has_changed(t):
    tree = Tree(t, SITE)
    tree.commit()
    out = t.path("out")
    assert tree.run("export", out)[0] == 0
    first = files(out)
    author.put(out, {".git/HEAD": "somebody's\n"})
    os.utime(out + "/404.html", (1, 1))
    os.utime(out + "/static/data", (1, 1))
    tree.put({"Posts/With blank": None, "static/deep/er/x.css": None,
              "Posts/One": article("First post", "Other\n")})
    tree.commit()
    assert tree.run("export", out)[0] == 0
    second = files(out)
    assert b"Other" in second["Posts/One/index.html"]
    for gone in ["static/deep", "Posts/With blank", "tags/c"]:
        assert not os.path.exists(out + "/" + gone), gone
    assert second[".git/HEAD"] == b"somebody's\n"
    assert os.stat(out + "/static/data").st_mtime == 1
    again = t.path("again")
    assert tree.run("export", again)[0] == 0
    del second[".git/HEAD"]
    assert files(again) == second and first != second


def test_file_and_directory_change_places(t):
    tree = Tree(t, {"static/x": "a file"})
    out = t.path("out")
    assert tree.run("export", out)[0] == 0
    tree.put({"static/x": None})
    tree.put({"static/x/y": "below"})
    assert tree.run("export", out)[0] == 0
    assert files(out)["static/x/y"] == b"below"


def test_other_directories_are_left_alone(t):
    tree = Tree(t, SITE)
    for name, content in [("full", {"a": "mine"}),
                          ("forged", {".blogd-export": "a\n", "a": "mine"}),
                          ("dotted", {".hidden": "mine"})]:
        out = t.path(name)
        author.put(out, content)
        before = files(out)
        status, said, errors = tree.run("export", out)
        assert status == 1 and said == [], (name, said)
        assert "blogd export: " in errors[-1], errors
        assert files(out) == before, name
    with open(t.path("file"), "w") as file:
        file.write("mine")
    assert tree.run("export", t.path("file"))[0] == 1
    assert tree.run("export", t.path("no/parent"))[0] == 1
    # A site that cannot be made changes nothing, too.
    out = t.path("out")
    assert tree.run("export", out)[0] == 0
    before = files(out)
    tree.put(dict.fromkeys(["Index", "Posts/One", "Posts/With blank",
                            "Posts/three.md"], "no header\n"))
    status, _, errors = tree.run("export", out)
    assert status == 1 and any("no article" in x for x in errors), errors
    assert files(out) == before


def test_all_is_told_that_is_left_out(t):
    """However much it is: the page of each tag and its two feeds."""
    tree = Tree(t, {"Posts/N%d" % i: article("N%d" % i, tags="%d" % i
                                             + "t" * 300)
                    for i in range(300)})
    status, _, errors = tree.run("export", t.path("out"))
    told = [x for x in errors if "no file can have this name" in x]
    assert status == 0 and len(told) == 3 * 300, len(told)


def test_links_are_not_followed(t):
    tree = Tree(t, SITE)
    out, other = t.path("out"), t.path("other")
    author.put(other, {"index.html": "mine", "picture.svg": "mine"})
    before = files(other)
    # Planted after the first export: a file is replaced, a directory refused.
    assert tree.run("export", out)[0] == 0
    os.unlink(out + "/index.html")
    os.symlink(other + "/index.html", out + "/index.html")
    assert tree.run("export", out)[0] == 0
    assert not os.path.islink(out + "/index.html") and files(other) == before
    os.unlink(out + "/static/picture.svg")
    os.rename(out + "/static", out + "/aside")
    os.symlink(other, out + "/static")
    status, _, errors = tree.run("export", out)
    assert status == 1 and "static" in errors[-1], errors
    assert files(other) == before
    # A list that was tampered with reaches nothing outside.
    os.unlink(out + "/static")
    os.rename(out + "/aside", out + "/static")
    with open(out + "/.blogd-export", "a") as marks:
        marks.write("../other/index.html\n/%s/index.html\nl/index.html\n"
                    % other)
    os.symlink(other, out + "/l")
    assert tree.run("export", out)[0] == 0
    assert files(other) == before


def test_below_the_site_itself(t):
    tree = Tree(t, SITE)
    assert tree.run("export", "public")[0] == 0
    assert tree.run("export", "public")[0] == 0
    assert not os.path.exists(tree.path + "/public/public")
    status, out, _ = tree.run("check")
    assert status == 0 and out[-1].startswith("4 articles"), out


def test_of_a_commit_and_from_elsewhere(t):
    tree = Tree(t, SITE)
    first = tree.commit()
    tree.commit({"Posts/One": article("First post", "Later\n")})
    assert tree.run("export", t.path("old"), "--git", first)[0] == 0
    assert tree.run("export", t.path("new"), "--from", tree.path,
                    cwd="/")[0] == 0
    old, new = files(t.path("old")), files(t.path("new"))
    assert b"Later" in new["Posts/One/index.html"]
    assert b"Later" not in old["Posts/One/index.html"]
