/* Codes, and the error value every fallible function fills. */
#ifndef PINTOP_ERROR_H
#define PINTOP_ERROR_H

#include <stdbool.h>

/* code, word for scripts, exit status of a command that ends with it */
#define PT_CODES(X)                                                                                \
    X(PT_OK, "ok", 0)                                                                              \
    X(PT_EUSAGE, "usage", 2)                                                                       \
    X(PT_ECONFIG, "configuration", 2)                                                              \
    X(PT_ELOCKED, "locked", 2)                                                                     \
    X(PT_EMISMATCH, "mismatch", 2)                                                                 \
    X(PT_EREADONLY, "readonly", 2)                                                                 \
    X(PT_ENAME, "name", 2)                                                                         \
    X(PT_EBUSY, "busy", 1)                                                                         \
    X(PT_ECLOSED, "closed", 1)                                                                     \
    X(PT_ENOMEM, "memory", 1)                                                                      \
    X(PT_EIO, "io", 1)                                                                             \
    X(PT_EFULL, "full", 1)                                                                         \
    X(PT_EDATA, "data", 1)                                                                         \
    X(PT_ETIMEOUT, "timeout", 1)                                                                   \
    X(PT_EKAFKA, "kafka", 1)                                                                       \
    X(PT_EAUTH, "authorization", 1)                                                                \
    X(PT_EEXISTS, "exists", 1)                                                                     \
    X(PT_ENOTFOUND, "not-found", 1)                                                                \
    X(PT_EUNSUPPORTED, "unsupported", 1)                                                           \
    X(PT_ECANCELLED, "cancelled", 1)                                                               \
    X(PT_EUNRESOLVED, "unresolved", 1)                                                             \
    X(PT_EUNHEALTHY, "unhealthy", 3)

typedef enum {
#define PT_CODE_ENUM(code, word, status) code,
    PT_CODES(PT_CODE_ENUM)
#undef PT_CODE_ENUM
} pt_code;

enum { PT_WHAT_MAX = 320, PT_FIX_MAX = 240 };

/* A value: copy it freely. `what` says what failed and why ("WHAT: WHY"), `fix` the next step for
 * the operator ("" when there is none). Both are printable UTF-8 without control bytes. */
struct pt_error {
    pt_code code;
    bool is_retriable;
    bool is_fatal;
    char what[PT_WHAT_MAX];
    char fix[PT_FIX_MAX];
};

/* Fill err (may be NULL) and return code. fix may be NULL; the format makes `what`. Text from
 * outside may be passed as it is: control bytes are made printable here. Thread: any. */
pt_code pt_error_set(struct pt_error *err, pt_code code, const char *fix, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* The word for scripts ("usage"), and the exit status that a command ends with (0 to 3). */
const char *pt_code_word(pt_code code);
int pt_code_exit(pt_code code);

#endif
