# SPDX-License-Identifier: ISC
"""Markdown that would take its parser minutes or gigabytes."""


def table(columns, rows):
    return "|" + "x|" * columns + "\n|" + "-|" * columns + "\n" + \
        "|x\n" * rows


# Inputs that no release of Debian 12's cmark-gfm handles within the budget.
EXPLODING = {
    "table-3000": table(3000, 3000),
    "table-1700": table(1700, 1700),
    "references": "[a]: /" + "u" * 60000 + "\n\n" + "[a]" * 15000 + "\n",
    "images": "![[]()" * 80000,
    "autolinks": "<http://a" * 50000,
}

# Inputs that are only slow: they may be rendered or not, but not block.
SLOW = {
    "bullets": "- " * 20000 + "\n" * 20000,
    "quotes": ">" * 20000 + "x\n" * 20000,
    "pipes": "|a" * 50000 + "\n|-\n",
    "www": "z_www." * 8000,
    "parentheses": "http://a.b/" + ")" * 50000,
    "paragraphs": "a\n" * 30000 + "|-\n",
    "dashes": ":-\n" * 40000,
    "columns": "|" * 65000 + "\n" + "|-" * 65000 + "\n",
    "nested": "[" * 50000 + "](x)" * 50000,
    "emphasis": "*a_ " * 50000 + "**b" * 50000,
    "comments": "</<!--" * 20000,
    "footnotes": "[^1]" * 20000 + "\n\n[^1]: x\n",
}
