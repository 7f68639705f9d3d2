/* Forests: the trees of a model compiled for many rows. Part of aic_engine.h.
 *
 * Compiling gathers, for each feature, all values at which any tree splits; a row becomes a row of bin numbers (16
 * bits), and every split one comparison of bins. A forest is read-only afterwards and shared by threads; what changes
 * while it computes is in the caller's arena. The kernels exist in three widths (AVX-512, AVX2, portable) chosen when
 * they run. */
#ifndef AIC_ENGINE_TREES_FOREST_H
#define AIC_ENGINE_TREES_FOREST_H

#include "engine/model/model.h"

typedef struct forest forest;

/* Of a model of kind MODEL_TREES. */
AIC_ENGINE_API error forest_new(arena *a, const model *m, const forest **out);

/* margin[row][output] or link(margin). */
AIC_ENGINE_API void forest_predict(arena *a, const forest *f, const matrix *rows, model_output output, double *out);

/* The same forest with the covers of these rows in place of the model's, for models whose file keeps none (ONNX). */
AIC_ENGINE_API const forest *forest_with_covers(arena *a, const forest *f, const matrix *rows);

/* Path-dependent TreeSHAP (Lundberg 2018): values[row][feature][output], added to what is there; base[output]. */
AIC_ENGINE_API error forest_shap_path(arena *a, const forest *f, const matrix *rows, double *base, double *values);
/* Shapley interaction values, path-dependent: [row][feature][feature][output], diagonals so that a row sums to its
 * value. */
AIC_ENGINE_API error forest_shap_interactions(arena *a, const forest *f, const matrix *rows, double *values);
/* Interventional TreeSHAP against a background, margins or probabilities: values[row][feature][output]; base[output].
 */
AIC_ENGINE_API error forest_shap_interventional(arena *a, const forest *f, const matrix *rows, const matrix *background,
                                                model_output output, double *base, double *values);
/* The value function of the kernel method: the mean margin over the background when the features of a coalition (bit f
 * of coalitions[c * words + f / 64]) come from the row and the others from the background: out[row][coalition][output].
 */
AIC_ENGINE_API error forest_coalitions(arena *a, const forest *f, const matrix *rows, const matrix *background,
                                       const uint64_t *coalitions, size_t coalition_count, double *out);

/* Which kernels a forest uses: "avx512", "avx2", "portable", the best of this machine. The same forest with others, for
 * tests and measurements; NULL: this machine cannot. */
AIC_ENGINE_API const char *forest_kernels(const forest *f);
AIC_ENGINE_API const forest *forest_with_kernels(arena *a, const forest *f, const char *name);

#endif
