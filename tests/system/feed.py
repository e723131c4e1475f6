# SPDX-License-Identifier: ISC
"""Reads an Atom feed, and says where it departs from RFC 4287."""
import datetime
import os
import subprocess
import uuid
import xml.etree.ElementTree as ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
ATOM = "{http://www.w3.org/2005/Atom}"


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

    def problems(self):
        """Those rules of RFC 4287 that the grammar does not hold."""
        found = []
        ids = [entry.id for entry in self.entries]
        if len(set(ids)) != len(ids):
            found.append("an id comes twice")
        if self.link("self") is None:
            found.append("no self link")
        authored = self.root.find(ATOM + "author") is not None
        for entry in self.entries:
            if not authored and entry.element.find(ATOM + "author") is None:
                found.append("no author: " + entry.id)
            if entry.content is None and entry.link is None:
                found.append("no content and no link: " + entry.id)
        return found


def validate(data, path):
    """Checks against atom.rng; what xmllint said, empty when valid."""
    with open(path, "wb") as out:
        out.write(data)
    done = subprocess.run(
        ["xmllint", "--nonet", "--noout", "--relaxng",
         os.path.join(HERE, "atom.rng"), path],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout.decode("utf-8", "replace") if done.returncode else ""


def check(t, data):
    """The feed, which must be valid."""
    errors = validate(data, t.path("feed.xml"))
    assert not errors, errors
    found = Feed(data)
    assert not found.problems(), found.problems()
    return found
