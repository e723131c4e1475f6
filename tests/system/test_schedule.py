# SPDX-License-Identifier: ISC
"""Articles that appear and vanish by themselves."""
import time

import repo
import servers
from harness import eventually


def stamp(t):
    return time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(t))


def post(title, **keys):
    """An article whose author is the blog's."""
    lines = ["title: " + title] + ["%s: %s" % pair for pair in keys.items()]
    return "---\n" + "\n".join(lines) + "\n---\nText of " + title + ".\n"


def remote(t, files):
    """A repository behind a server that can be stopped."""
    made = t.blog(files)
    server = t.started(servers.GitDaemon(t.path("s"), t.dir))
    return made, server, t.daemon(server.url("blog.git"))


def wait_status(daemon, target, status, until):
    """Not before the time, and hardly after it."""
    eventually(lambda: daemon.get(target).status == status, timeout=30)
    late = time.time() - until
    assert -0.05 <= late < 10, late


def test_appears_and_expires_without_the_remote(t):
    now = time.time()
    soon, later = int(now) + 6, int(now) + 9
    _, server, daemon = remote(t, {
        "Posts/Soon": post("Soon", publish=stamp(soon), tags="timed"),
        "Posts/Gone": post("Gone", expires=stamp(later), tags="timed"),
        "Posts/Far": post("Far", date="2999-01-01")})
    server.stop()
    assert daemon.get("/Posts/Gone").status == 200
    assert daemon.get("/Posts/Soon").status == 404
    before = daemon.page("/Index"), daemon.get("/Index").get("ETag")
    assert "Soon" not in daemon.page("/Posts") + daemon.page("/atom")
    wait_status(daemon, "/Posts/Soon", 200, soon)
    assert "Text of Soon." in daemon.page("/Posts/Soon")
    assert "Soon" in daemon.page("/Posts") and "Soon" in daemon.page("/atom")
    assert "Soon" in daemon.page("/tags/timed")
    wait_status(daemon, "/Posts/Gone", 404, later)
    assert "Gone" not in daemon.page("/Posts") + daemon.page("/tags/timed")
    assert daemon.get("/Posts/Far").status == 404
    assert before[0] == daemon.page("/Index")
    assert before[1] == daemon.get("/Index").get("ETag")
    assert not daemon.grep("update failed")


def test_vanishes_and_the_feed_stays_valid(t):
    """What expires when it is all that a tag has takes the tag with it."""
    until = int(time.time()) + 4
    daemon = t.serve({"Posts/Gone": post("Gone", expires=stamp(until),
                                         tags="alone")})
    assert daemon.get("/tags/alone").status == 200
    wait_status(daemon, "/tags/alone", 404, until)
    assert daemon.get("/Posts/Gone").status == 404


def test_only_article_is_scheduled(t):
    """A site may begin, and end, empty."""
    begin = int(time.time()) + 4
    made = t.repo()
    made.commit({"Posts/First": post("First", publish=stamp(begin),
                                     expires=stamp(begin + 3))})
    daemon = t.daemon(made.path)
    assert daemon.get("/").status == 200
    wait_status(daemon, "/Posts/First", 200, begin)
    wait_status(daemon, "/Posts/First", 404, begin + 3)
    assert daemon.get("/").status == 200


def test_a_push_does_not_disturb_the_schedule(t):
    begin = int(time.time()) + 5
    made = t.blog({"Posts/Soon": post("Soon", publish=stamp(begin))})
    daemon = t.daemon(made.path, site={"hook-interval": "0s"})
    made.commit({"Posts/Two": repo.article("Two")})
    daemon.update()
    assert daemon.get("/Posts/Soon").status == 404
    wait_status(daemon, "/Posts/Soon", 200, begin)


def test_drafts_are_never_there(t):
    daemon = t.serve({
        "Posts/Draft": post("Draft", draft="true", tags="secret"),
        "Posts/Not": post("Not", published="false"),
        "Posts/Unclear": post("Unclear", draft="ture")})
    for target in ["/Posts/Draft", "/Posts/Not", "/Posts/Unclear",
                   "/tags/secret"]:
        assert daemon.get(target).status == 404, target
    for target in ["/", "/Posts", "/tags", "/atom", "/sitemap.xml"]:
        body = daemon.get(target).text
        assert "Draft" not in body and "secret" not in body, target
    daemon.wait_log("Posts/Unclear:3:8: draft: neither true nor false")
