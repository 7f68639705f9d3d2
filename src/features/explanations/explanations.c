#include "features/explanations/orders.h"
error explanations_list(scope *db, const explanations_query *query, page_reply *out)
{
    (void)db, (void)query, (void)out;
    return OK;
}
error explanations_read(scope *db, uuid id, explanation_row *out)
{
    (void)db, (void)id, (void)out;
    return OK;
}
error explanations_keep(scope *db, const explanation_wanted *in, explanation_row *out)
{
    (void)db, (void)in, (void)out;
    return OK;
}
error explanations_narrate(scope *db, uuid decision_id, text audience, narrative *out)
{
    (void)db, (void)decision_id, (void)audience, (void)out;
    return OK;
}
