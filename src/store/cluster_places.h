/* Where a private cluster lives, as whom, and which PostgreSQL runs it. The store's own business. */
#ifndef AIC_STORE_CLUSTER_PLACES_H
#define AIC_STORE_CLUSTER_PLACES_H

#include "base/error.h"
#include "base/log.h"

#include <sys/types.h>

typedef struct cluster_places {
    const char *programs; /* folder of postgres and initdb */
    const char *data;     /* PostgreSQL's data directory */
    const char *sockets;  /* folder of the socket: 0700, a short path */
    const char *log_file;
    const char *turn_file; /* whoever makes or starts the server holds its lock */
    uid_t uid;             /* of the server's processes; never 0 */
    gid_t gid;
} cluster_places;

/* Makes what is missing of DIRECTORY, but for the data directory itself. */
error cluster_find_places(arena *a, text directory, const logger *log, cluster_places *out);

/* Makes a folder, or takes one that we or the cluster's user own, for the cluster's user alone. */
error cluster_own_folder(arena *a, const cluster_places *p, const char *path);

/* Deletes a folder with all that is in it; fine when it is not there. */
error cluster_remove_folder(arena *a, const char *path);

#endif
