# SPDX-License-Identifier: ISC
"""Created and updated of every article, compared with what git log says."""
from urllib.parse import quote, unquote, urlsplit

import feed
import page
import repo
import servers
from repo import article


EVERY_ENTRY = {"render": {"feed-entries": 1000}}


def start(t, remote):
    """A daemon whose feed has every article."""
    return t.daemon(remote, site=EVERY_ENTRY)


def dates_of(daemon):
    """{path: (created, updated)} as the feed tells them."""
    found = feed.Feed(daemon.get("/atom").body)
    return {unquote(urlsplit(e.link).path)[1:]: (e.published, e.updated)
            for e in found.entries}


def check_dates(daemon, made):
    articles = {path: when for path, when in repo.dates(made).items()
                if made.git("cat-file", "blob", "HEAD:" + path)
                .startswith(b"---\ntitle")}
    shown = dates_of(daemon)
    assert shown == articles, [
        (path, shown.get(path), articles.get(path))
        for path in {**articles, **shown}
        if shown.get(path) != articles.get(path)]
    return shown


def test_synthetic_blog(t):
    made = repo.Synthetic(t.repo()).repo
    daemon = start(t, made.path)
    check_dates(daemon, made)


test_synthetic_blog.timeout = 120


def test_another_history_over_the_network(t):
    made = repo.Synthetic(t.repo(), seed=7, commits=60).repo
    server = t.started(servers.GitDaemon(t.path("s"), t.dir))
    check_dates(start(t, server.url("blog.git")), made)


test_another_history_over_the_network.timeout = 120


def test_incremental_updates_end_at_the_same_dates(t):
    """A site that saw every step, and one that started at the end."""
    made = t.repo()
    blog = repo.Synthetic(made, seed=3, commits=10)
    daemon = start(t, made.path)
    for _ in range(8):
        for _ in range(3):
            blog.step()
        daemon.update()
    check_dates(daemon, made)
    late = start(t, made.path)
    for target in ["/", "/atom", "/tags"] + ["/" + quote(p) for p in
                                              blog.posts[:8]]:
        a, b = daemon.get(target), late.get(target)
        assert (a.status, a.body, a.get("ETag")) == \
            (b.status, b.body, b.get("ETag")), target


test_incremental_updates_end_at_the_same_dates.timeout = 120


def test_pages_show_the_same_dates(t):
    made = repo.Synthetic(t.repo(), seed=5, commits=60).repo
    daemon = start(t, made.path)
    for path, (created, updated) in check_dates(daemon, made).items():
        found = daemon.get("/" + quote(path))
        # Those of other articles are without a class.
        times = [feed.seconds(x["datetime"]) for x in
                 page.check(found.text).all("time") if "class" in x]
        assert created in times, (path, times, created)
        # An edit of the same day may go without saying.
        assert set(times) <= {created, updated}, (path, times, updated)
        if updated - created > 86400:
            assert updated in times, (path, times, updated)


def one(t, steps):
    """The dates of Posts/P after commits of (files, options)."""
    made = t.repo()
    made.commit({"Index": article("Home")}, date=1000)
    for files, options in steps:
        made.commit(files, **options)
    daemon = start(t, made.path)
    return check_dates(daemon, made)["Posts/P"]


def test_deleted_and_added_again_keeps_the_first_date(t):
    times = one(t, [({"Posts/P": article("P")}, {"date": 2000}),
                    ({"Posts/P": None}, {"date": 3000}),
                    ({"Posts/P": article("P")}, {"date": 4000})])
    assert times == (2000, 4000)


def test_renamed_starts_anew(t):
    times = one(t, [({"Posts/Q": article("P")}, {"date": 2000}),
                    ({"Posts/Q": None, "Posts/P": article("P")},
                     {"date": 3000})])
    assert times == (3000, 3000)


def test_author_date_counts_not_the_committer_date(t):
    times = one(t, [({"Posts/P": article("P")},
                     {"date": 2000, "committed": 9000})])
    assert times == (2000, 2000)


def test_parallel_branch_is_no_edit(t):
    """A merge that takes one side's file as it is changes nothing."""
    made = t.repo()
    base = made.commit({"Index": article("Home"),
                        "Posts/P": article("P")}, date=1000)
    side = made.commit({"Posts/P": article("P", "Edited.\n")}, date=2000,
                       branch="side", parents=[base])
    main = made.commit({"Index": article("Home", "New.\n")}, date=3000)
    made.commit({"Posts/P": article("P", "Edited.\n")}, date=4000,
                parents=[main, side])
    daemon = start(t, made.path)
    assert check_dates(daemon, made)["Posts/P"] == (1000, 2000)


def test_merge_that_changes_something_itself_counts(t):
    made = t.repo()
    base = made.commit({"Index": article("Home"),
                        "Posts/P": article("P", "0\n")}, date=1000)
    side = made.commit({"Posts/P": article("P", "1\n")}, date=2000,
                       branch="side", parents=[base])
    main = made.commit({"Posts/P": article("P", "2\n")}, date=3000)
    made.commit({"Posts/P": article("P", "3\n")}, date=4000,
                parents=[main, side])
    daemon = start(t, made.path)
    assert check_dates(daemon, made)["Posts/P"] == (1000, 4000)


def test_last_modified_is_the_update(t):
    found = t.serve().get("/Posts/One")
    assert found.get("Last-Modified") == "Thu, 07 Apr 2016 04:33:20 GMT"


def test_last_modified_is_when_it_came_here(t):
    """Whatever the headers say: who has what was there before does not get
    304."""
    made = t.blog({"Posts/Two": article("Two", tags="a", date="2015-01-02",
                                        updated="2015-02-03")})
    daemon = t.daemon(made.path)
    lists = ["/Posts", "/Posts/atom", "/Posts/feed.json", "/tags/a",
             "/tags/a/atom", "/archive", "/feed.json", "/atom"]
    for files, pages in [
            ({"Posts/Old": article("Old", tags="a", date="2015-03-04")},
             lists),
            ({"Posts/Two": article("Two", "Anew.\n", date="2015-01-02",
                                   updated="2015-02-03", tags="a")},
             lists[:-2] + ["/Posts/Two"]),
            ({".config/blog_name": "Other"}, lists + ["/Posts/One"])]:
        before = {path: daemon.get(path) for path in pages}
        made.commit(files)
        daemon.update()
        for path, known in before.items():
            since = known.get("Last-Modified")
            found = daemon.get(path, fields=[("If-Modified-Since", since)])
            assert found.status == 200, (path, since)
            again = daemon.get(path, fields=[
                ("If-Modified-Since", found.get("Last-Modified"))])
            assert again.status == 304, path
    two = daemon.get("/sitemap.xml").text.split("/Posts/Two</loc>")[1]
    assert two.startswith("<lastmod>2015-02-03T")
