#include "features/demo/demo.h"

#include "crypto/hash.h"
#include "crypto/random.h"
#include "features/analyses/analyses.h"
#include "features/explanations/explanations.h"
#include "features/identity/identity.h"
#include "features/incidents/incidents.h"
#include "features/leads/leads.h"
#include "features/systems/systems.h"
#include "keys.sql.h" /* operator_organization */

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static const char organization_name[] = "Umoja Credit";

typedef struct demo_person {
    const char *name, *email, *role, *what;
} demo_person;

static const demo_person people[] = {
    { "Naledi Dube", "compliance@umoja.example", "COMPLIANCE_OFFICER", "compliance officer" },
    { "Thabo Nkosi", "admin@umoja.example", "ADMIN", "administrator" },
    { "Anna Botha", "auditor@umoja.example", "AUDITOR", "internal auditor" },
    { "Sipho Khumalo", "viewer@umoja.example", "VIEWER", "viewer" },
};

/* Of the certification body, which is there already. */
static const demo_person staff[] = {
    { "Lindiwe Maseko", "staff@body.example", "ADMIN", "administrator of the certification body" },
};

enum { STAFF = sizeof staff / sizeof *staff };
enum { PEOPLE = sizeof people / sizeof *people, OFFICER = 0, PASSWORD_BYTES = 12 };

/* ------------------------------------------------------------------ people */

static error add_people(const platform *app, scope *db, text password, uuid *org_id, uuid ids[PEOPLE])
{
    TRY(identity_add_organization(db, text_of(organization_name), TEXT("umoja-credit"), org_id));
    for (size_t i = 0; i < PEOPLE; i++)
        TRY(identity_add_user(app, db, *org_id, text_of(people[i].name), text_of(people[i].email), password,
                              text_of(people[i].role), &ids[i]));
    return OK;
}

static error add_staff(const platform *app, scope *db, text password)
{
    bool found;
    operator_found body;
    uuid id;
    TRY(sql_operator_organization(db, &found, &body));
    if (!found) return fail(db->arena, INTERNAL, "", "There is no operator; its migration has not run.");
    TRY(scope_set_org(db, body.id));
    for (size_t i = 0; i < STAFF; i++)
        TRY(identity_add_user(app, db, body.id, text_of(staff[i].name), text_of(staff[i].email), password,
                              text_of(staff[i].role), &id));
    return OK;
}

static error write_sign_ins(arena *a, const char *path, text password)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    FILE *file = fd >= 0 ? fdopen(fd, "we") : NULL;
    if (!file) return fail(a, INVALID, "", "The demo sign-ins cannot be written to %s.", path);
    fprintf(file, "Demo sign-ins (%s, an invented lender); the password of each is %.*s\n", organization_name,
            PRINT(password));
    for (size_t i = 0; i < PEOPLE; i++) fprintf(file, "  %-26s %s\n", people[i].email, people[i].what);
    for (size_t i = 0; i < STAFF; i++) fprintf(file, "  %-26s %s\n", staff[i].email, staff[i].what);
    return fclose(file) == 0 ? OK : fail(a, INVALID, "", "The demo sign-ins cannot be written to %s.", path);
}

/* ------------------------------------------------------------------ systems, and an analysis of the first */

#define ANSWERS(x, y, z)                                                                                               \
    {                                                                                                                  \
        { true, x }, { true, y },                                                                                      \
        {                                                                                                              \
            true, z                                                                                                    \
        }                                                                                                              \
    }

static error add_systems(scope *db, uuid officer, uuid *first)
{
    system_draft drafts[] = {
        { .name = TEXT("Loan approval"),
          .purpose = TEXT("Approves or declines personal loan applications up to R50,000 from an application score."),
          .version_label = TEXT("3.2"),
          .decision_type = TEXT("Approve or decline a loan"),
          .affected_groups = TEXT("People who apply for a personal loan"),
          .sector = TEXT("Financial services"),
          .use_case = TEXT("FINANCE"),
          .disclosure_text = TEXT(
              "Your application is first assessed by an automated system. You may ask for a person to look at it."),
          .tier_answers = ANSWERS(3, 1, 2),
          .accountable_person_id = { true, officer } },
        { .name = TEXT("Fraud block"),
          .purpose = TEXT("Holds card payments that look like fraud until the customer confirms them."),
          .decision_type = TEXT("Hold a payment"),
          .affected_groups = TEXT("Card holders"),
          .sector = TEXT("Financial services"),
          .use_case = TEXT("FINANCE"),
          .tier_answers = ANSWERS(2, 1, 3) },
        { .name = TEXT("Letter routing"),
          .purpose = TEXT("Sends incoming letters to the team that answers them."),
          .decision_type = TEXT("Route a letter"),
          .use_case = TEXT("OTHER"),
          .tier_answers = ANSWERS(1, 1, 1),
          .accountable_person_id = { true, officer } },
    };
    for (size_t i = 0; i < sizeof drafts / sizeof *drafts; i++) {
        system_view made;
        TRY(systems_register(db, &drafts[i], &made));
        if (i == 0) *first = made.row.id;
    }
    return OK;
}

