#include "programs/aicd_settings.h"

#include "crypto/random.h"

#include <fcntl.h>
#include <unistd.h>

/* No mail server takes it; good for letters that become files. */
#define MAIL_FROM_NOBODY "AIC Platform <no-reply@localhost>"

static const char *const environments[] = { "development", "staging", "production", NULL };
static const char *const on_off[] = { "on", "off", NULL };
static const char *const required_optional[] = { "required", "optional", NULL };
static const char *const levels[] = { "debug", "info", "warning", "error", NULL };

const setting aicd_settings[] = {
    { .name = "DATABASE_URL",
      .kind = SETTING_TEXT,
      .secret = true,
      .doc = "PostgreSQL, as a role that may create roles; not set: a private cluster in the data directory" },
    { .name = "AIC_ENV",
      .kind = SETTING_CHOICE,
      .choices = environments,
      .standard = "development",
      .doc = "production refuses defaults and weak secrets" },
    { .name = "AIC_LISTEN", .kind = SETTING_TEXT, .standard = "127.0.0.1:8080", .doc = "Address and port" },
    { .name = "AIC_PUBLIC_URL",
      .kind = SETTING_TEXT,
      .doc = "How browsers reach it; not set: http:// and the address" },
    { .name = "AIC_TRUSTED_PROXIES",
      .kind = SETTING_TEXT,
      .doc = "Addresses or networks, with commas between, whose X-Forwarded-For names the client; not set: nobody's" },
    { .name = "AIC_DATA_DIR", .kind = SETTING_TEXT, .standard = "data", .doc = "Private cluster, key file, log" },
    { .name = "AIC_EXAMPLES_DIR", .kind = SETTING_TEXT, .doc = "Public data files to offer as examples" },
    { .name = "AIC_MASTER_KEY",
      .kind = SETTING_TEXT,
      .secret = true,
      .doc = "64 hex digits that seal private keys; outside production made and kept in the data directory" },
    { .name = "AIC_SECURITY_CONTACT",
      .kind = SETTING_TEXT,
      .doc = "mailto: or https: address for /.well-known/security.txt" },
    { .name = "SMTP_URL",
      .kind = SETTING_TEXT,
      .secret = true,
      .doc = "Mail server: smtp://user:password@host:587 or smtps://…; not set: letters become files of the data "
             "directory in development, and wait elsewhere" },
    { .name = "AIC_MAIL_FROM",
      .kind = SETTING_TEXT,
      .standard = MAIL_FROM_NOBODY,
      .doc = "Sender of letters; outside development a mail server needs one of your own" },
    { .name = "AIC_MAIL_CA",
      .kind = SETTING_TEXT,
      .doc = "File of the authorities that the mail server's certificate is checked by; not set: the system's" },
    { .name = "STRIPE_WEBHOOK_SECRET",
      .kind = SETTING_TEXT,
      .secret = true,
      .doc = "Of the payment provider's webhook; several, with commas between, while one is rotated" },
    { .name = "AIC_PREDICTION_HOSTS",
      .kind = SETTING_TEXT,
      .doc =
          "Hosts, with commas between, where registered models that stay elsewhere may be asked over https; not set: "
          "nowhere. In development name:loopback allows this machine" },
    { .name = "AIC_ENDPOINT_KEY",
      .kind = SETTING_TEXT,
      .secret = true,
      .doc =
          "64 hex digits that open the secrets sent to such hosts; a server gives it to its workers, and a worker on "
          "another machine needs it for these models alone" },
    { .name = "AIC_MFA",
      .kind = SETTING_CHOICE,
      .choices = required_optional,
      .standard = "required",
      .doc = "optional: nobody must have a second factor, as for load tests; refused outside development" },
    { .name = "AIC_AUDIT_MONTHS",
      .kind = SETTING_INTEGER,
      .standard = "84",
      .least = 12,
      .most = 1200,
      .doc = "How long the audit log is kept: aicd audit retention drops whole months that are older" },
    { .name = "AIC_RATE_LIMITS",
      .kind = SETTING_CHOICE,
      .choices = on_off,
      .standard = "on",
      .doc = "off lifts the request rates for load tests; refused in production" },
    { .name = "AIC_LOG_LEVEL",
      .kind = SETTING_CHOICE,
      .choices = levels,
      .standard = "info",
      .doc = "Least level logged" },
    { .name = "AIC_THREADS",
      .kind = SETTING_INTEGER,
      .standard = "8",
      .least = 1,
      .most = 256,
      .doc = "Requests worked on at a time" },
    { .name = "AIC_WORKERS",
      .kind = SETTING_INTEGER,
      .least = 0,
      .most = 256,
      .doc = "Processes that do tasks, started by the server; not set: as many as cores; 0: none, as when they run on "
             "other machines (aicd worker)" },
    { .name = "AIC_COMPUTE_QUEUE",
      .kind = SETTING_INTEGER,
      .standard = "64",
      .least = 1,
      .most = 10000,
      .doc = "Requests that compute, such as an analysis, and wait for a core; more are told to come again" },
    { .name = "AIC_TEST_TASKS",
      .kind = SETTING_BOOL,
      .standard = "off",
      .doc = "on: workers know tasks that sleep, count and take memory, for tests; refused outside development" },
    { .name = "AIC_CONNECTIONS",
      .kind = SETTING_INTEGER,
      .standard = "2000",
      .least = 10,
      .most = 100000,
      .doc = "Open client connections at most" },
    { .name = "AIC_ADDRESS_CONNECTIONS",
      .kind = SETTING_INTEGER,
      .standard = "500",
      .least = 0,
      .most = 100000,
      .doc = "Open connections of one client address at most; 0: no such limit, as behind a proxy" },
    { .name = "AIC_IDLE_SECONDS",
      .kind = SETTING_INTEGER,
      .standard = "60",
      .least = 1,
      .most = 3600,
      .doc = "A connection that is silent for so long is closed" },
    { .name = "AIC_REQUEST_SECONDS",
      .kind = SETTING_INTEGER,
      .standard = "30",
      .least = 1,
      .most = 3600,
      .doc = "A request must have arrived whole, and its answer be taken, within this time" },
    { .name = "AIC_MOST_ROWS",
      .kind = SETTING_INTEGER,
      .standard = "10000",
      .least = 1,
      .most = 10000000,
      .doc = "Rows of a table within a request; larger ones are uploaded as data sets" },
    { .name = "AIC_MOST_FEATURES",
      .kind = SETTING_INTEGER,
      .standard = "500",
      .least = 1,
      .most = 100000,
      .doc = "Columns of a table" },
    { .name = "AIC_BODY_LIMIT",
      .kind = SETTING_INTEGER,
      .standard = "10000000",
      .least = 100000,
      .most = 1000000000,
      .doc = "Bytes of a request's body, but of an upload's" },
    { .name = "AIC_DATASET_LIMIT",
      .kind = SETTING_INTEGER,
      .standard = "2000000000",
      .least = 1000000,
      .most = 1000000000000,
      .doc = "Bytes of one data set" },
    { .name = "AIC_DATASETS_LIMIT",
      .kind = SETTING_INTEGER,
      .standard = "20000000000",
      .least = 1000000,
      .most = 1000000000000000,
      .doc = "Bytes of all data sets of one organization" },
    { .name = "AIC_DATABASE_CONNECTIONS",
      .kind = SETTING_INTEGER,
      .standard = "8",
      .least = 2,
      .most = 200,
      .doc = "Connections of the tenant role; half as many of the system role" },
    { .name = NULL }
};

