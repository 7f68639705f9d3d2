#include "engine/model/build.h"

#include <openssl/evp.h>
#include <stdlib.h>

text model_sha256(arena *a, text bytes)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned length = 0;
    if (!EVP_Digest(bytes.data, bytes.length, digest, &length, EVP_sha256(), NULL)) abort(); /* out of memory */
    return text_hex(a, digest, length);
}
