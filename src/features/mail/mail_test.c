#include "features/mail/mail.h"
#include "features/mail/message.h"
#include "features/mail/sealed.h"
#include "features/mail/smtp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

static const char public_url[] = "https://aic.example.org";

/* A letter with a value for every gap that any kind has. */
static letter full_letter(letter_kind kind, text typed)
{
    letter l = {
        .kind = kind, .to = TEXT("ada@example.org"), .language = TEXT("en"), .link = TEXT("/app/x?token=abc")
    };
    static const char *const times[] = { "expires", "until", "due" };
    const char *time = kind == LETTER_LOCKED ? times[1] : kind == LETTER_CASE_RECEIVED ? times[2] : times[0];
    size_t n = 0;
    l.values[n++] = (letter_value){ time, TEXT("2026-11-28T09:05:00.000000Z") };
    if (kind == LETTER_INVITATION) {
        l.values[n++] = (letter_value){ "organization", typed };
        l.values[n++] = (letter_value){ "inviter", typed };
        l.values[n++] = (letter_value){ "role", TEXT("COMPLIANCE_OFFICER") };
    }
    if (kind == LETTER_MFA_CHANGED) l.values[n++] = (letter_value){ "what", TEXT("PASSKEY_ADDED") };
    if (kind == LETTER_RECOVERY_CODES_LOW) l.values[n++] = (letter_value){ "left", TEXT("2") };
    if (kind == LETTER_EMAIL_CHANGE_ASKED || kind == LETTER_EMAIL_CHANGED)
        l.values[n++] = (letter_value){ "new_email", typed };
    if (kind >= LETTER_CASE_RECEIVED) l.values[n++] = (letter_value){ "reference", TEXT("INC-ABCDEFGH") };
    if (kind == LETTER_CASE_STATUS) l.values[n++] = (letter_value){ "status", TEXT("RESOLVED") };
    return l;
}

static letter_written written(arena *a, const letter *l)
{
    letter_written out;
    assert_null(letter_write(a, l, text_of(public_url), &out));
    return out;
}

static mail_message message_of(const letter_written *w)
{
    return (mail_message){ .from = { TEXT("AIC Platform"), TEXT("no-reply@aic.example.org") },
                           .to = TEXT("ada@example.org"),
                           .subject = w->subject,
                           .language = w->language,
                           .plain = w->plain,
                           .html = w->html,
                           .at = SECONDS(1795828800),
                           .id = { { 1, 2, 3 } } };
}

static bool has(text t, const char *part)
{
    return memmem(t.data, t.length, part, strlen(part)) != NULL;
}

/* ------------------------------------------------------------------ words */

static void every_kind_is_written_in_both_forms(void **state)
{
    (void)state;
    arena *a = arena_new();
    for (letter_kind kind = 0; kind < LETTER_KINDS; kind++) {
        letter_kind again;
        letter l = full_letter(kind, TEXT("Umoja"));
        letter_written w = written(a, &l);
        assert_true(letter_kind_of(text_of(letter_kind_name(kind)), &again) && again == kind);
        assert_true(w.subject.length > 10 && w.subject.length < 80);
        assert_true(has(w.plain, "You get this because") && has(w.html, "You get this because"));
        assert_null(memchr(w.plain.data, '{', w.plain.length));
        assert_true(kind == LETTER_EMAIL_CHANGED || has(w.plain, "\nhttps://aic.example.org/app/x?token=abc\n"));
        assert_false(has(w.html, "<img")); /* nothing tells us that it was read */
    }
    arena_drop(a);
}

static void times_and_words_are_those_of_the_language(void **state)
{
    (void)state;
    arena *a = arena_new();
    letter l = full_letter(LETTER_INVITATION, TEXT("Umoja Credit"));
    assert_true(has(written(a, &l).plain, "as compliance officer."));
    assert_true(has(written(a, &l).plain, "until 28 November 2026, 09:05 UTC."));
    l.language = TEXT("xx");
    assert_true(text_equal_string(written(a, &l).language, "en"));
    l.values[0].value = TEXT("tomorrow");
    letter_written out;
    assert_int_equal(letter_write(a, &l, text_of(public_url), &out)->kind, INTERNAL);
    l = (letter){ .kind = LETTER_INVITATION };
    assert_int_equal(letter_write(a, &l, text_of(public_url), &out)->kind, INTERNAL);
    arena_drop(a);
}

