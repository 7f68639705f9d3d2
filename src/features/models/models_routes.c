#include "features/models/artefacts.h"
#include "features/models/models.h"
#include "features/models/uploads.h"

static const char *const kind_names[] = { "ARTEFACT", "ENDPOINT", NULL };
const char *const model_type_names[] = {
    "LOGISTIC", "TREE", "GBDT", "FOREST", "NEURAL", "LLM", "RULES", "OTHER", NULL
};
static const char *const stage_names[] = { "DEVELOPMENT", "TESTING", "PRODUCTION", "DECOMMISSIONED", NULL };
static const char *const drift_names[] = { "UNKNOWN", "STABLE", "WARNING", "CRITICAL", NULL };
static const char *const verdict_names[] = { "PASS", "REVIEW", "FAIL", "INSUFFICIENT_DATA", NULL };
static const char *const program_names[] = { "SERVER", "WORKER", NULL };

/* ------------------------------------------------------------------ what comes back */

static const field item_fields[] = {
    FIELD(model_item, id, A_UUID),
    FIELD(model_item, name, A_TEXT),
    FIELD_AS(model_item, version_label, "version", A_TEXT, .doc = "Of the model, as whoever registered it calls it"),
    FIELD(model_item, kind, ONE_OF(kind_names)),
    FIELD(model_item, type, ONE_OF(model_type_names)),
    FIELD(model_item, format, A_TEXT, NULLABLE, .doc = "null until there is an artefact"),
    FIELD(model_item, system_id, MAYBE_UUID),
    FIELD(model_item, system_name, A_TEXT, NULLABLE),
    FIELD(model_item, lifecycle_stage, ONE_OF(stage_names)),
    FIELD(model_item, feature_count, AN_INTEGER),
    FIELD(model_item, drift_status, ONE_OF(drift_names)),
    FIELD(model_item, last_bias_test_at, MAYBE_INSTANT),
    FIELD(model_item, is_active, A_BOOL),
    FIELD_AS(model_item, version, "revision", AN_INTEGER, .doc = "For If-Match"),
    FIELD(model_item, created_at, AN_INSTANT),
    FIELD(model_item, updated_at, AN_INSTANT),
    FIELDS_END
};

#define MODEL_FIELDS(type_of, at)                                                                                      \
    FIELD_AS(type_of, at id, "id", A_UUID), FIELD_AS(type_of, at name, "name", A_TEXT),                                \
        FIELD_AS(type_of, at version_label, "version", A_TEXT,                                                         \
                 .doc = "Of the model, as whoever registered it calls it"),                                            \
        FIELD_AS(type_of, at kind, "kind", ONE_OF(kind_names)),                                                        \
        FIELD_AS(type_of, at type, "type", ONE_OF(model_type_names)),                                                  \
        FIELD_AS(type_of, at description, "description", A_TEXT, NULLABLE),                                            \
        FIELD_AS(type_of, at format, "format", A_TEXT, NULLABLE,                                                       \
                 .doc = "xgboost-json, xgboost-ubjson, lightgbm-text, onnx or aic; null until there is an artefact"),  \
        FIELD_AS(type_of, at system_id, "system_id", MAYBE_UUID),                                                      \
        FIELD_AS(type_of, at system_name, "system_name", A_TEXT, NULLABLE),                                            \
        FIELD_AS(type_of, at lifecycle_stage, "lifecycle_stage", ONE_OF(stage_names)),                                 \
        FIELD_AS(type_of, at artefact_sha256, "artefact_sha256", A_TEXT, NULLABLE),                                    \
        FIELD_AS(type_of, at artefact_bytes, "artefact_bytes", MAYBE_INTEGER),                                         \
        FIELD_AS(type_of, at features, "features", ANY_JSON,                                                           \
                 .doc = "[{name, is_category, categories, category_count}]; of each at most 200 categories"),          \
        FIELD_AS(type_of, at outputs, "outputs", ANY_JSON, .doc = "Names of what it gives: classes, or one name"),     \
        FIELD_AS(type_of, at structure, "structure", ANY_JSON,                                                         \
                 .doc = "{objective, link, is_probability, trees, nodes, depth}, as far as the artefact tells"),       \
        FIELD_AS(type_of, at metrics, "metrics", ANY_JSON, NULLABLE,                                                   \
                 .doc = "Of quality: as trained here, or as stated"),                                                  \
        FIELD_AS(type_of, at training, "training", ANY_JSON, NULLABLE, .doc = "What gives the same model again"),      \
        FIELD_AS(type_of, at training_data_sha256, "training_data_sha256", A_TEXT, NULLABLE),                          \
        FIELD_AS(type_of, at training_data_description, "training_data_description", A_TEXT, NULLABLE),                \
        FIELD_AS(type_of, at protected_attributes, "protected_attributes", TEXTS),                                     \
        FIELD_AS(type_of, at owner_id, "owner_id", MAYBE_UUID),                                                        \
        FIELD_AS(type_of, at owner_name, "owner_name", A_TEXT, NULLABLE),                                              \
        FIELD_AS(type_of, at endpoint_url, "endpoint_url", A_TEXT, NULLABLE),                                          \
        FIELD_AS(type_of, at drift_status, "drift_status", ONE_OF(drift_names)),                                       \
        FIELD_AS(type_of, at last_drift_check_at, "last_drift_check_at", MAYBE_INSTANT),                               \
        FIELD_AS(type_of, at last_bias_test_at, "last_bias_test_at", MAYBE_INSTANT),                                   \
        FIELD_AS(type_of, at is_active, "is_active", A_BOOL),                                                          \
        FIELD_AS(type_of, at retired_at, "retired_at", MAYBE_INSTANT),                                                 \
        FIELD_AS(type_of, at ledger_entry_id, "ledger_entry_id", A_UUID,                                               \
                 .doc = "The entry that holds its present promises"),                                                  \
        FIELD_AS(type_of, at version, "revision", AN_INTEGER, .doc = "For If-Match"),                                  \
        FIELD_AS(type_of, at created_at, "created_at", AN_INSTANT),                                                    \
        FIELD_AS(type_of, at updated_at, "updated_at", AN_INSTANT)

