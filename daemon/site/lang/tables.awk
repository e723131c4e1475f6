# SPDX-License-Identifier: ISC
# For compile.awk: what it has read becomes C.

function flush(    i) {
	if (column > 0)
		printf "\n"
	column = 0
}

function number(n) {
	printf("%s%d,", (column % 16 ? " " : column ? "\n\t" : "\t"), n)
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
		printf("\t{{%d, %d}, %d, %d},\n", dispatch_id(s, 0), \
		    dispatch_id(s, 1), state_lang[s], state_class[s])
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
			printf("%d%s", byte, (j < 31 ? ", " : "},\n"))
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
