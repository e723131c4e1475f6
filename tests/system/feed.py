# SPDX-License-Identifier: ISC
"""Reads an Atom feed, and says where it departs from RFC 4287."""
import datetime
import html.parser
import os
import re
import subprocess
import uuid
import xml.etree.ElementTree as ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
ATOM = "{http://www.w3.org/2005/Atom}"
XML = "{http://www.w3.org/XML/1998/namespace}"
LANGUAGE = "[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*"
RELATIONS = ("self", "alternate", "first", "last", "previous", "next")


def stamp(seconds):
    """Unix time as the pages and the feed write it."""
    when = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return when.strftime("%Y-%m-%dT%H:%M:%S")


def seconds(text):
    return int(datetime.datetime.fromisoformat(
        text.replace("Z", "+00:00")).timestamp())


def entry_id(created, site_uuid):
    """Canopy's id of an entry, written down from its description."""
    inner = uuid.uuid5(uuid.NAMESPACE_DNS, stamp(created) + "-00:00")
    return uuid.uuid5(inner, site_uuid)


class References(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        self.found += [(name, value) for name, value in attributes
                       if name in ("href", "src", "poster", "cite", "srcset",
                                   "data", "action", "longdesc")]


def relative_references(text):
    parser = References()
    parser.feed(text)
    return ["relative reference: %r" % value for name, value in parser.found
            if value != "" or name == "href"
            if not re.match("(https?://[^/]|mailto:)", value or "")]


def check_texts(root):
    """Nothing is empty, dates are whole, a name is no e-mail address."""
    found = []
    for e in root.iter():
        name = e.tag[len(ATOM):]
        if name in ("title", "name", "id", "subtitle", "summary", "content",
                    "uri", "icon", "logo") and not (e.text or "").strip():
            found.append("empty " + name)
        if name in ("updated", "published") and not re.fullmatch(
                r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", e.text):
            found.append("date: " + e.text)
        if name in ("uri", "icon", "logo") and \
                not re.match("https?://[^/]|mailto:", e.text or ""):
            found.append("relative: %r" % e.text)
        if name == "name" and re.search(r"\w@\w+\.\w", e.text or ""):
            found.append("an e-mail address for a name: " + e.text)
    return found


class Entry:
    def __init__(self, element):
        self.element = element
        self.id = element.findtext(ATOM + "id")
        self.title = element.findtext(ATOM + "title")
        self.updated = seconds(element.findtext(ATOM + "updated"))
        published = element.findtext(ATOM + "published")
        self.published = seconds(published) if published else None
        self.content = element.findtext(ATOM + "content")
        self.summary = element.findtext(ATOM + "summary")
        self.categories = element.findall(ATOM + "category")
        self.link = next((e.get("href") for e in element.findall(ATOM + "link")
                          if e.get("rel", "alternate") == "alternate"), None)

    def problems(self):
        found = []
        if self.content is None and self.link is None:
            found.append("no content and no link")
        if not self.content and not self.summary:
            found.append("nothing to show")
        if self.published is None or self.updated < self.published:
            found.append("updated before it was published")
        if not re.fullmatch("urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-"
                            "[0-9a-f]{12}", self.id):
            found.append("id is not canonical")
        pairs = [(c.get("term"), c.get("scheme")) for c in self.categories]
        if len(set(pairs)) != len(pairs):
            found.append("a category comes twice")
        links = self.element.findall(ATOM + "link")
        kinds = [(e.get("rel"), e.get("type"), e.get("hreflang"))
                 for e in links]
        if len(set(kinds)) != len(kinds):
            found.append("two links of a kind")
        for e in links:
            if not re.match("https?://[^/]", e.get("href")):
                found.append("relative link: " + e.get("href"))
        for name in ("content", "summary"):
            for e in self.element.findall(ATOM + name):
                if e.get("type", "text") not in ("text", "html"):
                    found.append("%s of type %s" % (name, e.get("type")))
                elif e.get("type") == "html":
                    found += relative_references(e.text or "")
        lang = self.element.get(XML + "lang")
        if lang is not None and not re.fullmatch(LANGUAGE, lang):
            found.append("no language: %r" % lang)
        return found

    def type_of(self, name):
        return self.element.find(ATOM + name).get("type", "text")


class Feed:
    def __init__(self, data):
        self.data = data
        self.root = ElementTree.fromstring(data)
        self.id = self.root.findtext(ATOM + "id")
        self.title = self.root.findtext(ATOM + "title")
        self.updated = seconds(self.root.findtext(ATOM + "updated"))
        self.entries = [Entry(e) for e in self.root.findall(ATOM + "entry")]

    def link(self, rel):
        found = [e.get("href") for e in self.root.findall(ATOM + "link")
                 if e.get("rel", "alternate") == rel]
        return found[0] if found else None

    def links(self, rel):
        return [e for e in self.root.findall(ATOM + "link")
                if e.get("rel", "alternate") == rel]

    def problems(self, address=None):
        """Those rules of RFC 4287 and of the W3C's feed validator that the
        grammar does not hold."""
        found = []
        ids = [entry.id for entry in self.entries]
        if len(set(ids)) != len(ids):
            found.append("an id comes twice")
        self.check_links(found, address)
        if not re.fullmatch(LANGUAGE, self.root.get(XML + "lang", "")):
            found.append("no language: %r" % self.root.get(XML + "lang"))
        names = [e.tag[len(ATOM):] for e in self.root]
        if "entry" in names[:len(names) - names.count("entry")]:
            found.append("something behind an entry")
        for number in ("id", "title", "updated", "subtitle", "icon", "logo"):
            if names.count(number) > 1:
                found.append("more than one " + number)
        authored = self.root.find(ATOM + "author") is not None
        for entry in self.entries:
            if not authored and entry.element.find(ATOM + "author") is None:
                found.append("no author: " + entry.id)
            found += ["%s: %s" % (entry.id, p) for p in entry.problems()]
        found += check_texts(self.root)
        return found

    def check_links(self, found, address):
        own = self.links("self")
        if len(own) != 1 or own[0].get("type") != "application/atom+xml":
            found.append("no self link to Atom")
        elif address is not None and own[0].get("href") != address:
            found.append("it is not at %r" % own[0].get("href"))
        if len(self.links("alternate")) != 1:
            found.append("not one alternate link")
        here = own[0].get("href") if own else None
        for end, past in (("first", "previous"), ("last", "next")):
            if self.link(end) == here and self.link(past) is not None:
                found.append("a link behind the " + end)
        for e in self.root.findall(ATOM + "link"):
            if e.get("rel") not in RELATIONS:
                found.append("unknown relation: %r" % e.get("rel"))
            if not re.match("https?://[^/]", e.get("href")):
                found.append("relative link: " + e.get("href"))


def validate(data, path):
    """Checks against atom.rng; what xmllint said, empty when valid."""
    with open(path, "wb") as out:
        out.write(data)
    done = subprocess.run(
        ["xmllint", "--nonet", "--noout", "--relaxng",
         os.path.join(HERE, "atom.rng"), path],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout.decode("utf-8", "replace") if done.returncode else ""


def check(t, data, address=None):
    """The feed, which must be valid, and at this address."""
    errors = validate(data, t.path("feed.xml"))
    assert not errors, errors
    found = Feed(data)
    problems = found.problems(address)
    assert not problems, problems
    return found
