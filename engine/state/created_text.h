/* The notes of created things as text: one JSON object a line. Pure. Thread: any. */
#ifndef STATE_CREATED_TEXT_H
#define STATE_CREATED_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "pintop/error.h"

/* In the order in which they are deleted: what uses another thing before that thing. */
enum created_kind {
    CREATED_CONNECTOR,
    CREATED_PLUGIN,
    CREATED_ZIP,
    CREATED_TOPIC,
    CREATED_TRUST,
    CREATED_JAVA_FILE,
    CREATED_KEY_FILE,
    CREATED_IGNORE_LINE,
    CREATED_KINDS
};

/* Texts are "" when there is none. */
struct created {
    char id[48]; /* of the note: out */
    enum created_kind kind;
    char name[4400]; /* of a connector, plugin, topic or role; the object's key; the file's path */
    char arn[320];   /* a topic's: its cluster's, where AWS told it */
    char region[32], account[16];
    char cluster[160]; /* a topic's: its cluster's ID in Kafka, where the brokers told it */
    char user[64];     /* UserID */
    char mark[1100];   /* what tells this very thing from another one of its name */
    char ref[4400];    /* what belongs to it: a bucket, brokers, the kept file, a line, a key */
    bool is_new;       /* of a file: there was none before */
    bool is_made;      /* false: perhaps made */
    int64_t begun_ms;  /* Unix */
};

struct created_list {
    size_t n;
    struct created *items; /* oldest first */
    size_t n_strange;      /* lines of the file that this pintop does not understand */
};

/* "connector", "trust policy" … */
const char *created_kind_word(enum created_kind kind);

void created_list_done(struct created_list *list);

/* Returns the line of a note without its line feed; cJSON_free. is: "begun", "made" or "gone".
 * NULL when out of memory. */
char *created_line(const char *is, const struct created *thing);
/* Adds what the whole lines of a text tell to a list, which is zeroed at first. Errors PT_ENOMEM.
 */
pt_code created_parse(const char *text, struct created_list *list, struct pt_error *err);
/* Whether two notes are of one cluster, which is known by its ID in Kafka or its ARN, whichever
 * both have. */
bool created_is_same_cluster(const struct created *a, const struct created *b);

/* Copies the whole lines that still tell something to out: those of what is noted and not struck,
 * and those that this pintop does not understand, with all that has their ID. False: out does not
 * tell the same as the text, for lack of memory or room; it is not to be used. */
bool created_compact(const char *text, struct buf *out);

#endif
