/* The value function of coalitions: what the model says on average when some features are the row's own and the others
 * come from the background (the marginal, interventional expectation). Coalition c has feature f when bit f % 64 of
 * coalitions[c * words + f / 64] is set. */
#ifndef AIC_ENGINE_EXPLAIN_GAME_H
#define AIC_ENGINE_EXPLAIN_GAME_H

#include "engine/explain/methods.h"
#include "engine/explain/sight.h"

typedef struct coalition_list {
    const uint64_t *bits;
    size_t count, words;
} coalition_list;

static inline size_t coalition_words(size_t features)
{
    return (features + 63) / 64;
}
static inline bool coalition_has(const uint64_t *coalition, size_t feature)
{
    return coalition[feature / 64] >> (feature % 64) & 1;
}

typedef struct game {
    const predictor *predictor;
    const matrix *background;
    model_output output;
    bool by_forest; /* the forest sums over the background itself; else composed rows are predicted */
    sight eyes;
    const double *seen_background; /* [row][feature] as the model sees it; NULL by_forest */
    const explain_watch *watch;    /* between batches of composed rows; NULL where several threads play */
    double now;                    /* how far the whole was when this play began */
} game;

/* The forest's own way wherever it gives the output asked for. */
game game_of(const draft *d);

/* out[row][coalition][output]. */
error game_play(const game *g, arena *a, const matrix *rows, coalition_list coalitions, double *out);

#endif
