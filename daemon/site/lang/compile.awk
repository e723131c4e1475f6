# SPDX-License-Identifier: ISC
# Makes C tables (highlight_table.h says what they mean) of the *.lang files,
# which README.md describes.  patterns.awk and tables.awk belong to it.  Any awk
# will do; run it with LC_ALL=C.  What is wrong in a file is told as file:line:
# message.

function fail(message) {
	printf "%s:%d: %s\n", file, line, message > "/dev/stderr"
	failed = 1
	exit 1
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
	for (s = 1; s < last; s++) {
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
	state_lang[0] = 0
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
