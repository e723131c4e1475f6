# SPDX-License-Identifier: ISC
"""Reads a JSON Feed, and says where it departs from version 1.1."""
import json
import re

import feed

FEED = {"version", "title", "home_page_url", "feed_url", "description", "icon",
        "favicon", "authors", "language", "items", "next_url"}
ITEM = {"id", "url", "title", "content_html", "content_text", "summary",
        "image", "date_published", "date_modified", "authors", "tags",
        "language"}
DATE = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


def pairs(members):
    names = [name for name, _ in members]
    assert len(set(names)) == len(names), "a member comes twice: %s" % names
    return dict(members)


def check_authors(authors):
    assert authors and isinstance(authors, list)
    for author in authors:
        assert set(author) <= {"name", "url", "avatar"} and author, author
        assert all(isinstance(v, str) and v for v in author.values())


def check_item(item):
    assert set(item) <= ITEM, set(item) - ITEM
    assert isinstance(item["id"], str) and item["id"]
    assert "content_html" in item or "content_text" in item
    for name in ("url", "image"):
        assert re.match("https?://[^/]", item.get(name, "https://x"))
    for name in ("date_published", "date_modified"):
        assert re.fullmatch(DATE, item[name]), item[name]
    assert item["date_modified"] >= item["date_published"]
    assert re.fullmatch(feed.LANGUAGE, item["language"])
    for name in ("title", "content_html", "content_text", "summary"):
        assert item.get(name, "x") and isinstance(item.get(name, "x"), str)
    assert not feed.relative_references(item.get("content_html", ""))
    tags = item.get("tags", ["x"])
    assert tags and all(isinstance(x, str) for x in tags)
    assert len(set(tags)) == len(tags)
    if "authors" in item:
        check_authors(item["authors"])


def check(data, address):
    """The feed at this address, which must be valid."""
    found = json.loads(data.decode("utf-8"), object_pairs_hook=pairs)
    assert set(found) <= FEED, set(found) - FEED
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert isinstance(found["title"], str) and found["title"]
    assert found["feed_url"] == address, found["feed_url"]
    assert found.get("next_url") != address
    for name in ("home_page_url", "icon", "favicon", "next_url"):
        assert re.match("https?://[^/]", found.get(name, "https://x"))
    assert re.fullmatch(feed.LANGUAGE, found["language"])
    if "authors" in found:
        check_authors(found["authors"])
    for item in found["items"]:
        check_item(item)
    ids = [item["id"] for item in found["items"]]
    assert len(set(ids)) == len(ids)
    return found
