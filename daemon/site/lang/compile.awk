# SPDX-License-Identifier: ISC
# Makes C tables (highlight_table.h says what they mean) of the *.lang files,
# which README.md describes.  Any awk will do; run it with LC_ALL=C.  What is
# wrong in a file is told as file:line: message.

function fail(message) {
	printf "%s:%d: %s\n", file, line, message > "/dev/stderr"
	failed = 1
	exit 1
}

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

# ---- rules and states ----

# Text of an "until": \n, \t and \s are what they look like.
function plain_text(s) {
	gsub(/\\n/, "\n", s)
	gsub(/\\s/, " ", s)
	if (length(s) > UNTIL)
		fail("longer than " UNTIL " bytes: " s)
	return s
}

function add_action(r,    verb) {
	verb = NF > 2 ? $3 : "stay"
	if (verb !~ /^(stay|push|pop|become|embed)$/)
		fail("unknown action " verb)
	if (NF != (verb == "stay" ? 2 : verb == "pop" ? 3 : \
	    verb == "embed" ? ($5 == "until" ? 6 : 5) : 4))
		fail("wrong number of words after " verb)
	if (verb == "embed" && $5 != "until" && $5 != "line")
		fail("embed LANGUAGE line, or until TEXT")
	rule_verb[r] = verb
	rule_arg[r] = $4
	rule_until[r] = $5 == "until" ? plain_text($6) : ""
}

function add_rule(    r) {
	if (!($1 in class))
		fail("unknown class " $1)
	r = nrules++
	rule_file[r] = file
	rule_line[r] = line
	rule_class[r] = class[$1]
	add_action(r)
	parse($2)
	if (may_be_empty() && rule_verb[r] != "pop")
		fail("the pattern may match nothing, and does not pop")
	rule_first[r] = first_bytes()
	rule_bol[r] = kinds[0] == "BOL"
	rule_ops[r] = assemble()
	rule_lang[r] = lang
	add_part(r)
}

# The rules of "more" stand before those that the state had.
function add_part(part) {
	if (more)
		state_more[state] = state_more[state] " " part
	else
		state_rules[state] = state_rules[state] " " part
}

function add_state(name, c) {
	if ((lang, name) in state_id)
		fail("state " name " again")
	more = 0
	state = nstates++
	state_id[lang, name] = state
	state_name[state] = name
	state_lang[state] = lang
	state_class[state] = c
	if (lang_start[lang] == "")
		lang_start[lang] = state
}

function add_use(name) {
	use_file[lang, name] = file
	use_line[lang, name] = line
	add_part("@" name)
}

function add_more(name) {
	if (!((lang, name) in state_id))
		fail("no state " name " above")
	state = state_id[lang, name]
	more = 1
}

function add_words(c,    i, w) {
	for (i = 3; i <= NF; i++) {
		w = folding ? tolower($i) : $i
		if (length(w) > 60)
			fail("longer than 60 bytes: " w)
		if ((lang, w) in word_class && word_from[lang, w] == lang)
			fail(w " is listed twice")
		if (!((lang, w) in word_class))
			words[lang] = words[lang] " " w
		word_class[lang, w] = c
		word_from[lang, w] = lang
	}
}

# Everything of another language, as if it stood here.
function add_like(name,    from, i, n, list, s, last) {
	if (!(name in lang_names))
		fail("no language " name " in the files before")
	from = lang_names[name]
	last = nstates
	for (s = 0; s < last; s++) {
		if (state_lang[s] != from)
			continue
		add_state(state_name[s], state_class[s])
		state_rules[state] = state_more[s] state_rules[s]
	}
	unlisted[lang] = unlisted[from]
	folding = folds[lang] = folds[from]
	words[lang] = words[from]
	n = split(words[from], list, " ")
	for (i = 1; i <= n; i++)
		word_class[lang, list[i]] = word_class[from, list[i]]
	state = ""
}

function add_names(    i) {
	for (i = 2; i <= NF; i++) {
		if ($i in lang_names)
			fail("the name " $i " is taken")
		lang_names[$i] = lang
		names[nnames] = $i
		names_lang[nnames++] = lang
	}
}

function add_unlisted(    i) {
	for (i = 2; i <= NF; i++) {
		if ($i !~ /^(call|cap|upper)$/)
			fail("unknown: " $i)
		unlisted[lang] += $i == "call" ? 1 : $i == "cap" ? 2 : 4
	}
}

BEGIN {
	REPEAT = 80
	UNTIL = 15
	ones = sprintf("%129s", "")
	gsub(/ /, "1", ones)
	none = set_none()
	for (i = 1; i < 128; i++)
		ord[sprintf("%c", i)] = i
	n = split("END SET OPTION STAR PLUS BOL EOL BEGIN FINISH BLANK LOOK " \
	    "BACK NOT OPEN CLOSE SAME NUMBER", list, " ")
	for (i = 1; i <= n; i++)
		op[list[i]] = i - 1
	n = split("- k t s n c f b a v p d i h = call", list, " ")
	for (i = 1; i <= n; i++)
		class[list[i]] = i - 1
	nlangs = nrules = nplaced = nsets = nops = nlists = 0
	ndispatch = nuntils = nslots = nnames = 0
	# State 0 is for a language that is not known: no rule, plain.
	nstates = 1
	state_class[0] = 0
	state_lang[0] = -1
}