static bool is_production(const config *settings)
{
    return text_equal_string(config_text(settings, "AIC_ENV"), "production");
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool aicd_read_key(text t, uint8_t out[32])
{
    if (t.length != 64) return false;
    for (size_t i = 0; i < 32; i++) {
        int high = hex_value(t.data[2 * i]), low = hex_value(t.data[2 * i + 1]);
        if (high < 0 || low < 0) return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* Sixteen different bytes at least: zeros, a repeated word and the like are keys that somebody could guess. */
static bool is_weak(const uint8_t key[32])
{
    bool seen[256] = { false };
    int different = 0;
    for (int i = 0; i < 32; i++) {
        different += !seen[key[i]];
        seen[key[i]] = true;
    }
    return different < 16;
}

/* A letter that leaves the house has a sender, and links that its reader can open. */
static error check_mail(arena *a, const config *settings)
{
    error wrong = OK;
    if (!text_is(config_text(settings, "SMTP_URL"))) return OK;
    if (text_equal_string(config_text(settings, "AIC_MAIL_FROM"), MAIL_FROM_NOBODY))
        wrong = fail(a, INVALID, "", "AIC_MAIL_FROM is missing: SMTP_URL needs a sender of your own.");
    if (!text_is(config_text(settings, "AIC_PUBLIC_URL")))
        wrong =
            error_also(a, wrong, fail(a, INVALID, "", "AIC_PUBLIC_URL is missing: links in letters begin with it."));
    return wrong;
}

error aicd_check_settings(arena *a, const config *settings, const command_line *line)
{
    bool is_development = text_equal_string(config_text(settings, "AIC_ENV"), "development");
    if (!is_development && text_equal_string(config_text(settings, "AIC_MFA"), "optional"))
        return fail(a, INVALID, "", "AIC_MFA=optional is refused outside development.");
    if (!is_development && config_bool(settings, "AIC_TEST_TASKS"))
        return fail(a, INVALID, "", "AIC_TEST_TASKS is refused outside development.");
    if (!is_development) TRY(check_mail(a, settings));
    if (!is_production(settings)) return OK;
    error wrong = OK;
    uint8_t key[32];
    text master = config_text(settings, "AIC_MASTER_KEY");
    if (!aicd_read_key(master, key) || is_weak(key))
        wrong =
            fail(a, INVALID, "",
                 "AIC_MASTER_KEY is missing or weak: production needs 64 random hex digits (openssl rand -hex 32).");
    if (!text_is(config_text(settings, "DATABASE_URL")))
        wrong = error_also(
            a, wrong, fail(a, INVALID, "", "DATABASE_URL is missing: production uses a PostgreSQL server of its own."));
    if (!text_starts(config_text(settings, "AIC_PUBLIC_URL"), "https://"))
        wrong = error_also(
            a, wrong,
            fail(a, INVALID, "", "AIC_PUBLIC_URL is missing or not https: production is reached by TLS only."));
    if (text_equal_string(config_text(settings, "AIC_RATE_LIMITS"), "off"))
        wrong = error_also(a, wrong, fail(a, INVALID, "", "AIC_RATE_LIMITS=off is refused in production."));
    if (line->demo) wrong = error_also(a, wrong, fail(a, INVALID, "", "--demo is refused in production."));
    return wrong;
}

static error make_key_file(arena *a, const char *path, uint8_t out[32])
{
    random_fill(out, 32);
    text hex = text_hex(a, out, 32);
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool written = fd >= 0 && write(fd, hex.data, hex.length) == (ssize_t)hex.length && fsync(fd) == 0;
    if (fd >= 0) close(fd);
    return written ? OK : fail(a, INVALID, "", "The key file %s cannot be written.", path);
}

error aicd_master_key(arena *a, const config *settings, const char *data, uint8_t out[32])
{
    text given = config_text(settings, "AIC_MASTER_KEY");
    if (text_is(given))
        return aicd_read_key(given, out)
                   ? OK
                   : fail(a, INVALID, "", "AIC_MASTER_KEY: expected 64 hex digits, found %zu characters.",
                          given.length);
    const char *path = text_format(a, "%s/master.key", data).data;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return make_key_file(a, path, out);
    char hex[65];
    ssize_t length = read(fd, hex, sizeof hex);
    close(fd);
    return length == 64 && aicd_read_key((text){ hex, 64 }, out)
               ? OK
               : fail(a, INVALID, "", "The key file %s is damaged: expected 64 hex digits.", path);
}
