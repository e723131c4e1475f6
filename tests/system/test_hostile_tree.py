# SPDX-License-Identifier: ISC
"""Commits whose trees no Git would make.  What can be published is, the rest is
left out and named in the log, or the update ends; contained.Site.check() says
what must be true when it is over."""
import packs
from contained import Site
from packs import DIRECTORY, FILE, LINK, MODULE, PROGRAM
from repo import article


class Tree:
    """A site, and a commit in the making: Index, Posts/Good and what a test
    adds to Posts."""

    def __init__(self, t, fetch=None):
        self.site = Site(t, fetch=fetch)
        self.objects = packs.Objects()
        self.good = self.objects.blob(article("Good", "Still here.\n"))
        self.odd = self.objects.blob(article("Odd", "Odd one.\n"))
        self.posts = [(FILE, b"Good", self.good)]

    def add(self, name, mode=FILE, oid=None):
        self.posts.append((mode, name, oid or self.odd))

    def commit(self):
        posts = self.objects.tree(self.posts)
        return self.objects.commit(self.objects.tree(
            [(FILE, b"Index", self.good), (DIRECTORY, b"Posts", posts)]))

    def publish(self):
        """The good part is published.  The log from here on."""
        self.mark = self.site.serve(self.objects, self.commit())
        assert "Still here." in self.site.page("/Posts/Good")

    def refused(self, reason):
        self.site.refuse(self.objects, self.commit(), reason)

    def status(self, target):
        return self.site.daemon.get(target).status

    def says(self, pattern):
        """The log has it, in one line and with its reason."""
        found = self.site.daemon.wait_log("git: .*" + pattern,
                                          after=self.mark).string
        assert len(found) < 1100, len(found)

    def says_left_out(self, name, reason):
        self.says(r"Posts/%s:1:1: left out: .*%s" % (name, reason))

    def check(self):
        self.site.check()


def check_names(t, names, reason):
    """Each name, shown in the log as the pattern beside it, is left out."""
    tree = Tree(t)
    for name in names:
        tree.add(name)
    tree.publish()
    for shown in names.values():
        tree.says_left_out(shown, reason)
    for name in names:
        target = "/Posts/" + "".join("%%%02X" % c for c in name)
        assert tree.status(target) in (301, 400, 404), name
    tree.check()


# -------------------------------------------------------------------- names --

def test_dots(t):
    check_names(t, {b"..": r"\.\.", b".": r"\."}, r'"\." or "\.\."')


def test_names_of_git(t):
    check_names(t, {b".git": r"\.git", b".GIT": r"\.GIT", b".gIt": r"\.gIt",
                    b"git~1": "git~1", b"GIT~1": "GIT~1"}, "belongs to Git")


def test_slashes(t):
    check_names(t, {b"a/b": "a/b", b"../x": r"\.\./x", b"/": "/",
                    b"/etc/passwd": "/etc/passwd"}, "slash")


def test_control_bytes(t):
    check_names(t, {b"a\nb": r"a\\x0ab", b"a\rb": r"a\\x0db",
                    b"\x1b[2J": r"\\x1b\[2J", b"\x7f": r"\\x7f",
                    b"\x01": r"\\x01", b"a\tb": r"a\\x09b"},
                "control character")


def test_not_utf_8(t):
    check_names(t, {b"\xff\xfe": r"\\xff\\xfe", b"caf\xe9": r"caf\\xe9",
                    b"\xc0\xaf": r"\\xc0\\xaf",  # an overlong slash
                    b"\xed\xa0\x80": r"\\xed\\xa0\\x80"}, "not UTF-8")


def test_empty_name(t):
    tree = Tree(t)
    tree.add(b"")
    tree.publish()
    tree.says("left out: a file without a name")
    tree.check()


def test_long_names(t):
    """4 KiB, and a mebibyte; a control byte takes four in the log."""
    tree = Tree(t)
    for name in [b"x" * 4096, b"y" * (1 << 20), b"\1" * 4096, b"\2" * 1000]:
        tree.add(name)
    tree.publish()
    tree.says(r"Posts/x{100}.*left out: .*fetch\.max-path")
    tree.says(r"Posts/y{100}.*left out: .*fetch\.max-path")
    tree.says(r"Posts/(\\x01){100}.*left out: .*fetch\.max-path")
    tree.says(r"Posts/(\\x02){100}.*left out: .*control character")
    tree.check()


def test_long_names_many_times(t):
    """A tree of 1 MB with one name in it, listed 4,000 times: what is left out
    is not kept word for word."""
    tree = Tree(t)
    deep = tree.objects.tree([(FILE, b"z" * (1 << 20), tree.odd)])
    for n in range(4000):
        tree.add(b"d%04d" % n, DIRECTORY, deep)
    tree.publish()
    tree.check()


def test_slow_listing(t):
    """A tree of 7 MB, which is kept unpacked, listed 90,000 times: the
    deadline holds here as well."""
    tree = Tree(t, fetch={"max-files": 200_000})
    deep = tree.objects.tree([(FILE, b"z" * (7 << 20), tree.odd)])
    for n in range(90_000):
        tree.add(b"d%05d" % n, DIRECTORY, deep)
    tree.refused("fetch.deadline")
    tree.check()


def test_duplicate_names(t):
    """The first one is taken."""
    tree = Tree(t)
    tree.add(b"Good")
    tree.add(b"Twice")
    tree.add(b"Twice", oid=tree.good)
    tree.publish()
    assert "Odd one." in tree.site.page("/Posts/Twice")
    for name in ["Good", "Twice"]:
        tree.says_left_out(name, "same name")
    tree.check()


