/* Who asks AWS, and what may be asked: profile, region, shared files and AWS's clock of one client,
 * and the description of one call. How a call is made: aws/call.h. */
#ifndef AWS_CLIENT_H
#define AWS_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aws/keys.h"
#include "aws/pace.h"
#include "aws/service.h"
#include "aws/shared_files.h"
#include "net/http.h"
#include "pintop/error.h"

enum { AWS_REGION_MAX = 32, AWS_URL_MAX = 256, AWS_PROFILE_MAX = 128, AWS_PATH_MAX = 4096 };

/* What is outside the process; replaced in tests. */
struct aws_world {
    void *arg;
    const char *(*get_env)(void *arg, const char *name); /* NULL: not set */
    int64_t (*now_ms)(void *arg);                        /* this host's, Unix */
};
/* The process's environment and clock. */
struct aws_world aws_real_world(void);

/* pintop's own options; each may be NULL. */
struct aws_options {
    const char *profile, *region, *endpoint_url;
    const char *endpoint_who; /* the option that set endpoint_url; NULL: "--endpoint-url" */
    const char *region_hint;  /* a broker's region or an ARN's: takes precedence over all but
                               * `region` */
    const char *hint_source;  /* "broker name" … */
};

struct aws_client {
    struct aws_world world;
    struct http_transport net;
    char profile[AWS_PROFILE_MAX];  /* in use; "default" */
    bool is_profile_explicit;       /* set by an option of pintop */
    bool is_profile_named;          /* by that, or by the environment: it must exist */
    char region[AWS_REGION_MAX];    /* "" none */
    char region_source[64];         /* "--region", "AWS_REGION", "profile dev" … */
    char endpoint_url[AWS_URL_MAX]; /* --endpoint-url; "" none */
    const char *endpoint_who;       /* a literal: the option or variable that set it */
    char config_path[AWS_PATH_MAX], credentials_path[AWS_PATH_MAX]; /* "" no home directory */
    struct shared_files *files; /* as last read; never NULL after aws_client_load */
    int64_t process_ms;         /* for a credential_process; 0: 30 s */
    struct aws_pace *pace;      /* shared, not owned; NULL: calls are not delayed */
    bool has_offset;
    int64_t offset_ms, offset_at_ms; /* the server's clock minus ours, and when that was learnt */
};

/* Nothing is read yet. world and net are copied. */
void aws_client_init(struct aws_client *client, const struct aws_world *world,
                     const struct http_transport *net, const struct aws_options *options);
void aws_client_done(struct aws_client *client);

/* Reads the shared files (again) and determines profile, region and endpoints. The region of IMDS
 * is provider_imds.c's to find. Errors as shared_files_load, and PT_ECONFIG for a bad region or
 * endpoint. */
pt_code aws_client_load(struct aws_client *client, struct pt_error *err);

/* Returns whether the shared files have changed since. False while nothing is read yet. */
bool aws_client_files_changed(const struct aws_client *client);

/* Returns an environment variable that is set and not empty, or NULL. */
const char *aws_env(const struct aws_client *client, const char *name);
bool aws_env_is_true(const struct aws_client *client, const char *name);
/* By how much AWS's clock is ahead of this host's, in ms; 0 when that is little or not known. */
int64_t aws_skew_ms(const struct aws_client *client);
/* Returns Unix seconds by AWS's clock, as far as it is known. */
int64_t aws_now_s(const struct aws_client *client);

/* One call, before it is made. */
struct aws_call {
    const struct aws_service *service;
    const char *operation; /* for errors: "GetCallerIdentity" */
    const char *method;    /* NULL: POST */
    const char *path;      /* encoded once; NULL: "/" */
    const char *query;     /* encoded; NULL none */
    const char *target;    /* X-Amz-Target, NULL none */
    const char *content_type;
    const char *const *headers; /* additional ones, alternating names and values, NULL at the end */
    const void *body;
    size_t body_len;
    const char *bucket; /* S3 */
    const char *region; /* NULL: the client's */
    bool is_fips;
    bool is_regular; /* a call that is made all the time: see aws_pace_take */
    int64_t connect_ms, call_ms;
    bool (*sent)(void *arg, int64_t bytes); /* as in http_request, at each attempt from 0 on */
    void *sent_arg;
    unsigned attempts; /* 0: 3 */
    size_t max_bytes;
};

#endif
