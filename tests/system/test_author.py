# SPDX-License-Identifier: ISC
"""The commands for authors: check and hash."""
import json
import os
import subprocess
import time

import author
import blogd
from author import PEOPLE, Tree
from bombs import EXPLODING
from repo import ENV, article

NO_HEADER = "only text\n"
UNENDED = "---\ntitle: x\n"
BOMB = EXPLODING["images"]  # takes all the time it may


# ----------------------------------------------------------------- check --

def test_check_of_a_good_tree(t):
    tree = Tree(t)
    for user in PEOPLE:
        for git in range(2):
            status, out, errors = tree.run("check", user=user)
            assert (status, out, errors) == \
                (0, ["2 articles, 0 errors, 0 warnings"], []), (user, out)
            tree.commit()


def test_check_of_the_sample_blog(t):
    tree = Tree(t)
    status, out, _ = tree.run("check",
                              os.path.join(blogd.TOP, "conf/sample-blog"))
    assert status == 0 and out[-1].endswith(" 0 errors, 0 warnings"), out


def test_check_tells_file_line_and_column(t):
    tree = Tree(t, {"Bad": UNENDED, "Posts/Two": article("Two", "##Slip\n"),
                    "Posts/README.md": NO_HEADER, "README.md": NO_HEADER,
                    "LICENSE": NO_HEADER, "Makefile": "all: blogd\n"})
    os.symlink("/etc/passwd", tree.path + "/link")
    os.symlink("/etc", tree.path + "/directory")
    status, out, errors = tree.run("check")
    assert status == 1 and errors == [], (status, errors)
    assert any(line.startswith("Bad:2:1: error: left out: ") for line in out)
    assert any(line.startswith("Posts/Two:5:3: warning: ") for line in out)
    assert any(line.startswith("Posts/README.md:1:1: warning: left out: ")
               for line in out), out
    for name in ["link", "directory"]:
        assert "%s:1:1: error: left out: symbolic link" % name in out, out
    assert out[-1] == "3 articles, 3 errors, 2 warnings", out
    assert out[:-1] == sorted(out[:-1]), out
    assert not any("root:" in line for line in out)


def test_check_of_what_shows_as_source(t):
    """Formulas and tags of others, with their places in the file."""
    tree = Tree(t, {"Posts/Two": article("Two", """Text $\\alpha$ and
$\\mymacro{x}$.

```math
x_{1
```

{{< figure src="a.png" >}} `{{< code >}}`
{{< figure src="b.png" >}}
{% include a.html %}

```
{% raw %}
```
""")})
    begin = article("Two", "").count("\n")
    status, out, errors = tree.run("check")
    assert status == 0 and errors == [], (out, errors)

    def line(number, column, text):
        return "Posts/Two:%d:%d: warning: %s" % (
            begin + number, column, text)
    source = "the formula is shown as its source: "
    assert out[:-1] == [
        line(2, 1, source + "\\mymacro is not known, see MATHEMATICS in "
             "blogd-content(5)"),
        line(4, 1, source + "it is none of the TeX that is known, see "
             "MATHEMATICS in blogd-content(5)"),
        line(8, 1, "the shortcode {{< figure >}} is Hugo's and shows as "
             "text"),
        line(10, 1, "the tag {% include %} is Liquid's (Jekyll) or Zola's "
             "and shows as text")], out
    assert out[-1].endswith(" 0 errors, 4 warnings"), out


def test_check_of_many_problems(t):
    """More than libc sorts without asking how much memory there is."""
    tree = Tree(t, {"Posts/Bad%d" % n: "title: x\n---\n" for n in range(400)})
    status, out, errors = tree.run("check")
    assert status == 1, (status, errors)
    assert sum("no \"author: \"" in line for line in out) == 400, out[:5]


def test_check_as_json(t):
    tree = Tree(t, {"Bad": UNENDED, 'odd "\\ name': NO_HEADER})
    status, out, _ = tree.run("check", "--format", "json")
    found = json.loads("\n".join(out))
    assert status == 1 and set(found) == {"articles", "problems"}
    assert found["articles"] == 2
    for problem in found["problems"]:
        assert set(problem) == {"file", "line", "column", "severity",
                                "message"}, problem
    bad = next(p for p in found["problems"] if p["file"] == "Bad")
    assert (bad["line"], bad["column"], bad["severity"]) == (2, 1, "error")
    assert any(p["file"] == 'odd "\\ name' for p in found["problems"])
    good = Tree(t, name="good").run("check", "--format", "json")
    assert good[0] == 0 and json.loads("\n".join(good[1])) == \
        {"articles": 2, "problems": []}


