/* Kinds of tasks for tests: known to workers with AIC_TEST_TASKS=on, which only development takes. */
#ifndef AIC_PROGRAMS_AICD_TASKS_H
#define AIC_PROGRAMS_AICD_TASKS_H

#include "jobs/jobs.h"

extern const task_kind test_sleep_task, test_count_task, test_allocate_task, test_fail_task, test_hang_task,
    test_burn_task;

#endif
