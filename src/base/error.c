#include "base/error.h"

#include "base/text.h"

static error_value *error_new(arena *a, error_kind kind, const char *pointer, const char *message)
{
    error_value *e = ARENA_NEW(a, error_value);
    *e = (error_value){ .kind = kind, .pointer = pointer ? pointer : "", .message = message };
    return e;
}

error fail(arena *a, error_kind kind, const char *pointer, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    text message = text_format_list(a, format, arguments);
    va_end(arguments);
    return error_new(a, kind, pointer, message.data);
}

error fail_later(arena *a, error_kind kind, int retry_after_seconds, const char *message)
{
    error_value *e = error_new(a, kind, "", message);
    e->retry_after = retry_after_seconds;
    return e;
}

error error_also(arena *a, error first, error next)
{
    if (!first) return next;
    if (!next) return first;
    error_value *joined = arena_copy(a, first, sizeof *first);
    joined->also = error_also(a, first->also, next);
    return joined;
}

const char *error_kind_name(error_kind kind)
{
    static const char *const names[] = {
        [BAD_REQUEST] = "bad_request",
        [UNAUTHENTICATED] = "unauthenticated",
        [FORBIDDEN] = "forbidden",
        [STEP_UP_REQUIRED] = "step_up_required",
        [NOT_FOUND] = "not_found",
        [NOT_ALLOWED] = "not_allowed",
        [CONFLICT] = "conflict",
        [GONE] = "gone",
        [STALE] = "stale",
        [TOO_LARGE] = "too_large",
        [UNSUPPORTED_MEDIA] = "unsupported_media",
        [INVALID] = "invalid",
        [LOCKED] = "locked",
        [TOO_MANY] = "too_many",
        [INTERNAL] = "internal",
        [UNAVAILABLE] = "unavailable",
    };
    return names[kind];
}

error error_copy(arena *a, error e)
{
    if (!e) return OK;
    error_value *copy = ARENA_NEW(a, error_value);
    *copy = (error_value){ .kind = e->kind,
                           .pointer = arena_string(a, e->pointer, strlen(e->pointer)),
                           .message = arena_string(a, e->message, strlen(e->message)),
                           .retry_after = e->retry_after,
                           .also = error_copy(a, e->also) };
    return copy;
}