def test_check_for_github(t):
    tree = Tree(t, {"a,b:c%": UNENDED})
    status, out, _ = tree.run("check", "--format", "github")
    assert status == 1
    assert out[0].startswith("::error file=a%2Cb%3Ac%25,line=2,col=1::"), out
    assert sum(line.startswith("::") for line in out) == 1, out


def test_check_of_nothing(t):
    tree = Tree(t, dict.fromkeys(["Index", "Posts/One"], NO_HEADER))
    status, out, _ = tree.run("check")
    assert status == 1 and out[-1].startswith("0 articles, "), out
    assert any(line.startswith("error: the repository has no article")
               for line in out), out


def test_check_of_other_sizes_of_an_image(t):
    tree = Tree(t, {"Posts/One": article(
        "One", "a\n\n<img src=\"/static/p.svg\" alt=p "
        "srcset=\"/static/p.svg, /q.svg 2x\">\n"),
        "static/p.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>"})
    status, out, _ = tree.run("check")
    line = 2 + article("One", "a").splitlines().index("a") + 1
    assert (status, out[:-1]) == (1, [
        'Posts/One:%d:1: error: there is no file "/q.svg" to show' % line]), \
        out


def test_check_of_references(t):
    tree = Tree(t, {
        "Posts/Two": article("Two", "# Part\n\n[good](One) [good](#part) "
                             "[good](Two#part) ![good](../static/x.svg)\n"),
        "static/x.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>"})
    status, out, _ = tree.run("check")
    assert (status, out) == (0, ["3 articles, 0 errors, 0 warnings"]), out
    for line, text in [("[bad](None.md)", "error: the link to \"None.md\""),
                       ("![bad](../static/no.svg)", "error: there is no file"),
                       ("[bad](#none)", "error: \"#none\""),
                       ("[bad](One#none)", "error: \"One#none\""),
                       ("![](../static/x.svg)", "warning: the image has no"),
                       ("[bad](javascript:x)", "error: ")]:
        tree.put({"Posts/Two": article("Two", "# Part\n\nx %s\n" % line)})
        status, out, _ = tree.run("check")
        assert out[0].startswith("Posts/Two:7:3: " + text), (line, out)
        assert status == int("error" in text) and len(out) == 2, (line, out)


def test_check_of_doubles(t):
    tree = Tree(t, {"Posts/Two": article("First post"),
                    "Posts/Three": article("First post", lang="fr"),
                    "Notes/x": article("Third", permalink="/Posts/One")})
    status, out, _ = tree.run("check")
    assert status == 0 and out[-1] == "5 articles, 0 errors, 2 warnings", out
    assert out[0].startswith(
        'Notes/x:1:1: warning: "/Posts/One" is the address of something else')
    assert out[1] == \
        'Posts/Two:1:1: warning: "Posts/One" has the same title', out


def test_check_of_an_exploding_post(t):
    tree = Tree(t, {"Posts/Bomb": article("Bomb", BOMB)})
    status, out, _ = tree.run("check")
    assert status == 1 and out[0].startswith("Posts/Bomb:1:1: error: "), out
    assert out[-1].startswith("3 articles, 1 error"), out


def test_usage(t):
    tree = Tree(t)
    for words in [["check", "a", "b"], ["check", "--nonsense"],
                  ["check", "--format", "xml"], ["hash", "--port", "80"]]:
        status, out, errors = tree.run(*words)
        assert status == 2 and out == [], (words, status, out)
        assert errors[-1].startswith("usage: blogd " + words[0]), errors
    status, out, errors = tree.run("check", "--help")
    assert status == 0 and out[0].startswith("usage: blogd check"), out
    assert any("blogd check" in x for x in tree.run("-h")[1])
    status, out, _ = tree.run("check", "missing")
    assert status == 1 and "missing: No such file" in out[0], out