/* What a stranger typed is one line without markup, links or turned direction. */
static void what_people_typed_is_words_only(void **state)
{
    (void)state;
    arena *a = arena_new();
    letter l = full_letter(LETTER_INVITATION, TEXT("<b>Bad</b> & \"Co\"\r\nBcc: all@evil.example\xE2\x80\xA8"
                                                   "see https://evil.example/\xE2\x80\xAE now"));
    letter_written w = written(a, &l);
    assert_false(has(w.html, "<b>"));
    assert_true(has(w.html, "&lt;b&gt;Bad&lt;/b&gt; &amp; &quot;Co&quot;  Bcc: "));
    assert_null(memchr(w.subject.data, '\n', w.subject.length));
    assert_null(memchr(w.subject.data, '\r', w.subject.length));
    assert_false(has(w.plain, "\nBcc:"));
    assert_false(has(w.plain, "evil.example") || has(w.html, "evil.example"));
    assert_false(has(w.plain, "https://evil"));
    assert_false(has(w.plain, "\xE2\x80\xAE") || has(w.subject, "\xE2\x80\xA8"));
    arena_drop(a);
}

/* ------------------------------------------------------------------ on the wire */

static void check_lines(text mail)
{
    size_t length = 0;
    for (size_t i = 0; i < mail.length; i++) {
        unsigned char c = (unsigned char)mail.data[i];
        assert_true(c == '\r' || c == '\n' || (c >= ' ' && c <= '~'));
        assert_int_equal(c == '\n', i > 0 && mail.data[i - 1] == '\r');
        length = c == '\n' ? 0 : length + 1;
        assert_true(length <= 79);
    }
}

static void a_message_is_ascii_in_short_lines(void **state)
{
    (void)state;
    arena *a = arena_new();
    for (letter_kind kind = 0; kind < LETTER_KINDS; kind++) {
        text mail;
        letter l =
            full_letter(kind, TEXT("Crédit Umoja Société à responsabilité limitée 東京 \xF0\x9F\x8C\x8D = .\n."));
        letter_written w = written(a, &l);
        mail_message m = message_of(&w);
        assert_null(message_write(a, &m, &mail));
        check_lines(mail);
    }
    arena_drop(a);
}

static void a_subject_beyond_ascii_is_encoded_words_of_whole_characters(void **state)
{
    (void)state;
    arena *a = arena_new();
    text mail;
    letter_written w = { TEXT("en"), TEXT("Grüße aus Köln: eine sehr lange Betreffzeile über alles"), TEXT("x"),
                         TEXT("x") };
    mail_message m = message_of(&w);
    assert_null(message_write(a, &m, &mail));
    assert_true(has(mail, "\r\nSubject: =?UTF-8?B?R3LDvMOfZSBhdXMgS8O2bG46IGVpbmUgc2VociBs?=\r\n =?UTF-8?B?"));
    w.subject = TEXT("=?UTF-8?B?YQ==?=");
    m = message_of(&w);
    assert_null(message_write(a, &m, &mail));
    assert_true(has(mail, "Subject: =?UTF-8?B?PT9VVEYtOD9CP1lRPT0/PQ==?=\r\n"));
    arena_drop(a);
}

static void no_value_makes_a_header(void **state)
{
    (void)state;
    arena *a = arena_new();
    text mail;
    letter_written w = { TEXT("en"), TEXT("Hello\r\nBcc: all@evil.example\r\n\r\nbody"), TEXT("x"), TEXT("x") };
    mail_message m = message_of(&w);
    assert_null(message_write(a, &m, &mail));
    assert_false(has(mail, "Bcc"));
    m.from.name = TEXT("A\" <evil@evil.example>,\r\nBcc: x");
    assert_null(message_write(a, &m, &mail));
    assert_false(has(mail, "Bcc") || has(mail, "evil@"));
    static const char *const bad[] = { "a@b\r\nBcc: c@d", "a b@c.d",   "a@b@c",     "<a@b.c>", "a,b@c.d", "@b.c", "a@",
                                       "\xC3\xA9@b.c",    "\"a\"@b.c", "a\x01@b.c", "" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        m = message_of(&w);
        m.to = text_of(bad[i]);
        assert_int_equal(message_write(a, &m, &mail)->kind, INVALID);
    }
    arena_drop(a);
}

static void a_sender_is_a_mailbox(void **state)
{
    (void)state;
    arena *a = arena_new();
    mailbox m;
    assert_null(message_read_mailbox(a, TEXT(" AIC Platform <no-reply@example.org> "), &m));
    assert_true(text_equal_string(m.name, "AIC Platform") && text_equal_string(m.address, "no-reply@example.org"));
    assert_null(message_read_mailbox(a, TEXT("no-reply@example.org"), &m));
    assert_false(text_is(m.name));
    assert_int_equal(message_read_mailbox(a, TEXT("AIC <no-reply>"), &m)->kind, INVALID);
    assert_int_equal(message_read_mailbox(a, TEXT(""), &m)->kind, INVALID);
    assert_int_equal(message_read_mailbox(a, TEXT(">"), &m)->kind, INVALID);
    arena_drop(a);
}

