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
    X(PT_ELOGIN, "login", 1)                                                                       \
    X(PT_ETHROTTLED, "throttled", 1)                                                               \
    X(PT_EUNREACHABLE, "unreachable", 1)                                                           \
    X(PT_ETLS, "tls", 1)                                                                           \
    X(PT_ESERVER, "server", 1)                                                                     \
    X(PT_EREFUSED, "refused", 1)                                                                   \
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

/* What the classes of trouble with a service mean, whatever its words are:
 *
 * PT_EAUTH         it knows who asks, and a policy says no
 * PT_ELOGIN        it doesn't take the keys or the password: unknown, run out, or there are none
 * PT_ETHROTTLED    it lives, and asks for fewer calls
 * PT_EUNREACHABLE  nothing was sent: its name, the way to it, a refused connection
 * PT_ETLS          it can't be trusted, or speaks no TLS there
 * PT_ETIMEOUT      it was silent
 * PT_ESERVER       it answers that the fault is its own (5xx)
 * PT_EREFUSED      it answers that the request is wrong (4xx): the same again is refused again
 * PT_EIO           the connection broke; and everything about this machine's files */

/* A denial holds its action, its resource and an encoded message: they are kept whole, up to
 * PT_TEXT_MAX, as every text that is told. */
enum {
    PT_TEXT_MAX = 16384,
    PT_WHAT_MAX = PT_TEXT_MAX,
    PT_FIX_MAX = 1024,
    PT_SERVICE_CODE_MAX = 96,
    PT_REQUEST_ID_MAX = 96
};

/* A value: copy it freely. `what` says what failed and why ("WHAT: WHY"), `fix` the next step for
 * the operator ("" when there is none). All are printable UTF-8 without control bytes. The request
 * id is not in `what`: it differs each time, and the same trouble must read the same. */
struct pt_error {
    pt_code code;
    bool is_retriable;
    bool is_fatal;
    char service_code[PT_SERVICE_CODE_MAX]; /* a service's own word ("NoSuchBucket"), "" none */
    char request_id[PT_REQUEST_ID_MAX];     /* for the service's support, "" none */
    char fix[PT_FIX_MAX];
    char what[PT_WHAT_MAX];
};

/* Fill err (may be NULL) and return code. fix may be NULL; the format makes `what`. Text from
 * outside may be passed as it is: control bytes are made printable here. Thread: any. */
pt_code pt_error_set(struct pt_error *err, pt_code code, const char *fix, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* The word for scripts ("usage"), and the exit status that a command ends with (0 to 3). */
const char *pt_code_word(pt_code code);
int pt_code_exit(pt_code code);

#endif