const field model_fields[] = { MODEL_FIELDS(model_row, ), FIELDS_END };

#define CONTEXT(member, ...) FIELD_AS(model_card, context.member, #member, __VA_ARGS__)
static const field card_fields[] = { MODEL_FIELDS(model_card, row.),
                                     CONTEXT(purpose, A_TEXT, NULLABLE, .doc = "Of the system that it serves"),
                                     CONTEXT(affected_groups, A_TEXT, NULLABLE),
                                     CONTEXT(disclosure_text, A_TEXT, NULLABLE),
                                     CONTEXT(accountable_person_name, A_TEXT, NULLABLE),
                                     CONTEXT(risk_tier, A_TEXT, NULLABLE),
                                     CONTEXT(analysis_id, MAYBE_UUID, .doc = "The system's latest recorded analysis"),
                                     CONTEXT(analysis_verdict, ONE_OF(verdict_names), NULLABLE),
                                     CONTEXT(analysis_at, MAYBE_INSTANT),
                                     CONTEXT(explanation_count, AN_INTEGER, .doc = "Explanations of it that are kept"),
                                     FIELDS_END };

/* ------------------------------------------------------------------ what goes in */

static const field draft_fields[] = {
    FIELD(model_draft, name, A_TEXT, REQUIRED, MIN(1), MAX(200), .example = "Loan score"),
    FIELD(model_draft, version, A_TEXT, REQUIRED, MIN(1), MAX(60), .example = "3.2"),
    FIELD(model_draft, kind, ONE_OF(kind_names), STANDARD("ARTEFACT"),
          .doc = "ENDPOINT: it stays elsewhere and is asked at `url`"),
    FIELD(model_draft, type, ONE_OF(model_type_names), .doc = "Left out: what the artefact is, else OTHER"),
    FIELD(model_draft, system_id, MAYBE_UUID, .doc = "The system that it serves; needed to leave DEVELOPMENT"),
    FIELD(model_draft, description, A_TEXT, MAX(4000)),
    FIELD(model_draft, artefact, A_TEXT,
          .doc = "The file in base64: XGBoost JSON or UBJSON, a LightGBM text model, ONNX, or what POST /models/train "
                 "made. As multipart/form-data: the file itself. Left out: it follows by POST /models/{id}/artefact"),
    FIELD(model_draft, url, A_TEXT, MAX(2000), .doc = "ENDPOINT: https, of a host that the platform's operator allows"),
    FIELD(model_draft, header_name, A_TEXT, MAX(60),
          .doc = "ENDPOINT: a header sent with each request, such as Authorization"),
    FIELD(model_draft, header_value, A_SECRET, MAX(4000), .doc = "Sealed, and never shown again"),
    FIELD(model_draft, features, TEXTS, MAX(200), .most_items = MODEL_ENDPOINT_FEATURES,
          .doc = "ENDPOINT: the columns that it is sent"),
    FIELD(model_draft, outputs, TEXTS, MAX(200), .most_items = 100,
          .doc = "ENDPOINT: names of its scores; one when left out"),
    FIELD(model_draft, metrics, ANY_JSON, .doc = "Of quality, as you measured them"),
    FIELD(model_draft, training_data_description, A_TEXT, MAX(4000)),
    FIELD(model_draft, protected_attributes, TEXTS, MAX(200), .most_items = 32,
          .doc = "Features or columns that stand for protected groups"),
    FIELD(model_draft, owner_id, MAYBE_UUID, .doc = "Who looks after it: a user of your organization"),
    FIELDS_END
};

