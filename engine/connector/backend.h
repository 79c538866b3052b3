/* One way to ask about connectors and to change them: a struct of functions. Each back end is one
 * file, and one line in the table of backends.c. Thread: one at a time for each back end; a second
 * one made alike serves another thread. */
#ifndef CONNECTOR_BACKEND_H
#define CONNECTOR_BACKEND_H

#include <cjson/cJSON.h>

#include "aws/client.h"
#include "connector/conn.h"
#include "connector/log_block.h"
#include "net/http.h"
#include "pintop/snapshot.h"

struct conn_backend;

/* Where its calls go, and who they come from. */
struct conn_access {
    struct http_transport net;
    /* Kafka Connect */
    const char *url;             /* without the user */
    int64_t wait_ms;             /* for so long somebody waits for answers; 0: as pt_run's */
    const char *user, *password; /* "" none; secret */
    /* MSK Connect: a client of this thread's, and keys to be freed by aws_keys_done. */
    struct aws_client *aws;
    void *keys_arg;
    pt_code (*keys)(void *arg, struct aws_client *aws, struct aws_keys *out, struct pt_error *err);
};

/* What is asked for by create. */
struct conn_creation {
    const char *name;
    const struct conn_setting *settings;
    size_t n_settings;
    const cJSON *body; /* MSK Connect: the whole of CreateConnector's; NULL elsewhere */
};

struct conn_changes {
    size_t n;
    struct conn_operation *items; /* newest first */
};

struct conn_backend_ops {
    const char *name;  /* pintop.connector.backend's word */
    const char *title; /* "Kafka Connect" */
    unsigned can;      /* PT_CONN_CAN_…; may be narrowed by what answers */
    /* All connectors, or the one of that name (PT_ENOTFOUND: there is none). The list is complete
     * or there is an error. */
    pt_code (*list)(struct conn_backend *b, const char *only, struct conn_list *out,
                    struct pt_error *err);
    /* The list tells no settings, nor why a connector is in its state: read does. */
    bool is_list_brief;
    /* Ask for this one alone, as it is now, settings included; fresh: out, conn_done. PT_ENOTFOUND:
     * it is not there. NULL: there is nobody to ask. */
    pt_code (*read)(struct conn_backend *b, const struct conn *conn, struct conn *fresh,
                    struct pt_error *err);
    /* said: out, PT_REASON_MAX: what was answered. */
    pt_code (*restart)(struct conn_backend *b, const struct conn *conn, bool is_failed_only,
                       char *said, struct pt_error *err);
    pt_code (*pause)(struct conn_backend *b, const struct conn *conn, char *said,
                     struct pt_error *err);
    pt_code (*resume)(struct conn_backend *b, const struct conn *conn, char *said,
                      struct pt_error *err);
    /* settings: the whole map as it shall be. */
    pt_code (*update)(struct conn_backend *b, const struct conn *conn,
                      const struct conn_setting *settings, size_t n, char *said,
                      struct pt_error *err);
    pt_code (*create)(struct conn_backend *b, const struct conn_creation *creation, char *said,
                      struct pt_error *err);
    pt_code (*remove)(struct conn_backend *b, const struct conn *conn, char *said,
                      struct pt_error *err);
    /* The newest change; conn's own stays where it is the same. NULL: it keeps none. out: type ""
     * there was none; as it was after an error. */
    pt_code (*last_change)(struct conn_backend *b, const struct conn *conn,
                           struct conn_operation *out, struct pt_error *err);
    /* Changes so far; NULL: it keeps none. */
    pt_code (*changes)(struct conn_backend *b, const struct conn *conn, struct conn_changes *out,
                       struct pt_error *err);
};

struct conn_backend {
    const struct conn_backend_ops *ops;
    struct conn_access access;
    unsigned can;
    char version[32]; /* of Connect; "" not told yet */
};

extern const struct conn_backend_ops conn_connect, conn_mskconnect, conn_embedded;

/* By pintop.connector.backend's word; NULL: there is none of that name. */
const struct conn_backend_ops *conn_backend_find(const char *name);
/* access' strings must outlive it. */
void conn_backend_init(struct conn_backend *b, const struct conn_backend_ops *ops,
                       const struct conn_access *access);
void conn_changes_done(struct conn_changes *changes);

/* Split user and password off a URL. out: cap bytes each. False: too long. */
bool conn_url_split(const char *url, char *bare, char *user, char *password, size_t cap);

/* The embedded sink as a connector with one task: its state's word, and what went wrong (""
 * nothing). False without memory. */
bool conn_of_embedded(const char *name, const char *state, const char *error, struct conn *out);

#endif
