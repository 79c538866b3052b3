/* Trust policies of roles: who may assume a role, what is missing, and how it is added without
 * touching anything else in the document. They are judged cautiously: a statement that holds only
 * under a condition proves nothing.
 * Source: IAM's reference of JSON policy elements. Pure. Thread: any. */
#ifndef DOCTOR_TRUST_H
#define DOCTOR_TRUST_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "pintop/error.h"

/* White space does not count. Every account has the first limit, and may ask AWS for the second. */
enum { TRUST_CHARS = 2048, TRUST_CHARS_MAX = 4096, TRUST_TEXT_MAX = 64 * 1024, TRUST_WHO_MAX = 4 };

/* Somebody who should be able to assume the role. */
struct trust_who {
    const char *name; /* a role's ARN, or a service: "ec2.amazonaws.com" */
    const char *id;   /* of that role: "AROA…", which stands for it too; NULL or "" unknown */
    bool is_service;
};

enum trust_state {
    TRUST_MISSING,       /* no statement lets it */
    TRUST_ALLOWED,       /* one names it, without a condition */
    TRUST_CONDITIONED,   /* one lets it under a condition */
    TRUST_DELEGATED,     /* one names its AWS account, so its own policies decide */
    TRUST_EVERYONE,      /* one lets everyone, or everyone but some (NotPrincipal) */
    TRUST_DENIED,        /* a Deny is about it */
    TRUST_PERHAPS_DENIED /* a Deny may be about it: it has a condition, or names others */
};

struct trust_finding {
    enum trust_state state;
    char words[400]; /* the condition of that statement: "StringEquals aws:SourceAccount 1234" */
};

/* What is to be known about the document as a whole. */
struct trust_whole {
    bool is_open;   /* everyone may assume the role, without a condition */
    char gone[200]; /* IDs that are left of roles and users that were deleted: "AROA…, AIDA…" */
};

/* Judges a document for n of them, at most TRUST_WHO_MAX.
 *
 * findings  out, n of them.
 * Errors    PT_EDATA: it is no policy, or has a statement that pintop cannot read, and which may
 *           change the answer. */
pt_code trust_judge(const char *document, const struct trust_who *who, size_t n,
                    struct trust_finding *findings, struct trust_whole *whole,
                    struct pt_error *err);

/* Returns whether trust_add adds those who are in that state. */
bool trust_is_added(enum trust_state state);
/* Appends the document with one statement more, for those whom trust_is_added is true of; every
 * other byte stays as it is. A single statement becomes the first of a list. Nothing to add: the
 * document itself.
 *
 * Errors  as trust_judge; PT_EFULL: it would be larger than TRUST_CHARS_MAX. */
pt_code trust_add(const char *document, const struct trust_who *who, size_t n, struct buf *out,
                  struct pt_error *err);

/* Append a JSON text without its white space, or laid out with one element a line; its strings and
 * numbers stay as they are. */
void trust_compact(const char *text, struct buf *out);
void trust_layout(const char *text, struct buf *out);
/* Returns how many characters AWS counts. */
size_t trust_chars(const char *text);

#endif
