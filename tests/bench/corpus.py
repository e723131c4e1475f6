# SPDX-License-Identifier: ISC
"""A synthetic blog of any size, the same each time: posts of about 5 kB as
both blogd and Hugo read them, and what Hugo needs to make comparable pages."""
import os
import random

WORDS = """server kernel sandbox commit branch render markdown memory thread
socket record handshake cipher packet buffer event loop parser tree blob object
reference clone fetch update latency throughput cache page header request
response connection certificate session ticket filter process privilege
protocol stream frame the a of and to in is that for with on as by we it this
from are be which when can one has not""".split()
TAGS = ["tag%02d" % i for i in range(50)]
SIZE = 4800

HUGO = {
    "config.toml": """baseURL = "https://localhost/"
title = "bench"
[taxonomies]
tag = "tags"
[services.rss]
limit = 10
[outputs]
home = ["HTML", "RSS"]
term = ["HTML", "RSS"]
""",
    "layouts/_default/baseof.html": """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title>
<link rel="alternate" href="/index.xml" type="application/rss+xml"></head>
<body><nav><a href="/">Home</a> <a href="/tags/">Tags</a></nav>
<main>{{ block "main" . }}{{ end }}</main></body></html>
""",
    "layouts/_default/single.html": """{{ define "main" }}<article>
<h1>{{ .Title }}</h1><p>By {{ .Params.author }}, {{ .Date.Format "2006-01-02" }}
</p><p>{{ range .Params.tags }}<a href="/tags/{{ . }}/">{{ . }}</a> {{ end }}</p>
{{ .Content }}</article>{{ end }}
""",
    "layouts/_default/list.html": """{{ define "main" }}<h1>{{ .Title }}</h1>
{{ range (.Paginate .Pages 20).Pages }}<h2><a href="{{ .RelPermalink }}">
{{ .Title }}</a></h2><p>{{ .Params.abstract }}</p>{{ end }}
{{ template "_internal/pagination.html" . }}{{ end }}
""",
}


def sentence(r, words=None):
    made = [r.choice(WORDS) for _ in range(words or r.randint(8, 18))]
    for share, form in ((.35, "[%s %s](https://example.org/%s)"),
                        (.3, "`%s_%s %s`"), (.3, "*%s %s %s*")):
        if r.random() < share:
            made[r.randrange(len(made))] = form % tuple(
                r.choice(WORDS) for _ in range(3))
    return " ".join(made).capitalize() + "."


def plain(r, words):
    return " ".join(r.choice(WORDS) for _ in range(words)).capitalize()


def block(r):
    kind = r.random()
    if kind < .12:
        return "## " + plain(r, 5)
    if kind < .22:
        return "\n".join("- " + sentence(r) for _ in range(r.randint(3, 6)))
    if kind < .30:
        return "```c\n%s\n```" % "\n".join(
            "int %s_%d = %d; /* %s */" % (
                r.choice(WORDS), i, r.randrange(999), r.choice(WORDS))
            for i in range(6))
    if kind < .35:
        return "| name | value |\n|---|--:|\n" + "\n".join(
            "| %s | %d |" % (r.choice(WORDS), r.randrange(9999))
            for _ in range(5))
    if kind < .40:
        return "> " + sentence(r)
    return "\n".join(sentence(r) for _ in range(r.randint(3, 6)))


def post(number):
    r = random.Random(number)
    head = ["title: %s %d" % (plain(r, 4), number),
            "date: %d-%02d-%02dT10:00:00Z" % (
                2000 + number // 336 % 26, number // 28 % 12 + 1,
                number % 28 + 1),
            "author: someone",
            "tags: [%s]" % ", ".join(r.sample(TAGS, 3)),
            "abstract: %s" % plain(r, 12)]
    body = []
    while sum(map(len, body)) < SIZE:
        body.append(block(r))
    return "---\n%s\n---\n\n%s\n" % ("\n".join(head), "\n\n".join(body))


def write(directory, count):
    """A site for Hugo; its content/ alone is one for blogd."""
    files = dict(HUGO)
    for number in range(count):
        files["content/posts/post-%05d.md" % number] = post(number)
    for name, text in files.items():
        path = os.path.join(directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as out:
            out.write(text)


def content(directory):
    """{path: text} of what blogd is given."""
    top = os.path.join(directory, "content")
    found = {".config/uuid": "981361ca-e71d-4997-a52c-baeee78e4156\n",
             ".config/root": "https://blog.example\n",
             ".config/index_page": "posts\n"}
    for place, _, names in os.walk(top):
        for name in names:
            path = os.path.join(place, name)
            with open(path, encoding="utf-8") as file:
                found[os.path.relpath(path, top)] = file.read()
    return found
