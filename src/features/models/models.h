/* Models: what decides about people, registered by name and version with the very bytes that decide.
 *
 * An artefact is data (engine/model/model.h): it is read at once, so that what cannot be read is never registered; kept
 * in pieces that nobody changes; and its SHA-256 is recomputed by the database from those pieces. Small ones are read
 * by the request itself; larger ones by a worker, whose memory is bounded (READ_MODEL). A model that runs elsewhere is
 * an endpoint: an https address of an allow-listed host that is given rows and answers with scores (endpoint.h).
 *
 * A model may have no system while it is in DEVELOPMENT. Each registration and each change of what was promised carries
 * its ledger entry (MODEL_REGISTERED, MODEL_CHANGED); the gate, the rules of retirement and that an artefact is given
 * once are the database's, too (sql/migrations/0053_models.sql). */
#ifndef AIC_FEATURES_MODELS_H
#define AIC_FEATURES_MODELS_H

#include "engine/aic_engine.h"
#include "features/app.h"
#include "features/models/model_cache.h"
#include "features/tasks/tasks.h"
#include "models.sql.h"

enum {
    MODEL_PART_BYTES = 1024 * 1024,          /* of an artefact in the database */
    MODEL_READ_AT_ONCE = 10 * 1000 * 1000,   /* bytes that a request may read by itself */
    MODEL_ARTEFACT_MOST = 200 * 1000 * 1000, /* ⚙ */
    MODEL_CATEGORIES_SHOWN = 200,            /* of one feature; an artefact may hold a million */
    MODEL_ENDPOINT_FEATURES = 500
};

typedef struct model_draft {
    text name, version, kind, type, description, artefact, training_data_description;
    text url, header_name, header_value; /* kind ENDPOINT */
    text metrics;
    text_list features, outputs; /* of an endpoint, which cannot be asked for them */
    text_list protected_attributes;
    maybe_uuid system_id, owner_id;
} model_draft;

/* What is absent stays as it is. */
typedef struct model_change {
    text type, description, lifecycle_stage, training_data_description, metrics;
    text header_name, header_value; /* an endpoint's new secret */
    text_list protected_attributes;
    maybe_uuid system_id, owner_id;
    maybe_bool is_active; /* false retires it for good */
} model_change;

typedef struct models_query {
    page_query page;
    text q;
    maybe_uuid system_id;
    maybe_bool active;
} models_query;

typedef struct model_card {
    model_row row;
    model_card_context context;
} model_card;

extern const field model_fields[];
extern const char *const model_type_names[];
extern const route models_routes[];

error models_list(scope *db, const models_query *query, page_reply *out);
error models_read(scope *db, uuid id, model_row *out); /* NOT_FOUND also for another organization's */
error models_read_card(scope *db, uuid id, model_card *out);
/* `bytes` NO_TEXT: the artefact follows. INVALID says what cannot be read in it; CONFLICT: name and version are taken.
 */
error models_register(platform *app, scope *db, const model_draft *draft, text bytes, model_row *out);
error models_change(platform *app, scope *db, uuid id, int64_t version, const model_change *change, model_row *out);
/* Of a model that has none. The bytes are in the database already; `m` is what model_read made of them. */
error models_give_artefact(scope *db, uuid id, text bytes, const model *m, model_row *out);
/* CONFLICT when it has one, is retired, or stays elsewhere. */
error models_may_take_artefact(arena *a, const model_row *row);
/* The bytes of a model's artefact; NOT_FOUND with a sentence when there are none yet. */
error models_artefact(scope *db, const model_row *row, text *bytes);
text models_file_name(arena *a, const model_row *row); /* "loan-score-3.2.json" */

/* A predictor that asks the endpoint of a model; it lives as long as the arena. */
error endpoint_of_model(platform *app, scope *db, arena *a, const model_row *row, predictor *out);

/* What was trained: by TRAIN's finish(), in the task's own transaction. */
typedef struct trained_model {
    const model_draft *draft;
    text artefact, training, metrics, data_sha256;
    const model *model;
} trained_model;
/* Before anything is computed: NOT_FOUND for a system, CONFLICT for a name and version that are taken. */
error models_may_register(scope *db, text name, text version, maybe_uuid system_id);
error models_register_trained(scope *db, const trained_model *t, model_row *out);

extern const task_kind read_model_task;

/* ------------------------------------------------------------------ for the programs */

/* The key of endpoints' secrets, derived from the master key, so that this room never holds that one; and, for a
 * worker, as its server gave it. */
void models_take_key(platform *app, const uint8_t master_key[MASTER_KEY_BYTES]);
/* "models.example.com, scores.example.org": where models that stay elsewhere may be asked. */
void models_allow_hosts(arena *a, platform *app, text hosts);
/* The cache of this process and the thread that looks after it; "SERVER" or "WORKER". */
error models_start(arena *a, platform *app, const char *program);
void models_stop(platform *app);

#endif