FNR == 1 {
	file = FILENAME
	lang = nlangs++
	lang_file[lang] = file
	unlisted[lang] = folds[lang] = folding = 0
	state = lang_start[lang] = words[lang] = ""
}

{ line = FNR }

/^[ \t]*(#|$)/ { next }

$1 == "name" && NF > 1 { add_names(); next }
$1 == "like" && NF == 2 { add_like($2); next }
$1 == "fold" && NF == 1 { folding = folds[lang] = 1; next }
$1 == "unlisted" && NF > 1 { add_unlisted(); next }
$1 == "list" && NF > 2 {
	if (!($2 in class))
		fail("unknown class " $2)
	add_words(class[$2])
	next
}
$1 == "state" && NF == 3 {
	if (!($3 in class) || class[$3] >= class["="])
		fail("unknown class " $3)
	add_state($2, class[$3])
	next
}
$1 == "more" && NF == 2 { add_more($2); next }
$1 == "use" && NF == 2 && state != "" { add_use($2); next }
/^[ \t]/ && state != "" && NF > 1 { add_rule(); next }
{ fail("not understood") }

# ---- the tables ----

function flush(    i) {
	if (column > 0)
		printf "\n"
	column = 0
}

function number(n) {
	printf "%s%s", column % 16 == 0 ? (column ? "\n\t" : "\t") : " ", n ","
	column++
}

# State of a rule's action, in the language of the state that has the rule.
function target(r, l,    name, s) {
	name = rule_arg[r]
	file = rule_file[r]
	line = rule_line[r]
	if (rule_verb[r] ~ /^(stay|pop)$/)
		return 0
	if (rule_verb[r] == "embed") {
		if (name == "\\1")
			return 0
		if (!(name in lang_names))
			fail("no language " name)
		return lang_start[lang_names[name]]
	}
	if (!((l, name) in state_id))
		fail("no state " name)
	return state_id[l, name]
}

function until_id(text) {
	if (!(text in until_ids)) {
		until_ids[text] = nuntils
		untils[nuntils++] = text
	}
	return until_ids[text]
}

# All rules of a state, those of other states that it uses in their place.
function expand(s, depth,    i, n, list, all) {
	n = split(state_more[s] state_rules[s], list, " ")
	for (i = 1; i <= n; i++)
		all = all " " (list[i] !~ /^@/ ? list[i] : \
		    expand_use(state_lang[s], substr(list[i], 2), depth + 1))
	return all
}

function expand_use(l, name, depth) {
	if ((l, name) in use_file) {
		file = use_file[l, name]
		line = use_line[l, name]
	}
	if (!((l, name) in state_id))
		fail("no state " name)
	if (depth > 20)
		fail("state " name " uses itself")
	return expand(state_id[l, name], depth)
}

# The rules with states of each language: a rule that two languages share is
# written once for each, for it leads to other states.
function place_rules(    s, i, n, list, key) {
	for (s = 1; s < nstates; s++) {
		n = split(expand(s, 0), list, " ")
		state_all[s] = ""
		for (i = 1; i <= n; i++) {
			key = list[i] SUBSEP state_lang[s]
			if (!(key in placed)) {
				placed[key] = nplaced
				place_rule[nplaced] = list[i]
				place_lang[nplaced++] = state_lang[s]
			}
			state_all[s] = state_all[s] " " placed[key]
		}
	}
}

function verb_number(r) {
	return rule_verb[r] == "stay" ? 0 : rule_verb[r] == "push" ? 1 : \
	    rule_verb[r] == "pop" ? 2 : rule_verb[r] == "become" ? 3 : \
	    rule_arg[r] == "\\1" ? 5 : 4
}

function print_rules(    i, r) {
	print "const struct hl_rule hl_rules[] = {"
	for (i = 0; i < nplaced; i++) {
		r = place_rule[i]
		printf "\t{%d, %d, %d, %d, %d},\n", rule_ops[r], \
		    target(r, place_lang[i]), rule_class[r], verb_number(r), \
		    until_id(rule_until[r])
	}
	print "};\n"
}

# The number of a list of rules.
function list_id(list,    i, n, r) {
	if (!(list in list_ids)) {
		list_ids[list] = nlists
		n = split(list, r, " ")
		for (i = 1; i <= n; i++)
			lists[nlists++] = r[i]
		lists[nlists++] = 65535
	}
	return list_ids[list]
}

# The number of the table that says, for each byte, which rules to try.  Where
# a line begins, those with ^ are among them.
function dispatch_id(s, bol,    i, j, n, list, t, here) {
	n = split(state_all[s], list, " ")
	for (j = 1; j <= n; j++)
		first[j] = bol || !rule_bol[place_rule[list[j]]] ? \
		    rule_first[place_rule[list[j]]] : none
	for (i = 1; i <= 129; i++) {
		here = ""
		for (j = 1; j <= n; j++)
			if (substr(first[j], i, 1) == "1")
				here = here " " list[j]
		t = t " " list_id(here)
	}
	if (!(t in dispatch_ids)) {
		dispatch_ids[t] = ndispatch
		dispatch[ndispatch++] = t
	}
	return dispatch_ids[t]
}

function print_states(    s) {
	list_id("") # 0: no rule
	print "const struct hl_state hl_states[] = {"
	for (s = 0; s < nstates; s++)
		printf "\t{{%d, %d}, %d, %d},\n", dispatch_id(s, 0), \
		    dispatch_id(s, 1), state_lang[s] < 0 ? 0 : state_lang[s], \
		    state_class[s]
	print "};\n"
	print "const uint16_t hl_lists[] = {"
	for (s = 0; s < nlists; s++)
		number(lists[s])
	flush()
	print "};\n"
}

function print_dispatch(    i, j, n, list) {
	print "const uint16_t hl_dispatch[][129] = {"
	for (i = 0; i < ndispatch; i++) {
		print "\t{"
		n = split(dispatch[i], list, " ")
		for (j = 1; j <= n; j++)
			number(list[j])
		flush()
		print "\t},"
	}
	print "};\n"
}

function print_sets(    i, j, k, byte) {
	print "const uint8_t hl_sets[][32] = {"
	for (i = 0; i < nsets; i++) {
		printf "\t{"
		for (j = 0; j < 32; j++) {
			byte = j >= 16 && substr(sets[i], 129, 1) == "1" ? 255 : 0
			for (k = 7; j < 16 && k >= 0; k--)
				byte = byte * 2 + substr(sets[i], j * 8 + k + 1, 1)
			printf "%d%s", byte, j < 31 ? ", " : "},\n"
		}
	}
	print "};\n"
	print "const uint8_t hl_ops[] = {"
	for (i = 0; i < nops; i++)
		number(ops[i])
	flush()
	print "};\n"
}

function print_untils(    i) {
	print "const char hl_untils[][" UNTIL + 1 "] = {"
	for (i = 0; i < nuntils; i++) {
		gsub(/\\/, "\\\\", untils[i])
		gsub(/"/, "\\\"", untils[i])
		gsub(/\n/, "\\n", untils[i])
		printf "\t\"%s\",\n", tolower(untils[i])
	}
	print "};\n"
}

function hash(w,    i, h) {
	for (i = 1; i <= length(w); i++)
		h = (h * 31 + ord[substr(w, i, 1)]) % 65536
	return h
}

# The hash table of a language's words, written at the end of `slots`.
function place_words(l,    n, list, size, i, h) {
	n = split(words[l], list, " ")
	for (size = 1; size < 2 * n; size *= 2)
		;
	for (i = 0; i < size; i++)
		slots[nslots + i] = "0, 0, 0"
	for (i = 1; i <= n; i++) {
		h = hash(list[i]) % size
		while (slots[nslots + h] != "0, 0, 0")
			h = (h + 1) % size
		slots[nslots + h] = length(text) ", " length(list[i]) ", " \
		    word_class[l, list[i]]
		text = text list[i]
	}
	word_size[l] = size
	word_slot[l] = nslots
	nslots += size
}

function print_words(    l, i) {
	for (l = 0; l < nlangs; l++)
		place_words(l)
	if (length(text) > 65535)
		fail("more than 65535 bytes of words")
	print "const struct hl_word hl_words[] = {"
	for (i = 0; i < nslots; i++)
		printf "\t{%s},\n", slots[i]
	print "};\n"
	print "const char hl_text[] = {"
	for (i = 1; i <= length(text); i++)
		number(ord[substr(text, i, 1)])
	number(0)
	flush()
	print "};\n"
}

function print_languages(    l, i) {
	print "const struct hl_lang hl_langs[] = {"
	for (l = 0; l < nlangs; l++) {
		if (lang_start[l] == "") {
			file = lang_file[l]
			line = 1
			fail("no state")
		}
		printf "\t{%d, %d, %d, %d, %d},\n", word_slot[l], \
		    word_size[l], lang_start[l], unlisted[l], folds[l]
	}
	print "};\n"
	print "const struct hl_name hl_names[] = {"
	for (i = 0; i < nnames; i++)
		printf "\t{\"%s\", %d},\n", names[i], names_lang[i]
	print "};\n"
	printf "const unsigned hl_nnames = %d;\n", nnames
}

END {
	if (failed)
		exit 1
	print "/* Made by compile.awk from the *.lang files. */"
	print "#include \"daemon/site/highlight_table.h\"\n"
	place_rules()
	print_rules()
	print_states()
	print_dispatch()
	print_sets()
	print_untils()
	print_words()
	print_languages()
}