def test_check_leaves_out_what_git_ignores(t):
    tree = Tree(t, {".gitignore": "/secret\n*.log\nbuild/\n!kept.log\n",
                    "secret": UNENDED, "a.log": UNENDED,
                    "kept.log": UNENDED, "build/x": UNENDED,
                    "Posts/forced.log": article("Forced", "##Slip\n")})
    tree.git("add", "-f", "Posts/forced.log")
    _, out, _ = tree.run("check")
    said = {line.split(":")[0] for line in out[:-1]}
    assert said == {"kept.log", "Posts/forced.log"}, out
    tree.git("rm", "-q", "--cached", "Posts/forced.log")
    assert "2 articles" in tree.run("check")[1][-1]
    # Without a repository nothing is ignored.
    plain = Tree(t, {".gitignore": "secret\n", "secret": UNENDED},
                 name="plain", git=False)
    assert any(x.startswith("secret:2:1: error") for x in plain.run("check")[1])


def test_check_of_a_directory_of_a_repository(t):
    tree = Tree(t)
    author.put(tree.path + "/site", {"Index": article("A"), "b": UNENDED})
    tree.commit()
    status, out, _ = tree.run("check", "site")
    assert status == 1 and out[-1].startswith("1 article, 1 error"), out
    assert any(line.startswith("b:2:1: error") for line in out), out


def test_check_of_a_commit(t):
    tree = Tree(t)
    good = tree.commit()
    bad = tree.commit({"Bad": UNENDED})
    tree.put({"Bad": None})
    assert tree.run("check")[0] == 0
    for revision, status in [(good, 0), ("HEAD", 1), (bad, 1), ("main~1", 0)]:
        found, out, _ = tree.run("check", "--git", revision)
        assert found == status, (revision, out)
    status, out, _ = tree.run("check", "--git", "nothing")
    assert status == 1 and 'no revision "nothing"' in out[0], out


def test_check_of_a_shallow_clone(t):
    tree = Tree(t)
    tree.commit()
    tree.commit({"Posts/Two": article("Two")})
    shallow = t.path("shallow")
    subprocess.run(["git", "clone", "-q", "--depth", "1",
                    "file://" + tree.path, shallow], env=ENV, check=True)
    for words in [["check"], ["check", "--git", "HEAD"]]:
        status, out, _ = tree.run(*words, cwd=shallow)
        assert status == 0 and out[-1].startswith("3 articles"), out
    status, out, errors = tree.run("hash", cwd=shallow)
    assert status == 1 and out == [] and "shallow" in errors[0], errors


