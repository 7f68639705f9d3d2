/* Every route of the platform, and the messages of the constraints behind them. */
#ifndef AIC_PROGRAMS_AICD_ROUTES_H
#define AIC_PROGRAMS_AICD_ROUTES_H

#include "http/http.h"
#include "store/store.h"

extern const route *const aicd_route_tables[]; /* ended by NULL */
extern const constraint_message aicd_constraints[];

#endif
