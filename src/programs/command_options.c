#include "programs/command_options.h"

#include <math.h>
#include <stdio.h>

typedef struct reading {
    arena *arena;
    const char *command;
    const command_option *option;
    const char *value;
} reading;

static error refuse(const reading *r, const char *expected)
{
    return fail(r->arena, INVALID, "", "%s: expected %s, found \"%s\"", r->option->name, expected, r->value);
}

static error read_list(const reading *r, text_list *out)
{
    size_t most = out->count + strlen(r->value) + 1;
    text *items = arena_grow(r->arena, (void *)(uintptr_t)out->items, out->count, most, sizeof(text));
    for (text rest = text_of(r->value); rest.data;) {
        const char *comma = memchr(rest.data, ',', rest.length);
        text item = text_trim((text){ rest.data, comma ? (size_t)(comma - rest.data) : rest.length });
        if (item.length == 0) return refuse(r, "names separated by commas");
        items[out->count++] = item;
        rest = comma ? (text){ comma + 1, rest.length - (size_t)(comma + 1 - rest.data) } : NO_TEXT;
    }
    out->items = items;
    return OK;
}

static error read_count(const reading *r, uint64_t *out)
{
    int64_t number;
    const command_option *o = r->option;
    if (!text_integer(text_of(r->value), &number) || (double)number < o->least || (double)number > o->most)
        return refuse(r, text_format(r->arena, "a whole number from %.0f to %.0f", o->least, o->most).data);
    *out = (uint64_t)number;
    return OK;
}

static error read_number(const reading *r, double *out)
{
    const command_option *o = r->option;
    if (text_number(text_of(r->value), out) && *out >= o->least && *out <= o->most) return OK;
    return refuse(r, text_format(r->arena, "a number from %g to %g", o->least, o->most).data);
}

static error read_choice(const reading *r, int *out)
{
    text_builder known = text_builder_in(r->arena);
    for (int i = 0; r->option->choices[i]; i++) {
        if (!strcmp(r->option->choices[i], r->value)) return *out = i, OK;
        text_add_string(&known, i == 0 ? "" : r->option->choices[i + 1] ? ", " : " or ");
        text_add_string(&known, r->option->choices[i]);
    }
    return refuse(r, text_built(&known).data);
}

static error read_range(const reading *r, row_range *out)
{
    text whole = text_of(r->value);
    const char *colon = strchr(r->value, ':');
    int64_t from = 0, to = INT64_MAX;
    bool good = colon != NULL;
    if (good && colon > r->value) good = text_integer((text){ whole.data, (size_t)(colon - r->value) }, &from);
    if (good && colon[1]) good = text_integer(text_of(colon + 1), &to);
    if (!good || from < 0 || to <= from)
        return refuse(r, "rows as A:B, counted from 0 and B not included, such as 0:10 for the first ten");
    *out = (row_range){ (uint64_t)from, (uint64_t)to, true };
    return OK;
}

static error read_value(const reading *r)
{
    void *out = r->option->out;
    switch (r->option->kind) {
    case OPTION_FLAG:
        break;
    case OPTION_STRING:
        *(const char **)out = r->value;
        break;
    case OPTION_TEXT:
        *(text *)out = text_of(r->value);
        break;
    case OPTION_LIST:
        return read_list(r, out);
    case OPTION_COUNT:
        return read_count(r, out);
    case OPTION_NUMBER:
        return read_number(r, out);
    case OPTION_CHOICE:
        return read_choice(r, out);
    case OPTION_RANGE:
        return read_range(r, out);
    }
    return OK;
}

static const command_option *option_named(const command_option *options, const char *name, size_t length)
{
    for (; options->name; options++)
        if (strlen(options->name) == length && memcmp(options->name, name, length) == 0) return options;
    return NULL;
}

static error read_one(reading *r, const command_option *options, int argc, char **argv, int *i)
{
    const char *given = argv[*i], *equals = strchr(given, '=');
    r->option = option_named(options, given, equals ? (size_t)(equals - given) : strlen(given));
    if (!r->option)
        return fail(r->arena, INVALID, "", "%s is not an option; aic %s --help lists them", given, r->command);
    if (r->option->kind == OPTION_FLAG) {
        if (equals) return fail(r->arena, INVALID, "", "%s takes no value", r->option->name);
        *(bool *)r->option->out = true;
        return OK;
    }
    if (!equals && *i + 1 >= argc) return fail(r->arena, INVALID, "", "%s needs a value", given);
    r->value = equals ? equals + 1 : argv[++*i];
    return read_value(r);
}

error command_options_read(arena *a, const command_option *options, int argc, char **argv, command_words *words)
{
    reading r = { .arena = a, .command = argv[0] };
    *words = (command_words){ .items = ARENA_ARRAY(a, (size_t)argc, const char *) };
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-' && argv[i][1])
            TRY(read_one(&r, options, argc, argv, &i));
        else
            words->items[words->count++] = argv[i];
    }
    return OK;
}

error command_model_and_data(arena *a, const char *command_name, const command_words *words, bool has_command,
                             const char **model, const char **data)
{
    if (words->count != 2 && !(has_command && words->count == 1))
        return fail(a, INVALID, "", "which files? usage: aic %s %s", command_name,
                    has_command ? "DATA --predict 'COMMAND'" : "MODEL DATA");
    if (has_command && words->count == 2 && strcmp(words->items[0], "-") != 0)
        fprintf(stderr, "aic: %s is not read: --predict gives the scores\n", words->items[0]);
    *model = has_command ? NULL : words->items[0];
    *data = words->items[words->count - 1];
    return OK;
}

int command_complain(const char *file, error bad)
{
    const char *shown = file && !strcmp(file, "-") ? "standard input" : file;
    fprintf(stderr, "aic: %s%s", shown ? shown : "", shown ? ": " : "");
    /* what was found in a file is quoted: it must neither break the line nor speak to the terminal */
    for (const char *c = bad->message; *c; c++) fputc((unsigned char)*c < ' ' || *c == 0x7F ? ' ' : *c, stderr);
    fputc('\n', stderr);
    return EXIT_BAD_INPUT;
}
