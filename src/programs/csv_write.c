#include "programs/csv_write.h"

#include "base/json.h"

#include <math.h>

void csv_add_text(text_builder *b, text t)
{
    bool plain = true;
    for (size_t i = 0; i < t.length && plain; i++) plain = !strchr("\",\r\n", t.data[i]);
    if (plain) {
        text_add(b, t);
        return;
    }
    text_add_char(b, '"');
    for (size_t i = 0; i < t.length; i++) {
        if (t.data[i] == '"') text_add_char(b, '"');
        text_add_char(b, t.data[i]);
    }
    text_add_char(b, '"');
}

void csv_add_number(text_builder *b, double value)
{
    char digits[32];
    if (isfinite(value)) text_add(b, (text){ digits, json_number_format(value, digits) });
}
