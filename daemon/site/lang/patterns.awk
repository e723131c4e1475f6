# SPDX-License-Identifier: ISC
# For compile.awk: patterns become operations (enum hl_op).

# ---- sets of bytes: 129 digits, the last one for all bytes from 128 on ----

function set_none(    s) {
	s = sprintf("%129s", "")
	gsub(/ /, "0", s)
	return s
}

function set_with(s, from, to) {
	return substr(s, 1, from) substr(ones, 1, to - from + 1) \
	    substr(s, to + 2)
}

function set_or(a, b,    i, r) {
	if (a == b || b == none)
		return a
	if (a == none)
		return b
	for (i = 1; i <= 129; i++)
		r = r (substr(a, i, 1) + substr(b, i, 1) > 0)
	return r
}

function set_not(s) {
	gsub(/0/, "x", s)
	gsub(/1/, "0", s)
	gsub(/x/, "1", s)
	return s
}

# With the other case of each letter.
function set_fold(s) {
	s = substr(s, 1, 65) letters_or(s) substr(s, 92, 6) letters_or(s) \
	    substr(s, 124)
	return s
}

function letters_or(s,    i, r) {
	for (i = 66; i <= 91; i++)
		r = r (substr(s, i, 1) + substr(s, i + 32, 1) > 0)
	return r
}

function set_id(s) {
	if (!(s in set_ids)) {
		if (nsets == 255)
			fail("more than 255 different sets")
		set_ids[s] = nsets
		sets[nsets++] = s
	}
	return set_ids[s]
}

function one(c) {
	if (!(c in ord))
		fail("a pattern holds ASCII alone")
	return set_with(none, ord[c], ord[c])
}

# The set of "\c", "" when it is not one.
function class_set(c) {
	if (c == "d")
		return set_with(none, 48, 57)
	if (c == "h")
		return set_with(set_with(set_with(none, 48, 57), 65, 70), \
		    97, 102)
	if (c == "a")
		return set_with(set_with(set_with(one("_"), 65, 90), 97, \
		    122), 128, 128)
	if (c == "u")
		return set_with(none, 128, 128)
	if (c == "w")
		return set_or(class_set("a"), class_set("d"))
	if (c == "s")
		return set_or(one(" "), one("\t"))
	if (c == "S")
		return set_not(set_or(class_set("s"), set_or(one("\n"), \
		    one("\r"))))
	if (c == "n")
		return one("\n")
	if (c == "r")
		return one("\r")
	if (c == "t")
		return one("\t")
	return ""
}

# ---- patterns ----

# Takes "[...]" off `rest`.
function take_bracket(    s, c, negated, first, last, pending) {
	rest = substr(rest, 2)
	if (substr(rest, 1, 1) == "^") {
		negated = 1
		rest = substr(rest, 2)
	}
	s = none
	while ((c = substr(rest, 1, 1)) != "]") {
		if (c == "")
			fail("[ without ]")
		rest = substr(rest, 2)
		pending = ""
		if (c == "\\") {
			c = substr(rest, 1, 1)
			rest = substr(rest, 2)
			pending = class_set(c)
		}
		if (pending == "" && rest ~ /^-[^]]/) {
			last = substr(rest, 2, 1)
			if (!(c in ord) || !(last in ord) || \
			    ord[last] < ord[c])
				fail("not a range: " c "-" last)
			pending = set_with(none, ord[c], ord[last])
			rest = substr(rest, 3)
		}
		s = set_or(s, pending != "" ? pending : one(c))
	}
	rest = substr(rest, 2)
	if (folding)
		s = set_fold(s)
	return negated ? set_not(s) : s
}

# Takes one character, escape or set off `rest`.
function take_set(    c, s) {
	c = substr(rest, 1, 1)
	if (c == "[")
		return take_bracket()
	rest = substr(rest, 2)
	if (c == ".")
		return set_not(set_or(one("\n"), one("\r")))
	if (c == "\\") {
		c = substr(rest, 1, 1)
		rest = substr(rest, 2)
		s = class_set(c)
		if (s != "")
			return s
		if (c == "" || c ~ /[A-Za-z0-9]/)
			fail("unknown escape \\" c)
	} else if (c ~ /[*+?|()]/) {
		fail("put a \\ before " c)
	}
	return folding ? set_fold(one(c)) : one(c)
}

