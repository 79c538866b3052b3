/* Codes, and the error value that every fallible function fills. */
#ifndef PINTOP_ERROR_H
#define PINTOP_ERROR_H

#include <stdbool.h>

#include "pintop/api.h"

PT_API_BEGIN

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

/* The meaning of the classes of errors with a service, whatever its words are:
 *
 * PT_EAUTH         it recognises the caller, and a policy denies the request
 * PT_ELOGIN        it rejects the credentials or the password: unknown, expired, or missing
 * PT_ETHROTTLED    it is up, and asks for fewer calls
 * PT_EUNREACHABLE  nothing was sent: name not resolved, no route, connection refused
 * PT_ETLS          it cannot be trusted, or does not speak TLS on that port
 * PT_ETIMEOUT      it did not answer in time
 * PT_ESERVER       it answers that the error is its own (5xx)
 * PT_EREFUSED      it answers that the request is wrong (4xx): repeating it does not help
 * PT_EIO           the connection broke; and every error with this host's files */

/* A denial contains its action, its resource and an encoded message: these are kept in full, up
 * to PT_TEXT_MAX, like every text that is shown. */
enum {
    PT_TEXT_MAX = 16384,
    PT_WHAT_MAX = PT_TEXT_MAX,
    PT_FIX_MAX = 1024,
    PT_SERVICE_CODE_MAX = 96,
    PT_REQUEST_ID_MAX = 96
};

/* A value: copy it freely. `what` says what failed and why ("WHAT: WHY"), `fix` the next step
 * for the operator ("" when there is none). All are printable UTF-8 without control bytes. The
 * request ID is not in `what`: it differs each time, and the same error must read the same. */
struct pt_error {
    pt_code code;
    bool is_retriable;
    bool is_fatal;
    char service_code[PT_SERVICE_CODE_MAX]; /* a service's own error code ("NoSuchBucket"), ""
                                             * none */
    char request_id[PT_REQUEST_ID_MAX];     /* for the service's support, "" none */
    char fix[PT_FIX_MAX];
    char what[PT_WHAT_MAX];
};

/* Fills err (may be NULL) and returns code. fix may be NULL; the format makes `what`. Text from
 * outside may be passed unchanged: control bytes are made printable here. Thread: any. */
pt_code pt_error_set(struct pt_error *err, pt_code code, const char *fix, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));

/* Returns the word for scripts ("usage"), and the exit status that a command ends with (0 to 3). */
const char *pt_code_word(pt_code code);
int pt_code_exit(pt_code code);

PT_API_END

#endif
