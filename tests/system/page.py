# SPDX-License-Identifier: ISC
"""Reads a page as a browser would, and finds what must not be in it."""
import html.parser
import json
import re

VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta",
        "source", "track", "wbr"}
OPTIONAL_END = {"p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody",
                "tfoot", "option", "html", "head", "body"}
FORBIDDEN = {"script", "style", "iframe", "object", "embed", "svg", "math",
             "form", "input", "base", "applet", "frame", "template"}
URLS = {"href", "src", "action", "formaction", "poster", "srcset", "cite",
        "background", "data"}


class Page(html.parser.HTMLParser):
    """links: every href; elements: (tag, attributes); text: what is shown."""

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.elements = []
        self.text = ""
        self.title = ""
        self.open = []
        self.problems = []
        self.in_tag = {}
        self.own = set()  # elements that the theme puts around a text
        self.data = []  # JSON-LD
        self.feed(text)
        self.close()
        self.problems += ["<%s> is not closed" % tag for tag in self.open
                          if tag not in OPTIONAL_END]

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if self.is_own(tag, dict(attributes)):
            self.own.add(len(self.elements) - 1)
        names = [name for name, _ in attributes]
        if len(set(names)) != len(names):
            self.problems.append("<%s> has an attribute twice" % tag)
        if tag not in VOID:
            self.open.append(tag)

    def is_own(self, tag, attributes):
        """The style sheets and data in <head>, the search form."""
        if tag == "style":
            return "head" in self.open and not self.all("style")[7:]
        if tag == "script":
            return "head" in self.open and attributes == {
                "type": "application/ld+json"}
        if tag == "form":
            return "search" in self.open and attributes.keys() == {"action"}
        return tag == "input" and "search" in self.open

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if tag not in self.open:
            self.problems.append("</%s> closes nothing" % tag)
            return
        while self.open:
            last = self.open.pop()
            if last == tag:
                return
            if last not in OPTIONAL_END:
                self.problems.append("</%s> within <%s>" % (tag, last))

    def handle_data(self, data):
        if "title" in self.open:
            self.title += data
        elif "script" in self.open:
            self.data.append(json.loads(data))
        elif "style" not in self.open:
            self.text += data
        for tag in self.open:
            self.in_tag[tag] = self.in_tag.get(tag, "") + data

    def all(self, tag, **wanted):
        return [a for t, a in self.elements if t == tag and
                all(a.get(k) == v for k, v in wanted.items())]

    @property
    def links(self):
        return [a["href"] for a in self.all("a") if a.get("href")]

    @property
    def times(self):
        return [a.get("datetime") for a in self.all("time")]

    def dangers(self, allowed=()):
        """What would let a page run code or leave the page's rules."""
        found = []
        for i, (tag, attributes) in enumerate(self.elements):
            if tag in FORBIDDEN and tag not in allowed and i not in self.own:
                found.append("<%s>" % tag)
            for name, value in attributes.items():
                if name.startswith("on") or name in ("style", "srcdoc"):
                    found.append("%s on <%s>" % (name, tag))
                if name in URLS and dangerous_url(value or ""):
                    found.append("%s=%r on <%s>" % (name, value, tag))
        return found


def dangerous_url(url):
    bare = re.sub(r"[\x00-\x20]", "", url).lower()
    return bare.startswith(("javascript:", "vbscript:", "file:")) or (
        bare.startswith("data:") and not bare.startswith("data:image/"))


def check(text, allowed=("input",)):
    """The page, which must be sound.  GFM's task lists make <input>."""
    page = Page(text)
    assert not page.problems, page.problems
    assert not page.dangers(allowed), page.dangers(allowed)
    return page
