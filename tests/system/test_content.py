# SPDX-License-Identifier: ISC
"""What becomes of the files of a repository."""
import re

import feed
import page
import repo
from repo import article


def order(text, *targets):
    """Where links to these targets come first on a page."""
    links = page.check(text).links
    found = [next((i for i, link in enumerate(links)
                   if link == target or link.endswith(target)), None)
             for target in targets]
    assert None not in found, "%s of %s are in %s" % (found, targets, links)
    return found


def redirects(daemon, target, to):
    found = daemon.get(target)
    assert found.status == 301, "%s: %r" % (target, found)
    place = found.get("Location")
    assert place in (to, "https://blog.example" + to), \
        "%s goes to %s" % (target, place)


# ------------------------------------------------------------ articles --

def test_article(t):
    daemon = t.serve({"Posts/Full": article(
        "The *title*", "Some **text**.\n", author="han nes", tags="one, two",
        abstract="An *abstract*")})
    found = daemon.get("/Posts/Full")
    assert found.get("Content-Type").lower() == "text/html; charset=utf-8"
    shown = page.check(found.text)
    assert "The *title*" in shown.text and "The *title*" in shown.title
    assert "han nes" in shown.text
    assert "<strong>text</strong>" in found.text
    assert any(link.endswith("/tags/one") for link in shown.links)


def test_leading_line_is_optional(t):
    daemon = t.serve({"Posts/Bare": "title: Bare\nauthor: x\n---\nNo lead.\n"})
    assert "No lead." in daemon.page("/Posts/Bare")


def test_keys_in_any_order_and_unknown_keys(t):
    daemon = t.serve({"Posts/Keys":
                      "---\nmood: fine\nauthor: x\ntags: q\ntitle: Keys\n"
                      "author_url: https://x.example/\n---\nAll fine.\n"})
    assert "All fine." in daemon.page("/Posts/Keys")


def test_values_may_hold_colons_and_dashes(t):
    daemon = t.serve({"Posts/Odd": "---\ntitle: a: b --- c: d\nauthor: x: y\n"
                      "---\nStill there.\n"})
    shown = page.check(daemon.page("/Posts/Odd"))
    assert "a: b --- c: d" in shown.title, shown.title
    assert "Still there." in shown.text


def test_crlf_line_ends(t):
    daemon = t.serve({"Posts/Dos": article("Dos", "Line.\n").replace(
        "\n", "\r\n")})
    assert page.check(daemon.page("/Posts/Dos")).title.startswith("Dos")


def test_byte_order_mark(t):
    daemon = t.serve({"Posts/Bom": "\ufeff" + article("Bom", "After it.\n")})
    assert "After it." in daemon.page("/Posts/Bom")


def test_gfm(t):
    daemon = t.serve({"Posts/Gfm": article(
        "Gfm", "| a | b |\n|---|---|\n| 1 | 2 |\n\n~~gone~~ www.x.example\n\n"
        "- [x] done\n\nnote[^1]\n\n[^1]: foot\n\n```c\nint x;\n```\n")})
    text = daemon.page("/Posts/Gfm")
    page.check(text)
    for part in ["<table>", "<td>1</td>", "<del>gone</del>",
                 'href="http://www.x.example"', "checkbox", "footnote",
                 '<span class="t">int</span> x;']:
        assert part in text, part


def test_heading_without_a_space_stays_text(t):
    daemon = t.serve({"Posts/Heading": article(
        "Heading", "###Heading three\n\n### Real\n")})
    text = daemon.page("/Posts/Heading")
    assert "###Heading three" in text
    assert re.search(r"<h2[^>]*>.*Real", text)
    daemon.wait_log(r"Posts/Heading:\d+:\d+: ")


def test_unknown_tags_are_shown_as_text(t):
    daemon = t.serve({"Posts/Irc": article(
        "Irc", "12:01 <hannes> hello\n\n    <code>\n\n<nick> hi\n\n"
        "<bl0g@x> odd\n")})
    shown = page.check(daemon.page("/Posts/Irc"))
    for part in ["<hannes> hello", "<nick> hi"]:
        assert part in shown.text, shown.text


