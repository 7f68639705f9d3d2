#include "features/limits/limits.h"

static size_t size_of(const config *settings, const char *name)
{
    return (size_t)config_integer(settings, name);
}

data_limits limits_of_settings(const config *settings)
{
    return (data_limits){
        .rows = size_of(settings, "AIC_MOST_ROWS"),
        .features = size_of(settings, "AIC_MOST_FEATURES"),
        .body_bytes = size_of(settings, "AIC_BODY_LIMIT"),
        .dataset_bytes = size_of(settings, "AIC_DATASET_LIMIT"),
        .organization_bytes = size_of(settings, "AIC_DATASETS_LIMIT"),
    };
}

table_limits limits_of_tables(const platform *app)
{
    return (table_limits){ .rows = app->limits.rows, .columns = app->limits.features, .advice = LIMITS_ADVICE };
}

error limits_check_table(const platform *app, arena *a, size_t rows, size_t features)
{
    table_limits limits = limits_of_tables(app);
    if (features > limits.columns) return table_too_many_columns(a, features, &limits);
    return rows > limits.rows ? table_too_many_rows(a, rows, &limits) : OK;
}
