# SPDX-License-Identifier: ISC
"""blogd preview: what an author sees while writing."""
import os
import re
import shutil
import signal
import socket
import subprocess
import time

import author
import blogd
import browser
from author import PEOPLE, Preview, Tree
from repo import ENV, article

UNENDED = "---\ntitle: x\n"
TRACES = [".blogd/preview", "blogd-preview", "<script src"]


def test_shows_the_working_tree(t):
    for user in PEOPLE:
        tree = Tree(t, name="tree-%s" % user)
        tree.commit()
        tree.put({"Posts/New": article("Not committed", "Fresh *text*.\n")})
        preview = Preview(t, tree, user=user)
        for host in ["127.0.0.1"] + ["::1"] * ipv6():
            status, headers, body = preview.get("/Posts/New", host)
            assert status == 200 and "Fresh <em>text</em>" in body, body
            assert "script-src 'self'" in headers["Content-Security-Policy"]
        assert preview.lines[0].startswith("rendered 3 articles in "), \
            preview.lines
        assert preview.lines[0].endswith(" ms, 0 problems"), preview.lines
        assert "blogd-preview" not in body and "/.blogd/preview.js" in body
        preview.stop()
        assert len(preview.lines) == 2, preview.lines


def ipv6():
    try:
        with socket.socket(socket.AF_INET6) as s:
            s.bind(("::1", 0))
        return True
    except OSError:
        return False


def test_first_page_within_a_second(t):
    tree = Tree(t, {"Posts/N%d" % i: article("Number %d" % i, "*x*\n" * 50)
                    for i in range(100)})
    tree.commit()
    best = 9
    for _ in range(3):
        began = time.monotonic()
        preview = Preview(t, tree)
        assert preview.get("/")[0] == 200
        best = min(best, time.monotonic() - began)
        preview.stop()
    assert best < 1 or len(os.sched_getaffinity(0)) < 2, best


def test_renders_what_is_saved(t):
    tree = Tree(t)
    tree.commit()
    preview = Preview(t, tree)
    first = preview.get("/.blogd/generation")[2]

    def save(text):
        return lambda: tree.put({"Posts/One": article("First post", text)})
    for text in ["Second *version*.\n", "Fourth\n", "Third\n"]:
        preview.after(save(text))
        assert text.split()[0] in preview.get("/Posts/One")[2]
        found = preview.get("/.blogd/generation")[2]
        assert re.fullmatch("[0-9a-f]{64}", found) and found != first
        first = found
        assert "The <strong>first</strong> page" in preview.get("/Index")[2]
        assert "&lt;strong&gt;first" in preview.get("/atom")[2]
    assert all(line.startswith(("rendered 2 articles", "http://"))
               for line in preview.lines), preview.lines

    def editor():  # writes beside, then renames, in a new directory, too
        tree.put({"New/deep/x~": article("Renamed")})
        os.rename(tree.path + "/New/deep/x~", tree.path + "/New/deep/x")
    preview.after(editor)
    preview.wait(lambda: "3 articles" in preview.lines[-1])
    assert preview.get("/New/deep/x")[0] == 200
    preview.after(lambda: tree.put({"New/deep/y": article("Another")}))
    assert preview.get("/New/deep/y")[0] == 200
    preview.after(lambda: tree.put({"New/deep/y": None}))
    assert preview.get("/New/deep/y")[0] == 404
    # A commit changes nothing but dates.
    preview.after(lambda: tree.commit())
    # What is not part of the site is nothing to render for.
    before = preview.rendered()
    tree.git("status")
    tree.put({"Posts/One": article("First post", "Third\n")})
    time.sleep(1)
    assert preview.rendered() == before, preview.lines