static error analyse(scope *db, uuid system_id, text csv)
{
    static const text protected_columns[] = { { "age_group", 9 }, { "sex", 3 } };
    fairness_request wanted = fairness_request_standard();
    wanted.protected_columns = protected_columns;
    wanted.protected_count = 2;
    wanted.label = TEXT("repaid");
    wanted.prediction = TEXT("approved");
    wanted.score = TEXT("score");
    wanted.intersect = true;
    fairness_request_use_case(&wanted, USE_CASE_FINANCE);
    table_plan plan;
    const table *data;
    fairness_report *report;
    recorded_analysis done;
    TRY(fairness_plan(db->arena, &wanted, &plan));
    table_builder *builder = table_builder_new(db->arena, plan);
    TRY(csv_read(db->arena, csv, table_builder_sink(builder), (table_limits){ 0 }));
    TRY(table_builder_finish(builder, &data));
    TRY(fairness_analyze(db->arena, data, &wanted, &report));
    analyzed_data source = { .sha256 = sha256_hex(db->arena, csv) };
    return analyses_record(db, system_id, report, &source, &done);
}

/* A stand-in of the lender's scorecard, learned from what was approved, and the explanation of its first rows, which a
 * worker makes. */
static error add_model(scope *db, uuid system_id, text csv)
{
    static const text ignored[] = { { "application_id", 14 }, { "score", 5 }, { "repaid", 6 } };
    static const text shielded[] = { { "age_group", 9 }, { "sex", 3 } };
    train_order order = { .name = TEXT("Loan score"),
                          .version = TEXT("3.2"),
                          .target = TEXT("approved"),
                          .kind = TEXT("gbdt"),
                          .description = TEXT("Learned from the decisions on 4,000 applications."),
                          .training_data_description = TEXT("Applications of the invented lender Umoja Credit."),
                          .system_id = { true, system_id },
                          .protected_attributes = { shielded, 2 },
                          .ignore = { ignored, 3 },
                          .trees = 60,
                          .depth = 3,
                          .early_stopping = 10,
                          .seed = 1 };
    model_row made;
    uuid task;
    TRY(explanations_train_now(db, &order, csv, &made));
    return explanations_ask(db,
                            &(explain_order){ .method = TEXT("auto"),
                                              .kind = TEXT("gbdt"),
                                              .model_id = { true, made.id },
                                              .system_id = { true, system_id },
                                              .rows = TEXT("[0,200]"),
                                              .seed = 1,
                                              .counterfactual = { .count = 3 } },
                            csv, &task);
}

static text lender_data(const platform *app)
{
    for (size_t i = 0; i < app->example_count; i++)
        if (!strcmp(app->examples[i].id, "umoja-credit")) return app->examples[i].csv;
    return NO_TEXT;
}

/* ------------------------------------------------------------------ what people reported and asked */

static error report_harm(platform *app, scope *db)
{
    const public_report reports[] = {
        { .organization = TEXT("Umoja Credit"),
          .category = TEXT("UNJUST_DENIAL"),
          .description =
              TEXT("My loan was declined within a minute. The letter names no reason, and at the branch they "
                   "say that nobody can look into the system."),
          .desired_outcome = TEXT("A person looks at my application again and tells me why."),
          .decision_reference = TEXT("UC-2026-118203") },
        { .organization = TEXT("Umoja Credit"),
          .category = TEXT("OPACITY"),
          .description = TEXT("My card was blocked abroad, and no message said that a machine had done it or how to "
                              "reach somebody.") },
        { .organization = TEXT("Karoo Furnishers"),
          .category = TEXT("DIGNITY"),
          .description = TEXT("The refusal of my account called me a bad risk, in these very words.") },
    };
    report_receipt told;
    for (size_t i = 0; i < sizeof reports / sizeof *reports; i++) TRY(incidents_report(app, db, &reports[i], &told));
    return OK;
}

static error ask_the_body(scope *db)
{
    lead_receipt told;
    return leads_contact(db,
                         &(contact_form){ .first_name = TEXT("Pieter"),
                                          .last_name = TEXT("van Wyk"),
                                          .email = TEXT("pieter@karoo-furnishers.example"),
                                          .company = TEXT("Karoo Furnishers"),
                                          .kind = TEXT("CORPORATE"),
                                          .message = TEXT("What would a certificate for our credit score take?") },
                         &told);
}

