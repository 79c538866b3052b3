/* One way to ask about connectors and to change them: a struct of functions. Each back end is one
 * file, and one line in the table of backends.c. Thread: one at a time for each struct
 * conn_backend; another thread has its own. */
#ifndef CONNECTOR_BACKEND_BACKEND_H
#define CONNECTOR_BACKEND_BACKEND_H

#include <cjson/cJSON.h>

#include "aws/client.h"
#include "connector/conn.h"
#include "connector/witness/log_block.h"
#include "net/http.h"
#include "pintop/config.h"
#include "pintop/snapshot.h"

struct conn_backend;

/* Where its calls go, and with which identity. */
struct conn_access {
    struct http_transport net;
    /* Kafka Connect. */
    const char *url;             /* without the user name */
    int64_t wait_ms;             /* how long the user waits for answers; 0: as in pt_run */
    const char *user, *password; /* "" none; secret */
    /* MSK Connect: a client of this thread, and credentials to be freed by aws_keys_done. */
    struct aws_client *aws;
    void *keys_arg;
    pt_code (*keys)(void *arg, struct aws_client *aws, struct aws_keys *out, struct pt_error *err);
};

/* What create asks for. */
struct conn_creation {
    const char *name;
    const struct conn_setting *settings;
    size_t n_settings;
    const cJSON *body; /* MSK Connect: the whole body of CreateConnector; NULL elsewhere */
    char *arn;         /* out: AWS_ARN_MAX bytes, "" when unknown; NULL: it is not wanted */
};

struct conn_changes {
    size_t n;
    struct conn_operation *items; /* newest first */
};

struct conn_backend_ops {
    struct pt_backend_info info;
    /* pintop.connector.backend=auto selects this one, unless one before it in the table fits. */
    bool (*is_meant)(const struct pt_config *cfg);
    /* Sources of evidence in at most 9 columns: who reports a connector's state, and its tasks. */
    const char *state_source, *tasks_source;
    const char *tasks_from;    /* who reports the tasks, in full */
    const char *running_means; /* in brackets after the state RUNNING: what that covers; "" all */
    bool is_rationed;          /* its calls are counted; after errors it is asked less often */
    bool has_workers;          /* tasks name their workers, which can be asked directly */
    bool has_metrics;          /* CloudWatch has metrics of its connectors */
    bool has_checks;           /* a role, which is compared with the settings */
    bool has_worker_log;       /* a log group of CloudWatch Logs */
    bool is_made_by_plan;      /* create takes a request body: settings, and where to run */
    /* Lists all connectors, or the one of that name (PT_ENOTFOUND when there is none). The list
     * is complete, or there is an error. */
    pt_code (*list)(struct conn_backend *b, const char *only, struct conn_list *out,
                    struct pt_error *err);
    /* The list contains neither settings nor the reason of a state: read does. */
    bool is_list_brief;
    /* Reads the present state of one connector, including its settings; fresh is out, conn_done.
     * PT_ENOTFOUND when it does not exist. NULL when there is no server to ask. */
    pt_code (*read)(struct conn_backend *b, const struct conn *conn, struct conn *fresh,
                    struct pt_error *err);
    /* said is out, PT_REASON_MAX bytes: the answer in words. */
    pt_code (*restart)(struct conn_backend *b, const struct conn *conn, bool is_failed_only,
                       char *said, struct pt_error *err);
    pt_code (*pause)(struct conn_backend *b, const struct conn *conn, char *said,
                     struct pt_error *err);
    pt_code (*resume)(struct conn_backend *b, const struct conn *conn, char *said,
                      struct pt_error *err);
    /* settings is the whole new configuration. */
    pt_code (*update)(struct conn_backend *b, const struct conn *conn,
                      const struct conn_setting *settings, size_t n, char *said,
                      struct pt_error *err);
    pt_code (*create)(struct conn_backend *b, const struct conn_creation *creation, char *said,
                      struct pt_error *err);
    pt_code (*remove)(struct conn_backend *b, const struct conn *conn, char *said,
                      struct pt_error *err);
    /* Reads the newest change; when conn already has it, that one stays. NULL when the back end
     * keeps none. out: type "" when there was none; unchanged after an error. */
    pt_code (*last_change)(struct conn_backend *b, const struct conn *conn,
                           struct conn_operation *out, struct pt_error *err);
    /* Reads the changes so far; NULL when the back end keeps none. */
    pt_code (*changes)(struct conn_backend *b, const struct conn *conn, struct conn_changes *out,
                       struct pt_error *err);
};

struct conn_backend {
    const struct conn_backend_ops *ops;
    struct conn_access access;
    unsigned can;
    char version[32]; /* of Kafka Connect; "" unknown yet */
};

extern const struct conn_backend_ops conn_connect, conn_mskconnect, conn_embedded;
/* Of connectors of which only the group is known: no functions, no flags. Not in the table. */
extern const struct conn_backend_ops conn_nobody;

/* Finds a back end by the value of pintop.connector.backend; NULL when there is none of that
 * name. */
const struct conn_backend_ops *conn_backend_find(const char *name);
/* The one that the configuration selects; NULL when there is none. */
const struct conn_backend_ops *conn_backend_meant(const struct pt_config *cfg);
/* The strings of access must outlive b. */
void conn_backend_init(struct conn_backend *b, const struct conn_backend_ops *ops,
                       const struct conn_access *access);
void conn_changes_done(struct conn_changes *changes);

/* Splits user and password off a URL. out has cap bytes each. Returns false when it is too long. */
bool conn_url_split(const char *url, char *bare, char *user, char *password, size_t cap);

/* Presents the embedded sink as a connector with one task: the name of its state, and its error
 * ("" none). Returns false when out of memory. */
bool conn_of_embedded(const char *name, const char *state, const char *error, struct conn *out);

#endif
