# SPDX-License-Identifier: ISC
"""blogd init and blogd new."""
import os
import re
import time

import author
from author import PEOPLE, Preview, Tree


class Fresh(Tree):
    """A directory of which nothing is there yet, and a home with a name."""

    def __init__(self, t, name="my-blog", configured=True):
        self.home = t.path("home")
        os.makedirs(self.home, exist_ok=True)
        if configured:
            author.put(self.home, {
                ".gitconfig": "[user]\n\tname = Ada L\n\temail = a@e.org\n"})
        self.path = t.path(name)

    def run(self, *arguments, **options):
        options.setdefault("cwd", os.path.dirname(self.path))
        return super().run(*arguments, env={"HOME": self.home}, **options)


def read(*path):
    with open(os.path.join(*path)) as file:
        return file.read()


def test_init_makes_a_blog(t):
    tree = Fresh(t)
    before = time.strftime("%F", time.gmtime())
    status, out, errors = tree.run("init", "my-blog")
    assert status == 0 and errors == [], errors
    assert "blogd preview" in "\n".join(out) and "first commit" in out[0], out
    assert read(tree.path, ".config/blog_name") == "My blog\n"
    assert read(tree.path, ".config/author") == "Ada L\n"
    assert re.fullmatch("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]"
                        "[0-9a-f]{3}-[0-9a-f]{12}\n",
                        read(tree.path, ".config/uuid"))
    assert "date: %s\n" % before in read(tree.path, "Posts/first-article.md")
    assert tree.git("status", "--short") == ""
    assert tree.git("log", "--format=%an") == "Ada L"
    assert tree.git("symbolic-ref", "HEAD") == "refs/heads/main"
    # The README is none of its pages, and nobody has to be told.
    status, out, _ = tree.run("check", tree.path)
    assert status == 0 and out == ["2 articles, 0 errors, 0 warnings"], out
    preview = Preview(t, tree)
    home, post = preview.get("/"), preview.get("/Posts/first-article")
    assert home[0] == post[0] == 200 and "The first article" in home[2]
    assert 'href="/About"' in post[2] and "/static/hills.svg" in post[2]
    assert preview.get("/static/hills.svg")[0] == 200


def test_init_twice_changes_nothing(t):
    tree = Fresh(t)
    assert tree.run("init", "my-blog")[0] == 0
    before = tree.git("ls-files", "-s")
    status, out, errors = tree.run("init", "my-blog")
    assert status == 1 and out == [] and "nothing was changed" in errors[0]
    assert tree.git("ls-files", "-s") == before
    assert tree.git("status", "--short") == ""
    # One file of it is enough.
    other = t.path("other")
    author.put(other, {"About.md": "mine\n"})
    assert tree.run("init", other)[0] == 1
    assert os.listdir(other) == ["About.md"]
    # And links are not followed.
    third = t.path("third")
    os.makedirs(third)
    os.symlink(other, third + "/Posts")
    assert tree.run("init", third)[0] == 1
    assert os.listdir(other) == ["About.md"]


def test_init_without_a_name(t):
    tree = Fresh(t, configured=False)
    status, out, _ = tree.run("init", "my-blog")
    assert status == 0 and any("git config user.name" in x for x in out), out
    assert tree.git("rev-parse", "-q", "--verify", "HEAD", check=False) == ""
    assert "A  About.md" in tree.git("status", "--short")
    assert read(tree.path, ".config/author").strip()


def test_init_in_a_repository(t):
    outer = Tree(t, name="outer")
    first = outer.commit()
    tree = Fresh(t, "outer/site")
    status, out, _ = tree.run("init", tree.path)
    assert status == 0 and any("git add ." in x for x in out), out
    assert not os.path.exists(tree.path + "/.git")
    assert outer.git("rev-parse", "HEAD") == first


