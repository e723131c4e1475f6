# SPDX-License-Identifier: ISC
"""Chromium without a window, driven by the DevTools protocol over two pipes.

It finds the hosts it was given and no others, and trusts the keys it was given
beside the authorities of the system.
"""
import base64
import hashlib
import json
import os
import shutil
import signal
import struct
import subprocess
import threading
import time
import zlib

import blogd
from repo import ENV

PROGRAM = "chromium"
ICON = "/favicon.ico", "/favicon.svg"  # asked for when it likes
DEADLINE = 90  # seconds for anything: only a browser that hangs reaches it


class Failure(Exception):
    """The browser refused a command."""


def key_of(certificate):
    """What --ignore-certificate-errors-spki-list calls a certificate's key."""
    def openssl(*arguments, data=None):
        return subprocess.run(["openssl", *arguments], input=data, env=ENV,
                              check=True, stdout=subprocess.PIPE).stdout
    public = openssl("x509", "-in", certificate, "-noout", "-pubkey")
    der = openssl("pkey", "-pubin", "-outform", "der", data=public)
    return base64.b64encode(hashlib.sha256(der).digest()).decode()


def arguments(directory, hosts, keys):
    rules = ["MAP %s 127.0.0.1:%d" % pair for pair in hosts.items()]
    found = [
        "--headless", "--remote-debugging-pipe",
        "--user-data-dir=" + directory,
        "--host-resolver-rules=" + ",".join(rules + ["MAP * ~NOTFOUND"]),
        "--ignore-certificate-errors-spki-list=" + ",".join(keys),
        "--no-proxy-server", "--no-first-run", "--disable-gpu",
        "--disable-background-networking", "--disable-component-update",
        "--disable-dev-shm-usage", "--disable-breakpad", "--mute-audio",
        "--window-size=320,240",
    ]
    # Its sandbox does not start for root.
    return found + (["--no-sandbox"] if os.getuid() == 0 else [])


class Browser:
    """hosts: {"name:port": port on 127.0.0.1}; keys: what key_of returns."""

    def __init__(self, t, hosts, keys):
        if not shutil.which(PROGRAM, path=ENV["PATH"]):
            t.skip("no " + PROGRAM)
        self.directory = t.path("browser")
        # A socket's path must be short.
        self.temporary = os.path.join(os.path.dirname(t.dir),
                                      "b%d" % os.getpid())
        for directory in [self.directory, self.temporary]:
            os.mkdir(directory)
        self.errors = t.path("browser.log")
        self.changed = threading.Condition()
        self.answers = {}  # id: message
        self.tabs = {}     # session: Tab
        self.last = 0
        self.ended = False
        with open(self.errors, "wb") as log:
            # The protocol has descriptors 3 and 4.
            self.process = subprocess.Popen(
                ["sh", "-c", 'exec "$@" 3<&0 4>&1 </dev/null >/dev/null',
                 "sh", PROGRAM,
                 *arguments(self.directory, hosts, keys), "about:blank"],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
                env={**ENV, "HOME": self.directory, "TMPDIR": self.temporary,
                     "DBUS_SESSION_BUS_ADDRESS": "disabled:"})
        t.started(self)
        threading.Thread(target=self.receive, daemon=True).start()

    # -- messages -----------------------------------------------------------

    def receive(self):
        """Each message is JSON with a zero behind it."""
        left = b""
        while True:
            block = os.read(self.process.stdout.fileno(), 1 << 20)
            if not block:
                break
            *whole, left = (left + block).split(b"\0")
            for message in map(json.loads, whole):
                with self.changed:
                    self.dispatch(message)
                    self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def dispatch(self, message):
        if "id" in message:
            self.answers[message["id"]] = message
        elif message.get("sessionId") in self.tabs:
            self.tabs[message["sessionId"]].note(message["method"],
                                                 message["params"])

    def wait(self, condition, what):
        """Until condition(), which sees all that has come."""
        with self.changed:
            done = self.changed.wait_for(
                lambda: condition() or self.ended, DEADLINE)
            found = condition()
        if not found:
            with open(self.errors, errors="replace") as log:
                tail = log.read()[-3000:]
            raise AssertionError("%s: %s\n%s" % (
                what, "the browser has ended" if done else
                "not within %d s" % DEADLINE, tail))
        return found

    def begin(self, method, parameters=None, session=None):
        """Sends a command; its number."""
        with self.changed:
            self.last += 1
            number = self.last
            message = {"id": number, "method": method,
                       "params": parameters or {}}
            if session:
                message["sessionId"] = session
            self.process.stdin.write(json.dumps(message).encode() + b"\0")
            self.process.stdin.flush()
        return number

    def result(self, number, what="command"):
        message = self.wait(lambda: self.answers.get(number), what)
        with self.changed:
            del self.answers[number]
        if "error" in message:
            raise Failure("%s: %s" % (what, message["error"]))
        return message["result"]

    def call(self, method, session=None, **parameters):
        return self.result(self.begin(method, parameters, session), method)

    def tab(self):
        return Tab(self)

    # -- the end --------------------------------------------------------------

    def stop(self):
        family = [self.process.pid, *blogd.descendants(self.process.pid)]
        try:
            self.begin("Browser.close")
            self.process.wait(10)
        except (OSError, subprocess.TimeoutExpired):
            pass
        for pid in family:
            # A number that somebody else has by now has another parent.
            if pid in (self.process.pid, *blogd.descendants(os.getpid())):
                kill(pid)
        self.process.wait(10)
        for directory in [self.directory, self.temporary]:
            shutil.rmtree(directory, ignore_errors=True)


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