static const field change_fields[] = { FIELD(model_change, type, ONE_OF(model_type_names)),
                                       FIELD(model_change, description, A_TEXT, MAX(4000)),
                                       FIELD(model_change, system_id, MAYBE_UUID, .doc = "Of a model that has none"),
                                       FIELD(model_change, lifecycle_stage, ONE_OF(stage_names)),
                                       FIELD(model_change, training_data_description, A_TEXT, MAX(4000)),
                                       FIELD(model_change, metrics, ANY_JSON),
                                       FIELD(model_change, protected_attributes, TEXTS, MAX(200), .most_items = 32),
                                       FIELD(model_change, owner_id, MAYBE_UUID),
                                       FIELD(model_change, header_name, A_TEXT, MAX(60),
                                             .doc = "ENDPOINT: another secret; both fields together"),
                                       FIELD(model_change, header_value, A_SECRET, MAX(4000)),
                                       FIELD(model_change, is_active, MAYBE_BOOL, .doc = "false retires it for good"),
                                       FIELDS_END };

static const field query_fields[] = { PAGE_FIELDS(models_query),
                                      FIELD(models_query, q, A_TEXT, MAX(200), .doc = "Words in the name"),
                                      FIELD(models_query, system_id, MAYBE_UUID),
                                      FIELD(models_query, active, MAYBE_BOOL, .doc = "false: those that were retired"),
                                      FIELDS_END };

/* ------------------------------------------------------------------ handlers */

static error get_models(request *rq, const void *body, void *reply)
{
    (void)body;
    return models_list(rq->scope, rq->query, reply);
}

static error post_model(request *rq, const void *body, void *reply)
{
    (void)body;
    model_draft draft = { 0 };
    text bytes = NO_TEXT;
    model_row *out = reply;
    TRY(upload_read(rq, draft_fields, &draft, &bytes));
    if (!text_is(bytes)) TRY(upload_base64(rq->arena, draft.artefact, "/artefact", &bytes));
    TRY(models_register(rq->app, rq->scope, &draft, bytes, out));
    reply_etag_version(rq, out->version);
    return created(rq, "/models/", out->id);
}

static error get_model(request *rq, const void *body, void *reply)
{
    (void)body;
    const id_path *path = rq->path;
    model_row *out = reply;
    TRY(models_read(rq->scope, path->id, out));
    reply_etag_version(rq, out->version);
    return OK;
}

static error get_card(request *rq, const void *body, void *reply)
{
    (void)body;
    const id_path *path = rq->path;
    return models_read_card(rq->scope, path->id, reply);
}

static error patch_model(request *rq, const void *body, void *reply)
{
    const id_path *path = rq->path;
    model_row *out = reply;
    int64_t version;
    TRY(request_if_match(rq, &version));
    TRY(models_change(rq->app, rq->scope, path->id, version, body, out));
    reply_etag_version(rq, out->version);
    return OK;
}

static error post_artefact(request *rq, const void *body, void *reply)
{
    (void)body;
    return artefact_upload_finish(rq, reply);
}

static error get_artefact(request *rq, const void *body, void *reply)
{
    (void)body, (void)reply;
    const id_path *path = rq->path;
    model_row row;
    text bytes;
    TRY(models_read(rq->scope, path->id, &row));
    TRY(models_artefact(rq->scope, &row, &bytes));
    reply_raw(rq, "application/octet-stream", bytes);
    reply_attachment(rq, models_file_name(rq->arena, &row).data);
    return OK;
}

/* ------------------------------------------------------------------ GET /debug/cache */

static const field process_fields[] = { FIELD(model_cache_row, program, ONE_OF(program_names)),
                                        FIELD(model_cache_row, host, A_TEXT),
                                        FIELD(model_cache_row, pid, AN_INTEGER),
                                        FIELD(model_cache_row, entries, AN_INTEGER),
                                        FIELD(model_cache_row, bytes, AN_INTEGER),
                                        FIELD(model_cache_row, hits, AN_INTEGER),
                                        FIELD(model_cache_row, misses, AN_INTEGER),
                                        FIELD(model_cache_row, evictions, AN_INTEGER),
                                        FIELD(model_cache_row, seen_at, AN_INSTANT),
                                        FIELDS_END };

