/* Errors are values: NULL means that all went well; anything else says what is wrong, where, and what to do.
 *
 *     error incidents_open(scope *db, ...)
 *     {
 *         TRY(systems_tier(db, ...));                    // passed up unchanged
 *         if (...) return fail(db->arena, CONFLICT, "/status", "An incident that is %s cannot be closed.", ...);
 *         return OK;
 *     }
 *
 * A function that returns an error has changed nothing that lasts. Errors live in an arena. The kind decides the HTTP
 * status (http/problem.c) and the exit code of the command-line tool; the message is written for a person: what was
 * expected, what was found, what to do. The pointer is the JSON pointer of the field concerned ("/email"), or "". */
#ifndef AIC_BASE_ERROR_H
#define AIC_BASE_ERROR_H

#include "base/arena.h"

#include <stdarg.h>
#include <stdbool.h>

typedef enum {
    BAD_REQUEST,       /* 400: cannot be read at all, or over a stated limit of rows or columns */
    UNAUTHENTICATED,   /* 401 */
    FORBIDDEN,         /* 403 */
    STEP_UP_REQUIRED,  /* 403, of its own type: allowed, once somebody has proven anew who it is */
    NOT_FOUND,         /* 404: also for what belongs to another organization */
    NOT_ALLOWED,       /* 405 */
    CONFLICT,          /* 409 */
    GONE,              /* 410 */
    STALE,             /* 412 */
    TOO_LARGE,         /* 413 */
    UNSUPPORTED_MEDIA, /* 415 */
    INVALID,           /* 422: well-formed but wrong */
    LOCKED,            /* 423 */
    TOO_MANY,          /* 429 */
    INTERNAL,          /* 500: a defect of ours; the message is logged, never shown */
    UNAVAILABLE        /* 503: try again later */
} error_kind;

typedef struct error_value {
    error_kind kind;
    const char *pointer;            /* JSON pointer of the field, "" when none */
    const char *message;            /* for a person */
    int retry_after;                /* seconds; 0 when not said */
    const struct error_value *also; /* further errors of the same kind, e.g. one per field */
} error_value;

typedef const error_value *error;

#define OK ((error)0)

#define TRY(expression)                                                                                                \
    do {                                                                                                               \
        error try_error_ = (expression);                                                                               \
        if (try_error_) return try_error_;                                                                             \
    } while (0)

__attribute__((format(printf, 4, 5))) error fail(arena *a, error_kind kind, const char *pointer, const char *format,
                                                 ...);
error fail_later(arena *a, error_kind kind, int retry_after_seconds, const char *message);
/* The same in another arena, for an error that must outlive its own. OK stays OK. */
error error_copy(arena *a, error e);
/* first with next appended; either may be OK. */
error error_also(arena *a, error first, error next);
const char *error_kind_name(error_kind kind); /* "bad_request" … */

#endif