def test_file_and_directory_of_one_name(t):
    tree = Tree(t)
    tree.add(b"Same")
    tree.add(b"Same", DIRECTORY,
             tree.objects.tree([(FILE, b"Below", tree.odd)]))
    tree.publish()
    assert "Odd one." in tree.site.page("/Posts/Same")
    assert tree.status("/Posts/Same/Below") == 404
    tree.says_left_out("Same", "same name")
    tree.check()


def test_case_twins(t):
    """Two names, two addresses."""
    tree = Tree(t)
    tree.add(b"GOOD")
    tree.add(b"good", oid=tree.objects.blob(article("small", "Small.\n")))
    tree.publish()
    assert "Odd one." in tree.site.page("/Posts/GOOD")
    assert "Small." in tree.site.page("/Posts/good")
    tree.check()


# --------------------------------------------------------------------- kinds --

def test_symbolic_links(t):
    tree = Tree(t)
    for name, target in [(b"Out", "/etc/passwd"), (b"Up", "../Index"),
                         (b"Self", "Self"), (b"Tree", "/")]:
        tree.add(name, LINK, tree.objects.blob(target))
    tree.publish()
    for name in ["Out", "Up", "Self", "Tree"]:
        assert tree.status("/Posts/" + name) == 404, name
        tree.says_left_out(name, "symbolic link")
    tree.check()


def test_submodules(t):
    """Its commit is nowhere, and nobody asks for it."""
    tree = Tree(t)
    tree.add(b"Sub", MODULE, b"\x11" * 20)
    tree.add(b"Self", MODULE, tree.good)
    tree.publish()
    for name in ["Sub", "Self"]:
        assert tree.status("/Posts/" + name) == 404, name
        tree.says_left_out(name, "submodule")
    tree.check()


def test_lfs_pointers(t):
    tree = Tree(t)
    tree.add(b"Large", oid=tree.objects.blob(
        "version https://git-lfs.github.com/spec/v1\n"
        "oid sha256:%064x\nsize 1000000\n" % 1))
    tree.publish()
    assert tree.status("/Posts/Large") == 404
    tree.says_left_out("Large", "Git LFS pointer")
    tree.check()


def test_executable_files(t):
    """They are files, and nothing runs them."""
    tree = Tree(t)
    tree.add(b"Run", PROGRAM, tree.objects.blob(article("Run", "Ran not.\n")))
    tree.add(b"Script", PROGRAM, tree.objects.blob("#!/bin/sh\nexit 1\n"))
    tree.publish()
    assert "Ran not." in tree.site.page("/Posts/Run")
    tree.check()


def test_strange_modes(t):
    """Sockets, devices and noughts are what Git makes of them: no files."""
    tree = Tree(t)
    for name, mode in [(b"Socket", b"140000"), (b"Device", b"060000"),
                       (b"Nought", b"0")]:
        tree.add(name, mode)
    tree.publish()
    for name in ["Socket", "Device", "Nought"]:
        assert tree.status("/Posts/" + name) == 404, name
        tree.says_left_out(name, "submodule")
    tree.check()


def test_file_that_is_a_tree(t):
    tree = Tree(t)
    tree.add(b"Wrong", FILE, tree.objects.tree([]))
    tree.refused("is no file")
    tree.check()


def test_directory_that_is_a_file(t):
    tree = Tree(t)
    tree.add(b"Wrong", DIRECTORY, tree.good)
    tree.refused("is a blob, not a tree")
    tree.check()


def test_malformed_tree(t):
    tree = Tree(t)
    tree.add(b"Wrong", DIRECTORY,
             tree.objects.add(packs.TREE, b"100644 cut short"))
    tree.refused("malformed")
    tree.check()


# --------------------------------------------------------------------- sizes --

def test_depth_of_10000(t):
    """It is not entered beyond the limit."""
    tree = Tree(t)
    below = tree.objects.tree([(FILE, b"File", tree.odd)])
    for _ in range(10_000):
        below = tree.objects.tree([(DIRECTORY, b"d", below)])
    tree.add(b"Deep", DIRECTORY, below)
    tree.publish()
    tree.says(r"Posts/Deep/d.*left out: .*fetch\.max-depth")
    tree.check()


def test_100000_entries(t):
    tree = Tree(t)
    for n in range(100_000):
        tree.add(b"n%06d" % n)
    tree.refused("fetch.max-files")
    tree.check()


def test_20000_entries_to_be_left_out(t):
    """The log has some of them and the number of all."""
    tree = Tree(t)
    for n in range(20_000):
        tree.add(b"n%06d" % n, LINK)
    tree.publish()
    tree.says(r"n000000:1:1: left out: symbolic link")
    tree.says(r"\d+ more files are left out")
    assert len(tree.site.daemon.grep("left out", tree.mark)) < 2000
    tree.check()


def test_tree_bomb(t):
    """Ten directories in each of ten, ten times: 10^10 files, 12 objects."""
    tree = Tree(t)
    below = tree.odd
    mode = FILE
    for _ in range(10):
        below = tree.objects.tree([(mode, b"%d" % n, below)
                                   for n in range(10)])
        mode = DIRECTORY
    tree.add(b"Bomb", DIRECTORY, below)
    tree.refused("fetch.max-files")
    tree.check()


def test_one_large_file_many_times(t):
    """A megabyte that is listed a thousand times is a gigabyte."""
    tree = Tree(t)
    large = tree.objects.blob(b"x" * (1 << 20))
    for n in range(1000):
        tree.add(b"n%04d" % n, oid=large)
    tree.refused("fetch.max-source")
    tree.check()
