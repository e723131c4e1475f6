# SPDX-License-Identifier: ISC
"""Lighthouse: 100 four times, on a phone and on a desktop."""
import json
import os
import subprocess

import browser
import kinds

CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
# What a search finds is no page for other search engines: see search_writer.c.
HIDDEN = "is-crawlable: Page is blocked from indexing"
# Lighthouse gives up on a page that is not 200.
PAGES = [target for target in kinds.PAGES if target != "/nowhere"]


def audit(t, daemon, pages, forms):
    key = browser.key_of(daemon.certificate[0])
    node = kinds.tool(t, "node")
    kinds.module(t, "lighthouse")
    asked = {
        "chromium": kinds.tool(t, "chromium"),
        "urls": [kinds.SITE + page for page in pages],
        "forms": forms,
        "flags": browser.arguments(
            t.path("lighthouse"), {kinds.HOST + ":443": daemon.port("https")},
            [key])}
    asked["flags"] = [
        flag for flag in asked["flags"]
        if flag != "--remote-debugging-pipe" and
        not flag.startswith(("--window-size", "--user-data-dir"))]
    done = subprocess.run(
        [node, os.path.join(os.path.dirname(__file__), "audit.mjs"),
         os.path.dirname(kinds.module(t, "lighthouse"))],
        input=json.dumps(asked).encode(), stdout=subprocess.PIPE, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_hundred(t):
    daemon = kinds.start(t)
    found = []
    results = audit(t, daemon, PAGES, ["mobile", "desktop"])
    for r in results:
        assert not r["error"], r
        for category in CATEGORIES:
            if "/search" in r["url"] and category == "seo":
                assert r["failures"]["seo"] == [HIDDEN], r
            elif r[category] != 100:
                found.append("%s, %s: %s %d: %s" % (
                    r["url"], r["form"], category, r[category],
                    "; ".join(r["failures"][category])))
    assert len(results) == 2 * len(PAGES), results
    assert not found, "\n".join(found)


test_hundred.timeout = 900
