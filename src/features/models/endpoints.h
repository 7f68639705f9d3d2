/* Prediction endpoints: models that stay with whoever runs them, asked over https (endpoints.c).
 *
 * Nothing of a tenant's choosing is reached but hosts that the platform's operator allows (AIC_PREDICTION_HOSTS), and
 * of those no address of this machine, of a private network, of link-local or metadata services, in IPv4 or IPv6: what
 * counts is the address of the very socket, so that a name that resolves anew to something else gains nothing. No
 * redirects, no proxies, no more bytes and no more time than a batch of rows warrants. In development an entry
 * "name:loopback" allows this machine, over http as well, for tests.
 *
 *     POST {"columns": ["age", …], "rows": [[42, …], …]}  →  {"scores": [0.7, …]} or {"scores": [[0.3, 0.7], …]} */
#ifndef AIC_FEATURES_MODELS_ENDPOINTS_H
#define AIC_FEATURES_MODELS_ENDPOINTS_H

#include "features/models/models.h"

#include <netinet/in.h>
#include <sys/socket.h>

enum {
    ENDPOINT_CONNECT_SECONDS = 5,
    ENDPOINT_SECONDS = 30, /* ⚙ of one batch */
    ENDPOINT_BATCH = 1000, /* rows of one request */
    ENDPOINT_ANSWER_MOST = 8 * 1024 * 1024
};

/* INVALID: not https, of a host that is not allowed, with a user or a fragment. */
error endpoint_check(arena *a, const platform *app, text url);
/* Its secret is sealed; header and value together or neither. */
error endpoint_store(platform *app, scope *db, text url, text header_name, text header_value, maybe_uuid *id);

/* May this address be connected to? For tests of every range. */
bool address_is_public(const struct sockaddr *address);

#endif
