# SPDX-License-Identifier: ISC
"""Posts that would take the parser minutes or gigabytes: each is shown as its
source with a notice, in time, and the rest of the site is as always."""
import time

import page
from bombs import EXPLODING, SLOW, table
from repo import article


def check_source(daemon, name, text):
    shown = page.check(daemon.page("/Posts/" + name))
    assert "Bomb " + name in shown.title
    source = shown.in_tag.get("pre", "")
    assert text[:200].strip() in source, (name, shown.text[:300])
    assert len(daemon.page("/Posts/" + name)) < 20 * len(text) + (1 << 20)
    daemon.wait_log(r"Posts/%s:\d+:\d+: " % name)


def check_exploding(t, names, seconds):
    files = {"Posts/" + n: article("Bomb " + n, EXPLODING[n]) for n in names}
    started = time.monotonic()
    daemon = t.serve(files)
    assert time.monotonic() - started < seconds
    for name in names:
        check_source(daemon, name, EXPLODING[name])
    assert "Body of <em>one</em>" in daemon.page("/Posts/One")
    return daemon


def test_exploding_inputs(t):
    check_exploding(t, list(EXPLODING), 50)


test_exploding_inputs.timeout = 400


def test_small_budget(t):
    """The settings are obeyed: what is harmless otherwise is over them."""
    text = table(100, 100)
    daemon = t.serve({"Posts/t": article("Bomb t", text)}, site={
        "render": {"post-output-factor": 2, "post-output-constant": "1K"}})
    check_source(daemon, "t", text)


def test_same_table_within_the_default_budget(t):
    daemon = t.serve({"Posts/t": article("Bomb t", table(30, 30))})
    assert "<table>" in daemon.page("/Posts/t")


def test_slow_inputs_do_not_block(t):
    files = {"Posts/" + n: article("Bomb " + n, text)
             for n, text in SLOW.items()}
    started = time.monotonic()
    daemon = t.serve(files)
    assert time.monotonic() - started < 60
    for name in SLOW:
        assert "<h1 class=\"p-name\">Bomb " + name in daemon.page("/Posts/" + name), name
    assert "Body of <em>one</em>" in daemon.page("/Posts/One")


test_slow_inputs_do_not_block.timeout = 400


def test_exploding_abstract(t):
    daemon = t.serve({"Posts/a": article(
        "Abstract", "Fine body.\n", abstract="![[]()" * 10000)},
        site={"render": {"post-cpu": "50ms"}})
    assert "Fine body." in daemon.page("/Posts/a")
    daemon.wait_log(r"Posts/a:\d+:\d+: ")


def test_bomb_in_an_update_leaves_the_rest_as_fast(t):
    """A later push does not render the bomb again."""
    made = t.blog()
    daemon = t.daemon(made.path)
    made.commit({"Posts/Bomb": article("Bomb", EXPLODING["images"])})
    daemon.update()
    made.commit({"Posts/Two": article("Two", "After it.\n")})
    started = time.monotonic()
    daemon.update()
    assert time.monotonic() - started < 1.8
    assert "After it." in daemon.page("/Posts/Two")


def test_worker_that_is_killed_is_replaced(t):
    """Whatever kills a worker, the site is published."""
    bombs = {"Posts/b%d" % i: article("Bomb b%d" % i, EXPLODING["images"])
             for i in range(4)}
    good = {"Posts/g%d" % i: article("Good", "Fine %d.\n" % i)
            for i in range(20)}
    daemon = t.serve({**bombs, **good})
    for i in range(20):
        assert "Fine %d." % i in daemon.page("/Posts/g%d" % i)
