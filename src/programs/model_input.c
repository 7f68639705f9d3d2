#include "programs/model_input.h"

#include "programs/data_read.h"
#include "programs/process_predictor.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* ------------------------------------------------------------------ model files */

typedef struct mapping {
    void *data;
    size_t length;
} mapping;

static void release_mapping(void *thing)
{
    const mapping *m = thing;
    munmap(m->data, m->length);
}

/* Mapped and not copied: the file may be larger than what is made of it. */
static error map_file(arena *a, const char *path, text *out)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return fail(a, BAD_REQUEST, "", "cannot be opened: %s", strerrordesc_np(errno));
    bool regular = fstat(fd, &about) == 0 && S_ISREG(about.st_mode);
    bool empty = regular && about.st_size == 0;
    void *data = regular && !empty ? mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
    close(fd);
    if (empty) return fail(a, BAD_REQUEST, "", "is empty; expected a model");
    if (data == MAP_FAILED) return fail(a, BAD_REQUEST, "", "is no regular file; expected a model");
    mapping *m = ARENA_NEW(a, mapping);
    *m = (mapping){ data, (size_t)about.st_size };
    arena_defer(a, release_mapping, m);
    *out = (text){ data, m->length };
    return OK;
}

error model_file_read(arena *a, const char *path, const model **out)
{
    text bytes;
    TRY(map_file(a, path, &bytes));
    return model_read(a, bytes, model_limits_standard(), out);
}

/* ------------------------------------------------------------------ rows */

static error check_range(arena *a, const model_input *in)
{
    if (in->rows.rows > 0 && (!in->range.is_set || in->range.to == INT64_MAX || in->range.to <= in->data_rows))
        return OK;
    if (in->data_rows == 0) return fail(a, INVALID, "", "has no rows; expected at least one");
    return fail(a, INVALID, "", "has %llu rows, counted from 0; rows %llu:%llu are not all there",
                (unsigned long long)in->data_rows, (unsigned long long)in->range.from,
                (unsigned long long)in->range.to);
}

/* f is NULL for the rows of a model. */
static error read_file(arena *a, model_input *in, row_frame *f, row_filter *filter, const char *path, matrix *out)
{
    model_rows_builder *b = f ? NULL : model_rows_new(a, in->model);
    filter->arena = a;
    filter->sink = f ? row_frame_sink(f) : model_rows_sink(b);
    in->at = path;
    TRY(data_read_into(a, path, row_filter_sink(filter)));
    return f ? row_frame_rows(f, out) : model_rows_finish(b, out);
}

static matrix part_of(const matrix *all, row_range range)
{
    if (!range.is_set) return *all;
    size_t from = range.from < all->rows ? range.from : all->rows, to = range.to < all->rows ? range.to : all->rows;
    return (matrix){ all->values + from * all->columns, to - from, all->columns };
}

/* With a sample from the same file the whole of it is read once; else only the rows that are explained are kept. */
static error read_rows(arena *a, model_input *in, row_frame *f)
{
    matrix all;
    bool samples = in->wants_sample && !in->background_path;
    row_filter filter = { .range = samples ? (row_range){ 0 } : in->range, .label = in->label }, whole = { 0 };
    TRY(read_file(a, in, f, &filter, in->data_path, &all));
    in->data_rows = filter.seen;
    in->labels = filter.labels;
    in->rows = samples ? part_of(&all, in->range) : all;
    TRY(check_range(a, in));
    if (samples) in->background = row_sample(a, &all, in->sample, in->seed);
    if (in->background_path) {
        TRY(read_file(a, in, f, &whole, in->background_path, &in->background));
        if (in->background.rows == 0) return fail(a, INVALID, "", "has no rows; expected at least one");
    }
    in->at = NULL;
    return OK;
}

static error open_command(arena *a, model_input *in)
{
    process_columns columns;
    text *ignore =
        arena_grow(a, (void *)(uintptr_t)in->ignore.items, in->ignore.count, in->ignore.count + 1, sizeof(text));
    ignore[in->ignore.count] = in->label;
    row_frame *f = row_frame_new(a, (text_list){ ignore, in->ignore.count + text_is(in->label) });
    TRY(read_rows(a, in, f));
    columns.features = row_frame_features(f, &columns.names, &columns.count);
    in->features = columns.features;
    in->feature_count = columns.count;
    matrix first = { in->rows.values, 1, in->rows.columns };
    return process_predictor_start(a, in->command, columns, &first, in->patience, &in->predictor);
}

error model_input_open(arena *a, model_input *in)
{
    if (in->command) return open_command(a, in);
    in->at = in->model_path;
    if (!in->model) TRY(model_file_read(a, in->model_path, &in->model));
    TRY(predictor_of_model(a, in->model, &in->predictor));
    in->features = in->model->features;
    in->feature_count = in->model->feature_count;
    return read_rows(a, in, NULL);
}
