/* One way to get AWS keys, as credentials.c and the providers' files see it. */
#ifndef AWS_PROVIDER_H
#define AWS_PROVIDER_H

#include "aws/credentials.h"

enum provided {
    PROVIDED_NOTHING, /* not configured: the next one is asked */
    PROVIDED_KEYS,
    PROVIDED_ERROR /* configured, but it failed: the chain ends */
};

enum { PROFILE_VISITS_MAX = 16 };

/* One search. */
struct provider_query {
    struct aws_client *client;
    const char *profile;
    bool is_source; /* for a role's source_profile: the profile alone counts */
    const char *visited[PROFILE_VISITS_MAX]; /* role profiles on the way here */
    size_t n_visited;
    const struct aws_role_options *role; /* sts_region and is_fips; never NULL */
};

/* load fills keys' id, secret, token, end, source and chain. */
struct provider {
    const char *word;   /* botocore's name for it: "env", "assume-role" … */
    bool is_of_profile; /* asked for a source_profile too */
    enum provided (*load)(struct provider_query *query, struct aws_keys *keys,
                          struct pt_error *err);
};

extern const struct provider provider_environment, provider_role, provider_web_identity,
    provider_sso, provider_credentials_file, provider_login, provider_process, provider_config_file,
    provider_container, provider_imds;

/* Ask the table in order. PROVIDED_NOTHING: none is configured. */
enum provided providers_load(struct provider_query *query, struct aws_keys *keys,
                             struct pt_error *err);

/* For providers: PROVIDED_ERROR, with the error set. */
enum provided provider_fail(struct pt_error *err, pt_code code, const char *fix, const char *fmt,
                            ...) __attribute__((format(printf, 4, 5)));
/* Say where the keys are from: of the query's profile where that counts. path: NULL no file. */
void provider_place(const struct provider_query *query, enum aws_place place, const char *path,
                    struct aws_keys *keys);
/* The profile's setting, NULL when it is not there or empty. */
const char *provider_setting(const struct provider_query *query, const char *key);
/* A file's contents as text without one final newline, wiped by provider_text_free. NULL after an
 * error. max 64 KiB. */
char *provider_read_file(const char *path, const char *what, struct pt_error *err);
void provider_text_free(char *text);
/* "role/NAME" of a role's ARN, for people; within arn. */
const char *provider_short_role(const char *arn);
/* Keys from a JSON object: names of its members. token_name's member may be missing. */
enum provided provider_take_json(const char *text, size_t len, const char *who,
                                 const char *token_name, struct aws_keys *keys,
                                 struct pt_error *err);

#endif
