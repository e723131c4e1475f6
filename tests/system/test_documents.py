# SPDX-License-Identifier: ISC
"""What the documents name is there: tests that show a promise, files, and
commands."""
import fnmatch
import glob
import importlib
import os
import re
import sys

import blogd

NAMED = re.compile(
    r"\b(test_[a-z0-9_]+|[a-z0-9_]+_test)(?: \(attacks\))?: "
    r"([a-z0-9_*]+(?:, [a-z0-9_*]+)*)")


def read(*path):
    with open(os.path.join(blogd.TOP, *path)) as file:
        return file.read()


def system_tests():
    """The names of tests by file, also those that are made in loops."""
    found = {}
    for part in ["system", "attacks", "compromised"]:
        directory = os.path.join(blogd.TOP, "tests", part)
        sys.path.insert(0, directory)
        for path in glob.glob(os.path.join(directory, "test_*.py")):
            name = os.path.basename(path)[:-3]
            module = vars(importlib.import_module(name))
            found.setdefault(name, set()).update(
                test for test in module if test.startswith("test_"))
    return found


def unit_tests():
    found = {}
    for path in glob.glob(os.path.join(blogd.TOP, "tests/unit/*_test.c")):
        found[os.path.basename(path)[:-2]] = set(re.findall(
            r"\b(?:cmocka_unit_test\w*|[A-Z_]+)\(\s*(\w+)", read(path)))
    return found


def test_threat_model_names_tests_that_exist(t):
    tests = {**system_tests(), **unit_tests()}
    text = " ".join(read("doc/threat-model.md").split())
    named = [(file, name) for file, names in NAMED.findall(text)
             for name in names.split(", ") if name != "all"]
    assert len(named) > 400, len(named)
    wrong = [pair for pair in named
             if not fnmatch.filter(tests.get(pair[0], []), pair[1])]
    assert wrong == [], wrong


def test_tables_of_the_threat_model_name_tests_that_exist(t):
    """Where the head of the column names the file, and the cells only tests."""
    tests, file, wrong, seen = system_tests(), None, [], 0
    for line in read("doc/threat-model.md").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[-1] in tests:
            file = cells[-1]
        elif not line.startswith("|"):
            file = None
        elif file and not cells[-1].startswith("-"):
            names = cells[-1].split(", ")
            seen += len(names)
            wrong += [name for name in names if name not in tests[file]]
    assert seen > 40 and wrong == [], (seen, wrong)


def test_files_that_are_linked_to_exist(t):
    for document in ["README.md", "packaging/xen/README.md",
                     "doc/threat-model.md"]:
        base = os.path.join(blogd.TOP, os.path.dirname(document))
        for target in re.findall(r"\]\(([^):#]+)\)", read(document)):
            assert os.path.exists(os.path.join(base, target)), (
                document, target)
