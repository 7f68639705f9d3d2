/* Artefacts in the database, in pieces, and what is told of them (artefacts.c). */
#ifndef AIC_FEATURES_MODELS_ARTEFACTS_H
#define AIC_FEATURES_MODELS_ARTEFACTS_H

#include "features/models/models.h"

/* Before its model's row says that it has one, in the same transaction: the database then compares the hash. */
error artefact_store(scope *db, uuid model_id, text bytes);
error artefact_store_piece(scope *db, uuid model_id, int64_t part, text bytes);
/* Pieces 0, 1, … of so many bytes in all, whether or not the row says yet that they are there. */
error artefact_read(scope *db, uuid model_id, size_t length, text *bytes);
/* Fills format, type, hash, features, outputs and structure. */
void artefact_describe(arena *a, const model *m, text bytes, model_row *row);

/* POST /models/{id}/artefact: pieces go to the database as they come (artefact_upload.c). */
extern const body_stream artefact_upload;
/* All is here: read at once, or, when it is large, by a worker (READ_MODEL): then the answer is a task. */
error artefact_upload_finish(request *rq, model_row *out);

#endif
