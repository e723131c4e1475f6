# SPDX-License-Identifier: ISC
# Makes a C table (spoken.h) of the *.words files: lines "word = text" and
# comments behind "#".  Any awk will do.

function fail(message) {
	printf "%s:%d: %s\n", FILENAME, FNR, message > "/dev/stderr"
	failed = 1
	exit 1
}

function finish() {
	if (n++ > 0)
		print "\t}},"
}

BEGIN {
	print "/* Made from *.words. */"
	print "#include \"daemon/site/spoken.h\"\n"
	print "const struct spoken spoken_table[] = {"
}

FNR == 1 {
	finish()
	tag = FILENAME
	sub(/.*\//, "", tag)
	sub(/\.words$/, "", tag)
	printf "\t{SLICE_INIT(\"%s\"), {\n", tag
}

/^#/ || /^$/ { next }

!/^[a-z_]+ = ./ { fail("not \"word = text\"") }

{
	word = $1
	text = $0
	sub(/^[a-z_]+ = /, "", text)
	gsub(/\\/, "\\\\", text)
	gsub(/"/, "\\\"", text)
	printf "\t\t[WORD_%s] = SLICE_INIT(\"%s\"),\n", word, text
}

END {
	if (failed)
		exit 1
	finish()
	print "};"
	print "const size_t spoken_languages ="
	print "    sizeof(spoken_table) / sizeof(spoken_table[0]);"
}
