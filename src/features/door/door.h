/* The door between HTTP and everything that needs the database: who asks, may they, how often, in which scope, and what
 * the audit log says afterwards. http_door's functions, for programs/aicd.c. */
#ifndef AIC_FEATURES_DOOR_H
#define AIC_FEATURES_DOOR_H

#include "features/app.h"

#define ACCESS_COOKIE  "aic_access"
#define REFRESH_COOKIE "aic_refresh"
#define REFRESH_PATH   "/api/v1/auth"

http_door door_of_the_platform(void);

#endif