# ------------------------------------------------------------------- tabs --

class Request:
    """What became known of one request, in the order of redirections."""

    def __init__(self, parameters):
        self.url = parameters["request"]["url"]
        self.loader = parameters["loaderId"]
        self.sent = {}       # the fields that went out
        self.status = None   # on the wire: 304 where the cache answered
        self.response = None
        self.size = 0        # bytes that came, heads included
        self.cached = False
        self.finished = False
        self.failed = None   # the error's name

    def field(self, name):
        for key, value in self.response["headers"].items():
            if key.lower() == name.lower():
                return value
        return None

    @property
    def path(self):
        return "/" + self.url.split("/", 3)[3]

    @property
    def protocol(self):
        return self.response["protocol"]

    @property
    def media_type(self):
        return self.response["mimeType"]

    def __repr__(self):
        return "<%s: %s, %s>" % (self.url, self.failed or self.status,
                                 self.response)


class Visit:
    """A document that was loaded, with all that belongs to it."""

    def __init__(self, tab, loader):
        self.requests = [r for r in tab.requests.values()
                         if r.loader == loader]
        self.document = tab.requests.get(loader)

    def of(self, path):
        return next(r for r in self.requests if r.path == path)


class Tab:
    def __init__(self, browser):
        self.browser = browser
        self.requests = {}   # id: Request
        self.loaded = set()  # loaders
        self.shown = []      # loaders of the documents, in turn
        self.problems = []   # errors of the console, the policy, scripts
        self.early = {}      # id: what came before the request itself
        self.frame = browser.call("Target.createTarget",
                                  url="about:blank")["targetId"]
        self.session = browser.call("Target.attachToTarget", flatten=True,
                                    targetId=self.frame)["sessionId"]
        with browser.changed:
            browser.tabs[self.session] = self
        for domain in ["Page", "Network", "Log", "Runtime"]:
            self.call(domain + ".enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.frame)

    # -- what it tells --------------------------------------------------------

    def note(self, method, p):
        known = getattr(self, "on_" + method.replace(".", "_"), None)
        if known:
            known(p)

    def on_Network_requestWillBeSent(self, p):
        url = p["request"]["url"]
        if url.startswith("http") and not url.endswith(ICON):
            request = self.requests[p["requestId"]] = Request(p)
            for change in self.early.pop(p["requestId"], []):
                change(request)

    def change(self, p, change):
        """The extra information comes before or behind its request."""
        if p["requestId"] in self.requests:
            change(self.requests[p["requestId"]])
        else:
            self.early.setdefault(p["requestId"], []).append(change)

    def on_Network_requestWillBeSentExtraInfo(self, p):
        self.change(p, lambda r: r.sent.update(
            (n.lower(), v) for n, v in p["headers"].items()))

    def on_Network_responseReceivedExtraInfo(self, p):
        self.change(p, lambda r: setattr(r, "status", p["statusCode"]))

    def on_Network_responseReceived(self, p):
        def change(request):
            request.response = p["response"]
            request.cached |= p["response"].get("fromDiskCache", False)
            request.status = request.status or p["response"]["status"]
        self.change(p, change)

    def on_Network_requestServedFromCache(self, p):
        self.change(p, lambda r: setattr(r, "cached", True))

    def on_Network_loadingFinished(self, p):
        def change(request):
            request.finished = True
            request.size = p["encodedDataLength"]
        self.change(p, change)

    def on_Network_loadingFailed(self, p):
        def change(request):
            request.finished = True
            request.failed = p["errorText"]
        self.change(p, change)

    def on_Page_frameNavigated(self, p):
        if "parentId" not in p["frame"]:
            self.shown.append(p["frame"]["loaderId"])

    def on_Page_lifecycleEvent(self, p):
        if p["name"] == "load":
            self.loaded.add(p["loaderId"])

    def on_Log_entryAdded(self, p):
        entry = p["entry"]
        if entry["level"] in ("warning", "error") and \
                not entry.get("url", "").endswith(ICON):
            self.problems.append("%s %s" % (entry["text"],
                                            entry.get("url", "")))

    def on_Runtime_consoleAPICalled(self, p):
        self.problems.append("console: %s" % p)

    def on_Runtime_exceptionThrown(self, p):
        self.problems.append("exception: %s" % p)

    # -- what it is told ------------------------------------------------------

    def begin(self, method, **parameters):
        """Starts what loads a document, for visited()."""
        with self.browser.changed:
            before = len(self.shown)
        return before, self.browser.begin(method, parameters, self.session)

    def visited(self, begun):
        """Waits for the document and all that it asks for."""
        before, number = begun
        found = self.browser.result(number, "visit")
        assert "errorText" not in found, found["errorText"]
        self.browser.wait(lambda: len(self.shown) > before, "document")
        loader = self.shown[before]
        self.browser.wait(lambda: loader in self.loaded, "load of %s" % (
            self.requests.get(loader)))
        self.browser.wait(lambda: all(
            r.finished for r in self.requests.values()
            if r.loader == loader), "resources")
        return Visit(self, loader)

    def go(self, url):
        return self.visited(self.begin("Page.navigate", url=url))

    def reload(self, ignore_cache=False):
        return self.visited(self.begin("Page.reload",
                                       ignoreCache=ignore_cache))

    def follow(self, path):
        """A click at the link."""
        box = self.run("""(() => {
            const link = document.querySelector(%s);
            link.scrollIntoView({block: "center", behavior: "instant"});
            const box = link.getClientRects()[0];
            return [box.x + box.width / 2, box.y + box.height / 2];
        })()""" % json.dumps('a[href="%s"]' % path))
        mouse = {"x": box[0], "y": box[1], "button": "left", "clickCount": 1}
        self.call("Input.dispatchMouseEvent", type="mousePressed", **mouse)
        return self.visited(self.begin("Input.dispatchMouseEvent",
                                       type="mouseReleased", **mouse))

    def run(self, script):
        """The value of an expression, or of the promise that it is."""
        found = self.call("Runtime.evaluate", expression=script,
                          awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in found:
            raise Failure(str(found["exceptionDetails"]))
        return found["result"].get("value")

    @property
    def text(self):
        return self.run("document.body.innerText")

    def wait_request(self, condition, what):
        """The first request for which condition(request) holds."""
        return self.browser.wait(lambda: next(
            (r for r in self.requests.values() if condition(r)), None), what)

    def colours(self, scheme):
        """How the page looks in this colour scheme: {(r, g, b): pixels}."""
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme}])
        return histogram(base64.b64decode(
            self.call("Page.captureScreenshot", format="png")["data"]))