function item(kind, set) {
	kinds[nitems] = kind
	members[nitems] = set
	nitems++
}

# One item of the pattern.
function parse_item(    s, c) {
	if (rest ~ /^\^/) {
		if (nitems > 0)
			fail("^ stands at the beginning")
		rest = substr(rest, 2)
		item("BOL")
	} else if (rest ~ /^\$/) {
		rest = substr(rest, 2)
		item("EOL")
	} else if (rest ~ /^\\[<>B#1]/) {
		c = substr(rest, 2, 1)
		rest = substr(rest, 3)
		item(c == "<" ? "BEGIN" : c == ">" ? "FINISH" : c == "B" ? \
		    "BLANK" : c == "#" ? "NUMBER" : "SAME")
	} else if (rest ~ /^\(\?=/) {
		rest = substr(rest, 4)
		opens = opens "="
		item("LOOK")
	} else if (rest ~ /^\(\?!/) {
		rest = substr(rest, 4)
		item("NOT", take_set())
		if (rest !~ /^\)/)
			fail("(?!) takes one character or set")
		rest = substr(rest, 2)
	} else if (rest ~ /^\(/) {
		rest = substr(rest, 2)
		opens = opens "("
		item("OPEN")
	} else if (rest ~ /^\)/) {
		if (opens == "")
			fail(") without (")
		rest = substr(rest, 2)
		item(opens ~ /=$/ ? "BACK" : "CLOSE")
		opens = substr(opens, 1, length(opens) - 1)
	} else {
		s = take_set()
		c = substr(rest, 1, 1)
		if (c ~ /[*+?]/)
			rest = substr(rest, 2)
		item(c == "*" ? "STAR" : c == "+" ? "PLUS" : c == "?" ? \
		    "OPTION" : "SET", s)
	}
}

function parse(pattern) {
	nitems = 0
	opens = ""
	rest = pattern
	while (rest != "")
		parse_item()
	if (opens != "")
		fail("( without )")
	item("END")
}

# May it end without having passed a byte?
function may_be_empty(    i, look) {
	for (i = 0; i < nitems; i++) {
		if (kinds[i] == "LOOK")
			look = 1
		else if (kinds[i] == "BACK")
			look = 0
		else if (!look && kinds[i] ~ /^(SET|PLUS|NUMBER)$/)
			return 0
	}
	return 1
}

# Which bytes can it begin with?
function first_bytes(    i, s) {
	s = none
	for (i = 0; i < nitems; i++) {
		if (kinds[i] ~ /^(SET|PLUS|STAR|OPTION)$/)
			s = set_or(s, members[i])
		if (kinds[i] == "NUMBER")
			s = set_or(s, class_set("d"))
		if (kinds[i] == "EOL")
			s = set_or(s, set_or(one("\n"), one("\r")))
		if (kinds[i] ~ /^(SET|PLUS|NUMBER|EOL)$/)
			return s
		if (kinds[i] == "BACK" || kinds[i] == "SAME")
			break
	}
	return set_not(none)
}

# A repetition may be as long as it likes where nothing behind it can fail;
# else the same bytes might be looked at again and again.
function longest(at,    i, depth) {
	for (i = 0; i < at; i++)
		depth += kinds[i] ~ /^(LOOK|OPEN)$/ ? 1 : \
		    kinds[i] ~ /^(BACK|CLOSE)$/ ? -1 : 0
	if (depth > 0)
		return REPEAT
	for (i = at + 1; i < nitems; i++)
		if (kinds[i] !~ /^(STAR|OPTION|OPEN|CLOSE|END)$/)
			return REPEAT
	return 0
}

function emit(n) {
	ops[nops++] = n
}

# Appends the parsed pattern to the operations; returns where it begins.
function assemble(    i, start) {
	start = nops
	for (i = 0; i < nitems; i++) {
		emit(op[kinds[i]])
		if (kinds[i] ~ /^(SET|PLUS|STAR|OPTION|NOT)$/)
			emit(set_id(members[i]))
		if (kinds[i] ~ /^(PLUS|STAR)$/)
			emit(longest(i))
		if (kinds[i] == "NUMBER" && longest(i) != 0)
			fail("\\# stands at the end")
	}
	return start
}
