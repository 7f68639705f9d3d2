#include "features/explanations/orders.h"
const task_kind train_task = { .name = "TRAIN" };
