/* What the features of one server share: handed to every request as rq->app. Owned by the program that serves. */
#ifndef AIC_FEATURES_APP_H
#define AIC_FEATURES_APP_H

#include "base/log.h"
#include "crypto/password.h"
#include "crypto/seal.h"
#include "crypto/token_cache.h"
#include "http/http.h"
#include "store/store.h"

#include <stdatomic.h>

typedef struct example_data {
    const char *id, *name, *description;
    text csv;
    int64_t rows, columns;
    text suggested; /* JSON: protected, label, prediction, score, favorable */
} example_data;

/* How much one request, and one organization, may send. Settings of the program. */
typedef struct data_limits {
    size_t rows, features; /* of a table within a request */
    size_t body_bytes;
    size_t dataset_bytes;      /* of one data set */
    size_t organization_bytes; /* of all data sets of an organization */
} data_limits;

typedef struct platform {
    store *store;
    clock_source clock;
    const logger *log;
    struct key_keeper *keys;    /* of access tokens; features/keys/keys.h */
    password_hasher *passwords; /* so that a flood of sign-ins cannot take the memory */
    token_cache *tokens;        /* whose signatures were found right */
    text issuer;                /* of access tokens: the public URL, if there is one */
    text web_url;               /* where people reach the web apps: the public URL, else the address we listen at */
    text_list payment_secrets;  /* of the payment provider's webhook; several while one is rotated */
    bool is_development;
    struct dataset_cleaner *dataset_cleaner; /* features/datasets/datasets.h */
    data_limits limits;                      /* features/limits/limits.h */
    struct rates *rates; /* features/rates/rates.h; NULL: requests may be asked as often as one likes */
    uint8_t intake_key[MASTER_KEY_BYTES]; /* seals what only a mail may need: addresses of reporters */
    uint8_t mfa_key[MASTER_KEY_BYTES];    /* seals the secrets of second factors */
    struct model_cache *models;           /* parsed and compiled; features/models/model_cache.h */
    struct model_cache_watcher *models_watcher;
    text_list prediction_hosts;             /* where registered models may be asked: AIC_PREDICTION_HOSTS */
    uint8_t endpoint_key[MASTER_KEY_BYTES]; /* seals the secrets that models elsewhere ask for */
    uint8_t mail_key[MASTER_KEY_BYTES];     /* seals letters until they are sent */
    bool mfa_is_optional;                   /* in development only */
    atomic_ullong unmatched_events;         /* of the payment provider, since this server started */
    struct task_watch *task_watch;          /* features/tasks/tasks.h: who is told of tasks; NULL: nobody here */
    const route *const *routes;             /* of the whole program, for the page that lists who looks across tenants */
    const example_data *examples;
    size_t example_count;
} platform;

/* Who asks, as the credential says. */
typedef struct principal {
    uuid user_id, org_id, jti;
    text role;         /* a built-in one; "API_KEY" of a program */
    text capabilities; /* words with blanks between; NO_TEXT: what the built-in role says */
    bool is_super_admin;
    bool is_api_key; /* user_id is then the key's */
    bool by_cookie;
    bool is_replay;           /* this request's answer is a remembered one */
    instant authenticated_at; /* when somebody last proved who it is: signed in, or stepped up */
    instant expires_at;       /* of the access token */
} principal;

#endif
