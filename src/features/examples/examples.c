#include "features/examples/examples.h"

#include "base/table_reader.h"

#include <stdio.h>

typedef struct known_example {
    const char *id, *file, *name, *description, *suggested;
} known_example;

static const known_example known[] = {
    { "umoja-credit", "umoja_credit.csv", "Umoja Credit: loan decisions",
      "An invented lender. The data is generated with a known, deliberate bias against younger applicants, so that you "
      "can see what an audit finds.",
      "{\"protected\":[\"age_group\",\"sex\"],\"label\":\"repaid\",\"prediction\":\"approved\",\"score\":\"score\","
      "\"favorable\":\"1\"}" },
    { "compas", "compas.csv", "COMPAS: risk of reoffending",
      "ProPublica's public file of 6,172 people in Broward County, Florida, with the risk that a commercial tool "
      "assigned and what happened in two years. Being rated low risk is the favorable outcome.",
      "{\"protected\":[\"race\",\"sex\"],\"label\":\"two_year_recid\",\"prediction\":\"high_risk\",\"score\":null,"
      "\"favorable\":\"0\"}" },
};

enum { KNOWN = sizeof known / sizeof *known, MOST_BYTES = 10 * 1000 * 1000 };

static bool read_file(arena *a, const char *path, text *out)
{
    FILE *file = fopen(path, "rbe");
    if (!file) return false;
    char *data = arena_alloc(a, MOST_BYTES + 1);
    size_t length = fread(data, 1, MOST_BYTES + 1, file);
    bool whole = !ferror(file) && length <= MOST_BYTES;
    fclose(file);
    *out = (text){ data, length };
    return whole;
}

typedef struct shape {
    int64_t rows, columns;
} shape;

static error count_columns(void *context, const text *names, size_t count)
{
    (void)names;
    ((shape *)context)->columns = (int64_t)count;
    return OK;
}

static error count_row(void *context, const cell *cells, size_t count)
{
    (void)cells, (void)count;
    ((shape *)context)->rows++;
    return OK;
}

error examples_load(arena *a, text directory, platform *app)
{
    example_data *found = ARENA_ARRAY(a, app->example_count + KNOWN, example_data);
    size_t count = app->example_count;
    if (count) memcpy(found, app->examples, count * sizeof *found);
    for (size_t i = 0; i < KNOWN; i++) {
        text csv;
        if (!read_file(a, text_format(a, "%.*s/%s", PRINT(directory), known[i].file).data, &csv)) continue;
        shape size = { 0 };
        TRY(csv_read(a, csv, (row_sink){ .context = &size, .header = count_columns, .row = count_row },
                     (table_limits){ 0 }));
        found[count++] = (example_data){ .id = known[i].id,
                                         .name = known[i].name,
                                         .description = known[i].description,
                                         .csv = csv,
                                         .rows = size.rows,
                                         .columns = size.columns,
                                         .suggested = text_of(known[i].suggested) };
    }
    app->examples = found;
    app->example_count = count;
    return OK;
}