/* By the public, as nobody. */
static error fill_inboxes(platform *app, arena *a)
{
    scope *db;
    caller nobody = { .kind = ACTOR_PUBLIC };
    TRY(scope_open_system(app->store, a, S3_PUBLIC_INTAKE, TEXT("make the demo's reports"), &nobody, &db));
    error bad = report_harm(app, db);
    if (!bad) bad = scope_commit(db);
    scope_rollback(db);
    if (bad) return bad;
    TRY(scope_open_system(app->store, a, S3_PUBLIC_INTAKE, TEXT("make the demo's enquiry"), &nobody, &db));
    bad = ask_the_body(db);
    if (!bad) bad = scope_commit(db);
    scope_rollback(db);
    return bad;
}

/* What the lender itself found, and somebody who asked it. */
static error fill_own(platform *app, scope *db, uuid system_id)
{
    incident_view found;
    lead_receipt told;
    TRY(incidents_open(
        db,
        &(incident_draft){ .title = TEXT("Older applicants are declined more often"),
                           .description = TEXT("The analysis of the last quarter finds fewer approvals for people over "
                                               "60 at the same score."),
                           .category = TEXT("BIAS"),
                           .severity = TEXT("HIGH"),
                           .right_violated = TEXT("HUMAN_AGENCY"),
                           .system_id = { true, system_id } },
        &found));
    TRY(incidents_decide(app, db, found.row.id, &(incident_decision){ .to = TEXT("INVESTIGATING") }, &found));
    TRY(incidents_say(app, db, found.row.id,
                      &(incident_words){ .body = TEXT("The scorecard's age band is being taken out; ready on Friday."),
                                         .visibility = TEXT("INTERNAL") },
                      &found));
    return leads_take(db,
                      &(lead_draft){ .email = TEXT("nomsa@stokvel.example"),
                                     .name = TEXT("Nomsa Zulu"),
                                     .company = TEXT("Stokvel Alliance"),
                                     .source = TEXT("PARTNER"),
                                     .enquiry_kind = TEXT("PARTNERSHIP_MEDIA"),
                                     .message = TEXT("Could our members see how your loan decisions are checked?") },
                      &told);
}

static error fill(platform *app, scope *db, uuid officer)
{
    uuid first;
    TRY(add_systems(db, officer, &first));
    TRY(fill_own(app, db, first));
    text csv = lender_data(app);
    if (!text_is(csv)) return OK;
    TRY(analyse(db, first, csv));
    return add_model(db, first, csv);
}

/* ------------------------------------------------------------------ all of it */

static error seed_people(platform *app, arena *a, const char *sign_ins_path, bool *made, uuid *org_id, uuid *officer)
{
    scope *db;
    bool there;
    account existing;
    uuid ids[PEOPLE];
    uint8_t bytes[PASSWORD_BYTES];
    caller nobody = { .kind = ACTOR_SYSTEM };
    TRY(scope_open_system(app->store, a, S9_PLATFORM_ADMINISTRATION, TEXT("make the demo organization"), &nobody, &db));
    error bad = sql_account_by_email(db, &(sql_account_by_email_in){ .email = text_of(people[OFFICER].email) }, &there,
                                     &existing);
    *made = !bad && !there;
    if (*made) {
        random_fill(bytes, sizeof bytes);
        text password = base64url(a, bytes, sizeof bytes);
        bad = add_people(app, db, password, org_id, ids);
        if (!bad) bad = add_staff(app, db, password);
        if (!bad) bad = write_sign_ins(a, sign_ins_path, password);
        if (!bad) bad = scope_commit(db);
        *officer = ids[OFFICER];
    }
    scope_rollback(db);
    return bad;
}

error demo_seed(platform *app, const char *sign_ins_path)
{
    arena *a = arena_new();
    scope *db;
    bool made = false;
    uuid org_id, officer;
    error bad = seed_people(app, a, sign_ins_path, &made, &org_id, &officer);
    if (!bad && made) {
        /* From here on the lender's own compliance officer acts, within the lender's walls. */
        caller who = { .kind = ACTOR_USER, .id = officer, .org_id = org_id };
        bad = scope_open_tenant(app->store, a, &who, &db);
        if (!bad) {
            bad = fill(app, db, officer);
            if (!bad) bad = scope_commit(db);
            scope_rollback(db);
        }
    }
    if (!bad && made) bad = fill_inboxes(app, a);
    /* The error's memory goes with the arena; what is said of it must outlive it. */
    if (bad) log_event(app->log, LOG_ERROR, "demo_failed", bad->message, NULL);
    bool failed = bad != OK;
    arena_drop(a);
    static const error_value not_made = { .kind = INTERNAL,
                                          .pointer = "",
                                          .message = "The demo data could not be made; the log says why." };
    return failed ? &not_made : OK;
}