def test_harmless_tags_stay(t):
    daemon = t.serve({"Posts/Html": article(
        "Html", 'An <img src="https://p.example/x.png" alt="pic"> and '
        "<del>old</del> <span>s</span>.\n")})
    text = daemon.page("/Posts/Html")
    page.check(text)
    assert '<img src="https://p.example/x.png"' in text
    assert "<del>old</del>" in text


def test_mathematics(t):
    """Read under the filter of a process that renders."""
    formulas = ["e^{i\\pi} + 1 = 0", "\\sqrt[3]{\\frac{a}{b}}",
                "\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}",
                "\\left( \\sum_{k=0}^n \\binom{n}{k} \\right)^2"]
    body = "".join("A $%s$ here.\n\n$$\n%s\n$$\n\n```math\n%s\n```\n\n" %
                   (tex, tex, tex) for tex in formulas * 100)
    body += "Unknown: $\\unknown{x}$\n"
    daemon = t.serve({"Posts/Math": article("Formulas", body)})
    text = daemon.page("/Posts/Math")
    page.check(text, allowed=("input", "math"))
    assert text.count("<math>") == 400
    assert text.count('<math display="block">') == 800
    assert "<msup><mi>e</mi><mrow><mi>i</mi><mi>\u03c0</mi></mrow></msup>" \
        in text
    assert '<code class="math">\\unknown{x}</code>' in text


def test_link_in_author(t):
    daemon = t.serve({"Posts/By": article(
        "By", author="[Hannes](https://h.example/)")})
    shown = page.check(daemon.page("/Posts/By"))
    assert "https://h.example/" in shown.links
    assert "Hannes" in shown.text and "](" not in shown.text


# ------------------------------------------------------------ addresses --

def test_md_and_bare_name_are_one_page(t):
    daemon = t.serve({"Posts/x.md": article("X", "The x.\n")})
    statuses = {target: daemon.get(target).status
                for target in ("/Posts/x", "/Posts/x.md")}
    assert sorted(statuses.values()) == [200, 301], statuses
    canonical = min(statuses, key=statuses.get)
    other = max(statuses, key=statuses.get)
    redirects(daemon, other, canonical)
    assert order(daemon.page("/Posts"), canonical)


def test_both_forms_as_files(t):
    """Neither file may disappear, nor be mixed up with the other."""
    daemon = t.serve({"Posts/x.md": article("With", "With dot.\n"),
                      "Posts/x": article("Without", "Without dot.\n")})
    assert "Without dot." in daemon.page("/Posts/x")
    assert "With dot." in daemon.page("/Posts/x.md")


def test_spaces_and_utf8_in_paths(t):
    daemon = t.serve({"Posts/Größe und mehr": article("G", "Size.\n")})
    assert "Size." in daemon.page("/Posts/Gr%C3%B6%C3%9Fe%20und%20mehr")
    redirects(daemon, "/Posts/Gr%c3%b6%c3%9fe%20%75nd%20mehr",
              "/Posts/Gr%C3%B6%C3%9Fe%20und%20mehr")
    order(daemon.page("/Posts"), "/Posts/Gr%C3%B6%C3%9Fe%20und%20mehr")


def test_links_to_odd_names_need_no_redirect(t):
    """What pages and the feed link to is the canonical form at once."""
    names = {"Posts/x%sy" % sign: article("Sign " + str(number), "Odd.\n")
             for number, sign in enumerate("!#$%&'()*+,;:=?@[]^`{|}~\"<> ")}
    daemon = t.serve({**names, ".config/per_page": "100\n"})
    links = [x for x in page.check(daemon.page("/Posts")).links
             if "/Posts/x" in x]
    assert len(set(links)) == len(names), links
    entries = feed.Feed(daemon.get("/atom").body).entries
    links += [e.link for e in entries if "/Posts/x" in e.link]
    for link in links:
        target = link.replace("https://blog.example", "")
        found = daemon.get(target)
        assert found.status == 200, (target, found)


def test_repeated_and_trailing_slashes(t):
    daemon = t.serve()
    redirects(daemon, "/Posts/One/", "/Posts/One")
    redirects(daemon, "/Posts/", "/Posts")
    redirects(daemon, "//Posts//One", "/Posts/One")


