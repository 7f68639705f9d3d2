#include "features/explanations/orders.h"
const task_kind explain_task = { .name = "EXPLAIN" };
