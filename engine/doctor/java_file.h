/* The file of a Kafka client in Java (client.properties), for MSK with IAM: read, compared with
 * what it should say, and written. A file may hold secrets; they are wiped. Source: the README of
 * aws-msk-iam-auth. Thread: one. */
#ifndef DOCTOR_JAVA_FILE_H
#define DOCTOR_JAVA_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "pintop/error.h"

/* The properties that the login consists of. */
enum java_key {
    JAVA_PROTOCOL,
    JAVA_MECHANISM,
    JAVA_JAAS,
    JAVA_CLIENT_HANDLER,
    JAVA_LOGIN_HANDLER,
    JAVA_SERVERS,
    JAVA_KEYS
};

struct java_file {
    char *text; /* as it is */
    size_t len;
    char *values[JAVA_KEYS]; /* the last one of each, as in Java; NULL: it is not set */
    struct buf others;       /* the other properties, as lines */
};
/* Reads a file; java_file_done, also after an error. Its secrets are masked from then on in all
 * that is shown (base/mask.h).
 * Errors  PT_ENOTFOUND, PT_EIO, PT_ECONFIG: it is malformed, or something else than properties. */
pt_code java_file_read(const char *path, struct java_file *file, struct pt_error *err);
void java_file_done(struct java_file *file);
/* Appends its comments as they are, and each property as one line KEY=VALUE, so that a secret is
 * known by its name when the lines are masked. out: of buf_init_secret. */
void java_file_lines(const struct java_file *file, struct buf *out);

/* What it should say; texts "" when unknown. */
struct java_wanted {
    const char *role_name, *role_arn;
    const char *account; /* of the role */
    const char *region;  /* the cluster's */
    const char *servers; /* of the cluster, with the ports for IAM */
};

/* Compares them. Appends to `wrong` what keeps a client from logging in as that role, to `doubts`
 * what may be right, each as sentences separated by "; ". Values are quoted unless they may be
 * secrets. */
void java_file_judge(const struct java_file *file, const struct java_wanted *wanted,
                     struct buf *wrong, struct buf *doubts);

/* Appends the text of a file that says it: in both forms that Java has, the second one as comments.
 * Other properties of the old file, and other options of its login module, are kept.
 *
 * old     NULL: there is none.
 * text    of buf_init_secret.
 * Errors  PT_EDATA: the role's ARN is not known, or cannot stand in a JAAS configuration. */
pt_code java_file_make(const struct java_file *old, const struct java_wanted *wanted,
                       struct buf *text, struct pt_error *err);

/* Writes it, mode 0600. An old file of another text is kept beside it first, as PATH.old, .old.2 …
 *
 * kept    out: the path of the old one, "" none; cap at least 16 more than the path.
 * Errors  PT_EIO, PT_EFULL. */
pt_code java_file_write(const char *path, const struct java_file *old, const struct buf *text,
                        char *kept, size_t cap, struct pt_error *err);

#endif
