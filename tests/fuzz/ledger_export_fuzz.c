/* The ledger's export: arbitrary bytes never crash the verifier, and a sound export in which any one byte is another
 * is refused. The first three bytes of the input say which byte becomes what. */
#include "fuzz.h"

#include "crypto/hash.h"
#include "ledger/ledger.h"

static text canonical_entry(arena *a, int seq, text previous, text *hash)
{
    static const char form[] = "{\"action\":\"ORG_CREATED\",\"actor\":\"a\",\"at\":\"2026-01-01T00:00:00.000000Z\","
                               "\"content_hash\":\"%064d\",%s\"id\":\"00000000-0000-7000-8000-000000000001\","
                               "\"org_id\":\"00000000-0000-7000-8000-000000000002\",\"prev_hash\":\"%s\",\"seq\":%d,"
                               "\"subject_id\":\"00000000-0000-7000-8000-000000000003\",\"subject_type\":\"org\"}";
    const char *before = text_string(a, previous);
    text bare = text_format(a, form, seq, "", before, seq);
    *hash = sha256_hex(a, bare);
    return text_format(a, form, seq, text_format(a, "\"hash\":\"%.*s\",", PRINT(*hash)).data, before, seq);
}

static text good_export(arena *a)
{
    text_builder out = text_builder_in(a);
    text hash = text_format(a, "%064d", 0);
    for (int seq = 1; seq <= 3; seq++) {
        text_add(&out, canonical_entry(a, seq, hash, &hash));
        text_add_char(&out, '\n');
    }
    return text_built(&out);
}

static ledger_verdict verdict_on(arena *a, text document, size_t step)
{
    ledger_verifier *v = ledger_verifier_new(a);
    for (size_t at = 0; at < document.length; at += step) {
        size_t left = document.length - at;
        ledger_verifier_feed(v, (text){ document.data + at, left < step ? left : step });
    }
    return ledger_verifier_finish(v);
}

static void change_one_byte(arena *a, const uint8_t *how)
{
    text good = good_export(a);
    MUST(verdict_on(a, good, good.length).valid);
    char *changed = arena_copy(a, good.data, good.length);
    size_t at = ((size_t)how[0] << 8 | how[1]) % good.length;
    if (how[2] == 0) return;
    changed[at] = (char)(changed[at] ^ (char)how[2]);
    MUST(!verdict_on(a, (text){ changed, good.length }, 100).valid);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3) return 0;
    arena *a = arena_new();
    change_one_byte(a, data);
    text document = text_from(data + 3, size - 3);
    ledger_verdict whole = verdict_on(a, document, document.length + 1), pieces = verdict_on(a, document, 7);
    MUST(whole.valid == pieces.valid && whole.checked == pieces.checked && whole.first_bad == pieces.first_bad);
    arena_drop(a);
    return 0;
}
