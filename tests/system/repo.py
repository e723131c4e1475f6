# SPDX-License-Identifier: ISC
"""Git repositories with fixed names and dates, made by git fast-import."""
import os
import random
import subprocess

# No configuration of this machine reaches the git commands of a test.
ENV = {
    "PATH": os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin",
    "HOME": "/nonexistent",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_CONFIG_GLOBAL": "/dev/null",
    "GIT_TERMINAL_PROMPT": "0",
}

EPOCH = 1_460_000_000  # 2016-04-07T03:33:20Z, the date of a first commit


def article(title, body="Text.\n", author="hannes", **keys):
    """An article in Canopy's form."""
    head = ["title: " + title, "author: " + author]
    head += ["%s: %s" % pair for pair in keys.items()]
    return "---\n" + "\n".join(head) + "\n---\n" + body


SMALL = {
    "Index": article("Welcome", "The **first** page.\n"),
    "Posts/One": article("First post", "Body of *one*.\n", tags="a, b c"),
    ".config/blog_name": "Small blog\n",
    ".config/uuid": "981361ca-e71d-4997-a52c-baeee78e4156\n",
    ".config/root": "https://blog.example\n",
}


def quote(path):
    """A path as fast-import reads it: a C string of bytes."""
    if isinstance(path, str):
        path = path.encode("utf-8", "surrogateescape")
    plain = b"".join(
        bytes([c]) if 0x20 <= c < 0x7f and c not in b'"\\' else b"\\%03o" % c
        for c in path)
    return b'"' + plain + b'"'


def data(content):
    if isinstance(content, str):
        content = content.encode()
    return b"data %d\n%s\n" % (len(content), content)


class Repo:
    """A repository; bare unless told otherwise."""

    def __init__(self, path, branch="main", bare=True):
        self.path = path
        self.branch = branch
        self.clock = EPOCH
        command = ["init", "-q", "-b", branch]
        subprocess.run(["git"] + command + (["--bare"] if bare else []) +
                       [path], check=True, env=ENV)

    def git(self, *arguments, input=None, check=True):
        """Runs git here; what it printed, as bytes."""
        return subprocess.run(
            ["git", "-C", self.path, *arguments], input=input, env=ENV,
            check=check, stdout=subprocess.PIPE).stdout

    def commit(self, files=None, date=None, branch=None, parents=None,
               message="a commit", committed=None):
        """Adds a commit that changes files (path: content, (mode, content),
        or None to delete); returns its id.  parents: None for the branch's
        tip, () for none; date: the author's, Unix time, an hour after the
        last one by default."""
        branch = branch or self.branch
        if date is None:
            self.clock += 3600
            date = self.clock
        ref = "refs/heads/" + branch
        if parents is None:
            tip = self.tip(branch)
            parents = [tip] if tip else []
        out = [b"reset %s\n\n" % ref.encode()] if not parents else []
        out.append(b"commit %s\n" % ref.encode())
        out.append(b"author A U Thor <author@example.org> %d +0000\n" % date)
        out.append(b"committer C O Mitter <committer@example.org> %d +0000\n"
                   % (date if committed is None else committed))
        out.append(data(message))
        for number, parent in enumerate(parents):
            word = b"from" if number == 0 else b"merge"
            out.append(b"%s %s\n" % (word, parent.encode()))
        for path, content in (files or {}).items():
            out.append(change(path, content))
        self.git("fast-import", "--quiet", "--force", input=b"".join(out))
        return self.tip(branch)

    def tip(self, branch=None):
        found = self.git("rev-parse", "-q", "--verify",
                         "refs/heads/" + (branch or self.branch), check=False)
        return found.decode().strip()

    def plumb(self, tree, date=None):
        """Commits raw tree bytes, however odd: [(mode, name, hex id)]."""
        raw = b"".join(b"%s %s\0%s" % (mode, name, bytes.fromhex(oid))
                       for mode, name, oid in tree)
        oid = self.git("hash-object", "-t", "tree", "-w", "--stdin",
                       "--literally", input=raw).decode().strip()
        return oid

    def commit_tree(self, tree):
        who = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org",
               "GIT_COMMITTER_NAME": "C", "GIT_COMMITTER_EMAIL": "c@e.org",
               "GIT_AUTHOR_DATE": "1460000000 +0000",
               "GIT_COMMITTER_DATE": "1460000000 +0000"}
        made = subprocess.run(
            ["git", "-C", self.path, "commit-tree", tree, "-m", "odd"],
            env={**ENV, **who}, check=True, stdout=subprocess.PIPE)
        oid = made.stdout.decode().strip()
        self.git("update-ref", "refs/heads/" + self.branch, oid)
        return oid

    def blob(self, content):
        return self.git("hash-object", "-w", "--stdin",
                        input=content).decode().strip()

    def files(self, commit="HEAD"):
        """path: content of a commit."""
        names = self.git("ls-tree", "-r", "-z", "--name-only", commit)
        return {name.decode(): self.git("cat-file", "blob",
                                        commit + ":" + name.decode())
                for name in names.split(b"\0") if name}


