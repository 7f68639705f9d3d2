/* The small readers of texts: numbers, UUIDs, times, UTF-8, and the redaction of what goes to the log. */
#include "fuzz.h"

#include "base/redact.h"

static void read_uuid(arena *a, text given)
{
    uuid id, again;
    if (!uuid_parse(given, &id)) return;
    MUST(uuid_parse(uuid_format(a, id), &again) && uuid_equal(id, again));
}

static void read_instant(arena *a, text given)
{
    instant at, again;
    if (!instant_parse(given, &at)) return;
    MUST(instant_parse(instant_format(a, at), &again) && at == again);
}

static void read_number(text given)
{
    double number, again;
    char shown[32];
    int64_t integer;
    (void)text_integer(given, &integer);
    if (!text_number(given, &number)) return;
    size_t length = json_number_format(number, shown);
    MUST(length < sizeof shown && text_number((text){ shown, length }, &again) && again == number);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    arena *a = arena_new();
    text given = text_from(data, size);
    read_uuid(a, given);
    read_instant(a, given);
    read_number(given);
    if (text_valid_utf8(given)) MUST(text_code_points(given) <= size);
    (void)redact(a, given);
    arena_drop(a);
    return 0;
}
