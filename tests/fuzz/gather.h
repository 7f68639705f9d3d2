/* A sink that writes a table down as one text, to compare two readings of the same bytes. */
#ifndef AIC_TESTS_GATHER_H
#define AIC_TESTS_GATHER_H

#include "fuzz.h"

typedef struct gathered {
    text_builder out;
    size_t columns;
} gathered;

static inline error gather_header(void *context, const text *names, size_t count)
{
    gathered *g = context;
    MUST(count > 0 && g->columns == 0);
    g->columns = count;
    for (size_t i = 0; i < count; i++) {
        MUST(text_valid_utf8(names[i]));
        text_add_format(&g->out, "%zu:", names[i].length);
        text_add(&g->out, names[i]);
    }
    return OK;
}

static inline error gather_row(void *context, const cell *cells, size_t count)
{
    gathered *g = context;
    MUST(count == g->columns);
    text_add_char(&g->out, '\n');
    for (size_t i = 0; i < count; i++) {
        text_add_format(&g->out, "%d:", (int)cells[i].kind);
        if (cells[i].kind == CELL_NUMBER) text_add_format(&g->out, "%.17g", cells[i].number);
        if (cells[i].kind == CELL_BOOL) text_add_char(&g->out, cells[i].boolean ? 't' : 'f');
        if (cells[i].kind != CELL_TEXT) continue;
        MUST(text_valid_utf8(cells[i].text));
        text_add_format(&g->out, "%zu:", cells[i].text.length);
        text_add(&g->out, cells[i].text);
    }
    return OK;
}

static inline row_sink gather_into(gathered *g)
{
    return (row_sink){ .context = g, .header = gather_header, .row = gather_row };
}

#endif