def test_query_does_not_change_the_page(t):
    assert "Body of" in t.serve().page("/Posts/One?utm_source=x")


def test_case_matters(t):
    assert t.serve().get("/posts/one").status == 404


def test_traversal_finds_nothing(t):
    daemon = t.serve()
    for target in ["/../etc/passwd", "/static/../../etc/passwd",
                   "/static/%2e%2e/%2e%2e/etc/passwd", "/Posts%2fOne",
                   "/Posts/One%00", "/Posts\\One", "/Posts/%c0%aeOne"]:
        found = daemon.get(target)
        assert found.status in (301, 400, 404), (target, found)
        assert b"root:" not in found.body


def test_redirect_file(t):
    daemon = t.serve({"Old": "---\nredirect: /About us\n---\n",
                      "Older": "redirect: https://other.example/x\n",
                      "About us": article("About", "Us.\n")})
    redirects(daemon, "/Old", "/About%20us")
    assert daemon.get("/Older").get("Location") == "https://other.example/x"


def test_redirect_cannot_break_a_header(t):
    daemon = t.serve({"Bad": b"redirect: /x\rSet-Cookie: a=b\n",
                      "Bad2": b"redirect: javascript:alert(1)\n"})
    for target in ["/Bad", "/Bad2"]:
        found = daemon.get(target)
        assert found.all("Set-Cookie") == [], found
        assert "javascript" not in found.get("Location", ""), found


def test_not_found_is_a_page(t):
    found = t.serve().get("/nothing")
    assert found.status == 404
    assert found.get("Content-Type").lower() == "text/html; charset=utf-8"
    assert "Small blog" in page.check(found.text).text


# ------------------------------------------------------- index and lists --

def test_index_page(t):
    assert "<strong>first</strong>" in t.serve().page("/")


def test_index_page_of_the_repository(t):
    daemon = t.serve({".config/index_page": "Posts/One"})
    assert "Body of" in daemon.page("/")


def test_index_may_be_a_directory(t):
    daemon = t.serve({".config/index_page": "Posts\n",
                      "Posts/Two": article("Two")})
    assert order(daemon.page("/"), "/Posts/Two", "/Posts/One")


def test_listing_is_recursive_and_newest_first(t):
    made = t.blog()
    made.commit({"Posts/Deep/er/Two": article("Two")})
    made.commit({"Posts/Three": article("Three")})
    made.commit({"Posts/One": article("First, edited")})
    daemon = t.daemon(made.path)
    found = order(daemon.page("/Posts"), "/Posts/Three", "/Posts/Deep/er/Two",
                  "/Posts/One")
    assert found == sorted(found), found
    assert order(daemon.page("/Posts/Deep"), "/Posts/Deep/er/Two")


def test_menu_is_first_elements_sorted_by_bytes(t):
    daemon = t.serve({"Zoo": article("Z"), "about": article("A"),
                      "Éclair/x": article("E"), "README": "No article.\n"})
    menu = re.search(r"<nav.*?</nav>", daemon.page("/"), re.S).group(0)
    names = re.findall(r'href="(?:https://blog.example)?(/[^"]*)"', menu)
    names = [n for n in names if not n.startswith(("/tags", "/atom"))]
    wanted = ["/Index", "/Posts", "/Zoo", "/about", "/%C3%89clair"]
    assert [n for n in names if n != "/"] in (wanted, wanted[1:]), names


def test_tags(t):
    daemon = t.serve({"Posts/Two": article("Two", tags="a, B, a , "),
                      "Posts/Three": article("Three", tags="A")})
    assert order(daemon.page("/tags"), "/tags/a", "/tags/B", "/tags/A",
                 "/tags/b%20c")
    found = order(daemon.page("/tags/a"), "/Posts/One", "/Posts/Two")
    assert found
    assert not any("Three" in link for link in
                   page.check(daemon.page("/tags/a")).links)
    assert daemon.get("/tags/none").status == 404