def test_init_as_somebody(t):
    for user in PEOPLE:
        directory = t.path("of-%s" % user)
        os.mkdir(directory)
        os.chmod(directory, 0o777)
        os.chmod(t.dir, 0o755)
        tree = Fresh(t, "of-%s/blog" % user)
        status, _, errors = tree.run("init", "blog", user=user, cwd=directory)
        assert status == 0, errors
        assert os.path.exists(tree.path + "/.config/uuid")


def test_new_begins_an_article(t):
    tree = Fresh(t)
    tree.run("init", "my-blog")
    status, out, errors = tree.run("new", tree.path, "What's new? Äpfel")
    assert status == 0 and errors == [], errors
    path = "Posts/whats-new-äpfel.md"
    assert out[0] == tree.path + "/" + path, out
    text = read(tree.path, path)
    assert re.fullmatch(
        r"---\ntitle: What's new\? Äpfel\ndate: \d{4}(-\d\d){2} "
        r"\d\d(:\d\d){2} [+-]\d{4}\ndraft: true\n---\n", text), text
    # Not once more, and not elsewhere.
    status, out, errors = tree.run("new", tree.path, "Whats new äpfel!")
    assert status == 1 and "File exists" in errors[0], errors
    for title in ['"Quoted": it', "[Draft] x", "# 1", "../../etc", "///",
                  "a: b: c", "| x", "> y", "{z}", "null", "two\nlines"]:
        assert tree.run("new", tree.path, title)[0] == 0, title
    status, out, _ = tree.run("check", tree.path)
    assert status == 0 and out[-1] == "2 articles, 0 errors, 0 warnings", out
    assert all(os.path.dirname(x) in ("", "Posts", "static", ".config")
               for x in tree.git("ls-files", "-z", "-o", "-c").split("\0"))
    preview = Preview(t, tree)
    body = preview.get("/Posts")[2]
    for title in ["Draft: &quot;Quoted&quot;: it", "Draft: [Draft] x",
                  "Draft: # 1", "Draft: a: b: c", "Draft: | x",
                  "Draft: null", "Draft: two lines"]:
        assert title in body, (title, body)
    for title in ["", "  \n"]:
        status, out, errors = tree.run("new", tree.path, title)
        assert status == 2 and "TITLE is missing" in errors[0], errors


def test_new_has_the_authors_day(t):
    """Where it is tomorrow already, and where it is not today yet."""
    tree = Tree(t, {"_posts/x": "x"}, git=False)
    for zone, hours in [("AAA-14", 14), ("BBB+12", -12)]:
        before = time.time()
        assert tree.run("new", zone[:3], env={"TZ": zone})[0] == 0
        days = {time.strftime("%F", time.gmtime(at + hours * 3600))
                for at in [before, time.time()]}
        path = "Posts/%s.md" % zone[:3].lower()
        text = read(tree.path, path)
        found = re.search(r"\ndate: (\S+) \S+ ([+-]\d{4})\n", text)
        assert found.group(1) in days, (text, days)
        assert found.group(2) == "%+03d00" % hours, text
        tree.put({path: text.replace("draft: true\n", "")})
    # None of it is in the future.
    preview = Preview(t, tree)
    body = preview.get("/Posts")[2]
    assert ">AAA</a>" in body and ">BBB</a>" in body, body


def test_new_where_articles_are(t):
    for directory, name in [("content/posts", "title.md"),
                            ("_posts", time.strftime("%F-title.md",
                                                     time.gmtime())),
                            ("Other", None)]:
        tree = Tree(t, {directory + "/x": "x"}, git=False,
                    name=directory.replace("/", "-"))
        tree.put({"Posts/One": None})
        os.rmdir(tree.path + "/Posts")
        assert tree.run("new", "Title")[0] == 0
        found = "%s/%s" % (directory, name) if name else "Posts/title.md"
        text = read(tree.path, found)
        assert re.search(r"\nauthor: \S", text), text  # the user, at least
