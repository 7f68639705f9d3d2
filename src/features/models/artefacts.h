/* Artefacts in the database, in pieces, and what is told of them (artefacts.c). */
#ifndef AIC_FEATURES_MODELS_ARTEFACTS_H
#define AIC_FEATURES_MODELS_ARTEFACTS_H

#include "features/models/models.h"

/* Before its model's row says that it has one, in the same transaction: the database then compares the hash. */
error artefact_store(scope *db, uuid model_id, text bytes);
/* Fills format, type, hash, features, outputs and structure. */
void artefact_describe(arena *a, const model *m, text bytes, model_row *row);

#endif