def test_problems_are_on_every_page(t):
    tree = Tree(t, {"Bad <i>": UNENDED})
    preview = Preview(t, tree)
    for path in ["/", "/Posts/One", "/tags", "/nothing"]:
        body = preview.get(path)[2]
        assert "1 problem<" in body, (path, body)
        assert "<code>Bad &lt;i&gt;:2:1</code>" in body, body
    assert any(x.startswith("Bad <i>:2:1: error: ") for x in preview.lines)
    preview.after(lambda: tree.put({"Bad <i>": article("Good")}))
    for path in ["/", "/Posts/One", "/tags", "/nothing"]:
        assert "blogd-preview" not in preview.get(path)[2], path
    # They are told once, as long as they are the same.
    preview.after(lambda: tree.put({"Bad <i>": UNENDED}))
    told = len(preview.lines)
    preview.after(lambda: tree.put({"static/x": "x"}))
    assert not any(x.startswith("Bad") for x in preview.lines[told:])


def test_no_site_is_a_page(t):
    tree = Tree(t, dict.fromkeys(["Index", "Posts/One"], "no header\n"))
    preview = Preview(t, tree)
    for path, wanted in [("/", 200), ("/Posts/One", 404)]:
        status, _, body = preview.get(path)
        assert status == wanted and "There is no site to show" in body, body
        assert "no article" in body and "<code>Index:1:1</code>" in body
        assert "/.blogd/preview.js" in body
    first = preview.get("/.blogd/generation")[2]
    preview.after(lambda: tree.put({"Index": article("Here")}))
    body = preview.get("/Index")[2]
    assert "Here" in body and "There is no site" not in body, body
    assert preview.get("/.blogd/generation")[2] != first
    preview.after(lambda: tree.put({"Index": "again\n"}))
    assert "There is no site" in preview.get("/")[2]
    preview.after(lambda: tree.put({"Index": article("Here")}))
    assert preview.get("/Index")[0] == 200


def test_render_that_dies_is_a_page(t):
    """Killed in the middle of a large site, and again when all of it is
    rendered once more."""
    tree = Tree(t)
    preview = Preview(t, tree)
    author.put(t.path("side"), {
        "N%d" % i: article("N%d" % i, "*x* `y`\n" * 2000)
        for i in range(300)})
    before = preview.rendered()
    os.rename(t.path("side"), tree.path + "/More")
    deadline = time.monotonic() + 30
    killed = set()
    while len(killed) < 2 and time.monotonic() < deadline:
        for pid in blogd.descendants(preview.process.pid):
            if blogd.role_of(pid) == "render" and \
                    blogd.parent_of(pid) == preview.process.pid and \
                    pid not in killed:
                os.kill(pid, signal.SIGKILL)
                killed.add(pid)
                break
    preview.wait(lambda: preview.rendered() > before)
    body = preview.get("/")[2]
    assert "There is no site to show" in body, (body, preview.lines)
    assert "ended without a result" in body
    preview.after(lambda: tree.put({"Posts/One": article("One", "Again\n")}))
    assert preview.get("/More/N7")[0] == 200


def test_drafts_are_shown_and_marked(t):
    tree = Tree(t, {
        "Posts/D": article("Deep thought", draft="true"),
        "Posts/F": article("Far off", date="2999-01-01T00:00:00Z"),
        "Posts/P": article("Past", expires="2001-01-01T00:00:00Z")})
    tree.commit()
    preview = Preview(t, tree)
    home = preview.get("/Posts")[2]
    for name, mark, title in [("D", "Draft", "Deep thought"),
                              ("F", "Not yet published", "Far off"),
                              ("P", "Expired", "Past")]:
        body = preview.get("/Posts/" + name)[2]
        assert "<b>%s:</b> this page is in the preview alone" % mark in body
        for page in [home, body]:
            assert "%s: %s" % (mark, title) in page, page
    assert "in the preview alone" not in preview.get("/Posts/One")[2]
    # Not twice when it is taken over, and not when it is one no more.
    preview.after(lambda: tree.put({"Posts/X": article("X")}))
    assert "Draft: Draft" not in preview.get("/Posts")[2]
    preview.after(lambda: tree.put({"Posts/D": article("Deep thought")}))
    assert "Draft" not in preview.get("/Posts/D")[2]
    # Whoever publishes has none of them.
    status, out, _ = tree.run("check")
    assert status == 0 and out[-1].startswith("4 articles"), out