def test_pre_receive_hook(t):
    """The commit is not in the repository yet, but in a quarantine."""
    tree = Tree(t)
    tree.commit()
    bare = t.path("bare.git")
    subprocess.run(["git", "init", "-q", "--bare", bare], env=ENV, check=True)
    with open(bare + "/hooks/pre-receive", "w") as hook:
        hook.write("#!/bin/sh\nwhile read old new ref; do\n"
                   "\t%s check --git $new || exit 1\ndone\n" % blogd.BINARY)
    os.chmod(hook.name, 0o755)
    tree.git("push", "-q", bare, "main")
    tree.commit({"Bad": UNENDED})
    done = subprocess.run(
        ["git", "-C", tree.path, "push", bare, "main"], env=ENV,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode != 0, done.stdout
    assert b"Bad:2:1: error: left out" in done.stdout, done.stdout
    tree.commit({"Bad": None})
    tree.git("push", "-q", bare, "main")


def test_pre_commit_hook(t):
    tree = Tree(t)
    path = tree.path + "/.git/hooks/pre-commit"
    with open(path, "w") as hook:
        hook.write("#!/bin/sh\nexec %s check\n" % blogd.BINARY)
    os.chmod(path, 0o755)
    first = tree.commit()
    tree.put({"Bad": UNENDED})
    tree.git("add", "-A")
    tree.git("commit", "-q", "-m", "bad", check=False)
    assert tree.git("rev-parse", "HEAD") == first
    tree.put({"Bad": article("Good")})
    assert tree.commit() != first


def test_check_of_what_is_staged(t):
    tree = Tree(t, {"Gone": article("Gone"), ".gitignore": "*.swp\n"})
    tree.commit()
    # The directory is not what counts...
    tree.put({"Bad": UNENDED, "Gone": None, "Posts/One": UNENDED})
    status, out, _ = tree.run("check", "--staged")
    assert status == 0 and out[-1].startswith("3 articles"), out
    # ... but what is staged, whatever the directory has now.
    tree.git("add", "Bad", "Posts/One")
    tree.put({"Bad": article("Good"), "Posts/One": article("Good, too")})
    status, out, _ = tree.run("check", "--staged")
    assert status == 1, out
    assert any(line.startswith("Bad:2:1: error:") for line in out), out
    assert any(line.startswith("Posts/One:2:1: error:") for line in out), out
    status, out, _ = tree.run("check", "--staged", tree.path + "/Posts",
                              cwd="/")
    assert status == 1 and not any(line.startswith("Bad") for line in out)
    tree.git("rm", "-qf", "--cached", "Bad", "Gone")
    tree.git("add", "Posts/One")
    status, out, _ = tree.run("check", "--staged")
    assert status == 0 and out[-1].startswith("2 articles"), out


def test_check_leaves_out_what_is_staged_and_no_file(t):
    tree = Tree(t)
    tree.commit()
    os.symlink("Index", tree.path + "/Link")
    tree.put({"Later": UNENDED})
    tree.git("add", "Link")
    tree.git("add", "-N", "Later")  # its content is not staged
    tree.git("update-index", "--add", "--cacheinfo",
             "160000," + tree.git("rev-parse", "HEAD") + ",Module")
    status, out, _ = tree.run("check", "--staged")
    assert status == 1, out
    assert "Link:1:1: error: left out: symbolic link" in out, out
    assert "Module:1:1: error: left out: submodule" in out, out
    assert not any(line.startswith("Later") for line in out), out


def test_check_of_what_is_staged_needs_git(t):
    tree = Tree(t, git=False)
    status, out, _ = tree.run("check", "--staged")
    assert status == 1 and "in no Git repository" in out[0], out
    for words in [["check", "--staged", "--git", "HEAD"],
                  ["check", "--git", "HEAD", "--staged"]]:
        status, _, errors = tree.run(*words)
        assert status == 2 and "exclude each other" in errors[0], errors
    status, _, errors = tree.run("hash", "--staged")
    assert status == 2 and "unknown option --staged" in errors[0], errors


def test_pre_commit_hook_of_what_is_staged(t):
    """Also of a commit of single files, which has an index of its own."""
    tree = Tree(t)
    path = tree.path + "/.git/hooks/pre-commit"
    with open(path, "w") as hook:
        hook.write("#!/bin/sh\nexec %s check --staged\n" % blogd.BINARY)
    os.chmod(path, 0o755)
    first = tree.commit()
    tree.put({"Bad": UNENDED, "Index": article("Other")})
    tree.git("add", "Bad")
    tree.git("commit", "-q", "-m", "one file", "Index")
    second = tree.git("rev-parse", "HEAD")
    assert second != first
    tree.git("commit", "-q", "-m", "bad", check=False)
    assert tree.git("rev-parse", "HEAD") == second
    tree.put({"Bad": article("Good")})
    tree.git("commit", "-q", "-m", "bad", check=False)
    assert tree.git("rev-parse", "HEAD") == second
    tree.git("commit", "-q", "-a", "-m", "good")
    assert tree.git("rev-parse", "HEAD") != second


def test_colour_and_progress_on_a_terminal_alone(t):
    tree = Tree(t, {"Bad": UNENDED})
    status, shown = tree.on_terminal("check")
    assert status == 1 and "\033[1;31merror:\033[0m left out" in shown, shown
    assert "rendering" not in shown, shown
    for env in [{"NO_COLOR": "1"}, {"TERM": "dumb"}]:
        assert "\033" not in tree.on_terminal("check", env=env)[1], env
    assert "\033" in tree.on_terminal("check", env={"NO_COLOR": ""})[1]
    tree.put({"Posts/Bomb": article("Bomb", BOMB)})
    assert "\r\033[Krendering: 1." in tree.on_terminal("check")[1]
    _, out, errors = tree.run("check")
    assert "\033" not in "".join(out) and errors == [], errors


def test_output_may_be_anything(t):
    """What libc asks about it must be asked before the jail."""
    tree = Tree(t, {"Bad": UNENDED})
    for words, status in [("check", 1), ("hash", 0), ("export out", 0)]:
        for to in [">/dev/null", ">%s" % t.path("file"),
                   ">>%s" % t.path("file"), "| cat >/dev/null", ">&-",
                   ">/dev/zero 2>&1", "2>&-", "<&-"]:
            done = subprocess.run(
                ["bash", "-o", "pipefail", "-c",
                 "%s %s %s" % (blogd.BINARY, words, to)], cwd=tree.path,
                env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            assert done.returncode == status, (words, to, done)
    # A full disk is told of.
    done = subprocess.run("%s check >/dev/full" % blogd.BINARY, shell=True,
                          cwd=tree.path, env=ENV, stderr=subprocess.PIPE)
    assert done.returncode == 1, done


def test_check_renders_in_a_jail(t):
    """A post that takes its time to be given up shows the processes."""
    tree = Tree(t, {"Posts/Bomb": article("Bomb", BOMB)})
    for user in PEOPLE:
        process = subprocess.Popen(
            [blogd.BINARY, "check"], cwd=tree.path, env=ENV, user=user,
            group=user and "nogroup", extra_groups=user and [],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        seen = {}
        deadline = time.monotonic() + 30
        while process.poll() is None and time.monotonic() < deadline:
            for pid in blogd.descendants(process.pid):
                try:
                    status = blogd.status_of(pid)
                except OSError:
                    continue
                if status and status.get("Seccomp_filters"):
                    seen.setdefault(status["Name"], set()).add(
                        (status["Seccomp"], status["CapEff"],
                         status["NoNewPrivs"]))
        process.wait(30)
        render = seen.get("blogd-render", set())
        assert ("2", "0" * 16, "1") in render, seen


# ------------------------------------------------------------------ hash --

def test_hash_is_the_same_everywhere(t):
    tree = Tree(t, {
        "Posts/Ä": article("Äpfel", "Text\n", tags="ä, Z, a"),
        "Posts/Later": article("Later", date="2020-01-01T00:00:00Z"),
        "static/x.svg": "<svg xmlns='http://www.w3.org/2000/svg'/>",
        **{"Posts/N%d" % i: article("Number %d" % i, "*x* %d\n" % i,
                                    tags="t%d, b" % (i % 7))
           for i in range(80)}})
    tree.commit()
    status, first, errors = tree.run("hash", "--git", "HEAD")
    assert status == 0 and len(first) == 1 and len(first[0]) == 64, errors
    bare = t.path("bare.git")
    subprocess.run(["git", "clone", "-q", "--bare", tree.path, bare], env=ENV,
                   check=True)
    copy = tree.copy(t, "another name")
    subprocess.run(["find", copy, "-exec", "touch", "{}", "+"], check=True)
    others = {
        "again": tree.run("hash", "--git", "HEAD"),
        "of the files": tree.run("hash"),
        "from elsewhere": tree.run("hash", tree.path, cwd="/"),
        "of a bare clone": tree.run("hash", bare, "--git", "main", cwd="/"),
        "of a copy": tree.run("hash", cwd=copy),
        "another locale": tree.run("hash", env={"LC_ALL": "tr_TR.UTF-8"}),
        "another zone": tree.run("hash", env={"TZ": "Pacific/Kiritimati"}),
    }
    for workers in [1, 2, 4, 16]:
        others["%d workers" % workers] = tree.run("hash", "--workers",
                                                  str(workers))
    before = os.umask(0o077)
    others["another umask"] = tree.run("hash")
    os.umask(before)
    for user in PEOPLE:
        others["as %s" % user] = tree.run("hash", user=user)
    for what, found in others.items():
        assert found == (0, first, []), (what, found)


def test_hash_is_of_all(t):
    tree = Tree(t)
    tree.commit()
    seen = {tree.run("hash")[1][0]}
    for change in [{"Index": article("Welcome", "Other.\n")},
                   {"static/x": "x"}, {".config/blog_name": "Other\n"}]:
        tree.put(change)
        os.utime(tree.path + "/" + next(iter(change)), (1.5e9, 1.5e9))
        found = tree.run("hash")[1][0]
        assert found not in seen, change
        seen.add(found)
    # A commit later the dates are others.
    tree.commit(date=1_460_009_000)
    assert tree.run("hash")[1][0] not in seen


def test_hash_of_nothing(t):
    tree = Tree(t, dict.fromkeys(["Index", "Posts/One"], NO_HEADER))
    status, out, errors = tree.run("hash")
    assert status == 1 and out == [], out
    assert any("no article" in line for line in errors), errors
