# SPDX-License-Identifier: ISC
"""What a reader sees: on paper, from right to left, under a thumb."""
import kinds
from test_access import PHONE, size

ARTICLE, ARABIC = "/Posts/Everything", "/Posts/Arabic"


def look(t, target=None):
    tab = kinds.browse(t, kinds.start(t)).tab()
    if target:
        tab.go(kinds.SITE + target)
    return tab


def test_print(t):
    """Paper has all of the text, and nothing that leads elsewhere."""
    tab = look(t, ARTICLE)
    wide = """[...document.querySelectorAll("pre, .table")].filter(
        e => e.scrollWidth > e.clientWidth).map(e => e.outerHTML)"""
    seen = """[...document.querySelectorAll(
        "nav, search, aside, footer, .anchor")].filter(
        e => e.getClientRects().length > 0).map(e => e.outerHTML)"""
    assert tab.run(wide) and tab.run(seen)
    tab.call("Emulation.setEmulatedMedia", media="print")
    assert not tab.run(wide), tab.run(wide)
    assert not tab.run(seen), tab.run(seen)
    tab.go(kinds.SITE + "/Notes")
    assert not tab.run(seen), tab.run(seen)


def test_right_to_left(t):
    """Code goes from left to right; dots stand between what they part."""
    tab = look(t, ARABIC)
    assert tab.run("""[...document.querySelectorAll("pre, code")].map(
        e => getComputedStyle(e).direction)""") == ["ltr"] * 3
    edges = tab.run("""(() => {
        const line = document.querySelector("article .meta");
        return [...line.childNodes].filter(n => n.textContent.trim()).map(
            n => {
                const range = document.createRange();
                range.selectNodeContents(n);
                const box = range.getBoundingClientRect();
                return [box.left, box.right];
            });
    })()""")
    assert len(edges) == 5, edges  # author, dot, date, dot, minutes
    assert all(left[0] >= right[1] - 1
               for left, right in zip(edges, edges[1:])), edges
    gap = tab.run("""(() => {
        const box = document.querySelector(".task input");
        const range = document.createRange();
        range.selectNodeContents(box.parentElement.lastChild);
        const words = [...range.getClientRects()].filter(r => r.width > 1);
        return box.getBoundingClientRect().left - words[0].right;
    })()""")
    assert gap > 3, gap


def test_targets(t):
    """What is no part of a sentence is 24 pixels high, and a field's letters
    are so large that a phone does not zoom."""
    tab = look(t)
    size(tab, *PHONE)
    for target in [ARTICLE, "/tags", "/archive", "/Notes", "/search?q=note"]:
        tab.go(kinds.SITE + target)
        low = tab.run("""[...document.querySelectorAll("nav a, .name a, " +
            ".tags a, .meta a, .anchor, .posts h2 a, button, input[name]")]
            .map(e => [e.getBoundingClientRect().height, e.outerHTML])
            .filter(([height]) => height < 24)""")
        assert not low, low
        assert tab.run("""parseFloat(getComputedStyle(
            document.querySelector("[type=search]")).fontSize)""") >= 16


def test_links_in_sentences(t):
    """They are underlined; colour alone is no sign to all."""
    tab = look(t)
    for target in [ARTICLE, "/authors/Ada", "/nowhere"]:
        tab.go(kinds.SITE + target)
        lines = tab.run("""[...document.querySelectorAll(
            "main p:not(.meta) > a:not(nav *)")].map(
            e => getComputedStyle(e).textDecorationLine)""")
        assert lines and set(lines) == {"underline"}, (target, lines)


def test_large_letters(t):
    """Letters of twice the size, on a phone: nothing leaves the screen, and
    the words of buttons stay whole."""
    tab = look(t)
    size(tab, *PHONE)
    for target in [ARTICLE, "/Posts/Wordy", "/archive", "/search?q=note"]:
        tab.go(kinds.SITE + target)
        tab.run("document.documentElement.style.fontSize = '200%'; 0")
        wide = tab.run("document.scrollingElement.scrollWidth")
        assert wide <= PHONE[0], "%s: %d" % (target, wide)
        lines = tab.run("""(() => {
            const range = document.createRange();
            range.selectNodeContents(document.querySelector("button"));
            return range.getClientRects().length;
        })()""")
        assert lines == 1, "%s: %d" % (target, lines)


def test_tabs_in_code(t):
    """As wide as four of the letters, so that columns stand in line."""
    tab = look(t, ARTICLE)
    widths = tab.run("""(() => {
        const box = s => document.querySelector(s).getBoundingClientRect();
        const type = box("pre .t"), word = box("pre .k");
        return [type.width / 3, word.left - type.left];
    })()""")
    assert abs(widths[1] - 4 * widths[0]) < 1, widths


def test_matrix_in_aligned_lines(t):
    """The columns of the inner table keep their distance."""
    tab = look(t, ARTICLE)
    gap = tab.run("""(() => {
        const cells = [...document.querySelectorAll("mtable mtable mtd mn")]
            .map(e => e.getBoundingClientRect());
        return cells[1].left - cells[0].right;
    })()""")
    assert gap > 4, gap


def test_search_field(t):
    """One, in the header; in the text where the search is what it is about."""
    tab = look(t)
    for target, place in [("/", "header.site"), ("/search", "main"),
                          ("/search?q=%22no%26te", "main")]:
        tab.go(kinds.SITE + target)
        assert tab.run("document.querySelectorAll('[name=q]').length") == 1
        assert tab.run("document.querySelector('%s [name=q]') !== null"
                       % place), target
    assert tab.run("document.querySelector('[name=q]').value") == '"no&te'