/* ------------------------------------------------------------------ sending */

static void a_letter_is_tried_for_a_day_and_then_given_up(void **state)
{
    (void)state;
    int64_t seconds, all = 0, tries = 1;
    static const int64_t first[] = { 5, 25, 125, 3600, 3600 };
    for (int64_t n = 1; n <= 5; n++) {
        assert_true(mail_try_again(n, &seconds));
        assert_int_equal(seconds, first[n - 1]);
    }
    while (mail_try_again(tries, &seconds)) {
        all += seconds;
        tries++;
    }
    assert_int_equal(tries, 28);
    assert_int_equal(all, 5 + 25 + 125 + 24 * 3600);
    assert_true(MAIL_LEASE_SECONDS > MAIL_SEND_SECONDS); /* nobody takes a letter that is being sent */
}

static void what_is_sealed_comes_back_and_under_its_own_key_only(void **state)
{
    (void)state;
    arena *a = arena_new();
    uint8_t key[MASTER_KEY_BYTES] = { 1 }, other[MASTER_KEY_BYTES] = { 2 };
    letter out;
    text sealed = seal(a, key,
                       TEXT("{\"kind\":\"locked\",\"to\":\"a@b.c\",\"language\":null,\"link\":\"/x\","
                            "\"values\":{\"until\":\"now\"}}"));
    assert_null(letter_unseal(a, key, sealed, &out));
    assert_int_equal(out.kind, LETTER_LOCKED);
    assert_true(text_equal_string(out.to, "a@b.c") && text_equal_string(out.values[0].value, "now"));
    assert_string_equal(out.values[0].name, "until");
    assert_int_equal(letter_unseal(a, other, sealed, &out)->kind, INTERNAL);
    assert_int_equal(letter_unseal(a, key, seal(a, key, TEXT("{\"kind\":\"spam\",\"to\":\"a@b.c\"}")), &out)->kind,
                     INTERNAL);
    assert_int_equal(letter_unseal(a, key, seal(a, key, TEXT("{\"kind\":\"locked\"}")), &out)->kind, INTERNAL);
    assert_non_null(letter_unseal(a, key, seal(a, key, TEXT("nonsense")), &out));
    arena_drop(a);
}

static void a_mail_servers_address_is_checked_and_never_told(void **state)
{
    (void)state;
    arena *a = arena_new();
    assert_null(smtp_check(a, TEXT("smtp://user:secret@mail.example.org:587")));
    assert_null(smtp_check(a, TEXT("smtps://mail.example.org")));
    static const char *const bad[] = { "http://mail.example.org", "smtp://",
                                       "mail.example.org",        "file:///etc/passwd",
                                       "smtp://user:secret@:587", "smtp://user:secret@bad host" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        error refused = smtp_check(a, text_of(bad[i]));
        assert_int_equal(refused->kind, INVALID);
        assert_null(strstr(refused->message, "secret@"));
    }
    assert_true(smtp_is_loopback(a, TEXT("smtp://127.0.0.1:25")) && smtp_is_loopback(a, TEXT("smtp://[::1]:25")));
    assert_true(smtp_is_loopback(a, TEXT("smtp://localhost")));
    assert_false(smtp_is_loopback(a, TEXT("smtp://127.0.0.1@mail.example.org")));
    assert_false(smtp_is_loopback(a, TEXT("smtp://127.example.org")));
    assert_false(smtp_is_loopback(a, TEXT("smtp://localhost.example.org")));
    arena_drop(a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kind_is_written_in_both_forms),
        cmocka_unit_test(times_and_words_are_those_of_the_language),
        cmocka_unit_test(what_people_typed_is_words_only),
        cmocka_unit_test(a_message_is_ascii_in_short_lines),
        cmocka_unit_test(a_subject_beyond_ascii_is_encoded_words_of_whole_characters),
        cmocka_unit_test(no_value_makes_a_header),
        cmocka_unit_test(a_sender_is_a_mailbox),
        cmocka_unit_test(a_letter_is_tried_for_a_day_and_then_given_up),
        cmocka_unit_test(what_is_sealed_comes_back_and_under_its_own_key_only),
        cmocka_unit_test(a_mail_servers_address_is_checked_and_never_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
