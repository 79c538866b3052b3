/* MSK Connect on local_aws, with one plugin and one connector at most, beside a bucket
 * (local_bucket.h). A test sets what it says. */
#ifndef SUPPORT_LOCAL_MSK_H
#define SUPPORT_LOCAL_MSK_H

#include "local_bucket.h"

#define LOCAL_MSK_PLUGIN "arn:aws:kafkaconnect:eu-west-1:123456789012:custom-plugin/0a1b-plugin/a-1"
#define LOCAL_MSK_ZIP "kafka-connect-s3/sink.zip"

struct local_msk {
    const char *plugin; /* its state; NULL: there is none */
    const char *plugin_key, *plugin_bucket, *plugin_md5, *plugin_message;
    size_t plugin_bytes;
    const char *connector; /* its state; NULL: there is none */
    const char *connector_name, *connector_message, *auth, *servers, *role, *plugin_arn;
    const char *settings; /* of its configuration, instead of those that fit */
    bool has_no_logs, has_two, is_denied;
    bool has_many; /* a list is full of others, and says that there are more */
    bool is_lost;  /* the answer of a creation does not come, though it is made */
    int lists_behind, details_behind; /* so many lists, and descriptions, are still without what was
                                       * created */
    int n_created;                    /* of both kinds */
    int n_states;                     /* how often a state was told since */
    int until;                        /* CREATING becomes `becomes` after that many */
    const char *becomes;
};
extern struct local_msk msk;

/* Answers for MSK Connect, and for this bucket. Nothing is there yet. */
void local_msk_start(struct local_bucket *bucket, struct local_aws *aws);

#endif