def change(path, content):
    if content is None:
        return b"D %s\n" % quote(path)
    mode = b"100644"
    if isinstance(content, tuple):
        mode, content = content
    if mode == b"160000":
        return b"M 160000 %s %s\n" % (content.encode(), quote(path))
    return b"M %s inline %s\n%s" % (mode, quote(path), data(content))


def dates(repository, head="HEAD"):
    """{path: (created, updated)} of the files of head, read from git log and
    nothing else.  -c lists for a merge only what differs from every parent,
    which is the rule for `updated`; `created` is the first commit, parents
    first, that holds the path: for a merge, it came from one of the parents,
    so an addition is always listed before."""
    log = repository.git(
        "log", "--topo-order", "--reverse", "--no-renames", "-c", "--root",
        "--name-status", "-z", "--format=%x01%at", head)
    present = set(repository.git("ls-tree", "-r", "-z", "--name-only",
                                 head).decode().split("\0")) - {""}
    created, updated = {}, {}
    for record in log.decode().split("\x01")[1:]:
        fields = [f for f in record.replace("\n", "\0").split("\0") if f]
        when, rest = int(fields[0]), fields[1:]
        for status, path in zip(rest[::2], rest[1::2]):
            created.setdefault(path, when)
            updated[path] = when
    return {path: (created[path], updated[path]) for path in present}


# ------------------------------------------------------- a blog of a kind --

TAGS = ["overview", "operating system", "mirageos", "security", "C", "café"]
DIRECTORIES = ["Posts", "Projects", "Notes/2016", "Notes/2017"]


def post(rng, number, revision=0):
    words = " ".join(rng.choice(["lorem", "ipsum", "dolor", "sit", "amet"])
                     for _ in range(60))
    tags = ", ".join(rng.sample(TAGS, 1 + number % 3))
    body = ("## Part one\n\n%s\n\n* item\n* [link](/About)\n\n"
            "```\ncode %d\n```\n\nrevision %d\n" % (words, number, revision))
    return article("Post number %d" % number, body, tags=tags,
                   abstract="About *number* %d" % number)


class Synthetic:
    """24 posts and 120 commits and more: edits, side branches with additions
    and edits, merges with and without changes of their own, files deleted
    and added again.  The same every time."""

    def __init__(self, repository, seed=1, commits=120):
        self.repo = repository
        self.rng = random.Random(seed)
        self.posts = []
        self.made = 0
        self.commit({
            "Index": article("Home", "Welcome.\n"),
            "About": article("About", "Who.\n", tags="overview"),
            ".config/blog_name": "Synthetic blog",
            ".config/root": "https://blog.example",
            ".config/uuid": "981361ca-e71d-4997-a52c-baeee78e4156",
            "static/style.css": "body { color: black }\n",
            "Old": "---\nredirect: /About\n---\n",
        })
        while self.made < commits or len(self.posts) < 24:
            self.step()

    def commit(self, files, **options):
        self.made += 1
        return self.repo.commit(files, **options)

    def path_of(self, number):
        where = DIRECTORIES[number % len(DIRECTORIES)]
        return "%s/Post %d" % (where, number) if number % 5 == 0 \
            else "%s/Post%d" % (where, number)

    def new(self):
        number = len(self.posts)
        self.posts.append(self.path_of(number))
        return {self.posts[-1]: post(self.rng, number)}

    def edit(self, path=None):
        path = path or self.rng.choice(self.posts)
        return {path: post(self.rng, self.posts.index(path), self.made)}

    def step(self):
        kind = self.rng.randrange(10)
        if len(self.posts) < 3 or (kind < 2 and len(self.posts) < 24):
            self.commit(self.new())
        elif kind < 6:
            self.commit(self.edit())
        elif kind < 8:
            self.side_branch(conflict=kind == 7)
        else:
            self.delete_and_add_again()

    def side_branch(self, conflict):
        base = self.repo.tip()
        ours, theirs = self.rng.sample(self.posts, 2)
        added = self.new() if len(self.posts) < 24 else {}
        side = self.commit({**self.edit(theirs), **added}, branch="side",
                           parents=[base])
        self.commit(self.edit(ours))
        files = self.repo.files(side)
        merged = {theirs: files[theirs]}
        merged.update((path, files[path]) for path in added)
        if conflict:
            merged.update(self.edit(ours))
        self.commit(merged, parents=[self.repo.tip(), side])

    def delete_and_add_again(self):
        path = self.rng.choice(self.posts)
        self.commit({path: None})
        self.commit(self.edit(self.rng.choice(
            [p for p in self.posts if p != path])))
        self.commit(self.edit(path))
