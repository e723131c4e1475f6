# SPDX-License-Identifier: ISC
"""A blog that has a page of every kind, and their addresses."""
import os
import shutil

import blogd
import browser
from repo import article

HOST = "blog.example"
SITE = "https://" + HOST
SAMPLE = os.path.join(blogd.TOP, "conf", "sample-blog")
MODULES = os.environ.get("NODE_MODULES", os.path.join(
    os.path.dirname(os.path.abspath(__file__)), "node_modules"))

PROSE = """It began with a question that nobody had asked in years: what does a
machine need to know in order to show a page? Less than one thinks. A name, a
few kilobytes, and the good sense to leave everything else alone.

"""

ALL = """Words first, with *emphasis*, **weight**, `code`, ~~regret~~ and a
[link to another post](Deep). A line that goes on for a while, so that the
measure of the text can be seen.

## Lists

1. first
2. second
   - inner
   - [x] done
   - [ ] open

## Code

```c
/* A comment. */
int
main(int argc, char *argv[])
{
	return argc > 1 ? printf("%s and a line that is far too long for a phone\\n", argv[1]) : 0;
}
```

```console
$ blogd check .
Posts/First:3:1: warning: no alternative text
```

```diff
-old
+new
```

## Table

| Name | What it does | Number | And another column |
|:-----|:------------:|-------:|--------------------|
| one  | something    | 1      | with words in it   |
| two  | another      | 22     | and more of them   |

## Notes

> A quotation, in which somebody says something.

> [!NOTE]
> Worth knowing.

> [!WARNING]
> Worth fearing.

A footnote[^1], and once more[^1], and another[^two].

[^1]: Its text.
[^two]: Another text, with `code`.

## Mathematics

The roots are $x = \\frac{-b \\pm \\sqrt{b^2 - 4ac}}{2a}$, and

$$\\sum_{k=0}^{n} \\binom{n}{k} = 2^n$$

$$\\begin{aligned}
A &= \\begin{pmatrix} 1 & 2 \\\\ 3 & 4 \\end{pmatrix}
\\end{aligned}$$

## Pictures

![A drawing of a leaf](/static/picture.svg "Leaves, drawn")

<details><summary>More</summary>Hidden words.</details>

<dl><dt>Term</dt><dd>What it means, <mark>marked</mark>.</dd></dl>

---

The end.
"""

WORD = "Donaudampfschifffahrtselektrizit\u00e4tenhauptbetriebswerkbau"

# Words that are wider than a phone.
WORDY = """%s and <https://example.com/%s> and `%s`.

## %s

| Key | Value |
|-----|-------|
| %s  | 1     |
""" % (WORD, "x" * 120, "y" * 80, WORD, WORD)

# From right to left, with what goes from left to right in it.
ARABIC = """\u0647\u0630\u0627 \u0646\u0635 \u0642\u0635\u064a\u0631 `code()`.

```c
return 0; }
```

- [x] \u0646\u0635

| \u0646\u0635 | 1 |
|----|---|
| \u0646\u0635 | 2 |

"""

PICTURE = """<svg xmlns="http://www.w3.org/2000/svg" width="600" height="300"
viewBox="0 0 600 300"><path d="M60 240C160 40 420 20 540 60 500 200 300 300 60
240Z" fill="#5a8f4e"/></svg>
"""

POSTS = {
    "Posts/Everything": article(
        "Everything that a post can hold", ALL, tags="overview, code, maths",
        abstract="One of *each*.", toc="true"),
    "Posts/Deep": article("A deep subject", PROSE * 5, author="Ada",
                          author_url="https://ada.example/",
                          tags="overview, thought"),
    "Posts/Arabic": article(
        "\u0645\u0631\u062d\u0628\u0627 \u0628\u0627\u0644\u0639\u0627\u0644\u0645",
        ARABIC +
        "\u0647\u0630\u0627 \u0646\u0635 \u0642\u0635\u064a\u0631.\n" * 6,
        lang="ar", tags="language"),
    "Posts/Wordy": article(WORD + WORD, WORDY, author="Ada", tags=WORD,
                           author_url="https://ada.example/"),
    "Posts/German": article("Ein deutscher Text",
                            "Das ist ein kurzer Absatz.\n" * 6, lang="de",
                            tags="language"),
    "About": article("About", PROSE),
    "Home": article("Welcome", PROSE + "\n[About](/About)\n"),
}
for number in range(25):
    POSTS["Notes/N%02d" % number] = article(
        "Note number %d" % number, PROSE * 2, author="Ben",
        tags="notes, n%d" % (number % 3), abstract="A note.")

SETTINGS = {
    ".config/root": SITE,
    ".config/blog_name": "A test of everything",
    ".config/description": "Where each kind of page is looked at",
    ".config/index_page": "Home",
    ".config/uuid": "981361ca-e71d-4997-a52c-baeee78e4156",
}

# One of each kind; those of posts, lists and the rest.
PAGES = ["/", "/Posts/Everything", "/Posts/Deep", "/Posts/Arabic",
         "/Posts/Wordy", "/Posts", "/Notes", "/Notes/page/2", "/tags",
         "/tags/notes", "/archive", "/authors", "/authors/Ada", "/search",
         "/search?q=note", "/nowhere"]


def files():
    return {**SETTINGS, **POSTS, "static/picture.svg": PICTURE}


def start(t):
    """The blog's daemon."""
    made = t.repo()
    made.commit(files())
    return t.daemon(made.path, site={})


def browse(t, daemon):
    return browser.Browser(t, {HOST + ":443": daemon.port("https")},
                           [browser.key_of(daemon.certificate[0])])


def module(t, *path):
    """A file of what npm installed."""
    found = os.path.join(MODULES, *path)
    if not os.path.exists(found):
        t.skip("no " + found)
    return found


def tool(t, name):
    found = shutil.which(name)
    if not found:
        t.skip("no " + name)
    return found

POSTS_SHOWN = ["/" + path for path in POSTS if "/" in path]
