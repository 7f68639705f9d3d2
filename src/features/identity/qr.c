#include "features/identity/qr.h"

#include <qrencode.h>

enum { QUIET = 4 };

static void add_modules(text_builder *out, const QRcode *code)
{
    for (int y = 0; y < code->width; y++)
        for (int x = 0; x < code->width; x++) {
            int from = x;
            while (x < code->width && code->data[y * code->width + x] & 1) x++;
            if (x > from) text_add_format(out, "M%d %dh%dv1h-%dz", from + QUIET, y + QUIET, x - from, x - from);
        }
}

error qr_svg(arena *a, text said, text *out)
{
    QRcode *code = QRcode_encodeString8bit(text_string(a, said), 0, QR_ECLEVEL_M);
    if (!code) return fail(a, INTERNAL, "", "A QR code could not be made.");
    int side = code->width + 2 * QUIET;
    text_builder b = text_builder_in(a);
    text_add_format(&b,
                    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\">"
                    "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/><path fill=\"#000\" d=\"",
                    side, side, side, side);
    add_modules(&b, code);
    text_add_string(&b, "\"/></svg>");
    QRcode_free(code);
    *out = text_built(&b);
    return OK;
}