def test_nothing_of_it_is_published(t):
    tree = Tree(t, {"Bad": UNENDED, "Posts/D": article("D", draft="true")})
    tree.commit()
    daemon = t.daemon(tree.path + "/.git")
    for path in ["/", "/Posts/One", "/tags", "/Posts", "/nothing"]:
        body = daemon.get(path).text
        assert not any(trace in body for trace in TRACES), (path, body)
    for path in ["/.blogd/preview.js", "/.blogd/generation", "/Posts/D"]:
        assert daemon.get(path).status == 404, path


def test_processes_are_jailed(t):
    for user in PEOPLE:
        tree = Tree(t, name="tree-%s" % user)
        preview = Preview(t, tree, user=user)
        found = {}
        for pid in blogd.descendants(preview.process.pid):
            found[blogd.status_of(pid)["Name"]] = blogd.status_of(pid)
        serve = found["blogd-serve"]
        assert serve["Seccomp"] == "2" and serve["NoNewPrivs"] == "1", serve
        assert serve["CapEff"] == "0" * 16 and serve["Uid"].split()[0] != "0"
        own = blogd.status_of(preview.process.pid)
        assert own["Seccomp"] == "2" and own["Uid"].split()[0] != "0", own
        assert own.get("Seccomp_filters", "2") == "2", own
        assert own["CapEff"] == "0" * 16 and own["NoNewPrivs"] == "1", own
        preview.stop()