def test_hostile_tags(t):
    tags = '"><script>alert(1)</script>, ../x, a/b, %2e, é è, <b>'
    daemon = t.serve({"Posts/Two": article("Two", tags=tags)})
    shown = page.check(daemon.page("/tags"))
    targets = [link.replace("https://blog.example", "")
               for link in shown.links if "/tags/" in link]
    assert len(targets) >= 6, targets
    for target in targets:
        assert page.check(daemon.page(target)), target


# ------------------------------------------------------------- the rest --

def test_static_files(t):
    kinds = {"a.css": "text/css", "a.js": "text/javascript", "a.png":
             "image/png", "a.jpg": "image/jpeg", "a.svg": "image/svg+xml",
             "a.woff2": "font/woff2", "a.pdf": "application/pdf",
             "a.txt": "text/plain", "a.html": "text/html", "a.mp4":
             "video/mp4", "a.zip": "application/zip", "a.webp": "image/webp",
             "a.odd": "application/octet-stream",
             "none": "application/octet-stream"}
    data = bytes(range(256)) * 8
    daemon = t.serve({"static/d/" + name: data for name in kinds})
    for name, kind in kinds.items():
        found = daemon.get("/static/d/" + name)
        assert found.status == 200 and found.body == data, name
        assert found.get("Content-Type").split(";")[0].lower() == kind, \
            (name, found.get("Content-Type"))


def test_empty_static_file(t):
    found = t.serve({"static/empty.txt": ""}).get("/static/empty.txt")
    assert found.status == 200 and found.body == b""


def test_dot_files_are_not_served(t):
    daemon = t.serve({".config/secret": "s", "static/.htaccess": "s",
                      ".hidden/Page": article("Hidden"), ".git2/x": "s",
                      "Posts/.draft": article("Draft")})
    for target in ["/.config/secret", "/.config/uuid", "/static/.htaccess",
                   "/.hidden/Page", "/Posts/.draft", "/.git2/x"]:
        assert daemon.get(target).status == 404, target
    assert "Draft" not in daemon.page("/Posts")


def test_other_files_are_left_out_with_a_message(t):
    daemon = t.serve({"Notes.md": "# Read me\n", "Posts/Broken":
                      "title: No author\n---\nText.\n",
                      "Posts/NoEnd": "---\ntitle: x\nauthor: y\nText.\n"})
    for path in ["Notes.md", "Posts/Broken", "Posts/NoEnd"]:
        daemon.wait_log(r"%s:\d+:\d+: \w" % re.escape(path))
        assert daemon.get("/" + path).status == 404, path
    daemon.wait_log(r"Posts/Broken:\d+:\d+: .*author")


def test_front_matter_problem_tells_its_line(t):
    daemon = t.serve({"Posts/Line": "---\ntitle: x\nauthor: y\nno colon here"
                      "\n---\nText.\n"})
    daemon.wait_log(r"Posts/Line:4:\d+: ")


def test_bytes_that_are_no_utf8(t):
    daemon = t.serve({"Posts/Latin":
                      b"---\ntitle: Caf\xe9\nauthor: x\n---\nna\xefve\n"})
    daemon.wait_log(r"Posts/Latin:\d+:\d+: ")
    for target in ["/", "/Posts", "/atom", "/Posts/Latin"]:
        daemon.get(target).body.decode("utf-8")


def test_nul_and_control_bytes(t):
    daemon = t.serve({"Posts/Nul": b"---\ntitle: a\x00b\x1b[31m\nauthor: x\n"
                      b"---\nbody \x00 \x1b[31m \x7f.\n"})
    for target in ["/Posts", "/Posts/Nul", "/atom"]:
        body = daemon.get(target).body
        assert not re.search(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]", body), target
    assert not any("\x1b" in line for line in daemon.lines())


HOSTILE = """<script>alert(1)</script>

<img src=x onerror=alert(1)>

[a](javascript:alert(1)) [b](JAVA\tSCRIPT:alert(1)) [c](vbscript:x)
[d](data:text/html,<script>alert(1)</script>) ![e](javascript:alert(1))

<a href="java&#x0A;script:alert(1)">f</a> <a href=' javascript:alert(1)'>g</a>

<svg onload=alert(1)><math><style>*{color:red}</style>

<iframe srcdoc="<script>alert(1)</script>"></iframe> <base href="//evil">

<form action="javascript:alert(1)"><input type=submit></form>

<img src="x" style="position:fixed"> <b onclick="x">h</b>

<!-- --!><script>alert(1)</script> -->

<javascript:alert(1)>

</main></body></html><script>alert(1)</script>

```"><script>alert(1)</script>
code
```
"""


