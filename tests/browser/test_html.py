# SPDX-License-Identifier: ISC
"""Every kind of page is HTML, by the Nu HTML checker."""
import json
import os
import subprocess

import kinds


def messages(t, directory):
    done = subprocess.run(
        [kinds.tool(t, "java"), "-jar",
         kinds.module(t, "vnu-jar", "build", "dist", "vnu.jar"),
         "--format", "json", directory],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    return json.loads(done.stderr or done.stdout)["messages"]


def save(daemon, directory):
    """Each page as a file; {file: address}."""
    found = {}
    for number, target in enumerate(kinds.PAGES):
        page = daemon.get(target)
        path = os.path.join(directory, "%02d.html" % number)
        with open(path, "wb") as out:
            out.write(page.body)
        found[path] = target
    return found


def test_pages_are_html(t):
    daemon = kinds.start(t)
    directory = t.path("pages")
    os.mkdir(directory)
    saved = save(daemon, directory)
    found = []
    for m in messages(t, directory):
        if m["type"] == "error" or m.get("subType") == "warning":
            path = m.get("url", "").replace("file:", "")
            found.append("%s:%s: %s: %s" % (
                saved.get(path, path), m.get("lastLine"), m["message"],
                m.get("extract")))
    assert not found, "\n".join(found)


def test_the_checker_sees_errors(t):
    """What is wrong is found: the test above can fail."""
    t.write("bad/bad.html", "<!DOCTYPE html><title>x</title><p><li>x</p>")
    assert messages(t, t.path("bad"))
