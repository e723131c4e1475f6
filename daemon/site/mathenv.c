/* SPDX-License-Identifier: ISC */
#include "config.h"

#include "mathtree.h"

/* Environments: all are tables, but for equation. */

struct environment {
	const char *name, *open, *close;
	const char *attributes; /* of the table; NULL: of one row, no table */
	const char *style;	/* around it */
};

#define PLAIN ""
#define LINES " displaystyle=\"true\""
#define ALIGN " class=\"math-align\" displaystyle=\"true\""

static const struct environment environments[] = {
    {"matrix", NULL, NULL, PLAIN, NULL},
    {"pmatrix", "(", ")", PLAIN, NULL},
    {"bmatrix", "[", "]", PLAIN, NULL},
    {"Bmatrix", "{", "}", PLAIN, NULL},
    {"vmatrix", "|", "|", PLAIN, NULL},
    {"Vmatrix", "\xe2\x80\x96", "\xe2\x80\x96", PLAIN, NULL},
    {"smallmatrix", NULL, NULL, PLAIN, " scriptlevel=\"1\""},
    {"array", NULL, NULL, PLAIN, NULL},
    {"cases", "{", NULL, " class=\"math-cases\"", NULL},
    {"dcases", "{", NULL, " class=\"math-cases\" displaystyle=\"true\"", NULL},
    {"rcases", NULL, "}", " class=\"math-cases\"", NULL},
    {"align", NULL, NULL, ALIGN, NULL},
    {"align*", NULL, NULL, ALIGN, NULL},
    {"aligned", NULL, NULL, ALIGN, NULL},
    {"split", NULL, NULL, ALIGN, NULL},
    {"gather", NULL, NULL, LINES, NULL},
    {"gather*", NULL, NULL, LINES, NULL},
    {"gathered", NULL, NULL, LINES, NULL},
    {"equation", NULL, NULL, NULL, NULL},
    {"equation*", NULL, NULL, NULL, NULL},
};

/* The columns of an array. */
struct columns {
	uint8_t cell[MATH_COLUMNS_MAX];
	size_t n;
};

static const struct environment *
find(struct slice name)
{
	size_t i;

	for (i = 0; i < sizeof(environments) / sizeof(environments[0]); i++)
		if (slice_is(name, environments[i].name))
			return &environments[i];
	return NULL;
}

static int
read_kind(struct math_parser *p, enum math_kind kind)
{
	const struct math_command *c = math_peek(p);

	if (c == NULL || c->kind != kind)
		return 0;
	math_next_is(p, '\\');
	math_read_name(p);
	return 1;
}

/* "{rc|l}"; a line before the first column is the one on its left. */
static void
read_columns(struct math_parser *p, struct columns *columns)
{
	struct slice raw = math_raw_group(p);
	size_t i;

	for (i = 0; i < raw.len && !p->bad; i++)
		if (raw.data[i] == '|' && columns->n == 0 && i == 0)
			columns->cell[0] |= MATH_CELL_LEFT_LINE;
		else if (raw.data[i] == '|' && columns->n > 0)
			columns->cell[columns->n - 1] |= MATH_CELL_RIGHT_LINE;
		else if (columns->n == MATH_COLUMNS_MAX)
			math_bad(p);
		else if (raw.data[i] == 'l')
			columns->cell[columns->n++] |= MATH_CELL_LEFT;
		else if (raw.data[i] == 'r')
			columns->cell[columns->n++] |= MATH_CELL_RIGHT;
		else if (raw.data[i] == 'c')
			columns->n++;
		else if (raw.data[i] != ' ')
			math_bad(p);
}

static void
add_cell(struct math_parser *p, struct math_node *row,
	 struct math_node *content, const struct columns *columns, size_t i)
{
	struct math_node *cell = math_node(p, MATH_MTD);

	if (content == NULL)
		return;
	if (columns != NULL && i < columns->n)
		cell->cell = columns->cell[i];
	else if (columns != NULL)
		math_bad(p);
	math_add(cell, content);
	math_add(row, cell);
}

static void
mark_cells(struct math_node *row, uint8_t mark)
{
	struct math_node *cell;

	for (cell = row->first; cell != NULL; cell = cell->next)
		cell->cell |= mark;
}

