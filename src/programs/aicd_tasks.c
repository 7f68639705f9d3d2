#include "programs/aicd_tasks.h"

#include "features/analyses/analyses.h"
#include "features/explanations/explanations.h"
#include "features/models/models.h"

/* Every kind of task of the platform. */
const task_kind *const task_kinds[] = {
    &analyze_dataset_task,
    &explain_task,
    &train_task,
    &read_model_task,
    &test_sleep_task,
    &test_count_task,
    &test_allocate_task,
    &test_fail_task,
    &test_hang_task,
    &test_burn_task,
    NULL,
};
