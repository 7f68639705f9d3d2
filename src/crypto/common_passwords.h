/* Words that passwords are commonly made of, sorted; generated from common_passwords.txt. A password whose letters and
 * digits are one of them, alone, repeated, or with digits around it, is refused. */
#ifndef AIC_CRYPTO_COMMON_PASSWORDS_H
#define AIC_CRYPTO_COMMON_PASSWORDS_H

#include <stddef.h>

extern const char *const common_passwords[];
extern const size_t common_password_count;

#endif
