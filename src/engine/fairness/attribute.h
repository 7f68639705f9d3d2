/* One attribute of the report, from the counts of its facet; everything but the verdict and the remarks. */
#ifndef AIC_ENGINE_ATTRIBUTE_H
#define AIC_ENGINE_ATTRIBUTE_H

#include "engine/fairness/calibration.h"
#include "engine/fairness/facets.h"

typedef struct attribute_context {
    const fairness_request *request;
    const outcomes *outcomes;
    const calibration *calibrations;        /* per group; NULL without score or label */
    const double *expected_selection_rates; /* per group of an intersection; NULL for a single attribute */
} attribute_context;

/* INVALID when the request names a reference group that the facet does not have. */
error attribute_measure(arena *a, const attribute_context *context, const facet *f, attribute_report *out);

#endif
