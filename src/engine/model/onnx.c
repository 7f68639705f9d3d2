#include "engine/model/onnx.h"

#include <stdlib.h>

/* protobuf-c takes and gives back memory in its own order, which an arena cannot follow; what is held at one time is
 * bounded by the size of the file: an entry of a few bytes becomes a structure of a hundred. */
typedef struct bounded_memory {
    size_t held, most;
} bounded_memory;

enum { TIMES_THE_FILE = 48, ALWAYS_ALLOWED = 1 << 20, HEAD = 16 };

static void *bounded_alloc(void *context, size_t size)
{
    bounded_memory *memory = context;
    if (size > memory->most - memory->held) return NULL;
    char *block = malloc(size + HEAD); /* library wants it */
    if (!block) return NULL;
    memcpy(block, &size, sizeof size);
    memory->held += size;
    return block + HEAD;
}

static void bounded_free(void *context, void *pointer)
{
    bounded_memory *memory = context;
    if (!pointer) return;
    char *block = (char *)pointer - HEAD;
    size_t size;
    memcpy(&size, block, sizeof size);
    memory->held -= size;
    free(block); /* library wants it */
}

error onnx_fail(const onnx_file *x, const Onnx__NodeProto *n, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    text message = text_format_list(x->build->scratch, format, arguments);
    va_end(arguments);
    return build_fail(x->build, "%s: %.*s", n->op_type && *n->op_type ? n->op_type : "a node", PRINT(message));
}

error onnx_read(build *b, text bytes, model *m)
{
    bounded_memory memory = { .most = TIMES_THE_FILE * bytes.length + ALWAYS_ALLOWED };
    ProtobufCAllocator allocator = { .alloc = bounded_alloc, .free = bounded_free, .allocator_data = &memory };
    Onnx__ModelProto *file = onnx__model_proto__unpack(&allocator, bytes.length, (const uint8_t *)bytes.data);
    if (!file) return build_fail(b, "the file cannot be read as ONNX: it was cut, or it is something else.");
    onnx_file x = { .build = b, .graph = file->graph, .model = m };
    error bad = x.graph ? onnx_graph_read(&x) : build_fail(b, "there is no graph in it.");
    onnx__model_proto__free_unpacked(file, &allocator);
    return bad;
}