def test_hostile_markdown(t):
    title = '"><script>alert(1)</script>\' & </title>'
    daemon = t.serve({"Posts/Xss": article(
        title, HOSTILE, author="<script>x</script> [a](javascript:x)",
        abstract=HOSTILE.replace("\n", " "), tags='"onclick="x')})
    for target in ["/Posts/Xss", "/Posts", "/tags"]:
        shown = page.check(daemon.page(target), allowed=())
        if target == "/Posts/Xss":
            assert title in shown.title, shown.title


def test_hostile_settings_of_a_repository(t):
    daemon = t.serve({".config/blog_name": '</title><script>"&\r\nX: y\n',
                      ".config/root": 'https://x.example/"><script>\r\nY: z'})
    for target in ["/", "/Posts/One", "/atom", "//Posts"]:
        found = daemon.get(target)
        assert found.all("X") == found.all("Y") == []
        if found.status == 200 and target != "/atom":
            page.check(found.text)


def test_empty_body_and_huge_paragraph(t):
    daemon = t.serve({"Posts/Empty": article("Empty", ""),
                      "Posts/Huge": article("Huge", "word " * 200000)})
    page.check(daemon.page("/Posts/Empty"))
    assert daemon.page("/Posts/Huge").count("word") >= 200000


def test_same_commit_same_bytes(t):
    """Two daemons, two times, one site."""
    made = repo.Synthetic(t.repo(), commits=30).repo
    first, second = t.daemon(made.path), t.daemon(made.path)
    for target in ["/", "/atom", "/Posts", "/tags", "/Posts/Post0"]:
        a, b = first.get(target), second.get(target)
        assert a.body == b.body and a.get("ETag") == b.get("ETag"), target


# ---------------------------------------------------------- references --

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"/>'


def test_words_in_the_language_of_the_site(t):
    made = t.blog({
        ".config/lang": "fr\n",
        "Posts/Un": article("Un", "> [!NOTE]\n> Bien.\n\na[^1]\n\n[^1]: b\n"),
        "Posts/Two": article("Two", "> [!NOTE]\n> Well.\n", lang="en")})
    daemon = t.daemon(made.path)
    text = daemon.page("/Posts/Un")
    page.check(text)
    assert '<html lang="fr">' in text
    for words in [">Aller au texte<", ">Notes de bas de page</h2>",
                  ">\u00c9tiquettes</a>", " avril 2016</time>"]:
        assert words in text, (words, text)
    text = daemon.page("/Posts/Two")
    assert 'lang="en">\n<header>' in text and ">By <span" in text, text
    assert '<p class="alert-title">Note</p>' in text, text
    made.commit({".config/words": "skip = Au texte !\nnote = Remarque\n"})
    daemon.update()
    text = daemon.page("/Posts/Un")
    assert ">Au texte !<" in text, text
    assert '<p class="alert-title">Remarque</p>' in text, text


def test_references_between_files(t):
    made = t.blog({
        "Notes/One.md": article(
            "One", "[two](Two.md#a-part) ![p](../static/p.svg)\n\n"
            "see [none](None.md)\n"),
        "Notes/Two.md": article("Two", "# A part\n"),
        "static/p.svg": SVG})
    daemon = t.daemon(made.path)
    text = daemon.page("/Notes/One")
    assert '<a href="/Notes/Two#a-part">two</a>' in text, text
    assert 'src="/static/p.svg" width="30" height="20" alt="p"' in text, text
    line = 1 + article("One", "see").splitlines().index("see") + 2
    daemon.wait_log(r'Notes/One\.md:%d:5: .*"None\.md" leads nowhere' % line)
    # Only the target is new, but the link to it is another.
    made.commit({"Notes/None.md": article("None", "Here.\n")})
    daemon.update()
    text = daemon.page("/Notes/One")
    assert '<a href="/Notes/None">none</a>' in text, text
    assert 'width="30" height="20"' in text, text