# --------------------------------------------------------------- pictures --

def chunks(png):
    at = 8
    while at < len(png):
        size, kind = struct.unpack_from(">I4s", png, at)
        yield kind, png[at + 8:at + 8 + size]
        at += 12 + size


def paeth(a, b, c):
    p = a + b - c
    return min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]


def unfilter(kind, row, above, step):
    """Undoes a filter of PNG (RFC 2083 section 6), in place."""
    for i, byte in enumerate(row):
        a = row[i - step] if i >= step else 0
        b = above[i]
        c = above[i - step] if i >= step else 0
        row[i] = byte + (0, a, b, (a + b) // 2,
                         paeth(a, b, c) if kind == 4 else 0)[kind] & 255


def histogram(png):
    """{(r, g, b): pixels} of a picture of 8 bits a sample."""
    parts = list(chunks(png))
    width, height, depth, kind, _, _, interlaced = struct.unpack(
        ">IIBBBBB", parts[0][1])
    assert (depth, interlaced) == (8, 0) and kind in (2, 6), parts[0]
    step = 3 if kind == 2 else 4
    data = zlib.decompress(b"".join(d for k, d in parts if k == b"IDAT"))
    found, above, at = {}, bytearray(width * step), 0
    for _ in range(height):
        row = bytearray(data[at + 1:at + 1 + width * step])
        if data[at]:
            unfilter(data[at], row, above, step)
        for x in range(0, len(row), step):
            colour = tuple(row[x:x + 3])
            found[colour] = found.get(colour, 0) + 1
        above, at = row, at + 1 + width * step
    return found
