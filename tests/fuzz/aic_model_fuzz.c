/* Our own format of models: see model_fuzz.h. */
#include "model_fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    return model_fuzz(data, size);
}
