#include "features/mail/mail.h"

#include "base/json.h"
#include "crypto/seal.h"
#include "features/mail/sealed.h"

void mail_take_key(platform *app, const uint8_t master_key[MASTER_KEY_BYTES])
{
    seal_key_for(master_key, "aic letters", app->mail_key);
}

/* ------------------------------------------------------------------ at rest */

static text letter_as_json(arena *a, const letter *l)
{
    json_writer w = json_writer_in(a);
    json_open(&w, '{');
    json_key(&w, "kind"), json_write_string(&w, letter_kind_name(l->kind));
    json_key(&w, "to"), json_write_text(&w, l->to);
    json_key(&w, "language"), json_write_text(&w, l->language);
    json_key(&w, "link"), json_write_text(&w, l->link);
    json_key(&w, "values"), json_open(&w, '{');
    for (size_t i = 0; i < LETTER_VALUES && l->values[i].name; i++) {
        json_key(&w, l->values[i].name);
        json_write_text(&w, l->values[i].value);
    }
    json_close(&w, '}'), json_close(&w, '}');
    return json_written(&w);
}

error letter_unseal(arena *a, const uint8_t key[MASTER_KEY_BYTES], text sealed, letter *out)
{
    text plain;
    json_t *document;
    const char *name;
    json_t *value;
    size_t count = 0;
    TRY(unseal(a, key, sealed, &plain));
    TRY(json_read(a, plain, &document));
    *out = (letter){ .to = json_text_of(json_field(document, "to")),
                     .language = json_text_of(json_field(document, "language")),
                     .link = json_text_of(json_field(document, "link")) };
    if (!letter_kind_of(json_text_of(json_field(document, "kind")), &out->kind) || !text_is(out->to))
        return fail(a, INTERNAL, "", "What was sealed is no letter that this server knows.");
    json_object_foreach(json_object_get(document, "values"), name, value)
    {
        if (count == LETTER_VALUES) return fail(a, INTERNAL, "", "A letter has more values than it may.");
        out->values[count++] = (letter_value){ name, json_text_of(value) };
    }
    return OK;
}

error mail_queue(platform *app, scope *db, const letter *l)
{
    mail_queued queued;
    text sealed = seal(db->arena, app->mail_key, letter_as_json(db->arena, l));
    return sql_mail_queue(
        db, &(sql_mail_queue_in){ .kind = text_of(letter_kind_name(l->kind)), .letter = sealed, .once = l->once },
        &queued);
}

/* ------------------------------------------------------------------ again */

bool mail_try_again(int64_t attempts, int64_t *seconds)
{
    static const int64_t first[] = { MAIL_FIRST_RETRY_SECONDS, MAIL_FIRST_RETRY_SECONDS * 5,
                                     MAIL_FIRST_RETRY_SECONDS * 25 };
    const int64_t quick = sizeof first / sizeof *first;
    *seconds = attempts >= 1 && attempts <= quick ? first[attempts - 1] : MAIL_RETRY_SECONDS;
    return attempts <= quick + MAIL_RETRY_HOURS;
}
