/* Amazon MSK Connect (kafkaconnect, 2021-09-14): connectors, their operations, plugins. States
 * are kept in AWS's words, because new ones are added. Thread: the client's. */
#ifndef AWS_MSKCONNECT_H
#define AWS_MSKCONNECT_H

#include <cjson/cJSON.h>

#include "aws/client.h"

enum { MSKC_TEXT_MAX = 16 * 1024, MSKC_NAME_MAX = 136 };

struct mskc_setting {
    char *name, *value; /* owned, unchanged; a value may be a secret: redact it by name */
};

/* All texts are printable; "" when unknown, times are Unix ms or PT_UNKNOWN. */
struct mskc_connector {
    char arn[AWS_ARN_MAX], name[MSKC_NAME_MAX], state[32], version[64];
    char connect_version[16], role_arn[AWS_ARN_MAX], bootstrap[1024];
    char auth[16], encryption[16];         /* "IAM", "TLS" */
    char log_group[256];                   /* "": worker logs are not sent to CloudWatch */
    char code[96], message[MSKC_TEXT_MAX]; /* stateDescription */
    char plugin_arn[AWS_ARN_MAX];
    int64_t created_ms;
    int32_t mcu, workers, workers_max; /* -1 unknown; workers_max: with auto scaling */
    size_t n_settings;
    struct mskc_setting *settings; /* connectorConfiguration; only from Describe */
};
void mskc_connector_done(struct mskc_connector *connector);

struct mskc_connectors {
    size_t n;
    struct mskc_connector *items; /* without settings and stateDescription */
    bool is_truncated;
    int n_pages; /* calls that it took */
};
pt_code mskc_list(struct aws_client *client, const struct aws_keys *keys, const char *prefix,
                  size_t limit, struct mskc_connectors *out, struct pt_error *err);
void mskc_connectors_done(struct mskc_connectors *connectors);
pt_code mskc_describe(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                      struct mskc_connector *out, struct pt_error *err);

/* The outcome of a change. */
struct mskc_change {
    char arn[AWS_ARN_MAX], name[MSKC_NAME_MAX], state[32], operation_arn[320];
    int64_t revision; /* of a plugin or worker configuration; -1 unknown */
};
/* body is CreateConnector's JSON. Errors PT_EEXISTS: the name is in use. It is not repeated once
 * it may have arrived: check first. */
pt_code mskc_create(struct aws_client *client, const struct aws_keys *keys, const cJSON *body,
                    struct mskc_change *out, struct pt_error *err);
/* body is {"connectorConfiguration":{…all…}} or one or more of capacity, plugins … */
pt_code mskc_update(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                    const char *version, const cJSON *body, struct mskc_change *out,
                    struct pt_error *err);
pt_code mskc_delete(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                    struct mskc_change *out, struct pt_error *err);
pt_code mskc_pause(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                   struct mskc_change *out, struct pt_error *err);
pt_code mskc_resume(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                    struct mskc_change *out, struct pt_error *err);
pt_code mskc_restart(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                     bool is_failed_only, struct mskc_change *out, struct pt_error *err);

struct mskc_operation {
    char arn[320], type[48], state[32];
    int64_t created_ms, ended_ms;
    char code[96], message[MSKC_TEXT_MAX]; /* errorInfo; only from Describe */
    char step[64], step_state[24];         /* the first one that is not COMPLETED; only from
                                            * Describe */
};
struct mskc_operations {
    size_t n;
    struct mskc_operation *items; /* in AWS's order */
    bool is_truncated;
};
pt_code mskc_list_operations(struct aws_client *client, const struct aws_keys *keys,
                             const char *arn, size_t limit, struct mskc_operations *out,
                             struct pt_error *err);
void mskc_operations_done(struct mskc_operations *operations);
pt_code mskc_describe_operation(struct aws_client *client, const struct aws_keys *keys,
                                const char *operation_arn, struct mskc_operation *out,
                                struct pt_error *err);

struct mskc_plugin {
    char arn[AWS_ARN_MAX], name[MSKC_NAME_MAX], state[32];
    char code[96], message[MSKC_TEXT_MAX];
    int64_t revision, file_bytes; /* -1 unknown */
    int64_t created_ms;           /* Unix, or PT_UNKNOWN */
    char bucket_arn[128], file_key[512], file_md5[40];
};
struct mskc_plugins {
    size_t n;
    struct mskc_plugin *items;
    bool is_truncated;
};
pt_code mskc_list_plugins(struct aws_client *client, const struct aws_keys *keys,
                          const char *prefix, size_t limit, struct mskc_plugins *out,
                          struct pt_error *err);
void mskc_plugins_done(struct mskc_plugins *plugins);
pt_code mskc_describe_plugin(struct aws_client *client, const struct aws_keys *keys,
                             const char *arn, struct mskc_plugin *out, struct pt_error *err);
/* Creates a plugin from a ZIP in a bucket. */
pt_code mskc_create_plugin(struct aws_client *client, const struct aws_keys *keys, const char *name,
                           const char *bucket_arn, const char *file_key, struct mskc_change *out,
                           struct pt_error *err);
/* DeleteCustomPlugin; it is DELETING for a moment. Refused while a connector uses it. */
pt_code mskc_delete_plugin(struct aws_client *client, const struct aws_keys *keys, const char *arn,
                           struct mskc_change *out, struct pt_error *err);

#endif
