/* One worker of the connectors' without its thread, and what an operator has it do: against a Kafka
 * Connect worker and an MSK Connect on loopback, or an AWS that answers as the test says. */
#ifndef SUPPORT_DEEDS_H
#define SUPPORT_DEEDS_H

#include "connector/watch/deed.h"
#include "connector/watch/worker.h"
#include "fake_worker.h"
#include "local_aws.h"

#define DEEDS_SETTINGS(more) "{\"connector.class\":\"x.Sink\",\"topics\":\"demo.pin\"" more "}"
#define DEEDS_ARN "arn:aws:kafkaconnect:us-east-1:123456789012:connector/sink/1-2"

extern struct deeds {
    struct fake_worker fake;
    struct local_aws aws;
    struct conn_job job; /* about the connector "sink", as it is known */
    struct pt_result result;
    struct pt_error err;
    int n_told; /* news that came out of commands */
} deeds;

/* cmocka's setups and teardowns: on Kafka Connect; on MSK Connect; on MSK Connect with deeds.aws in
 * the place of AWS. State is kept in the scratch folder. */
int deeds_open_connect(void **state);
int deeds_open_msk(void **state);
int deeds_open_aws(void **state);
int deeds_close(void **state);
int deeds_close_aws(void **state);

/* From now on of another kind; or without a user id in the configuration. */
void deeds_change_backend(const struct conn_backend_ops *ops);
void deeds_forget_user(void);

/* One command as the worker does it: deeds.result and deeds.err are of it. */
pt_code deed_act(const struct conn_deed *deed, const struct pt_command *command);
/* The same; the test fails when it does. */
void deed_succeeds(const struct conn_deed *deed, const struct pt_command *command);
/* What the fake worker was sent, what the result has and what the error says. */
void deed_is_written(const char *text);
bool deed_has_line(const char *level, const char *text);
void deed_has_said(const char *text);
void deed_has_failed(pt_code code, const char *text);

#define CONFIGS(...)                                                                               \
    .configs = (const char *const[]){__VA_ARGS__}, .n_configs = N_CONFIGS(__VA_ARGS__)
#define N_CONFIGS(...) (sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

#endif
