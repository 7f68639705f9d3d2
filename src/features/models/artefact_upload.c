#include "features/models/artefacts.h"

/* An upload stores its pieces in transactions of their own, since a slow client would hold one open for minutes. They
 * are nobody's artefact until the last step, which reads them: what cannot be read is taken away again. */
typedef struct upload {
    platform *app;
    caller who;
    uuid model_id;
    maybe_uuid system_id;
    int64_t parts;
    size_t bytes;
} upload;

/* ------------------------------------------------------------------ scopes of their own */

typedef error (*scoped_work)(upload *u, scope *db, const void *given);

static error in_scope(upload *u, arena *keeps, scoped_work work, const void *given)
{
    arena *a = arena_new();
    scope *db;
    error bad = scope_open_tenant(u->app->store, a, &u->who, &db);
    if (!bad) {
        bad = work(u, db, given);
        if (!bad) bad = scope_commit(db);
        scope_rollback(db);
    }
    bad = error_copy(keeps, bad);
    arena_drop(a);
    return bad;
}

static error clear(upload *u, scope *db, const void *given)
{
    (void)given;
    return sql_model_artefact_clear(db, &(sql_model_artefact_clear_in){ .model_id = u->model_id });
}

static error start(upload *u, scope *db, const void *given)
{
    model_row row;
    TRY(models_read(db, u->model_id, &row));
    TRY(models_may_take_artefact(db->arena, &row));
    u->system_id = row.system_id;
    return clear(u, db, given);
}

static error store_one(upload *u, scope *db, const void *given)
{
    return artefact_store_piece(db, u->model_id, u->parts, *(const text *)given);
}

/* ------------------------------------------------------------------ the stream */

static error begin(request *rq)
{
    const id_path *path = rq->path;
    upload *u = ARENA_NEW(rq->arena, upload);
    *u = (upload){ .app = rq->app, .who = rq->scope->who, .model_id = path->id };
    rq->stream = u;
    return in_scope(u, rq->arena, start, NULL);
}

static error take_piece(request *rq, text piece)
{
    upload *u = rq->stream;
    TRY(in_scope(u, rq->arena, store_one, &piece));
    u->parts++;
    u->bytes += piece.length;
    return OK;
}

static void abandon(request *rq)
{
    upload *u = rq->stream;
    /* Should it fail, the next upload begins with the same. */
    if (u && u->parts) (void)in_scope(u, rq->arena, clear, NULL);
}

const body_stream artefact_upload = { .begin = begin, .piece = take_piece, .abandon = abandon };

/* ------------------------------------------------------------------ all is here */

static error queue_reading(request *rq, const upload *u)
{
    uuid task;
    json_writer w = json_writer_in(rq->arena);
    json_open(&w, '{');
    json_key(&w, "model_id"), json_write_uuid(&w, u->model_id);
    json_close(&w, '}');
    TRY(tasks_add(rq->scope,
                  &(task_order){ .kind = read_model_task.name, .input = json_written(&w), .system_id = u->system_id },
                  &task));
    return task_accepted(rq, task);
}

error artefact_upload_finish(request *rq, model_row *out)
{
    const upload *u = rq->stream;
    const model *m;
    text bytes;
    if (!u->bytes) return fail(rq->arena, INVALID, "/artefact", "The artefact is empty.");
    if (u->bytes > MODEL_READ_AT_ONCE) return queue_reading(rq, u);
    TRY(artefact_read(rq->scope, u->model_id, u->bytes, &bytes));
    TRY(model_read(rq->arena, bytes, model_limits_standard(), &m));
    TRY(models_give_artefact(rq->scope, u->model_id, bytes, m, out));
    reply_etag_version(rq, out->version);
    return OK;
}

/* ------------------------------------------------------------------ READ_MODEL */

static error read_input(task_run *t, uuid *id)
{
    json_t *input;
    TRY(json_read(t->arena, t->input, &input));
    if (uuid_parse(json_text_of(json_object_get(input, "model_id")), id)) return OK;
    return fail(t->arena, INTERNAL, "", "A task to read a model names none.");
}

typedef struct read_artefact {
    uuid id;
    text bytes;
    const model *model;
} read_artefact;

static error drop_unread(task_run *t, uuid id)
{
    scope *db;
    TRY(task_scope(t, &db));
    TRY(sql_model_artefact_clear(db, &(sql_model_artefact_clear_in){ .model_id = id }));
    return scope_commit(db);
}

static error run(task_run *t, text *result, void **made)
{
    scope *db;
    model_row row;
    model_artefact_size size;
    read_artefact *r = ARENA_NEW(t->arena, read_artefact);
    TRY(read_input(t, &r->id));
    TRY(task_scope(t, &db));
    TRY(models_read(db, r->id, &row));
    TRY(models_may_take_artefact(t->arena, &row));
    TRY(sql_model_artefact_size(db, &(sql_model_artefact_size_in){ .model_id = r->id }, &size));
    TRY(artefact_read(db, r->id, (size_t)size.bytes, &r->bytes));
    TRY(scope_commit(db));
    TRY(task_progress(t, 0.3, TEXT("reading the file")));
    error bad = model_read(t->arena, r->bytes, model_limits_standard(), &r->model);
    if (bad) return drop_unread(t, r->id), bad;
    *result = TEXT("{}"); /* finish() says more */
    *made = r;
    return task_progress(t, 0.9, TEXT("recording it"));
}

static error finish(task_run *t, scope *db, void *made, text *result)
{
    read_artefact *r = made;
    model_row row;
    TRY(models_give_artefact(db, r->id, r->bytes, r->model, &row));
    json_writer w = json_writer_in(t->arena);
    json_open(&w, '{');
    json_key(&w, "model_id"), json_write_uuid(&w, r->id);
    json_key(&w, "format"), json_write_text(&w, row.format);
    json_key(&w, "sha256"), json_write_text(&w, row.artefact_sha256);
    json_key(&w, "features"), json_write_raw(&w, row.features);
    json_close(&w, '}');
    *result = json_written(&w);
    return OK;
}

const task_kind read_model_task = { .name = "READ_MODEL",
                                    .run = run,
                                    .finish = finish,
                                    .why = "A model file of up to 200 MB takes several times its size in memory while "
                                           "it is read; a worker has a limit of its own." };