/* A row of a table; first: its first cell if that is read already. */
static struct math_node *
read_row(struct math_parser *p, const struct columns *columns,
	 struct math_node *first, int *has_line)
{
	struct math_node *row = math_node(p, MATH_MTR);
	size_t i = 0;

	*has_line = 0;
	while (read_kind(p, MATH_K_LINE))
		*has_line = 1;
	add_cell(p, row, first != NULL ? first : math_row(p, 0), columns, i);
	while (math_next_is(p, '&'))
		add_cell(p, row, math_row(p, 0), columns, ++i);
	if (*has_line)
		mark_cells(row, MATH_CELL_LINE_ABOVE);
	return p->bad ? NULL : row;
}

/* "\\", with its star and its distance, which are not looked at. */
static int
read_newline(struct math_parser *p)
{
	if (!read_kind(p, MATH_K_NEWLINE))
		return 0;
	if (p->p < p->end && *p->p == '*')
		p->p++;
	if (p->p < p->end && *p->p == '[') {
		while (p->p < p->end && *p->p != ']')
			p->p++;
		if (!math_next_is(p, ']'))
			math_bad(p);
	}
	return 1;
}

static int
is_empty(const struct math_node *row)
{
	return row->first->next == NULL && row->first->first->first == NULL;
}

static void
read_rows(struct math_parser *p, struct math_node *table,
	  const struct columns *columns, struct math_node *first)
{
	struct math_node *row;
	int has_line, more = 1;

	while (more) {
		row = read_row(p, columns, first, &has_line);
		if (row == NULL)
			return;
		first = NULL;
		more = read_newline(p);
		if (more || !is_empty(row))
			math_add(table, row);
		else if (has_line && table->last != NULL)
			mark_cells(table->last, MATH_CELL_LINE_BELOW);
	}
}

static void
add_fence(struct math_parser *p, struct math_node *row, const char *fence,
	  const char *attributes)
{
	struct math_node *node;

	if (fence == NULL)
		return;
	node = math_node(p, MATH_MO);
	node->text = slice_of(fence);
	node->attributes[0] = attributes;
	math_add(row, node);
}

static struct math_node *
wrapped(struct math_parser *p, const struct environment *e,
	struct math_node *node)
{
	struct math_node *outer;

	if (e->style != NULL) {
		outer = math_node(p, MATH_MSTYLE);
		outer->attributes[0] = e->style;
		math_add(outer, node);
		return outer;
	}
	if (e->open == NULL && e->close == NULL)
		return node;
	outer = math_node(p, MATH_ROW);
	outer->class = MATH_INNER;
	add_fence(p, outer, e->open, " form=\"prefix\" stretchy=\"true\"");
	math_add(outer, node);
	add_fence(p, outer, e->close, " form=\"postfix\" stretchy=\"true\"");
	return outer;
}

static struct math_node *
table_of(struct math_parser *p, const char *attributes,
	 const struct columns *columns, struct math_node *first)
{
	struct math_node *table = math_node(p, MATH_MTABLE);

	table->attributes[0] = attributes;
	read_rows(p, table, columns, first);
	if (!p->bad && table->first == NULL)
		math_bad(p);
	return p->bad ? NULL : table;
}

struct math_node *
math_environment(struct math_parser *p)
{
	struct slice name = math_raw_group(p), end;
	const struct environment *e = find(name);
	struct columns columns = {{0}, 0};
	int is_array = slice_is(name, "array");
	struct math_node *node;

	if (p->bad || e == NULL)
		return math_bad(p);
	if (is_array)
		read_columns(p, &columns);
	node =
	    e->attributes == NULL
		? math_row(p, 0)
		: table_of(p, e->attributes, is_array ? &columns : NULL, NULL);
	if (!read_kind(p, MATH_K_END))
		return math_bad(p);
	end = math_raw_group(p);
	if (p->bad || slice_cmp(name, end) != 0)
		return math_bad(p);
	return wrapped(p, e, node);
}

struct math_node *
math_lines(struct math_parser *p, struct math_node *first, int display)
{
	if (first == NULL)
		return NULL;
	return table_of(p, display ? LINES : PLAIN, NULL, first);
}
