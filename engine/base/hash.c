#include "base/hash.h"

uint64_t hash64_text(uint64_t sum, const char *text)
{
    for (; *text != '\0'; text++)
        sum = hash64_byte(sum, (unsigned char)*text);
    return sum;
}

uint32_t hash32_text(uint32_t sum, const char *text)
{
    for (; *text != '\0'; text++)
        sum = (sum ^ (unsigned char)*text) * UINT32_C(0x01000193);
    return sum;
}
