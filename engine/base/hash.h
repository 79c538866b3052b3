/* FNV-1a: short texts as numbers, to compare them and to name files by. Not for what an attacker
 * chooses. Stored on disk (accounts, names of checkpoints): never change what comes out.
 * Pure. Thread: any. */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdint.h>

/* Where a sum begins. */
#define HASH64_EMPTY UINT64_C(0xcbf29ce484222325)
#define HASH32_EMPTY UINT32_C(0x811c9dc5)

static inline uint64_t hash64_byte(uint64_t sum, unsigned char byte)
{
    return (sum ^ byte) * UINT64_C(0x100000001b3);
}

/* The sum with the bytes of a C string added; its end is not one of them. */
uint64_t hash64_text(uint64_t sum, const char *text);
uint32_t hash32_text(uint32_t sum, const char *text);

#endif
