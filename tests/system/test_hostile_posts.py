# SPDX-License-Identifier: ISC
"""Posts that would take their parser minutes or gigabytes, pushed beside good
ones.  The good ones are published at once, the others are shown as their source
and named in the log; contained.Site.check() says what must be true when it is
over."""
import page
from bombs import EXPLODING, table
from contained import Site
from repo import article

# Little time for a post, so that a test does not take long; as much memory as
# by default.
RENDER = {"post-cpu": "200ms", "workers": 2}

# And what takes several times as much on any machine.
SPOILT = {**EXPLODING,
          "table-wide": table(65000, 1),
          "parentheses": "http://a.b/" + ")" * 150000,
          "pipes": "|a" * 100000 + "\n|-\n",
          "bullets": "- " * 40000 + "x" + "\n" * 40000,
          "quotes": ">" * 40000 + "x\n" * 40000}


class Posts:
    """A site to which some posts are pushed among good ones."""

    def __init__(self, t, names):
        self.site = Site(t, site={"render": RENDER})
        self.mark = self.site.daemon.mark()
        files = {"Posts/" + n: article("Bomb " + n, SPOILT[n]) for n in names}
        files.update(("Posts/Good%d" % i, article("Good", "Fine %d.\n" % i))
                     for i in range(20))
        self.site.push(files)

    def check_source(self, name):
        """It is its source, on a page that says why."""
        text = self.site.page("/Posts/" + name)
        shown = page.check(text)
        assert "Bomb " + name in shown.title
        assert SPOILT[name][:200].strip() in shown.in_tag.get("pre", ""), \
            shown.text[:300]
        assert len(text) < 20 * len(SPOILT[name]) + (1 << 20)
        self.site.daemon.wait_log(
            r"render: Posts/%s:\d+:\d+: the text .*\(post-.*as its source"
            % name, after=self.mark, timeout=10)

    def check(self):
        for i in range(20):
            found = self.site.page("/Posts/Good%d" % i)
            assert "<p>Fine %d.</p>" % i in found
        # Nobody else is named.
        named = self.site.daemon.grep(r"render: Posts/Good", self.mark)
        assert not named, named
        self.site.check()


def check_posts(t, *names):
    posts = Posts(t, names)
    for name in names:
        posts.check_source(name)
    posts.check()


def test_table_of_3000_columns(t):
    check_posts(t, "table-3000")


def test_table_of_1700_columns(t):
    check_posts(t, "table-1700")


def test_table_of_65000_columns(t):
    check_posts(t, "table-wide")


def test_references(t):
    check_posts(t, "references")


def test_images(t):
    check_posts(t, "images")


def test_autolinks(t):
    check_posts(t, "autolinks")


def test_parentheses(t):
    check_posts(t, "parentheses")


def test_pipes(t):
    check_posts(t, "pipes")


def test_bullets(t):
    check_posts(t, "bullets")


def test_quotes(t):
    check_posts(t, "quotes")


def test_all_of_them(t):
    check_posts(t, *SPOILT)
