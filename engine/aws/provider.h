/* One way to get AWS credentials, as providers.c and the providers' files see it. */
#ifndef AWS_PROVIDER_H
#define AWS_PROVIDER_H

#include "aws/credentials.h"

enum provided {
    PROVIDED_NOTHING, /* not configured: the next provider is tried */
    PROVIDED_KEYS,
    PROVIDED_ERROR /* configured, but it failed: the chain ends */
};

enum { PROFILE_VISITS_MAX = 16 };

/* One search. */
struct provider_query {
    struct aws_client *client;
    const char *profile;
    bool is_source; /* for a role's source_profile: only the profile counts */
    const char *visited[PROFILE_VISITS_MAX]; /* the role profiles visited so far */
    size_t n_visited;
    const struct aws_role_options *role; /* sts_region and is_fips; never NULL */
    /* The whole table in order, for a role whose source is another profile. PROVIDED_NOTHING: none
     * is configured. */
    enum provided (*load)(struct provider_query *query, struct aws_keys *keys,
                          struct pt_error *err);
};

/* load fills keys' id, secret, token, end, source and chain. */
struct provider {
    const char *word;   /* botocore's name for it: "env", "assume-role" … */
    bool is_of_profile; /* also used for a source_profile */
    enum provided (*load)(struct provider_query *query, struct aws_keys *keys,
                          struct pt_error *err);
};

extern const struct provider provider_environment, provider_role, provider_web_identity,
    provider_sso, provider_credentials_file, provider_login, provider_process, provider_config_file,
    provider_container, provider_imds;

/* For providers: sets the error and returns PROVIDED_ERROR. */
enum provided provider_fail(struct pt_error *err, pt_code code, const char *fix, const char *fmt,
                            ...) __attribute__((format(printf, 4, 5)));
/* Records where the keys are from, with the query's profile when it matters. path: NULL for no
 * file. */
void provider_place(const struct provider_query *query, enum aws_place place, const char *path,
                    struct aws_keys *keys);
/* Returns the profile's setting, NULL when it is missing or empty. */
const char *provider_setting(const struct provider_query *query, const char *key);
/* A file's contents as text without one final newline, given back by wipe_text. NULL after an
 * error. max 64 KiB. */
char *provider_read_file(const char *path, const char *what, struct pt_error *err);
/* Returns "role/NAME" of a role's ARN, for people; points into arn. */
const char *provider_short_role(const char *arn);
/* Reads keys from a JSON object. names: of its members; token_name's member may be missing. */
enum provided provider_take_json(const char *text, size_t len, const char *who,
                                 const char *token_name, struct aws_keys *keys,
                                 struct pt_error *err);

#endif
