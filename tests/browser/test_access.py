# SPDX-License-Identifier: ISC
"""Nobody is kept out: axe, narrow screens, keyboards, both colour schemes."""
import browser
import kinds
from author import Preview, Tree
from repo import article

RUN_AXE = """axe.run(document, {resultTypes: ["violations"],
    rules: {"target-size": {enabled: true}}}).then(r =>
    r.violations.map(v => v.id + ": " + v.help + ": " +
        v.nodes.map(n => n.target.join(" ") + " " + n.html).join("\\n  ")))"""

PHONE, NARROW, DESKTOP = (390, 844), (320, 640), (1280, 900)


def size(tab, width, height):
    tab.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
             deviceScaleFactor=1, mobile=width < 500)


def scheme(tab, name):
    tab.call("Emulation.setEmulatedMedia", features=[
        {"name": "prefers-color-scheme", "value": name}])


def judged(tab, axe, width, colours):
    size(tab, *width)
    scheme(tab, colours)
    tab.run(axe)
    return tab.run(RUN_AXE)


def test_axe(t):
    with open(kinds.module(t, "axe-core", "axe.min.js")) as file:
        axe = file.read() + ";0"
    daemon = kinds.start(t)
    tab = kinds.browse(t, daemon).tab()
    found = []
    for target in kinds.PAGES:
        tab.go(kinds.SITE + target)
        for width in (PHONE, DESKTOP):
            for colours in ("light", "dark"):
                found += ["%s, %d, %s: %s" % (target, width[0], colours, v)
                          for v in judged(tab, axe, width, colours)]
    assert not found, "\n".join(found)


test_axe.timeout = 400


def test_axe_preview(t):
    """The panel of problems, with a site below it and without one."""
    with open(kinds.module(t, "axe-core", "axe.min.js")) as file:
        axe = file.read() + ";0"
    site = Preview(t, Tree(t, {
        ".config/lang": "ar", "Posts/New": article("New", "[no](where)\n"),
        "Posts/Draft": article("Draft", "Text.\n", draft="true")}))
    none = Preview(t, Tree(t, dict.fromkeys(
        ["Index", "Posts/One"], "no header\n"), "none"))
    tab = browser.Browser(t, {"localhost:%d" % preview.port: preview.port
                              for preview in (site, none)}, []).tab()
    found = []
    for preview, target, text in [(site, "Posts/Draft", "Draft"),
                                  (site, "Posts/New", "where"),
                                  (none, "", "There is no site to show")]:
        tab.go("http://localhost:%d/%s" % (preview.port, target))
        panel = tab.run("""(() => {
            const panel = document.querySelector("#blogd-preview");
            return [panel.innerText, getComputedStyle(panel).direction];
        })()""")
        assert text in panel[0] and panel[1] == "ltr", panel
        for colours in ("light", "dark"):
            found += ["%s, %s: %s" % (target, colours, v)
                      for v in judged(tab, axe, PHONE, colours)]
            back = tab.run("""getComputedStyle(document.querySelector(
                "#blogd-preview")).backgroundColor""")
            assert ("255" in back) == (colours == "light"), back
    assert not found, "\n".join(found)


def test_axe_sees_faults(t):
    with open(kinds.module(t, "axe-core", "axe.min.js")) as file:
        axe = file.read() + ";0"
    tab = kinds.browse(t, kinds.start(t)).tab()
    tab.go(kinds.SITE + "/")
    tab.run("document.body.insertAdjacentHTML('beforeend', '<img src=x>'); 0")
    assert any("image-alt" in v for v in judged(tab, axe, PHONE, "light"))


def test_narrow_screens(t):
    """Nothing but what scrolls by itself is wider than the screen; 640 is
    a window of 1280 at 200 %."""
    tab = kinds.browse(t, kinds.start(t)).tab()
    for width in (320, 640):
        size(tab, width, 640)
        for target in kinds.PAGES:
            tab.go(kinds.SITE + target)
            wide = tab.run("document.scrollingElement.scrollWidth")
            assert wide <= width, "%s: %d of %d" % (target, wide, width)


def press(tab, key):
    for kind in ("keyDown", "keyUp"):
        tab.call("Input.dispatchKeyEvent", type=kind, key=key, code=key,
                 windowsVirtualKeyCode=9)


def focused(tab):
    return tab.run("""(() => {
        const e = document.activeElement, s = getComputedStyle(e);
        const box = e.getBoundingClientRect();
        return {tag: e.tagName, href: e.getAttribute("href"),
                outline: s.outlineStyle + " " + s.outlineWidth,
                seen: box.width > 1 && box.height > 1 && box.bottom > 0};
    })()""")


def test_keyboard(t):
    """The first stop is the way past the menu; each one is seen."""
    tab = kinds.browse(t, kinds.start(t)).tab()
    size(tab, *DESKTOP)
    tab.go(kinds.SITE + "/Posts/Everything")
    press(tab, "Tab")
    first = focused(tab)
    assert first["tag"] == "A" and first["href"].startswith("#"), first
    for _ in range(12):
        stop = focused(tab)
        assert stop["seen"], stop
        assert not stop["outline"].startswith("none"), stop
        press(tab, "Tab")


def test_nothing_to_complain_about(t):
    """No error in the console, no breach of the policy, no script."""
    tab = kinds.browse(t, kinds.start(t)).tab()
    for target in kinds.PAGES:
        if target == "/nowhere":
            continue  # a 404 is an error of the console
        tab.go(kinds.SITE + target)
        assert not tab.problems, tab.problems
        assert tab.run("document.scripts.length - document.querySelectorAll("
                       "'script[type=\"application/ld+json\"]').length") == 0


def test_weight(t):
    """What a reader fetches of a post, fields aside."""
    daemon = kinds.start(t)
    sizes = sorted(len(daemon.get(target, fields=[
        ("Accept-Encoding", "br")]).body) for target in kinds.POSTS_SHOWN)
    assert sizes[len(sizes) // 2] < 14 * 1024, sizes
