/* CSV: a table read in one piece and the same table fed in small pieces give the same cells, or are both refused. */
#include "gather.h"

static error in_pieces(arena *a, text document, size_t step, gathered *g)
{
    csv_reader *r = csv_reader_new(a, gather_into(g), (table_limits){ .rows = 200, .columns = 50 });
    for (size_t at = 0; at < document.length; at += step) {
        size_t left = document.length - at;
        TRY(csv_feed(r, document.data + at, left < step ? left : step));
    }
    return csv_finish(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0) return 0;
    arena *a = arena_new();
    text document = text_from(data + 1, size - 1); /* the first byte says how long the pieces are */
    gathered whole = { .out = text_builder_in(a) }, pieces = { .out = text_builder_in(a) };
    error one = csv_read(a, document, gather_into(&whole), (table_limits){ .rows = 200, .columns = 50 });
    error other = in_pieces(a, document, 1 + data[0] % 64, &pieces);
    MUST(!one == !other);
    if (!one) MUST(text_equal(text_built(&whole.out), text_built(&pieces.out)));
    arena_drop(a);
    return 0;
}