def test_ends_cleanly(t):
    tree = Tree(t)
    for number in [signal.SIGINT, signal.SIGTERM]:
        preview = Preview(t, tree)
        family = blogd.descendants(preview.process.pid)
        assert len(family) >= 2, family
        preview.process.send_signal(number)
        assert preview.process.wait(20) == 0
        deadline = time.monotonic() + 10
        while any(map(blogd.alive, family)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not any(map(blogd.alive, family)), family
        assert len(preview.lines) == 2, preview.lines


def test_without_a_repository(t):
    tree = Tree(t, git=False)
    with open(os.devnull, "w") as nowhere:  # a device, but no terminal
        port = author.free_port()
        process = subprocess.Popen(
            [blogd.BINARY, "preview", "--port", str(port)], cwd=tree.path,
            env=ENV, stdout=nowhere, stderr=nowhere)
        try:
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline:
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    time.sleep(0.05)
            time.sleep(1)
            assert process.poll() is None, process.returncode
        finally:
            process.terminate()
        assert process.wait(20) == 0
    preview = Preview(t, tree)
    preview.after(lambda: tree.put({"Posts/One": article("One", "Again\n")}))
    assert "Again" in preview.get("/Posts/One")[2]
    # It becomes one, and then Git's word counts.
    tree.git("init", "-q", "-b", "main")
    tree.commit()
    preview.after(lambda: tree.put({".gitignore": "Later\n",
                                    "Later": article("Later"),
                                    "Posts/Two": article("Two")}))
    preview.wait(lambda: "rendered 3 articles" in preview.lines[-1])
    assert preview.get("/Later")[0] == 404
    assert 'datetime="2016-04-07T' in preview.get("/Posts/One")[2]


def test_directory_that_comes_and_goes(t):
    """The whole of it is removed and made again, as a checkout may do."""
    tree = Tree(t, git=False)
    preview = Preview(t, tree, tree.path)
    preview.after(lambda: shutil.rmtree(tree.path))
    assert "There is no site to show" in preview.get("/")[2]
    preview.after(lambda: tree.put({"Posts/One": article("One", "Back\n")}))
    preview.wait(lambda: "1 article " in preview.lines[-1])
    assert "Back" in preview.get("/Posts/One")[2]
    # And it is watched as the first one was.
    preview.after(lambda: tree.put({"Posts/One": article("One", "Again\n")}))
    assert "Again" in preview.get("/Posts/One")[2]


def test_what_editors_leave_is_no_article(t):
    tree = Tree(t, git=False)
    preview = Preview(t, tree)

    def emacs():  # keeps what was, and what was not saved yet
        os.rename(tree.path + "/Posts/One", tree.path + "/Posts/One~")
        tree.put({"Posts/#One#": article("Unsaved"),
                  "Posts/One": article("First post", "Saved\n")})
    preview.after(emacs)
    assert "Saved" in preview.get("/Posts/One")[2]
    assert preview.get("/Posts/One~")[0] == 404
    assert preview.get("/Posts/#One#")[0] == 404
    last = [x for x in preview.lines if x.startswith("rendered")][-1]
    assert "2 articles" in last and " 0 problems" in last, preview.lines


def test_nothing_there(t):
    tree = Tree(t)
    status, out, errors = tree.run("preview", "missing")
    assert status == 1 and out == [], (status, out)
    assert "missing: No such file or directory" in errors[0], errors
    status, _, errors = tree.run("preview", "Index")
    assert status == 1 and "Not a directory" in errors[0], errors


def test_directory_goes_and_comes(t):
    """The same files are news after there were none."""
    tree = Tree(t)
    preview = Preview(t, tree, "Posts")
    assert "Body of one." in preview.get("/One")[2]
    preview.after(lambda: shutil.rmtree(tree.path + "/Posts"))
    assert "Posts: No such file" in preview.get("/")[2]
    preview.after(lambda: tree.put({"Posts/One": author.SMALL["Posts/One"]}))
    assert "Body of one." in preview.get("/One")[2]


def test_port(t):
    tree = Tree(t)
    first = Preview(t, tree)
    done = subprocess.run(
        [blogd.BINARY, "preview", "--port", str(first.port)], cwd=tree.path,
        env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=30)
    assert done.returncode == 1 and b"in use" in done.stderr, done
    assert b"blogd preview: " in done.stderr and b"--port" in done.stderr


def test_page_reloads_in_a_browser(t):
    long = "".join("Line %d.\n\n" % i for i in range(300))
    tree = Tree(t, {"Posts/Long": article("Long", long)})
    tree.commit()
    preview = Preview(t, tree)
    chromium = browser.Browser(
        t, {"localhost:%d" % preview.port: preview.port}, [])
    tab = chromium.tab()
    tab.go("http://localhost:%d/Posts/Long" % preview.port)
    assert not tab.problems, tab.problems
    tab.wait_request(lambda r: r.path == "/.blogd/generation", "a poll")
    tab.run("new Promise(f => setTimeout(f, 400))")
    tab.run("window.scrollTo(0, 1500)")
    shown = len(tab.shown)
    preview.after(lambda: tree.put({"Posts/Long": article(
        "Long", long + "The *end*.\n")}))
    chromium.wait(lambda: len(tab.shown) > shown, "a reload")
    loader = tab.shown[-1]
    chromium.wait(lambda: loader in tab.loaded, "its end")
    assert "The end." in tab.text, tab.text[-200:]
    assert tab.run("window.scrollY") > 1000, tab.run("window.scrollY")

    shown = len(tab.shown)
    preview.after(lambda: tree.put({"Bad": UNENDED}))
    chromium.wait(lambda: len(tab.shown) > shown, "a reload")
    loader = tab.shown[-1]
    chromium.wait(lambda: loader in tab.loaded, "its end")
    assert tab.text.startswith("1 problem\nBad:2:1 error:") or \
        "Bad:2:1 error:" in tab.text[:200], tab.text[:200]
    colour = tab.run("getComputedStyle(document.querySelector("
                     "'#blogd-preview')).backgroundColor")
    assert colour == "rgb(255, 248, 225)", colour
    assert not tab.problems, tab.problems
