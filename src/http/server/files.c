#include "http/server/exchange.h"

#include <stdlib.h>

/* Files by path, sorted once; then the apps, whose every unknown path shows the app's own page. */
struct file_index {
    const static_file **sorted;
    size_t count;
    const web_app *apps;
};

static int by_path(const void *a, const void *b)
{
    return strcmp((*(const static_file *const *)a)->path, (*(const static_file *const *)b)->path);
}

struct file_index *files_index(arena *a, const http_options *options)
{
    struct file_index *index = ARENA_NEW(a, struct file_index);
    index->sorted = ARENA_ARRAY(a, options->file_count, const static_file *);
    index->count = options->file_count;
    index->apps = options->apps;
    for (size_t i = 0; i < options->file_count; i++) index->sorted[i] = &options->files[i];
    if (index->count > 1) qsort(index->sorted, index->count, sizeof *index->sorted, by_path);
    return index;
}

static const static_file *file_at(const struct file_index *index, const char *path)
{
    size_t low = 0, high = index->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = strcmp(path, index->sorted[middle]->path);
        if (order == 0) return index->sorted[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

/* "/contact" and "/contact/" are one page. */
static bool is_page(text path, text page)
{
    if (path.length == page.length + 1 && path.data[page.length] == '/') path.length--;
    return text_equal(path, page);
}

static bool is_below(text path, text folder)
{
    text itself = { folder.data, folder.length - 1 };
    return text_starts(path, folder.data) || text_equal(path, itself);
}

static const static_file *app_page(const struct file_index *index, text path)
{
    for (const web_app *app = index->apps; app && app->prefix; app++) {
        text prefix = text_of(app->prefix);
        bool is_folder = prefix.length > 1 && prefix.data[prefix.length - 1] == '/';
        if (is_folder ? is_below(path, prefix) : is_page(path, prefix)) return file_at(index, app->index);
    }
    return NULL;
}

static bool names_etag(text given, const char *etag)
{
    return text_equal_string(text_trim(given), etag) || text_equal_string(text_trim(given), "*") ||
           (text_starts(given, "W/") && text_equal_string((text){ given.data + 2, given.length - 2 }, etag));
}

static void choose_form(exchange *x, const static_file *file)
{
    text accept = exchange_header(x, "Accept-Encoding");
    const char *list = text_is(accept) ? text_string(x->rq.arena, accept) : "";
    if (file->brotli_size && strstr(list, "br")) {
        answer_header(x, "Content-Encoding", TEXT("br"));
        x->reply.body = (text){ (const char *)file->brotli, file->brotli_size };
    } else if (file->gzip_size && strstr(list, "gzip")) {
        answer_header(x, "Content-Encoding", TEXT("gzip"));
        x->reply.body = (text){ (const char *)file->gzip, file->gzip_size };
    } else {
        x->reply.body = (text){ (const char *)file->plain, file->plain_size };
    }
}

bool files_answer(exchange *x)
{
    const struct file_index *index = x->server->files;
    const static_file *file = file_at(index, text_string(x->rq.arena, x->rq.target));
    if (!file) file = app_page(index, x->rq.target);
    if (!file) return false;
    answer_header(x, "Cache-Control", file->immutable ? TEXT("public, max-age=31536000, immutable") : TEXT("no-cache"));
    answer_header(x, "ETag", text_of(file->etag));
    answer_header(x, "Vary", TEXT("Accept-Encoding"));
    x->status = 200;
    x->reply.content_type = file->content_type;
    if (names_etag(exchange_header(x, "If-None-Match"), file->etag))
        x->status = 304;
    else
        choose_form(x, file);
    return true;
}
