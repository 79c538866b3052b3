/* One signed call to AWS: where it goes, the signature, retries, the clock. Who makes calls owns a
 * client; keys are the caller's. Retries and codes: AWS's "standard" mode, 3 attempts. */
#ifndef AWS_CLIENT_H
#define AWS_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aws/fault.h"
#include "aws/keys.h"
#include "aws/pace.h"
#include "aws/service.h"
#include "aws/shared_files.h"
#include "net/http.h"
#include "pintop/error.h"

enum { AWS_REGION_MAX = 32, AWS_URL_MAX = 256, AWS_PROFILE_MAX = 128, AWS_PATH_MAX = 4096 };

/* What is outside: replaced in tests. */
struct aws_world {
    void *arg;
    const char *(*get_env)(void *arg, const char *name); /* NULL: not set */
    int64_t (*now_ms)(void *arg);                        /* this machine's, Unix */
};
/* The process's environment and clock. */
struct aws_world aws_real_world(void);

/* What pintop's own options say; each may be NULL. */
struct aws_options {
    const char *profile, *region, *endpoint_url;
    const char *endpoint_who; /* whose word endpoint_url is; NULL: "--endpoint-url" */
    const char *region_hint;  /* a broker's region or an ARN's: beats all but `region` */
    const char *hint_source;  /* "broker name" … */
};

struct aws_client {
    struct aws_world world;
    struct http_transport net;
    char profile[AWS_PROFILE_MAX];  /* in force; "default" */
    bool is_profile_explicit;       /* named by our own option */
    bool is_profile_named;          /* by that, or the environment: it must exist */
    char region[AWS_REGION_MAX];    /* "" none */
    char region_source[64];         /* "--region", "AWS_REGION", "profile dev" … */
    char endpoint_url[AWS_URL_MAX]; /* --endpoint-url; "" none */
    const char *endpoint_who;       /* a literal: who said so */
    char config_path[AWS_PATH_MAX], credentials_path[AWS_PATH_MAX]; /* "" no home directory */
    struct shared_files *files; /* as read last; never NULL after aws_client_load */
    int64_t process_ms;         /* for a credential_process; 0: 30 s */
    struct aws_pace *pace;      /* shared, not owned; NULL: calls go out as they come */
    bool has_offset;
    int64_t offset_ms, offset_at_ms; /* the server's clock minus ours, and when that was learnt */
};

/* Nothing is read yet. world and net are copied. */
void aws_client_init(struct aws_client *client, const struct aws_world *world,
                     const struct http_transport *net, const struct aws_options *options);
void aws_client_done(struct aws_client *client);

/* Read the shared files (anew) and work out profile, region and endpoints. The region of IMDS is
 * imds.c's to find. Errors as shared_files_load, and PT_ECONFIG for a bad region or endpoint. */
pt_code aws_client_load(struct aws_client *client, struct pt_error *err);

/* Have the shared files changed since? False: nothing is read yet. */
bool aws_client_files_changed(const struct aws_client *client);

/* An environment variable that is set and not empty, or NULL. */
const char *aws_env(const struct aws_client *client, const char *name);
bool aws_env_is_true(const struct aws_client *client, const char *name);
/* Unix seconds by AWS's clock as far as it is known. */
int64_t aws_now_s(const struct aws_client *client);

struct aws_call {
    const struct aws_service *service;
    const char *operation; /* for errors: "GetCallerIdentity" */
    const char *method;    /* NULL: POST */
    const char *path;      /* encoded once; NULL: "/" */
    const char *query;     /* encoded; NULL none */
    const char *target;    /* X-Amz-Target, NULL none */
    const char *content_type;
    const char *const *headers; /* more of them, name and value in turns, NULL at the end */
    const void *body;
    size_t body_len;
    const char *bucket; /* S3 */
    const char *region; /* NULL: the client's */
    bool is_fips;
    bool is_regular; /* one that is made all the time: aws_pace_take's */
    int64_t connect_ms, call_ms;
    unsigned attempts; /* 0: 3 */
    size_t max_bytes;
};

struct aws_answer {
    struct http_answer http;
    struct aws_fault fault; /* code "" none */
};

/* Make a call and wait for its end, retries included.
 *
 * keys    NULL: unsigned.
 * answer  out, aws_answer_done, also after an error: fault says what AWS answered.
 * Errors  as http_call; aws_fault_error's for what AWS refuses; PT_ECONFIG no region. */
pt_code aws_call(struct aws_client *client, const struct aws_keys *keys,
                 const struct aws_call *call, struct aws_answer *answer, struct pt_error *err);
void aws_answer_done(struct aws_answer *answer);

/* Append name=value, encoded, to a form or a query; with & when there is something before it. */
void aws_form_add(struct buf *form, const char *name, const char *value);

#endif