static const field cache_fields[] = { FIELD(cache_overview, entries, AN_INTEGER, .doc = "Over all processes"),
                                      FIELD(cache_overview, memory_mb, A_NUMBER),
                                      FIELD(cache_overview, hits, AN_INTEGER),
                                      FIELD(cache_overview, misses, AN_INTEGER),
                                      FIELD(cache_overview, hit_rate, A_NUMBER, NULLABLE,
                                            .doc = "null while nobody has asked"),
                                      FIELD(cache_overview, evictions, AN_INTEGER),
                                      FIELD(cache_overview, most_entries, AN_INTEGER, .doc = "Of one process"),
                                      FIELD(cache_overview, most_mb, A_NUMBER, .doc = "Of one process"),
                                      FIELD(cache_overview, processes, LIST_OF(model_cache_row, process_fields),
                                            .doc = "Servers and workers that said something within the last minute"),
                                      FIELDS_END };

static error get_cache(request *rq, const void *body, void *reply)
{
    (void)body;
    const platform *app = rq->app;
    return model_cache_overview(app->models, rq->scope, reply);
}

/* ------------------------------------------------------------------ the table */

static const char *const draft_media[] = { "application/json", "multipart/form-data", NULL };
static const char *const upload_media[] = { "application/octet-stream", "application/json", "text/plain", NULL };

const route models_routes[] = {
    { GET, "/models", "List models", SIGNED_IN, TENANT, QUERY(models_query, query_fields),
      LIST_REPLY(item_fields, model_item), .key_reads = true, .rate = RATE_READ, .handle = get_models },
    { POST, "/models", "Register a model", CAPABILITY("manage_models"), TENANT, BODY(model_draft, draft_fields),
      REPLY(model_row, model_fields), .raw_body = true, .media = draft_media, .status = 201,
      .audit = "model_registered", .rate = RATE_WRITE, .idempotent = true, .computes = true,
      .why_here = "A file of at most 10 MB is read in a tenth of a second, and whoever sends it wants to know at once "
                  "whether it can be.",
      .description =
          "The artefact is data: it is read, never run, and what cannot be read is refused with the place in "
          "the file. As multipart/form-data the fields are parts and the file is the part `artefact`. A file of "
          "more than 10 MB is sent to POST /models/{id}/artefact.",
      .handle = post_model },
    { GET, "/models/{id}", "Read a model", SIGNED_IN, TENANT, PATH(id_path, id_path_fields),
      REPLY(model_row, model_fields), .key_reads = true, .rate = RATE_READ, .handle = get_model },
    { PATCH, "/models/{id}", "Change a model, or retire it", CAPABILITY("manage_models"), TENANT,
      PATH(id_path, id_path_fields), BODY(model_change, change_fields), REPLY(model_row, model_fields),
      .audit = "model_changed", .rate = RATE_WRITE, .if_match = true, .handle = patch_model },
    { POST, "/models/{id}/artefact", "Give a model its artefact", CAPABILITY("manage_models"), TENANT,
      PATH(id_path, id_path_fields), REPLY(model_row, model_fields), .raw_body = true, .media = upload_media,
      .stream = &artefact_upload, .task = "READ_MODEL", .audit = "model_artefact_given", .rate = RATE_WRITE,
      .body_limit = MODEL_ARTEFACT_MOST,
      .description =
          "The file itself, up to 200 MB, whatever its media type says. Once: another artefact is another "
          "version. A file of up to 10 MB is read at once; a larger one by a worker, and the answer is then 202 "
          "{task_id, status} as POST /explain gives it.",
      .handle = post_artefact },
    { GET, "/models/{id}/artefact", "Download a model's artefact", SIGNED_IN, TENANT, PATH(id_path, id_path_fields),
      .raw_reply = "application/octet-stream", .key_reads = true, .audit = "model_artefact_downloaded",
      .rate = RATE_READ, .handle = get_artefact },
    { GET, "/models/{id}/card", "What is known of a model and of the system that it serves", SIGNED_IN, TENANT,
      PATH(id_path, id_path_fields), REPLY(model_card, card_fields), .key_reads = true, .rate = RATE_READ,
      .handle = get_card },
    { GET, "/debug/cache", "What the caches of models hold", SUPER_ADMIN,
      SYSTEM(S9_PLATFORM_ADMINISTRATION, "Caches are each process's own, and figures of them are of no tenant"),
      REPLY(cache_overview, cache_fields), .rate = RATE_READ, .tag = "admin", .handle = get_cache },
    ROUTES_END
};
